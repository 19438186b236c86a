"""Bringing the official account's menus, and the tag of those who review, in line with what they should be."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot.menus import entries
from server import clock
from server.config import Settings
from server.days import shanghai_date
from server.db import reading
from server.identity.models import Grant, WechatIdentity
from server.identity.rules import RULES, Permission
from server.pushes.channels import accounts
from server.wechat.client import WechatClient
from server.wechat.errors import WechatError

REVIEWERS_TAG = "积分审核人"
NO_MENU = 46003
TAGGED_AT_ONCE = 50
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PublishingStep:
    """One change, in words, and what makes it."""

    words: str
    make: Callable[[], object]


class PublishedMenus:
    """The official account's menus and tags, as WeChat has them. Raises WechatError."""

    def __init__(self, client: WechatClient) -> None:
        self.client = client

    def menus(self) -> tuple[list[Json] | None, list[Json]]:
        """Return the buttons for everyone, None where there are none, and the conditional menus."""
        try:
            answer = self.client.get("/cgi-bin/menu/get")
        except WechatError as error:
            if error.errcode == NO_MENU:
                return None, []
            raise
        return answer.get("menu", {}).get("button", []), answer.get("conditionalmenu", [])

    def tag_id(self) -> int | None:
        tags = self.client.get("/cgi-bin/tags/get").get("tags", [])
        return next((int(tag["id"]) for tag in tags if tag.get("name") == REVIEWERS_TAG), None)

    def tagged(self, tag_id: int) -> set[str]:
        found: set[str] = set()
        after = ""
        while True:
            answer = self.client.post("/cgi-bin/user/tag/get", {"tagid": tag_id, "next_openid": after})
            openids = answer.get("data", {}).get("openid", [])
            found.update(openids)
            if not openids:
                return found
            after = answer.get("next_openid") or ""


def changes(session: Session, account: PublishedMenus, settings: Settings, *, today: date) -> Iterator[PublishingStep]:
    """Yield the changes to make; make each before asking for the next."""
    home = f"{settings.base_url}/m/"
    everyone, conditional = account.menus()
    if everyone is None or not entries.same(everyone, entries.for_members(home)):
        body = {"button": entries.for_members(home)}
        yield PublishingStep("更新所有人的菜单", partial(account.client.post, "/cgi-bin/menu/create", body))
    tag_id = account.tag_id()
    if tag_id is None:
        new = {"tag": {"name": REVIEWERS_TAG}}
        yield PublishingStep(f"新建标签“{REVIEWERS_TAG}”", partial(account.client.post, "/cgi-bin/tags/create", new))
        tag_id = account.tag_id()
    yield from _menu_changes(account, conditional, tag_id, entries.for_reviewers(home))
    yield from tag_changes(session, account, settings, tag_id, today=today)


def _menu_changes(
    account: PublishedMenus, conditional: list[Json], tag_id: int | None, buttons: list[Json]
) -> Iterator[PublishingStep]:
    ours = [menu for menu in conditional if str(menu.get("matchrule", {}).get("tag_id")) == str(tag_id)]
    good = [menu for menu in ours if entries.same(menu.get("button"), buttons)]
    for menu in ours:
        if menu not in good[:1]:
            old = {"menuid": menu["menuid"]}
            yield PublishingStep("删除旧的审核菜单", partial(account.client.post, "/cgi-bin/menu/delconditional", old))
    if not good:
        body = {"button": buttons, "matchrule": {"tag_id": str(tag_id)}}
        yield PublishingStep("新建审核人的菜单", partial(account.client.post, "/cgi-bin/menu/addconditional", body))


def tag_changes(
    session: Session, account: PublishedMenus, settings: Settings, tag_id: int | None, *, today: date
) -> Iterator[PublishingStep]:
    """Yield the changes that tag people or remove their tag."""
    wanted = reviewers(session, accounts.official_of(settings), today=today)
    tagged = account.tagged(tag_id) if tag_id is not None else set()
    for words, path, openids in (
        ("加上", "batchtagging", sorted(wanted - tagged)),
        ("去掉", "batchuntagging", sorted(tagged - wanted)),
    ):
        for start in range(0, len(openids), TAGGED_AT_ONCE):
            body: Json = {"openid_list": openids[start : start + TAGGED_AT_ONCE], "tagid": tag_id}
            make = partial(account.client.post, f"/cgi-bin/tags/members/{path}", body)
            yield PublishingStep(f"给 {len(body['openid_list'])} 人{words}标签“{REVIEWERS_TAG}”", make)


def reviewers(session: Session, app_id: str, *, today: date) -> set[str]:
    """Return the openids, under the official account, of those who may review claims today."""
    query = (
        select(WechatIdentity.openid)
        .join(Grant, Grant.account_id == WechatIdentity.account_id)
        .where(
            WechatIdentity.app_id == app_id,
            Grant.role.in_(RULES[Permission.claim_review].roles),
            Grant.holds_on(today),
        )
    )
    return set(session.scalars(query))


def publish(engine: Engine, settings: Settings, *, dry_run: bool) -> list[str]:
    """Make the changes, or only list them; return each in words. Raises WechatError."""
    account = PublishedMenus(accounts.official(engine, settings))
    made = []
    with reading(engine) as session:
        for step in changes(session, account, settings, today=shanghai_date(clock.now())):
            if not dry_run:
                step.make()
            made.append(step.words)
    return made


def tag_reviewers(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Follow the grants: who reviews from today sees that menu. Nothing to do if no menu was ever published."""
    if not accounts.official_of(settings):
        return
    account = PublishedMenus(accounts.official(engine, settings))
    tag_id = account.tag_id()
    if tag_id is None:
        return
    with reading(engine) as session:
        for step in tag_changes(session, account, settings, tag_id, today=shanghai_date(now)):
            step.make()
