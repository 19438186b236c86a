"""A members' meeting's votes over HTTP: who counts, what carries, what is refused, and what is taken back."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from server.meetings.models import Attendance, Meeting
from server.meetings.resolutions import service
from server.meetings.resolutions.rules import VotingRuleCode
from server.meetings.rules import AttendanceState, MeetingKind, MeetingStatus, Via
from server.organizations.models import Member, Stage
from tests.api.answers import body, refusal
from tests.at_once import race
from tests.cast import Cast, Person
from tests.conftest import Call
from tests.meeting import make_meeting


@pytest.fixture
def meeting(session: Session, cast: Cast) -> Meeting:
    """A members' meeting of yesterday; 张敏, 王芳 and 李伟 were there, 王芳 late."""
    meeting = make_meeting(
        session, cast, kind=MeetingKind.members_meeting, starts_at=cast.now - timedelta(days=1), items=[("B03", "1")]
    )
    came = {
        cast.zhang_min: AttendanceState.present,
        cast.wang_fang: AttendanceState.late,
        cast.li_wei: AttendanceState.present,
        cast.sun_li: AttendanceState.made_up,
    }
    for person, state in came.items():
        _enter(session, meeting, person, state, cast)
    session.commit()
    return meeting


def _enter(session: Session, meeting: Meeting, person: Person, state: AttendanceState, cast: Cast) -> None:
    session.add(
        Attendance(
            meeting_id=meeting.id,
            member_id=person.member_id,
            state=state,
            via=Via.qr,
            scanned_at=meeting.starts_at,
            recorded_at=meeting.starts_at,
            account_id=cast.li_wei.account_id,
        )
    )


def vote(ayes: int, **other: Any) -> dict[str, Any]:
    plain = {"rule": "ordinary", "title": "关于年度工作计划的决议", "nays": 0, "abstentions": 0, "invalid": 0}
    return {**plain, "unreturned": 0, "ayes": ayes, **other}


def shown(call: Call, by: Person, meeting: Meeting) -> dict[str, Any]:
    answer = call(by, "GET", f"/meetings/{meeting.id}/resolutions")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json
    return found


def recorded(call: Call, cast: Cast, meeting: Meeting, votes: dict[str, Any]) -> TestResponse:
    answer: TestResponse = call(cast.li_wei, "POST", f"/meetings/{meeting.id}/resolutions", json=votes)
    return answer


def excluding(*people: Person, ground: str = "superior_consent") -> dict[str, Any]:
    reason = "总支〔2026〕3 号批复，大会通过"
    return {"exclusions": [{"member_id": each.member_id, "ground": ground, "reason": reason} for each in people]}


def test_full_members_of_the_day_are_entitled_and_who_came_in_person_is_present(
    session: Session, call: Call, cast: Cast, meeting: Meeting
) -> None:
    found = shown(call, cast.li_wei, meeting)
    came = {each["name"]: each["came"] for each in found["voters"]}
    assert came == {"张敏": True, "王芳": True, "李伟": True, "孙丽": False}  # who made up for it was not there
    assert (found["entitled"], found["present"], found["may_record"], found["refusal"]) == (4, 3, True, None)
    session.get_one(Member, cast.wang_fang.member_id).stage = Stage.probationary
    session.commit()
    found = shown(call, cast.li_wei, meeting)
    assert (found["entitled"], found["present"]) == (3, 2)


@pytest.mark.parametrize(("ayes", "passed"), [(3, True), (2, False)])
def test_a_vote_is_written_down_with_its_outcome(
    call: Call, cast: Cast, meeting: Meeting, ayes: int, passed: bool
) -> None:
    """Two of three who came say aye: no more than half of the four entitled."""
    answer = recorded(call, cast, meeting, vote(ayes, nays=3 - ayes, text="同意。"))
    assert answer.status_code == 201
    (row,) = body(answer)["items"]
    assert (row["entitled"], row["present"], row["ayes"], row["passed"]) == (4, 3, ayes, passed)
    assert f"应到会有表决权党员 4 名，实到 3 名。表决结果：赞成 {ayes} 票" in row["words"]
    assert row["words"].endswith("，通过。" if passed else "，未通过。")
    assert (row["attendance_differs"], row["recorded_by"]) == (False, "李伟")


def test_who_is_not_counted_is_named_with_the_ground(call: Call, cast: Cast, meeting: Meeting) -> None:
    """Without 孙丽, who is away, two of three are more than half."""
    vote_cast = vote(2, nays=1, **excluding(cast.sun_li, ground="membership_stopped"))
    (row,) = body(recorded(call, cast, meeting, vote_cast))["items"]
    assert (row["entitled"], row["present"], row["passed"], row["attendance_differs"]) == (3, 3, True, False)
    assert [(each["name"], each["ground_title"]) for each in row["exclusions"]] == [("孙丽", "停止党籍")]


def test_without_a_quorum_nothing_is_voted_on_and_the_day_to_meet_again_is_named(
    session: Session, call: Call, cast: Cast, meeting: Meeting
) -> None:
    for person in (cast.wang_fang, cast.li_wei):
        session.delete(session.get_one(Attendance, (meeting.id, person.member_id)))
    session.commit()
    answer = recorded(call, cast, meeting, vote(1))
    assert refusal(answer) == (422, "no_quorum")
    assert answer.json is not None
    detail = answer.json["error"]["detail"]["again_by"]
    found = shown(call, cast.li_wei, meeting)
    assert (detail, found["items"]) == (found["again_by"], [])
    assert date.fromisoformat(found["again_by"]) > meeting.day + timedelta(days=13)


def test_figures_that_do_not_come_to_those_present_are_refused(call: Call, cast: Cast, meeting: Meeting) -> None:
    for wrong in (vote(2), vote(4), vote(3, written=1), vote(3, rule="admission", written=1)):
        assert refusal(recorded(call, cast, meeting, wrong)) == (422, "votes_disagree")
    assert recorded(call, cast, meeting, vote(4, rule="admission", written=1)).status_code == 201


def test_only_the_branchs_full_members_can_be_left_out_and_each_once(call: Call, cast: Cast, meeting: Meeting) -> None:
    for people in ([cast.chen_jing], [cast.sun_li, cast.sun_li]):
        assert refusal(recorded(call, cast, meeting, vote(3, **excluding(*people)))) == (422, "not_a_voter")


def test_votes_are_of_members_meetings_that_were_held(
    session: Session, call: Call, cast: Cast, meeting: Meeting
) -> None:
    meeting.kind = MeetingKind.theme_day
    session.commit()
    assert refusal(recorded(call, cast, meeting, vote(3))) == (409, "no_vote_here")
    meeting.kind, meeting.closes_at = MeetingKind.members_meeting, cast.now + timedelta(minutes=1)
    session.commit()
    assert refusal(recorded(call, cast, meeting, vote(3))) == (409, "check_in_open")
    meeting.status = MeetingStatus.cancelled
    session.commit()
    assert refusal(recorded(call, cast, meeting, vote(3))) == (409, "meeting_cancelled")
    found = shown(call, cast.li_wei, meeting)
    assert (found["may_record"], found["refusal"]) == (False, "这次会议已取消，不能登记表决")


def test_a_mistaken_record_is_taken_back_once_and_stays_to_be_read(call: Call, cast: Cast, meeting: Meeting) -> None:
    number = body(recorded(call, cast, meeting, vote(3)))["items"][0]["id"]
    path = f"/resolutions/{number}/withdraw"
    assert call(cast.sun_li, "POST", path, json={"reason": "票数登记有误"}).status_code == 200
    assert refusal(call(cast.li_wei, "POST", path, json={"reason": "再撤一次"})) == (409, "already_withdrawn")
    (row,) = shown(call, cast.li_wei, meeting)["items"]
    assert (row["withdrawn_by"], row["withdrawn_reason"], row["passed"]) == ("孙丽", "票数登记有误", True)


def test_of_two_who_record_the_same_vote_at_once_one_does(engine: Engine, cast: Cast, meeting: Meeting) -> None:
    meeting_id = meeting.id

    def record(session: Session) -> None:
        service.record(
            session,
            meeting_id=meeting_id,
            rule=VotingRuleCode.ordinary,
            title="关于年度工作计划的决议",
            text="",
            exclusions=(),
            ballots=service.Ballots(written=0, ayes=3, nays=0, abstentions=0, invalid=0, unreturned=0),
            account_id=cast.li_wei.account_id,
            now=cast.now,
        )

    assert race(engine, record, record) == ["already_recorded", "done"]


def test_what_was_taken_back_is_recorded_anew(call: Call, cast: Cast, meeting: Meeting) -> None:
    number = body(recorded(call, cast, meeting, vote(3)))["items"][0]["id"]
    assert refusal(recorded(call, cast, meeting, vote(2, nays=1))) == (409, "already_recorded")
    assert call(cast.li_wei, "POST", f"/resolutions/{number}/withdraw", json={"reason": "票数有误"}).status_code == 200
    assert [row["ayes"] for row in body(recorded(call, cast, meeting, vote(2, nays=1)))["items"]] == [3, 2]


def test_of_two_who_take_it_back_at_once_one_does(engine: Engine, call: Call, cast: Cast, meeting: Meeting) -> None:
    number = body(recorded(call, cast, meeting, vote(3)))["items"][0]["id"]

    def withdraw(session: Session) -> None:
        service.withdraw(
            session, resolution_id=number, reason="登记有误", account_id=cast.li_wei.account_id, now=cast.now
        )

    assert race(engine, withdraw, withdraw) == ["already_withdrawn", "done"]


def test_a_list_changed_afterwards_is_said_beside_the_figures(
    session: Session, call: Call, cast: Cast, meeting: Meeting
) -> None:
    assert recorded(call, cast, meeting, vote(3)).status_code == 201
    session.delete(session.get_one(Attendance, (meeting.id, cast.wang_fang.member_id)))
    session.commit()
    (row,) = shown(call, cast.li_wei, meeting)["items"]
    assert (row["present"], row["attendance_differs"]) == (3, True)


def test_members_do_not_see_the_figures(call: Call, cast: Cast, meeting: Meeting) -> None:
    assert refusal(call(cast.zhang_min, "GET", f"/meetings/{meeting.id}/resolutions"))[0] == 403
