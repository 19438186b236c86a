"""Menus by role: made once, followed by the grants, and what would change said before."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import time_machine
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from bot.intents import titles
from bot.menus import entries, publishing
from server.config import Settings
from server.identity.models import Grant, WechatIdentity
from server.wechat.sandbox.listener import Listener
from server.wechat.sandbox.state import SandboxState
from tests.cast import NOW, Cast, Person

HOME = "http://127.0.0.1:8000/m/"


@pytest.fixture
def wechat() -> SandboxState:
    return SandboxState()


@pytest.fixture
def reaching(settings: Settings, wechat: SandboxState) -> Iterator[Settings]:
    listener = Listener(lambda: wechat)
    yield replace(settings, sandbox_url=listener.base_url())
    listener.stop()


def _follow(session: Session, person: Person) -> str:
    openid = f"of_{person.account_id}"
    session.add(WechatIdentity(app_id="sandbox-official", openid=openid, account_id=person.account_id, created_at=NOW))
    session.commit()
    return openid


def test_menus_are_made_once_and_said_before(
    engine: Engine, session: Session, cast: Cast, reaching: Settings, wechat: SandboxState
) -> None:
    li_wei, zhang_min = _follow(session, cast.li_wei), _follow(session, cast.zhang_min)
    would = publishing.publish(engine, reaching, dry_run=True)
    assert wechat.menus.everyone is None
    made = publishing.publish(engine, reaching, dry_run=False)
    assert made == would
    assert made == [
        "更新所有人的菜单",
        "新建标签“积分审核人”",
        "新建审核人的菜单",
        "给 1 人加上标签“积分审核人”",
    ]
    assert publishing.publish(engine, reaching, dry_run=False) == []
    seen = {openid: wechat.menus.seen_by(wechat.tags.of(openid)) for openid in (li_wei, zhang_min)}
    assert seen[zhang_min] == entries.for_members(HOME)
    assert seen[li_wei] == entries.for_reviewers(HOME)


def test_a_changed_menu_replaces_the_old_one(
    engine: Engine, cast: Cast, reaching: Settings, wechat: SandboxState
) -> None:
    publishing.publish(engine, reaching, dry_run=False)
    moved = replace(reaching, base_url="https://new.example.edu.cn")
    assert publishing.publish(engine, moved, dry_run=False) == [
        "更新所有人的菜单",
        "删除旧的审核菜单",
        "新建审核人的菜单",
    ]
    assert len(wechat.menus.conditional) == 1
    assert publishing.publish(engine, moved, dry_run=False) == []


def test_the_tag_follows_the_grants(
    engine: Engine, session: Session, cast: Cast, reaching: Settings, wechat: SandboxState
) -> None:
    publishing.tag_reviewers(engine, reaching, NOW, NOW)
    assert wechat.tags.names == {}, "nobody has asked for menus here"
    li_wei = _follow(session, cast.li_wei)
    publishing.publish(engine, reaching, dry_run=False)
    assert wechat.tags.of(li_wei)
    grant = session.scalars(select(Grant).where(Grant.account_id == cast.li_wei.account_id)).one()
    grant.until_date = cast.today
    session.commit()
    publishing.tag_reviewers(engine, reaching, NOW, NOW)
    assert wechat.tags.of(li_wei) == []


def test_who_reviews_from_today_sees_that_menu_from_midnight(
    engine: Engine, session: Session, cast: Cast, reaching: Settings, wechat: SandboxState
) -> None:
    li_wei, wang_fang = _follow(session, cast.li_wei), _follow(session, cast.wang_fang)
    session.execute(update(Grant).where(Grant.account_id == cast.li_wei.account_id).values(from_date=cast.today))
    session.execute(update(Grant).where(Grant.account_id == cast.wang_fang.account_id).values(until_date=cast.today))
    session.commit()
    with time_machine.travel(NOW, tick=True):
        publishing.publish(engine, reaching, dry_run=False)
    assert (bool(wechat.tags.of(li_wei)), wechat.tags.of(wang_fang)) == (True, [])
    session.execute(update(Grant).where(Grant.account_id == cast.li_wei.account_id).values(until_date=cast.today))
    session.commit()
    publishing.tag_reviewers(engine, reaching, NOW, NOW)
    assert wechat.tags.of(li_wei) == []


def test_every_key_is_an_intent() -> None:
    keys = {each["key"] for top in entries.for_reviewers(HOME) for each in top["sub_button"] if "key" in each}
    assert keys <= titles().keys()
