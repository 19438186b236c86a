"""请假: asked before or after the meeting, decided by another, asked anew, and who reads why."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server import events
from server.meetings.events import LeaveAnswered
from server.meetings.leave import queries, service
from server.meetings.leave.present import Absence, readable
from server.meetings.leave.service import LeaveRequest, LeaveTerms
from server.meetings.models import Attendance, Leave, Meeting
from server.meetings.rules import AttendanceState, LeaveStatus, MeetingStatus, Via
from server.organizations.models import Organization
from server.organizations.queries import ancestor_ids
from server.standards.rules import LeaveKind
from tests.at_once import race
from tests.cast import NOW, TODAY, Cast, Person
from tests.meeting import make_meeting
from tests.refusing import refused
from tests.settling import DUE, check_books, confirmed, live, roster_of

SICK = LeaveRequest(LeaveKind.sick, "发烧，已去医院")
LONGER = date(2026, 9, 1)


@pytest.fixture
def meeting(session: Session, cast: Cast) -> Meeting:
    return make_meeting(session, cast)


def ask(
    session: Session,
    meeting: Meeting,
    person: Person,
    wish: LeaveRequest = SICK,
    *,
    by: Person | None = None,
    now: datetime = NOW,
) -> Leave:
    by = by or person
    asked = service.ask(
        session,
        member_id=person.member_id,
        meeting_id=meeting.id,
        wish=wish,
        actor=by.actor,
        account_id=by.account_id,
        now=now,
    )
    session.commit()
    return asked


def grant(
    session: Session,
    leave: Leave,
    by: Person,
    terms: LeaveTerms | None = None,
    *,
    now: datetime = NOW,
    version: int | None = None,
) -> Leave:
    granted = service.grant(
        session,
        leave_id=leave.id,
        terms=terms or LeaveTerms(),
        actor=by.actor,
        account_id=by.account_id,
        now=now,
        version=version,
    )
    session.commit()
    return granted


def refuse(
    session: Session, leave: Leave, by: Person, *, answer: str = "请先与支部沟通", version: int | None = None
) -> Leave:
    answered = service.refuse(
        session, leave_id=leave.id, answer=answer, actor=by.actor, account_id=by.account_id, now=NOW, version=version
    )
    session.commit()
    return answered


def withdraw(session: Session, leave: Leave, by: Person) -> Leave:
    return service.withdraw(session, leave_id=leave.id, account_id=by.account_id, now=NOW)


def attend(
    session: Session, meeting: Meeting, person: Person, state: AttendanceState = AttendanceState.present
) -> None:
    session.add(
        Attendance(
            meeting_id=meeting.id,
            member_id=person.member_id,
            state=state,
            via=Via.qr,
            scanned_at=NOW,
            recorded_at=NOW,
            account_id=person.account_id,
        )
    )
    session.commit()


def state_of(leave: Leave) -> tuple[str, int]:
    return leave.status, leave.version


def test_a_member_asks_and_the_same_again_changes_nothing(session: Session, cast: Cast, meeting: Meeting) -> None:
    first = ask(session, meeting, cast.zhang_min)
    again = ask(session, meeting, cast.zhang_min, now=NOW + timedelta(hours=1))
    assert (again.id, state_of(again), again.asked_at) == (first.id, ("asked", 1), NOW)
    assert session.scalar(select(func.count()).select_from(Leave)) == 1
    other = LeaveRequest(LeaveKind.personal, "家中有事")
    refused("leave_exists", lambda: ask(session, meeting, cast.zhang_min, other))


def test_an_officer_asks_for_a_member_and_says_why(session: Session, cast: Cast, meeting: Meeting) -> None:
    refused("reason_missing", lambda: ask(session, meeting, cast.zhang_min, by=cast.wang_fang))
    wish = LeaveRequest(LeaveKind.sick, "住院", "本人不便使用手机，电话告知")
    asked = ask(session, meeting, cast.zhang_min, wish, by=cast.wang_fang)
    assert (asked.asked_by, asked.on_behalf_reason) == (cast.wang_fang.account_id, "本人不便使用手机，电话告知")


def test_only_the_invited_ask(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, observers=[cast.zhao_qiang])
    refused("not_invited", lambda: ask(session, meeting, cast.zhao_qiang))
    refused("not_invited", lambda: ask(session, meeting, cast.wu_gang))


@pytest.mark.parametrize(("days", "late"), [(-20, False), (30, False), (31, True)])
def test_leave_may_be_asked_until_thirty_days_after(
    session: Session, cast: Cast, meeting: Meeting, days: int, late: bool
) -> None:
    now = meeting.starts_at + timedelta(days=days)
    if late:
        refused("leave_too_late", lambda: ask(session, meeting, cast.zhang_min, now=now))
    else:
        assert ask(session, meeting, cast.zhang_min, now=now).status == LeaveStatus.asked


def test_who_came_asks_for_no_leave(session: Session, cast: Cast, meeting: Meeting) -> None:
    attend(session, meeting, cast.zhang_min)
    refused("already_attended", lambda: ask(session, meeting, cast.zhang_min))


def test_a_leave_is_not_granted_to_who_came_but_to_who_made_up(session: Session, cast: Cast, meeting: Meeting) -> None:
    leave, another = ask(session, meeting, cast.zhang_min), ask(session, meeting, cast.wang_fang)
    attend(session, meeting, cast.zhang_min)
    attend(session, meeting, cast.wang_fang, AttendanceState.made_up)
    refused("already_attended", lambda: grant(session, leave, cast.li_wei))
    assert grant(session, another, cast.li_wei).status == LeaveStatus.granted


def test_a_cancelled_meeting_needs_no_leave(session: Session, cast: Cast, meeting: Meeting) -> None:
    leave = ask(session, meeting, cast.zhang_min)
    meeting.status = MeetingStatus.cancelled
    session.commit()
    refused("meeting_cancelled", lambda: ask(session, meeting, cast.wang_fang))
    refused("meeting_cancelled", lambda: grant(session, leave, cast.li_wei))


def test_granting_is_told_once_and_the_repeat_changes_nothing(
    session: Session, cast: Cast, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[LeaveAnswered] = []
    monkeypatch.setitem(events._handlers, LeaveAnswered, [lambda _session, event: told.append(event)])
    leave = ask(session, meeting, cast.zhang_min)
    for _ in range(2):
        assert state_of(grant(session, leave, cast.li_wei)) == ("granted", 2)
    assert [(event.leave_id, event.status) for event in told] == [(leave.id, LeaveStatus.granted)]


def test_another_officers_late_decision_reads_who_was_first(session: Session, cast: Cast, meeting: Meeting) -> None:
    leave = ask(session, meeting, cast.zhang_min)
    grant(session, leave, cast.li_wei)
    for late in (lambda: grant(session, leave, cast.sun_li), lambda: refuse(session, leave, cast.sun_li)):
        error = refused("already_decided", late)
        assert "李伟已于 2026 年 6 月 18 日 00:30" in error.message
        assert error.detail == {"status": "granted", "version": 2}


def test_a_decision_is_changed_by_who_has_seen_it(session: Session, cast: Cast, meeting: Meeting) -> None:
    leave = ask(session, meeting, cast.zhang_min)
    grant(session, leave, cast.li_wei, LeaveTerms(makeup=True))
    longer = LeaveTerms(makeup_until=LONGER, answer="尚在住院，延长补课期限")
    refused("already_decided", lambda: grant(session, leave, cast.sun_li, longer, version=1))
    refused("reason_missing", lambda: grant(session, leave, cast.sun_li, LeaveTerms(makeup_until=LONGER), version=2))
    assert grant(session, leave, cast.sun_li, longer, version=2).makeup_until == LONGER
    assert state_of(refuse(session, leave, cast.li_wei, version=3)) == ("refused", 4)
    assert leave.makeup_until is None
    regranted = grant(session, leave, cast.li_wei, LeaveTerms(answer="已补交证明"), version=4)
    assert state_of(regranted) == ("granted", 5)


def test_a_refused_leave_is_asked_anew_in_the_same_row(session: Session, cast: Cast, meeting: Meeting) -> None:
    leave = ask(session, meeting, cast.zhang_min)
    refuse(session, leave, cast.li_wei)
    assert state_of(refuse(session, leave, cast.li_wei)) == ("refused", 2)
    anew = ask(session, meeting, cast.zhang_min, LeaveRequest(LeaveKind.personal, "照顾家人"))
    assert (anew.id, state_of(anew)) == (leave.id, ("asked", 3))
    assert (anew.decided_by, anew.decided_at, anew.answer) == (None, None, None)


def test_a_leave_is_withdrawn_once_and_may_be_asked_anew(session: Session, cast: Cast, meeting: Meeting) -> None:
    leave = ask(session, meeting, cast.zhang_min)
    grant(session, leave, cast.li_wei)
    for _ in range(2):
        assert state_of(withdraw(session, leave, cast.zhang_min)) == ("withdrawn", 3)
    refused("leave_withdrawn", lambda: grant(session, leave, cast.li_wei, version=3))
    assert state_of(ask(session, meeting, cast.zhang_min)) == ("asked", 4)
    refuse(session, leave, cast.li_wei)
    refused("already_decided", lambda: withdraw(session, leave, cast.zhang_min))


def test_nobody_decides_his_own_leave(session: Session, cast: Cast, meeting: Meeting) -> None:
    leave = ask(session, meeting, cast.li_wei)
    for decide in (lambda: grant(session, leave, cast.li_wei), lambda: refuse(session, leave, cast.li_wei)):
        assert "计算机科学与技术学院党总支" in refused("own_leave", decide).message
    assert grant(session, leave, cast.chen_jing).status == LeaveStatus.granted


@pytest.mark.parametrize(
    ("code", "kind", "required"),
    [
        ("B04", LeaveKind.personal, True),
        ("B04", LeaveKind.sick, False),
        ("B07", LeaveKind.personal, False),
    ],
)
def test_the_standard_says_whether_a_leave_must_be_made_up(
    session: Session, cast: Cast, code: str, kind: LeaveKind, required: bool
) -> None:
    meeting = make_meeting(session, cast, items=[(code, "1")])
    leave = grant(session, ask(session, meeting, cast.zhang_min, LeaveRequest(kind, "有事")), cast.li_wei)
    assert leave.makeup_until == (meeting.makeup_until if required else None)


def test_where_no_standard_applies_nothing_must_be_made_up(session: Session, cast: Cast) -> None:
    later = make_meeting(session, cast, starts_at=NOW + timedelta(days=730))  # next year's begins as this year's
    leave = ask(session, later, cast.zhang_min, LeaveRequest(LeaveKind.personal, "有事"))
    assert grant(session, leave, cast.li_wei).makeup_until is None
    by_word = ask(session, later, cast.wang_fang, LeaveRequest(LeaveKind.personal, "有事"))
    assert grant(session, by_word, cast.li_wei, LeaveTerms(makeup=True)).makeup_until == later.makeup_until


def test_who_saw_another_version_of_a_waiting_leave_looks_again(session: Session, cast: Cast, meeting: Meeting) -> None:
    leave = ask(session, meeting, cast.zhang_min)
    withdraw(session, leave, cast.zhang_min)
    ask(session, meeting, cast.zhang_min, LeaveRequest(LeaveKind.personal, "照顾家人"))
    error = refused("stale_version", lambda: grant(session, leave, cast.li_wei, version=1))
    assert error.detail == {"status": "asked", "version": 3}
    assert grant(session, leave, cast.li_wei, version=3).status == LeaveStatus.granted


@pytest.mark.parametrize("until", [date(2026, 6, 17), date(2027, 6, 20)])
def test_a_makeup_lies_between_the_meeting_and_a_year_later(
    session: Session, cast: Cast, meeting: Meeting, until: date
) -> None:
    leave = ask(session, meeting, cast.zhang_min)
    refused("invalid_makeup", lambda: grant(session, leave, cast.li_wei, LeaveTerms(makeup_until=until)))
    refused("invalid_makeup", lambda: grant(session, leave, cast.li_wei, LeaveTerms(makeup=False, makeup_until=LONGER)))


def test_no_makeup_is_due_on_a_day_that_is_over_in_shanghai(session: Session, cast: Cast, meeting: Meeting) -> None:
    """Half past midnight of 25 June; in UTC it still is the 24th."""
    leave, now = ask(session, meeting, cast.zhang_min), datetime(2026, 6, 24, 16, 30, tzinfo=UTC)
    yesterday, today = LeaveTerms(makeup_until=date(2026, 6, 24)), LeaveTerms(makeup_until=date(2026, 6, 25))
    refused("invalid_makeup", lambda: grant(session, leave, cast.li_wei, yesterday, now=now))
    assert grant(session, leave, cast.li_wei, today, now=now).makeup_until == date(2026, 6, 25)


def test_the_last_day_to_ask_ends_at_midnight_in_shanghai(session: Session, cast: Cast, meeting: Meeting) -> None:
    midnight = datetime(2026, 7, 18, 16, 0, tzinfo=UTC)
    refused("leave_too_late", lambda: ask(session, meeting, cast.zhang_min, now=midnight))
    before = midnight - timedelta(seconds=1)
    assert ask(session, meeting, cast.zhang_min, now=before).status == LeaveStatus.asked


@pytest.mark.at_the_edges_of_the_day
def test_a_leave_granted_long_after_leaves_time_to_make_up(session: Session, cast: Cast, meeting: Meeting) -> None:
    leave = ask(session, meeting, cast.zhang_min, now=meeting.starts_at + timedelta(days=30))
    late, until = meeting.starts_at + timedelta(days=40), meeting.day + timedelta(days=70)
    assert grant(session, leave, cast.li_wei, LeaveTerms(makeup=True), now=late).makeup_until == until


@pytest.mark.parametrize(
    ("who", "members", "secretarys"),
    [
        ("zhang_min", True, False),
        ("wang_fang", True, True),
        ("li_wei", True, True),
        ("chen_jing", False, True),
        ("organization_department", False, True),
        ("inspector", False, False),
        ("zhao_qiang", False, False),
        ("stranger", False, False),
    ],
)
def test_a_reason_stays_with_the_branch_unless_one_has_to_decide_from_above(
    session: Session, cast: Cast, who: str, members: bool, secretarys: bool
) -> None:
    places = ancestor_ids(session, cast.branch)
    absences = [Absence(1, cast.zhang_min.member_id, places), Absence(2, cast.li_wei.member_id, places)]
    found = readable(session, cast.people[who].actor, absences, on=TODAY)
    assert (1 in found, 2 in found) == (members, secretarys)


def test_what_waits_is_listed_at_and_below_an_organization(session: Session, cast: Cast, meeting: Meeting) -> None:
    first = ask(session, meeting, cast.zhang_min)
    second = ask(session, meeting, cast.wang_fang, now=NOW + timedelta(minutes=1))
    decided = ask(session, meeting, cast.li_wei, now=NOW + timedelta(minutes=2))
    grant(session, decided, cast.chen_jing)
    assert listed(session, cast.general_branch) == [first.id, second.id]
    assert listed(session, cast.branch, after=(first.asked_at, first.id)) == [second.id]
    assert listed(session, cast.other_branch) == []
    assert listed(session, cast.branch, status=LeaveStatus.granted) == [decided.id]
    meeting.status = MeetingStatus.cancelled
    session.commit()
    assert listed(session, cast.branch) == []


def listed(
    session: Session,
    organization_id: int,
    *,
    status: LeaveStatus = LeaveStatus.asked,
    after: tuple[datetime, int] | None = None,
) -> list[int]:
    place = session.get_one(Organization, organization_id)
    found = queries.list_below(session, organization=place, status=status, after=after, limit=10)
    return [leave.id for leave, _, _ in found]


def test_of_two_officers_at_once_one_decides(engine: Engine, session: Session, cast: Cast, meeting: Meeting) -> None:
    leave = ask(session, meeting, cast.zhang_min)
    first, second = cast.li_wei, cast.sun_li
    outcomes = race(
        engine,
        lambda own: service.grant(
            own, leave_id=leave.id, terms=LeaveTerms(), actor=first.actor, account_id=first.account_id, now=NOW
        ),
        lambda own: service.refuse(
            own, leave_id=leave.id, answer="不符合规定", actor=second.actor, account_id=second.account_id, now=NOW
        ),
    )
    assert outcomes == ["already_decided", "done"]
    session.refresh(leave)
    assert leave.version == 2


def test_a_leave_asked_twice_at_once_is_one_row(engine: Engine, session: Session, cast: Cast, meeting: Meeting) -> None:
    person = cast.zhang_min

    def work(own: Session) -> Leave:
        return service.ask(
            own,
            member_id=person.member_id,
            meeting_id=meeting.id,
            wish=SICK,
            actor=person.actor,
            account_id=person.account_id,
            now=NOW,
        )

    assert race(engine, work, work) == ["done", "done"]
    assert session.scalar(select(func.count()).select_from(Leave)) == 1


def test_a_leave_granted_after_the_list_was_confirmed_gives_the_points_back(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, items=[("B01", "1")])
    confirmed(session, cast, roster_of(session, meeting))
    assert live(session, meeting, cast.zhang_min) == [("B01", "-3", 1)]
    leave = ask(session, meeting, cast.zhang_min, now=DUE)
    assert live(session, meeting, cast.zhang_min) == [("B01", "-3", 1)]
    grant(session, leave, cast.li_wei, now=DUE)
    assert live(session, meeting, cast.zhang_min) == []
    refuse(session, leave, cast.li_wei, version=leave.version)
    assert live(session, meeting, cast.zhang_min) == [("B01", "-3", 2)]
    check_books(session)


def test_a_granted_leave_withdrawn_after_the_list_was_confirmed_costs_the_points(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, items=[("B01", "1")])
    leave = grant(session, ask(session, meeting, cast.zhang_min), cast.li_wei)
    confirmed(session, cast, roster_of(session, meeting))
    assert live(session, meeting, cast.zhang_min) == []
    withdraw(session, leave, cast.zhang_min)
    assert live(session, meeting, cast.zhang_min) == [("B01", "-3", 1)]
    check_books(session)
