"""Whose keys are reset hears of it: by every channel, before and after, at any hour, on the phone they had."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from server.config import Settings
from server.identity import service as identity
from server.identity.models import WechatIdentity
from server.organizations import key_resets
from server.organizations.models import KeyReset, Member, Membership
from server.privacy import PhoneVault
from server.pushes.models import Push
from server.pushes.preferences import Preferences, choose
from server.pushes.rules import Occasion, PushStatus
from server.wechat.sandbox.accounts import App
from server.wechat.sandbox.faults import PlayedFault
from tests.cast import NOW, Cast, Person
from tests.pushing import all_pushes
from tests.sending import Played, played

VAULT = PhoneVault({"k": bytes(32)})
NIGHT = datetime.fromisoformat("2026-06-18T23:59:00+08:00")
SOON = timedelta(minutes=31)
EVERYWHERE = [("subscription", "sent", 0), ("official", "sent", 0), ("work", "sent", 0)]


@pytest.fixture
def play(engine: Engine, cast: Cast, settings: Settings) -> Iterator[Played]:
    with played(engine, cast, settings) as play:
        yield play


def told(play: Played) -> list[Push]:
    with Session(play.engine, expire_on_commit=False) as session:
        return list(all_pushes(session, Occasion.keys_reset))


def proposed(play: Played, owner: Person, by: Person, now: datetime = NIGHT) -> int:
    with Session(play.engine) as session:
        session.get_one(Member, owner.member_id).work_number = "W1"
        reset = key_resets.propose(
            session,
            VAULT,
            actor=by.actor,
            account_id=by.account_id,
            member_id=owner.member_id,
            reason="绝密事由",
            phone=None,
            now=now,
        )
        session.commit()
        return reset.id


def ended(play: Played, reset_id: int, by: Person, *, stop: bool = False, now: datetime = NIGHT + SOON) -> None:
    with Session(play.engine) as session:
        if stop:
            key_resets.stop(session, actor=by.actor, account_id=by.account_id, reset_id=reset_id, now=now)
        else:
            key_resets.confirm(session, VAULT, actor=by.actor, account_id=by.account_id, reset_id=reset_id, now=now)
        session.commit()


def known_everywhere(play: Played, person: Person) -> None:
    play.agree(person, "claim", times=3)
    for app in (App.official, App.work):
        play.know(person, app)


def test_the_owner_hears_of_it_by_every_channel_before_it_happens_even_at_night_and_muted(
    play: Played, cast: Cast
) -> None:
    known_everywhere(play, cast.wang_fang)
    with Session(play.engine) as session:
        muted = Preferences(muted=frozenset({Occasion.keys_reset}))
        choose(session, [f"member:{cast.wang_fang.member_id}"], muted, now=NOW)
        session.commit()
    proposed(play, cast.wang_fang, cast.li_wei)
    assert play.send(NIGHT) == 3
    assert play.send(NIGHT) == 0
    (push,) = told(play)
    assert (push.status, push.member_id) == (PushStatus.sent, cast.wang_fang.member_id)
    assert play.attempts(push.id) == EVERYWHERE
    assert push.content["result"] == "拟重置"
    assert push.content["names"] == "李伟"
    assert "绝密" not in str(push.content)
    assert push.page == f"pages/key-reset/key-reset?member={cast.wang_fang.member_id}"


def test_the_owners_branch_is_the_one_of_that_day(play: Played, cast: Cast) -> None:
    """They moved on the 19th, half an hour before."""
    today = date(2026, 6, 19)
    with Session(play.engine) as session:
        member = Membership.member_id == cast.wang_fang.member_id
        session.execute(update(Membership).where(member).values(organization_id=cast.other_branch, from_date=today))
        session.commit()
    proposed(play, cast.wang_fang, cast.li_wei, now=NIGHT + SOON)
    assert [push.organization_id for push in told(play)] == [cast.other_branch]


def test_who_is_quick_does_not_keep_it_from_the_owners_phone(play: Played, cast: Cast) -> None:
    """Proposed, confirmed and bound anew before the sender comes round: both messages go to the phone of before."""
    known_everywhere(play, cast.wang_fang)
    mine = {play.know(cast.wang_fang, app) for app in (App.official, App.work)}
    reset_id = proposed(play, cast.wang_fang, cast.li_wei)
    ended(play, reset_id, cast.sun_li)
    with Session(play.engine) as session:
        thief = WechatIdentity(app_id=App.official.value, openid="thief", created_at=NIGHT)
        session.add(thief)
        session.flush()
        identity.bind(session, identity_id=thief.id, account_id=cast.wang_fang.account_id, now=NIGHT + SOON)
        session.commit()
    play.send(NIGHT + SOON)
    first, second = told(play)
    assert [play.attempts(push.id) for push in (first, second)] == [EVERYWHERE, EVERYWHERE]
    assert [push.content["result"] for push in (first, second)] == ["拟重置", "已重置"]
    assert second.content["names"] == "李伟、孙丽"
    heard = {message.openid for message in play.arrived()}
    assert mine <= heard
    assert "thief" not in heard


def test_a_week_later_the_phone_of_before_hears_nothing_more(play: Played, cast: Cast) -> None:
    known_everywhere(play, cast.wang_fang)
    ended(play, proposed(play, cast.wang_fang, cast.li_wei), cast.sun_li)
    play.send(NIGHT + SOON)
    later = NIGHT + SOON + timedelta(days=7)
    proposed(play, cast.wang_fang, cast.li_wei, now=later)
    before = len(play.arrived())
    play.send(later)
    assert told(play)[-1].status == PushStatus.unreachable
    assert len(play.arrived()) == before


def test_a_channel_that_fails_keeps_it_from_no_other(play: Played, cast: Cast) -> None:
    known_everywhere(play, cast.wang_fang)
    play.fail(PlayedFault.refused)
    proposed(play, cast.wang_fang, cast.li_wei)
    play.send(NIGHT)
    (push,) = told(play)
    assert push.status == PushStatus.sent
    assert play.attempts(push.id) == [("subscription", "refused", 43101), *EVERYWHERE[1:]]


def test_who_can_be_reached_nowhere_is_told_by_the_branch(play: Played, cast: Cast) -> None:
    with Session(play.engine) as session:
        identity.unbind(session, account_id=cast.wang_fang.account_id, now=NOW)
        session.commit()
    proposed(play, cast.wang_fang, cast.li_wei)
    play.send(NIGHT)
    assert [push.status for push in told(play)] == [PushStatus.unreachable]


def test_a_reset_called_off_by_another_is_told_and_ones_own_is_not(play: Played, cast: Cast) -> None:
    ended(play, proposed(play, cast.wang_fang, cast.li_wei), cast.wang_fang, stop=True)
    assert [push.content["result"] for push in told(play)] == ["拟重置"]
    ended(play, proposed(play, cast.wang_fang, cast.li_wei), cast.li_wei, stop=True)
    assert [push.content["result"] for push in told(play)] == ["拟重置", "拟重置", "已撤回"]
    with Session(play.engine) as session:
        assert session.query(KeyReset).count() == 2
