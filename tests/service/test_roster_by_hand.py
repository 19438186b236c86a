"""A roster as it is read, and attendance entered, corrected, undone and made up for by hand."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.meetings.models import Attendance, AttendanceChange, Invitation, Leave, Meeting, Roster
from server.meetings.rosters import by_hand
from server.meetings.rosters import queries as lists
from server.meetings.rosters.by_hand import ManualEdit
from server.meetings.rules import AttendanceStanding, AttendanceState, LeaveStatus, MeetingStatus, Part, Via
from server.meetings.settlement import service as settlement
from server.organizations.models import Membership
from server.standards.rules import LeaveKind
from tests import days
from tests.at_once import race
from tests.cast import NOW, TODAY, YEAR_START, Cast, Person
from tests.exempting import exempt
from tests.meeting import make_meeting
from tests.refusing import refused
from tests.settling import DUE, check_books, confirmed, live, roster_of, settled

PRESENT, LATE, MADE_UP = AttendanceState
REASON = "手机没电，已核对签名表"


@pytest.fixture
def meeting(session: Session, cast: Cast) -> Meeting:
    return make_meeting(session, cast)


@pytest.fixture
def roster(session: Session, meeting: Meeting) -> Roster:
    return session.scalars(select(Roster).where(Roster.meeting_id == meeting.id)).one()


def hand(roster: Roster, whom: Person, by: Person, now: datetime = NOW) -> ManualEdit:
    return ManualEdit(roster.id, whom.member_id, by.actor, by.account_id, now)


def leave_for(
    session: Session, roster: Roster, person: Person, status: LeaveStatus, until: date | None = None
) -> Leave:
    leave = Leave(
        meeting_id=roster.meeting_id,
        member_id=person.member_id,
        roster_id=roster.id,
        kind=LeaveKind.personal,
        reason="家中有事",
        status=status,
        makeup_until=until,
        asked_by=person.account_id,
        asked_at=NOW,
    )
    session.add(leave)
    session.commit()
    return leave


def history(session: Session, meeting: Meeting, person: Person) -> list[tuple[str | None, str | None, str]]:
    rows = lists.changes(session, meeting_id=meeting.id, member_id=person.member_id)
    return [(row.before, row.after, row.reason) for row in rows]


def test_who_has_not_come_stands_first(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, observers=[cast.zhao_qiang])
    roster = session.scalars(select(Roster)).one()
    leave_for(session, roster, cast.wang_fang, LeaveStatus.granted)
    leave_for(session, roster, cast.sun_li, LeaveStatus.asked)
    by_hand.enter(session, hand(roster, cast.zhang_min, cast.li_wei), state=LATE, reason=REASON)
    by_hand.enter(session, hand(roster, cast.zhao_qiang, cast.li_wei), state=PRESENT, reason=REASON)
    found = lists.lines(session, roster, closes_at=meeting.closes_at, now=NOW)
    assert [(line.name, line.standing) for line in found] == [
        ("孙丽", AttendanceStanding.expected),
        ("李伟", AttendanceStanding.expected),
        ("王芳", AttendanceStanding.on_leave),
        ("张敏", AttendanceStanding.late),
        ("赵强", AttendanceStanding.present),
    ]
    tally = lists.tally(found)
    assert (tally.invited, tally.observers, tally.observers_present, tally.leave_waiting) == (4, 1, 1, 1)
    assert tally.standings == {
        AttendanceStanding.expected: 2,
        AttendanceStanding.on_leave: 1,
        AttendanceStanding.late: 1,
    }
    later = lists.lines(session, roster, closes_at=meeting.closes_at, now=meeting.closes_at + timedelta(seconds=1))
    assert [line.standing for line in later][:2] == [AttendanceStanding.absent, AttendanceStanding.absent]


def test_a_roster_names_the_helper_and_nobody_else(
    session: Session, cast: Cast, meeting: Meeting, roster: Roster
) -> None:
    for person, via in ((cast.zhang_min, Via.helper), (cast.wang_fang, Via.qr)):
        session.add(
            Attendance(
                meeting_id=meeting.id,
                member_id=person.member_id,
                state=PRESENT,
                via=via,
                scanned_at=NOW,
                recorded_at=NOW,
                account_id=cast.sun_li.account_id,
            )
        )
    session.flush()
    found = lists.lines(session, roster, closes_at=meeting.closes_at, now=NOW)
    helped = {line.name: line.helper for line in found if line.attendance}
    assert helped == {"张敏": "孙丽", "王芳": None}


def test_reading_a_roster_takes_one_statement(
    engine: Engine, session: Session, cast: Cast, meeting: Meeting, roster: Roster
) -> None:
    leave_for(session, roster, cast.wang_fang, LeaveStatus.granted)
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cur, statement, *_rest: statements.append(statement))
    lists.lines(session, roster, closes_at=meeting.closes_at, now=NOW)
    assert len([statement for statement in statements if statement.startswith("SELECT")]) == 1


def test_an_entry_by_hand_leaves_its_reason_and_repeats_safely(
    session: Session, cast: Cast, meeting: Meeting, roster: Roster, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[list[int]] = []
    monkeypatch.setattr(settlement, "adjust", lambda _session, **values: told.append(values["member_ids"]))
    by = hand(roster, cast.zhang_min, cast.wang_fang)
    first = by_hand.enter(session, by, state=PRESENT, reason=REASON)
    again = by_hand.enter(session, by, state=PRESENT, reason="再说一次")
    assert (again.via, again.reason, again.account_id, again.scanned_at) == (
        Via.manual,
        REASON,
        cast.wang_fang.account_id,
        NOW,
    )
    assert first is again
    assert history(session, meeting, cast.zhang_min) == [(None, PRESENT, REASON)]
    assert told == [[cast.zhang_min.member_id]]
    assert session.scalar(select(func.count()).where(AuditLine.action == "attendance_enter")) == 1
    refused("already_recorded", lambda: by_hand.enter(session, by, state=LATE, reason=REASON))


def test_an_entry_says_when_he_came(session: Session, cast: Cast, meeting: Meeting, roster: Roster) -> None:
    after = meeting.ends_at + timedelta(days=3)
    default = by_hand.enter(session, hand(roster, cast.zhang_min, cast.li_wei, after), state=PRESENT, reason=REASON)
    assert default.scanned_at == meeting.starts_at
    by = hand(roster, cast.sun_li, cast.li_wei, after)
    for at in (meeting.opens_at - timedelta(seconds=1), meeting.ends_at + timedelta(seconds=1)):
        refused("outside_meeting", lambda at=at: by_hand.enter(session, by, state=LATE, reason=REASON, at=at))  # type: ignore[misc]
    entered = by_hand.enter(session, by, state=LATE, reason=REASON, at=meeting.ends_at)
    assert entered.scanned_at == meeting.ends_at
    ahead = hand(roster, cast.wang_fang, cast.li_wei)
    tomorrow = NOW + timedelta(minutes=1)
    refused("outside_meeting", lambda: by_hand.enter(session, ahead, state=LATE, reason=REASON, at=tomorrow))


def test_nothing_is_entered_before_check_in_opens(
    session: Session, cast: Cast, meeting: Meeting, roster: Roster
) -> None:
    early = hand(roster, cast.zhang_min, cast.li_wei, meeting.opens_at - timedelta(seconds=1))
    refused("too_early", lambda: by_hand.enter(session, early, state=PRESENT, reason=REASON))
    on_time = hand(roster, cast.zhang_min, cast.li_wei, meeting.opens_at)
    assert by_hand.enter(session, on_time, state=PRESENT, reason=REASON).scanned_at == meeting.opens_at


def test_nobody_touches_his_own_attendance(session: Session, cast: Cast, roster: Roster) -> None:
    own = hand(roster, cast.li_wei, cast.li_wei)
    acts: list[Callable[[], object]] = [
        lambda: by_hand.enter(session, own, state=PRESENT, reason=REASON),
        lambda: by_hand.correct(session, own, state=LATE, reason=REASON),
        lambda: by_hand.undo(session, own, reason=REASON),
        lambda: by_hand.make_up(session, own, on=TODAY, evidence=REASON),
    ]
    for act in acts:
        assert "上级党组织" in refused("own_attendance", act).message


def test_a_cancelled_meeting_takes_no_entries(session: Session, cast: Cast, meeting: Meeting, roster: Roster) -> None:
    meeting.status = MeetingStatus.cancelled
    session.commit()
    by = hand(roster, cast.zhang_min, cast.li_wei)
    refused("meeting_cancelled", lambda: by_hand.enter(session, by, state=PRESENT, reason=REASON))
    refused("meeting_cancelled", lambda: by_hand.make_up(session, by, on=TODAY, evidence=REASON))


def test_someone_of_the_branch_is_put_on_the_list_and_others_are_not(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, invited={cast.branch: [cast.li_wei], cast.other_branch: [cast.zhou_yu]})
    roster = session.scalars(select(Roster).where(Roster.organization_id == cast.branch)).one()
    by_hand.enter(session, hand(roster, cast.zhang_min, cast.li_wei), state=PRESENT, reason=REASON)
    invitation = session.get_one(Invitation, (meeting.id, cast.zhang_min.member_id))
    assert (invitation.roster_id, invitation.part, invitation.chosen) == (roster.id, Part.invited, True)
    for person in (cast.zhao_qiang, cast.zhou_yu):
        by = hand(roster, person, cast.li_wei)
        refused("not_invited", lambda by=by: by_hand.enter(session, by, state=PRESENT, reason=REASON))  # type: ignore[misc]


def test_who_has_left_the_branch_by_that_day_is_not_put_on_its_list(session: Session, cast: Cast) -> None:
    make_meeting(session, cast, invited={cast.branch: [cast.li_wei]})
    roster = session.scalars(select(Roster)).one()
    membership = session.scalars(select(Membership).where(Membership.member_id == cast.zhang_min.member_id)).one()
    membership.until_date = TODAY
    session.flush()
    by = hand(roster, cast.zhang_min, cast.li_wei)
    refused("not_invited", lambda: by_hand.enter(session, by, state=PRESENT, reason=REASON))
    membership.until_date = TODAY + timedelta(days=1)
    session.flush()
    assert by_hand.enter(session, by, state=PRESENT, reason=REASON).state == PRESENT


def test_who_is_exempt_comes_as_an_observer(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, invited={cast.branch: [cast.li_wei]})
    roster = session.scalars(select(Roster)).one()
    exempt(session, cast, cast.zhang_min.member_id, YEAR_START)
    by_hand.enter(session, hand(roster, cast.zhang_min, cast.li_wei), state=PRESENT, reason=REASON)
    assert session.get_one(Invitation, (meeting.id, cast.zhang_min.member_id)).part == Part.observer


def test_an_entry_ends_a_leave_that_waits_and_keeps_one_that_was_granted(
    session: Session, cast: Cast, roster: Roster
) -> None:
    waiting = leave_for(session, roster, cast.zhang_min, LeaveStatus.asked)
    granted = leave_for(session, roster, cast.wang_fang, LeaveStatus.granted)
    for person in (cast.zhang_min, cast.wang_fang):
        by_hand.enter(session, hand(roster, person, cast.li_wei), state=PRESENT, reason=REASON)
    assert (waiting.status, waiting.version, granted.status) == ("withdrawn", 2, "granted")


def test_a_correction_keeps_how_the_record_came_about(
    session: Session, cast: Cast, meeting: Meeting, roster: Roster
) -> None:
    by = hand(roster, cast.zhang_min, cast.wang_fang)
    refused("nothing_recorded", lambda: by_hand.correct(session, by, state=LATE, reason=REASON))
    by_hand.enter(session, by, state=PRESENT, reason=REASON)
    for _ in range(2):
        corrected = by_hand.correct(session, hand(roster, cast.zhang_min, cast.sun_li), state=LATE, reason="晚到半小时")
        assert (corrected.state, corrected.account_id) == (LATE, cast.wang_fang.account_id)
    assert history(session, meeting, cast.zhang_min) == [
        (None, PRESENT, REASON),
        (PRESENT, LATE, "晚到半小时"),
    ]


def test_an_entry_is_undone_once_and_may_be_made_again(
    session: Session, cast: Cast, meeting: Meeting, roster: Roster
) -> None:
    by = hand(roster, cast.zhang_min, cast.wang_fang)
    refused("nothing_recorded", lambda: by_hand.undo(session, by, reason="登记错人"))
    by_hand.enter(session, by, state=PRESENT, reason=REASON)
    for _ in range(2):
        by_hand.undo(session, by, reason="登记错人")
        assert session.get(Attendance, (meeting.id, cast.zhang_min.member_id)) is None
    by_hand.enter(session, by, state=LATE, reason=REASON)
    assert [row[:2] for row in history(session, meeting, cast.zhang_min)] == [
        (None, PRESENT),
        (PRESENT, None),
        (None, LATE),
    ]


@pytest.mark.at_the_edges_of_the_day
def test_a_makeup_needs_the_day_and_what_shows_it(
    session: Session, cast: Cast, meeting: Meeting, roster: Roster
) -> None:
    day, now = meeting.day, meeting.closes_at + timedelta(days=5)
    by = hand(roster, cast.zhang_min, cast.wang_fang, now)
    refused("invalid_makeup", lambda: by_hand.make_up(session, by, on=day - timedelta(days=1), evidence="谈话记录"))
    refused("in_the_future", lambda: by_hand.make_up(session, by, on=day + timedelta(days=6), evidence="谈话记录"))
    for _ in range(2):
        made = by_hand.make_up(session, by, on=day + timedelta(days=5), evidence="谈话记录")
        assert (made.state, made.via, made.reason) == (MADE_UP, Via.manual, "谈话记录")
    assert made.scanned_at == days.at(day + timedelta(days=5), "00:00")
    assert history(session, meeting, cast.zhang_min) == [(None, MADE_UP, "谈话记录")]
    refused("made_up", lambda: by_hand.correct(session, by, state=PRESENT, reason=REASON))
    refused("already_recorded", lambda: by_hand.enter(session, by, state=PRESENT, reason=REASON))


def test_who_may_still_come_makes_up_for_nothing(
    session: Session, cast: Cast, meeting: Meeting, roster: Roster
) -> None:
    by = hand(roster, cast.zhang_min, cast.wang_fang, meeting.closes_at)
    refused("check_in_open", lambda: by_hand.make_up(session, by, on=TODAY, evidence="谈话记录"))
    leave_for(session, roster, cast.zhang_min, LeaveStatus.granted)
    day_before = hand(roster, cast.zhang_min, cast.wang_fang, NOW - timedelta(days=1))
    refused("invalid_makeup", lambda: by_hand.make_up(session, day_before, on=TODAY, evidence="谈话记录"))
    assert by_hand.make_up(session, by, on=TODAY, evidence="谈话记录").state == MADE_UP


@pytest.mark.parametrize("on_leave", [False, True])
def test_a_makeup_after_its_deadline_says_why(
    session: Session, cast: Cast, meeting: Meeting, roster: Roster, on_leave: bool
) -> None:
    until = meeting.makeup_until
    if on_leave:
        until = TODAY + timedelta(days=60)
        leave_for(session, roster, cast.zhang_min, LeaveStatus.granted, until)
    by = hand(roster, cast.zhang_min, cast.wang_fang, NOW + timedelta(days=90))
    after = until + timedelta(days=1)
    error = refused("makeup_too_late", lambda: by_hand.make_up(session, by, on=after, evidence="谈话记录"))
    assert error.detail == {"until": until.isoformat()}
    by_hand.make_up(session, by, on=after, evidence="谈话记录", late_reason="一直住院")
    assert history(session, meeting, cast.zhang_min)[0][2] == "谈话记录；逾期原因：一直住院"
    other = hand(roster, cast.sun_li, cast.wang_fang, NOW + timedelta(days=90))
    assert by_hand.make_up(session, other, on=meeting.makeup_until, evidence="谈话记录").state == MADE_UP


def test_who_is_not_expected_has_nothing_to_make_up(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, observers=[cast.zhao_qiang])
    roster = session.scalars(select(Roster)).one()
    for person in (cast.zhao_qiang, cast.wu_gang):
        by = hand(roster, person, cast.li_wei, meeting.closes_at + timedelta(days=1))
        refused("not_invited", lambda by=by: by_hand.make_up(session, by, on=TODAY, evidence="谈话记录"))  # type: ignore[misc]


def test_two_officers_at_once_enter_one_record(
    engine: Engine, session: Session, cast: Cast, meeting: Meeting, roster: Roster
) -> None:
    session.commit()

    def entering(by: Person, state: AttendanceState) -> Callable[[Session], object]:
        return lambda own: by_hand.enter(own, hand(roster, cast.zhang_min, by), state=state, reason=REASON)

    outcomes = race(engine, entering(cast.li_wei, PRESENT), entering(cast.sun_li, LATE))
    assert outcomes == ["already_recorded", "done"]
    assert session.scalar(select(func.count()).select_from(AttendanceChange)) == 1


def test_the_history_is_of_ones_own_list(session: Session, cast: Cast) -> None:
    make_meeting(session, cast, invited={cast.branch: [cast.zhang_min], cast.other_branch: [cast.zhou_yu]})
    roster = session.scalars(select(Roster).where(Roster.organization_id == cast.branch)).one()
    assert lists.changes_on(session, roster, cast.zhang_min.member_id) == []
    refused("not_found", lambda: lists.changes_on(session, roster, cast.zhou_yu.member_id))


def test_what_is_entered_after_the_list_was_confirmed_moves_the_points(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, items=[("B01", "1"), ("B06a", "1")])
    roster = roster_of(session, meeting)
    settled(session, meeting)
    confirmed(session, cast, roster, now=DUE)
    assert live(session, meeting, cast.zhang_min) == [("B01", "-3", 1)]
    by = hand(roster, cast.zhang_min, cast.wang_fang, DUE)
    by_hand.enter(session, by, state=PRESENT, reason=REASON)
    assert live(session, meeting, cast.zhang_min) == [("B06a", "0.25", 1)]
    by_hand.undo(session, by, reason="登记错人")
    assert live(session, meeting, cast.zhang_min) == [("B01", "-3", 2)]
    by_hand.make_up(session, by, on=TODAY + timedelta(days=1), evidence="谈话记录")
    assert "B01" not in [item for item, _points, _revision in live(session, meeting, cast.zhang_min)]
    session.commit()
    check_books(session)


def test_someone_put_on_a_settled_list_earns_at_once(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, items=[("B06a", "1")], invited={cast.branch: [cast.li_wei]})
    settled(session, meeting)
    by = hand(roster_of(session, meeting), cast.zhang_min, cast.li_wei, DUE)
    by_hand.enter(session, by, state=PRESENT, reason=REASON)
    assert live(session, meeting, cast.zhang_min) == [("B06a", "0.25", 1)]
