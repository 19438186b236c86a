"""Settling over HTTP: an officer sees what a list means, confirms what he saw, and takes it back."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.meetings.models import Meeting, Roster
from server.meetings.rules import AttendanceState, MeetingKind
from server.points.models import PointEntry, SourceKind
from tests.api.answers import body, refusal
from tests.cast import NOW, TODAY, Cast, Person
from tests.claiming import VOLUNTEERING, approved, submitted
from tests.conftest import Call
from tests.meeting import make_meeting
from tests.settling import CLOSED, came, excused, live, roster_of


@pytest.fixture
def meeting(session: Session, cast: Cast) -> Meeting:
    """党课 for 李伟 (came), 王芳 (late), 孙丽 (on leave) and 张敏 (absent)."""
    held = make_meeting(session, cast, kind=MeetingKind.lecture, items=[("B03", "1"), ("B06a", "2"), ("B07", "1")])
    came(session, held, cast.li_wei)
    came(session, held, cast.wang_fang, state=AttendanceState.late)
    excused(session, held, cast.sun_li)
    return held


@pytest.fixture
def path(session: Session, meeting: Meeting) -> str:
    roster_id = roster_of(session, meeting).id
    session.commit()
    return f"/rosters/{roster_id}"


def rows(answer: Any) -> dict[int, Any]:
    return {row["member_id"]: row for row in answer["rows"]}


def effect(answer: Any, person: Person, item: str) -> tuple[str | None, str, bool]:
    (found,) = [each for each in rows(answer)[person.member_id]["effects"] if each["item_code"] == item]
    return found["points"], found["words"], found["posted"]


@time_machine.travel(CLOSED)
def test_an_officer_sees_what_the_list_means_before_he_confirms(call: Call, cast: Cast, path: str) -> None:
    seen = body(call(cast.li_wei, "GET", f"{path}/settlement"))
    assert (seen["status"], seen["closed"], seen["absent"]) == ("open", True, [cast.zhang_min.member_id])
    assert effect(seen, cast.zhang_min, "B03") == ("-2.00", "缺席", False)
    assert effect(seen, cast.zhang_min, "B06a") == ("0.00", "缺席", False)
    assert effect(seen, cast.wang_fang, "B06a") == ("0.50", "迟到，计为出席", False)
    assert effect(seen, cast.sun_li, "B03") == ("0.00", "已准假，不扣分", False)
    assert effect(seen, cast.zhang_min, "B07") == (None, "缺席", False)
    titles = [rows(seen)[each.member_id]["standing_title"] for each in (cast.zhang_min, cast.wang_fang, cast.sun_li)]
    assert titles == ["缺席", "迟到", "请假"]


@time_machine.travel(CLOSED)
def test_confirming_posts_at_once_and_again_changes_nothing(
    call: Call, cast: Cast, session: Session, meeting: Meeting, path: str
) -> None:
    seen = body(call(cast.li_wei, "GET", f"{path}/settlement"))
    confirmed = body(call(cast.li_wei, "POST", f"{path}/confirm", json={"absent": seen["absent"]}))
    assert (confirmed["status"], confirmed["confirmed_by"], confirmed["pending"]) == ("confirmed", "李伟", False)
    assert effect(confirmed, cast.zhang_min, "B03") == ("-2.00", "缺席", True)
    assert effect(confirmed, cast.li_wei, "B06a") == ("0.50", "出席", True)
    again = body(call(cast.sun_li, "POST", f"{path}/confirm", json={"absent": seen["absent"]}))
    assert again == confirmed
    assert live(session, meeting, cast.zhang_min) == [("B03", "-2", 1), ("B07", "0", 1)]


@time_machine.travel(CLOSED)
def test_an_officer_may_confirm_his_own_miss(call: Call, cast: Cast, session: Session) -> None:
    own = make_meeting(session, cast, invited={cast.branch: [cast.li_wei]})
    roster_id = roster_of(session, own).id
    session.commit()
    answer = body(call(cast.li_wei, "POST", f"/rosters/{roster_id}/confirm", json={"absent": [cast.li_wei.member_id]}))
    assert effect(answer, cast.li_wei, "B04") == ("-2.00", "缺席", True)


@time_machine.travel(CLOSED)
def test_another_list_than_he_saw_is_not_confirmed(
    call: Call, cast: Cast, session: Session, meeting: Meeting, path: str
) -> None:
    came(session, meeting, cast.zhang_min)
    stale = call(cast.li_wei, "POST", f"{path}/confirm", json={"absent": [cast.zhang_min.member_id]})
    assert refusal(stale) == (409, "roster_changed")
    assert stale.json["error"]["detail"] == {"absent": []}
    assert body(call(cast.li_wei, "GET", f"{path}/settlement"))["status"] == "open"


def test_before_check_in_has_closed_nobody_confirms(call: Call, cast: Cast, path: str) -> None:
    answer = call(cast.li_wei, "POST", f"{path}/confirm", json={"absent": [cast.zhang_min.member_id]})
    assert refusal(answer) == (409, "check_in_open")
    assert body(call(cast.li_wei, "GET", f"{path}/settlement"))["absent"] == [cast.zhang_min.member_id]


@time_machine.travel(CLOSED)
def test_reopening_takes_everything_back_and_says_why(
    call: Call, cast: Cast, session: Session, meeting: Meeting, path: str
) -> None:
    confirmed = {"absent": [cast.zhang_min.member_id]}
    body(call(cast.li_wei, "POST", f"{path}/confirm", json=confirmed))
    assert refusal(call(cast.li_wei, "POST", f"{path}/reopen", json={})) == (422, "invalid_input")
    reopened = body(call(cast.li_wei, "POST", f"{path}/reopen", json={"reason": "名单有误"}))
    assert (reopened["status"], reopened["confirmed_by"], reopened["meeting_status"]) == ("open", None, "planned")
    assert effect(reopened, cast.zhang_min, "B03") == ("-2.00", "缺席", False)
    assert reopened["settles_at"] > (CLOSED + timedelta(hours=23)).isoformat()
    assert live(session, meeting, cast.zhang_min) == []
    session.commit()
    year = f"/members/{cast.zhang_min.member_id}/score/explanation?year=2026"
    assert "名单有误" in str(body(call(cast.zhang_min, "GET", year)))
    body(call(cast.li_wei, "POST", f"{path}/confirm", json=confirmed))
    assert live(session, meeting, cast.zhang_min) == [("B03", "-2", 2), ("B07", "0", 2)]


@time_machine.travel(CLOSED)
def test_what_a_meeting_posted_is_taken_back_at_the_meeting(
    call: Call, cast: Cast, session: Session, path: str
) -> None:
    body(call(cast.li_wei, "POST", f"{path}/confirm", json={"absent": [cast.zhang_min.member_id]}))
    ours = PointEntry.source_kind == SourceKind.meeting
    seq = session.scalars(select(PointEntry.seq).where(ours, PointEntry.item_code == "B03")).one()
    session.commit()
    reversal = f"/members/{cast.zhang_min.member_id}/entries/{seq}/reversal"
    assert refusal(call(cast.li_wei, "POST", reversal, json={"reason": "登记有误"})) == (409, "reverse_at_source")


@time_machine.travel(CLOSED)
def test_what_a_claim_counted_is_shown_and_may_count_anyway(call: Call, cast: Cast, session: Session) -> None:
    claim = submitted(session, cast.zhang_min, VOLUNTEERING, occurred_on=TODAY, now=NOW)
    approved(session, claim, cast.li_wei, now=NOW)
    held = make_meeting(session, cast, kind=MeetingKind.volunteering, items=[("C04", "1")])
    came(session, held, cast.zhang_min, cast.wang_fang, cast.li_wei, cast.sun_li)
    path = f"/rosters/{roster_of(session, held).id}"
    session.commit()
    seen = body(call(cast.li_wei, "GET", f"{path}/settlement"))
    assert seen["already_counted"] == [cast.zhang_min.member_id]
    assert effect(seen, cast.zhang_min, "C04") == ("0.00", "同一天同一项目已有个人申报计分，不重复计", False)
    wrong = {"absent": [], "count_anyway": [cast.zhou_yu.member_id]}
    assert refusal(call(cast.li_wei, "POST", f"{path}/confirm", json=wrong)) == (422, "not_invited")
    counted = {"absent": [], "count_anyway": seen["already_counted"]}
    answer = body(call(cast.li_wei, "POST", f"{path}/confirm", json=counted))
    assert effect(answer, cast.zhang_min, "C04") == ("1.00", "出席", True)


@time_machine.travel(CLOSED)
@pytest.mark.parametrize(
    ("who", "expected"),
    [("zhang_min", 403), ("wang_fang", 403), ("zhao_qiang", 404), ("inspector", 403), ("stranger", 403)],
)
def test_others_do_not_confirm(call: Call, cast: Cast, path: str, who: str, expected: int) -> None:
    absent = {"absent": [cast.zhang_min.member_id]}
    assert call(cast.people[who], "POST", f"{path}/confirm", json=absent).status_code == expected
    assert call(cast.people[who], "POST", f"{path}/reopen", json={"reason": "名单有误"}).status_code == expected


@time_machine.travel(CLOSED)
def test_each_branch_of_a_joint_meeting_confirms_its_own_list(call: Call, cast: Cast, session: Session) -> None:
    lists = {cast.branch: [cast.zhang_min], cast.other_branch: [cast.zhou_yu]}
    joint = make_meeting(session, cast, items=[("B03", "1")], invited=dict(lists))
    ours, theirs = (roster_of(session, joint, each).id for each in lists)
    session.commit()
    hers = {"absent": [cast.zhou_yu.member_id]}
    assert refusal(call(cast.li_wei, "POST", f"/rosters/{theirs}/confirm", json=hers)) == (404, "not_found")
    body(call(cast.zhao_qiang, "POST", f"/rosters/{theirs}/confirm", json=hers))
    assert body(call(cast.li_wei, "GET", f"/rosters/{ours}/settlement"))["status"] == "open"
    assert live(session, joint, cast.zhang_min) == []
    assert live(session, joint, cast.zhou_yu) == [("B03", "-2", 1)]


@time_machine.travel(CLOSED)
def test_reading_a_list_leaves_a_line(call: Call, cast: Cast, session: Session, path: str) -> None:
    body(call(cast.inspector, "GET", f"{path}/settlement"))
    lines = session.scalars(select(AuditLine).where(AuditLine.subject_kind == "meeting_roster")).all()
    assert [(line.action, line.actor_id) for line in lines] == [("look", cast.inspector.account_id)]


@pytest.mark.parametrize(
    "payload", [{}, {"absent": ["x"]}, {"absent": [0]}, {"absent": [2**63]}, {"absent": [], "more": 1}]
)
def test_a_malformed_confirmation_is_refused(call: Call, cast: Cast, path: str, payload: dict[str, Any]) -> None:
    assert refusal(call(cast.li_wei, "POST", f"{path}/confirm", json=payload)) == (422, "invalid_input")


def test_a_list_that_is_not_there_is_not_found(call: Call, cast: Cast, session: Session) -> None:
    assert session.scalars(select(Roster)).first() is None
    assert refusal(call(cast.li_wei, "GET", "/rosters/1/settlement")) == (404, "not_found")
