"""A branch's robot: who sets it up, what it says in the group, once, and never a score or a name."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.config import Settings
from server.events import emit
from server.meetings.planning import service as planning
from server.meetings.planning.service import Plan
from server.meetings.rules import MeetingKind
from server.pushes.robots.models import Announcement, GroupRobot
from server.pushes.robots.sending import send_due
from server.statements.events import StatementConfirmed
from server.statements.rules import StatementStatus
from server.wechat.sandbox.accounts import App
from server.wechat.sandbox.faults import PlayedCall as WechatCall
from server.wechat.sandbox.faults import PlayedFault
from server.wechat.sandbox.listener import Listener
from server.wechat.sandbox.state import SandboxState
from tests.api.answers import refusal
from tests.cast import MORNING as NOW
from tests.cast import Cast
from tests.conftest import Call
from tests.pushing import make_statement, prepared

KEY = "693a91f6-7000-4bc4-97a0-0ec2e1fa5aaa"
WEBHOOK = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"
ON = {"webhook": WEBHOOK, "meeting_tomorrow": True, "month_published": True}
LINES: dict[str, tuple[str, str | None, int | None]] = {
    "zhang_min": ("85.25", "2.50", 1),
    "wang_fang": ("71.00", None, 2),
}


@dataclass
class Group:
    """The branch's group, in the sandbox."""

    engine: Engine
    settings: Settings
    wechat: SandboxState

    def say(self) -> int:
        """Let the robots say what is due; return how many calls were made."""
        return send_due(self.engine, self.settings)

    def heard(self) -> list[str]:
        return [each.content["text"] for each in self.wechat.record.messages(after=0, limit=100)]

    def written(self) -> list[Announcement]:
        with Session(self.engine, expire_on_commit=False) as session:
            return list(session.scalars(select(Announcement)))


@pytest.fixture
def group(settings: Settings, engine: Engine) -> Iterator[Group]:
    wechat = SandboxState()
    listener = Listener(lambda: wechat)
    yield Group(engine, replace(settings, sandbox_url=listener.base_url()), wechat)
    wechat.released.set()
    listener.stop()


def _path(cast: Cast) -> str:
    return f"/organizations/{cast.branch}/group-robot"


def _set_up(call: Call, cast: Cast, **changes: Any) -> Any:
    return call(cast.li_wei, "PUT", _path(cast), json=ON | changes)


def _publish_month(session: Session, cast: Cast) -> None:
    statement = make_statement(session, cast, LINES)
    statement.status = StatementStatus.confirmed
    for _ in range(2):
        emit(session, StatementConfirmed(statement.id, NOW))
        prepared(session, NOW)
    session.commit()


def test_a_secretary_sets_it_up_and_sees_its_end_only(call: Call, cast: Cast, session: Session) -> None:
    assert call(cast.li_wei, "GET", _path(cast)).json["webhook"] is None
    shown = _set_up(call, cast).json
    assert (shown["webhook"], shown["meeting_tomorrow"], shown["month_published"]) == ("…" + KEY[-4:], True, True)
    row = session.get_one(GroupRobot, cast.branch)
    assert KEY not in row.sealed_key
    session.rollback()
    kept = call(cast.li_wei, "PUT", _path(cast), json={"meeting_tomorrow": False, "month_published": True}).json
    assert (kept["webhook"], kept["meeting_tomorrow"]) == ("…" + KEY[-4:], False)


@pytest.mark.parametrize(
    "webhook",
    ["", "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + KEY, "https://evil.example/?key=" + KEY, KEY + "1"],
)
def test_only_a_robots_address_will_do(call: Call, cast: Cast, webhook: str) -> None:
    refused = _set_up(call, cast, webhook=webhook)
    assert refusal(refused) == (422, "webhook_invalid")


def test_the_first_time_needs_an_address(call: Call, cast: Cast) -> None:
    body = {"meeting_tomorrow": True, "month_published": True}
    assert call(cast.li_wei, "PUT", _path(cast), json=body).json["error"]["code"] == "webhook_invalid"


def test_a_published_month_is_said_once_without_score_or_name(
    call: Call, cast: Cast, session: Session, group: Group
) -> None:
    _set_up(call, cast)
    _publish_month(session, cast)
    assert [group.say(), group.say()] == [1, 0]
    [text] = group.heard()
    assert text.startswith("【月度积分已公布】")
    assert not any(secret in text for secret in ("85.25", "71", "张敏", "王芳"))
    assert call(cast.li_wei, "GET", _path(cast)).json["recent"][0]["status"] == "sent"


def test_what_is_switched_off_is_not_said(call: Call, cast: Cast, session: Session, group: Group) -> None:
    _set_up(call, cast, month_published=False)
    _publish_month(session, cast)
    assert group.say() == 0


def test_tomorrows_meeting_is_said_the_day_before(call: Call, cast: Cast, session: Session, group: Group) -> None:
    _set_up(call, cast)
    start = NOW + timedelta(days=5)
    plan = Plan(
        kind=MeetingKind.theme_day,
        title="6 月主题党日",
        topic="走进财税史馆",
        place="明德楼 305",
        agenda="",
        starts_at=start,
        ends_at=start + timedelta(hours=2),
    )
    officer = cast.li_wei
    planning.plan(
        session, organization_id=cast.branch, plan=plan, actor=officer.actor, account_id=officer.account_id, now=NOW
    )
    session.commit()
    day_before = start - timedelta(hours=16)
    for _ in range(2):
        prepared(session, day_before)
        session.commit()
    with time_machine.travel(day_before, tick=True):
        assert group.say() == 1
    assert group.heard() == [
        "【明天开会】6 月主题党日\n时间：2026年6月23日 10:00\n地点：明德楼 305\n不能到会的同志请提前在小程序请假。"
    ]


def test_a_trial_is_said_once_a_minute(call: Call, cast: Cast, group: Group) -> None:
    assert call(cast.li_wei, "POST", f"{_path(cast)}/trial").status_code == 404
    _set_up(call, cast)
    for _ in range(2):
        assert call(cast.li_wei, "POST", f"{_path(cast)}/trial").status_code == 200
    group.say()
    assert len(group.heard()) == 1


def test_a_robot_taken_away_says_nothing_more(call: Call, cast: Cast, group: Group) -> None:
    _set_up(call, cast)
    call(cast.li_wei, "POST", f"{_path(cast)}/trial")
    shown = call(cast.li_wei, "DELETE", _path(cast)).json
    assert shown["webhook"] is None
    group.say()
    assert group.heard() == []
    assert call(cast.li_wei, "GET", _path(cast)).json["recent"][0]["status"] == "expired"


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (PlayedFault.busy, "waiting"),
        (PlayedFault.dropped, "unknown"),
        (PlayedFault.nonsense, "unknown"),
        (PlayedFault.bad_fields, "waiting"),
    ],
)
def test_what_fails_is_tried_again_only_if_it_cannot_have_arrived(
    call: Call,
    cast: Cast,
    group: Group,
    fault: PlayedFault,
    status: str,
) -> None:
    _set_up(call, cast)
    call(cast.li_wei, "POST", f"{_path(cast)}/trial")
    group.wechat.fail(WechatCall.robot, fault, times=1)
    group.say()
    assert [each.status for each in group.written()] == [status]


def test_a_dead_robot_is_refused_for_good(call: Call, cast: Cast, group: Group) -> None:
    _set_up(call, cast)
    call(cast.li_wei, "POST", f"{_path(cast)}/trial")
    group.wechat.phones.at(App.work, KEY).gone = True
    group.say()
    [said] = group.written()
    assert (said.status, said.errcode) == ("refused", 93000)
