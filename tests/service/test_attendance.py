"""Who was where: a member's year and an organization's month, right for those who came, left or were only invited."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from server.meetings.attendance import queries as attendance
from server.meetings.attendance.queries import AttendanceTable
from server.meetings.models import Attendance, Leave, Meeting, Roster
from server.meetings.rules import AttendanceStanding, AttendanceState, LeaveStatus, MeetingKind, MeetingStatus, Via
from server.organizations import transfers
from server.organizations.models import Membership
from server.standards.rules import LeaveKind
from tests.cast import NOW, Cast, Person
from tests.meeting import make_meeting
from tests.refusing import refused

Lists = dict[int, Collection[Person]]
LAST_WEEK = datetime(2026, 6, 11, 2, 0, tzinfo=UTC)


def came(
    session: Session, meeting: Meeting, person: Person, state: AttendanceState = AttendanceState.present
) -> Attendance:
    """Have a person checked in by his own phone."""
    attended = Attendance(
        meeting_id=meeting.id,
        member_id=person.member_id,
        state=state,
        via=Via.qr,
        scanned_at=meeting.starts_at,
        recorded_at=meeting.starts_at,
        account_id=person.account_id,
    )
    session.add(attended)
    session.commit()
    return attended


def on_leave(
    session: Session,
    meeting: Meeting,
    person: Person,
    status: LeaveStatus = LeaveStatus.granted,
    makeup_until: date | None = None,
) -> None:
    roster = session.query(Roster).filter_by(meeting_id=meeting.id).first()
    assert roster is not None
    session.add(
        Leave(
            meeting_id=meeting.id,
            member_id=person.member_id,
            roster_id=roster.id,
            kind=LeaveKind.personal,
            reason="家中有事",
            status=status,
            makeup_until=makeup_until,
            asked_by=person.account_id,
            asked_at=meeting.starts_at,
        )
    )
    session.commit()


def standings(session: Session, person: Person, *, now: datetime = NOW) -> list[AttendanceStanding]:
    found = attendance.of_member(session, member_id=person.member_id, year=2026, now=now)
    return [each.standing for each in found]


def june(session: Session, organization_id: int, *, now: datetime = NOW) -> AttendanceTable:
    return attendance.month_table(session, organization_id=organization_id, month="2026-06", now=now)


def shown(table: AttendanceTable) -> dict[str, list[AttendanceStanding | None]]:
    """Return each row's cells by the name of its member."""
    return {
        row.member.name: [
            row.cells[meeting.id].standing if meeting.id in row.cells else None for meeting in table.meetings
        ]
        for row in table.rows
    }


def test_a_year_lists_what_became_of_each_meeting(session: Session, cast: Cast) -> None:
    came(session, make_meeting(session, cast, starts_at=LAST_WEEK), cast.zhang_min)
    late = make_meeting(session, cast, starts_at=LAST_WEEK + timedelta(days=1))
    came(session, late, cast.zhang_min, AttendanceState.late)
    on_leave(session, make_meeting(session, cast, starts_at=LAST_WEEK + timedelta(days=2)), cast.zhang_min)
    made_up = make_meeting(session, cast, starts_at=LAST_WEEK + timedelta(days=3))
    came(session, made_up, cast.zhang_min, AttendanceState.made_up)
    make_meeting(session, cast, starts_at=LAST_WEEK + timedelta(days=4))
    make_meeting(session, cast)
    expected = ["present", "late", "on_leave", "made_up", "absent", "expected"]
    assert standings(session, cast.zhang_min) == expected
    found = attendance.of_member(session, member_id=cast.zhang_min.member_id, year=2026, now=NOW)
    counted = attendance.tally_of(found)
    assert (counted.owed, counted.attended, counted.expected, str(counted.rate)) == (5, 2, 0, "75.0")


def test_a_meeting_is_owed_from_the_moment_its_check_in_has_closed(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast)
    came(session, meeting, cast.zhang_min)
    for now, owed in ((meeting.closes_at, 0), (meeting.closes_at + timedelta(microseconds=1), 1)):
        found = attendance.of_member(session, member_id=cast.zhang_min.member_id, year=2026, now=now)
        assert attendance.tally_of(found).owed == owed
    assert standings(session, cast.li_wei, now=meeting.closes_at) == ["expected"]


def test_an_observer_is_listed_and_owes_nothing(session: Session, cast: Cast) -> None:
    invited: Lists = {cast.branch: [cast.zhang_min]}
    make_meeting(session, cast, starts_at=LAST_WEEK, invited=invited, observers=[cast.chen_jing])
    (seen,) = attendance.of_member(session, member_id=cast.chen_jing.member_id, year=2026, now=NOW)
    assert (seen.observes, seen.is_owed, attendance.tally_of([seen]).owed) == (True, False, 0)
    assert attendance.head_count(june(session, cast.branch).column(seen.meeting.id)).owed == 1


def test_a_cancelled_meeting_is_left_out(session: Session, cast: Cast) -> None:
    make_meeting(session, cast, starts_at=LAST_WEEK).status = MeetingStatus.cancelled
    session.commit()
    assert standings(session, cast.zhang_min) == []
    assert june(session, cast.branch).meetings == []


@pytest.mark.parametrize("status", [LeaveStatus.asked, LeaveStatus.refused, LeaveStatus.withdrawn])
def test_only_a_granted_leave_excuses(session: Session, cast: Cast, status: LeaveStatus) -> None:
    on_leave(session, make_meeting(session, cast, starts_at=LAST_WEEK), cast.zhang_min, status, date(2026, 7, 11))
    (seen,) = attendance.of_member(session, member_id=cast.zhang_min.member_id, year=2026, now=NOW)
    assert (seen.standing, seen.makeup_due) == (AttendanceStanding.absent, None)


def test_what_is_to_be_made_up_is_due_until_it_is(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, starts_at=LAST_WEEK)
    on_leave(session, meeting, cast.zhang_min, makeup_until=date(2026, 7, 11))
    (seen,) = attendance.of_member(session, member_id=cast.zhang_min.member_id, year=2026, now=NOW)
    assert (seen.standing, seen.makeup_due) == (AttendanceStanding.on_leave, date(2026, 7, 11))
    came(session, meeting, cast.zhang_min, AttendanceState.made_up)
    (seen,) = attendance.of_member(session, member_id=cast.zhang_min.member_id, year=2026, now=NOW)
    assert (seen.standing, seen.makeup_due) == (AttendanceStanding.made_up, None)


def test_years_and_months_are_shanghais(session: Session, cast: Cast) -> None:
    new_year = make_meeting(session, cast, starts_at=datetime(2025, 12, 31, 16, 0, tzinfo=UTC))
    make_meeting(session, cast, starts_at=datetime(2025, 12, 31, 15, 59, tzinfo=UTC))
    make_meeting(session, cast, starts_at=datetime(2026, 12, 31, 16, 0, tzinfo=UTC))
    found = attendance.of_member(session, member_id=cast.zhang_min.member_id, year=2026, now=NOW)
    assert [each.meeting.id for each in found] == [new_year.id]
    table = attendance.month_table(session, organization_id=cast.branch, month="2026-01", now=NOW)
    assert [meeting.id for meeting in table.meetings] == [new_year.id]
    december = attendance.month_table(session, organization_id=cast.branch, month="2025-12", now=NOW)
    assert len(december.meetings) == 1


def test_kinds_are_counted_apart(session: Session, cast: Cast) -> None:
    came(session, make_meeting(session, cast, starts_at=LAST_WEEK), cast.zhang_min)
    make_meeting(session, cast, kind=MeetingKind.lecture, items=[("B03", "1")], starts_at=LAST_WEEK)
    found = attendance.of_member(session, member_id=cast.zhang_min.member_id, year=2026, now=NOW)
    rates = {kind: str(counted.rate) for kind, counted in attendance.by_kind(found).items()}
    assert rates == {MeetingKind.lecture: "0.0", MeetingKind.theme_day: "100.0"}


def test_a_month_has_a_column_for_each_meeting_and_a_row_for_each_who_was_invited(session: Session, cast: Cast) -> None:
    first = make_meeting(session, cast, starts_at=LAST_WEEK)
    invited: Lists = {cast.branch: [cast.zhang_min, cast.li_wei]}
    second = make_meeting(session, cast, starts_at=LAST_WEEK + timedelta(days=1), invited=invited)
    make_meeting(session, cast, starts_at=LAST_WEEK + timedelta(days=30))
    for meeting in (first, second):
        came(session, meeting, cast.zhang_min)
    table = june(session, cast.branch)
    assert [meeting.id for meeting in table.meetings] == [first.id, second.id]
    assert shown(table) == {
        "张敏": ["present", "present"],
        "王芳": ["absent", None],
        "李伟": ["absent", "absent"],
        "孙丽": ["absent", None],
    }
    assert [attendance.head_count(table.column(meeting.id)).absent for meeting in table.meetings] == [3, 1]


def test_who_moved_has_a_row_in_each_branch_with_what_he_was_invited_to_there(session: Session, cast: Cast) -> None:
    before = make_meeting(session, cast, starts_at=LAST_WEEK)
    membership = session.query(Membership).filter_by(member_id=cast.zhang_min.member_id).one()
    transfers.transfer(
        session,
        member_id=cast.zhang_min.member_id,
        to_organization_id=cast.other_branch,
        on=date(2026, 6, 15),
        account_id=cast.chen_jing.account_id,
        now=NOW,
    )
    assert membership.until_date == date(2026, 6, 15)
    after = make_meeting(
        session,
        cast,
        organization_id=cast.other_branch,
        starts_at=NOW - timedelta(days=1),
        invited={cast.other_branch: [cast.zhang_min, cast.zhao_qiang]},
    )
    came(session, before, cast.zhang_min)
    assert shown(june(session, cast.branch))["张敏"] == ["present"]
    assert shown(june(session, cast.other_branch)) == {"张敏": ["absent"], "赵强": ["absent"]}
    rows = [row for row in june(session, cast.general_branch).rows if row.member.name == "张敏"]
    assert [(row.branch.id, list(row.cells)) for row in rows] == [
        (cast.branch, [before.id]),
        (cast.other_branch, [after.id]),
    ]


def test_a_joint_meeting_is_one_column_above_and_each_branchs_own_list_below(session: Session, cast: Cast) -> None:
    invited: Lists = {cast.branch: [cast.zhang_min], cast.other_branch: [cast.zhou_yu]}
    joint = make_meeting(session, cast, starts_at=LAST_WEEK, invited=invited)
    above = june(session, cast.general_branch)
    assert ([meeting.id for meeting in above.meetings], len(above.rosters)) == ([joint.id], 2)
    assert [(row.branch.title, row.member.name) for row in above.rows] == [
        ("教工第一党支部", "张敏"),
        ("学生第一党支部", "周宇"),
    ]
    assert list(shown(june(session, cast.other_branch))) == ["周宇"]


def test_a_group_sees_its_own_people_on_the_branchs_list(session: Session, cast: Cast) -> None:
    membership = session.query(Membership).filter_by(member_id=cast.zhang_min.member_id).one()
    membership.group_id = cast.group
    make_meeting(session, cast, starts_at=LAST_WEEK)
    make_meeting(session, cast, starts_at=LAST_WEEK, invited={cast.branch: [cast.li_wei]})
    assert shown(june(session, cast.group)) == {"张敏": ["absent"]}


def test_a_branch_sees_its_own_people_on_the_list_of_its_general_branch(session: Session, cast: Cast) -> None:
    invited: Lists = {cast.general_branch: [cast.zhang_min, cast.zhou_yu]}
    lecture = make_meeting(session, cast, starts_at=LAST_WEEK, organization_id=cast.general_branch, invited=invited)
    assert shown(june(session, cast.branch)) == {"张敏": ["absent"]}
    above = june(session, cast.general_branch)
    assert [(row.branch.id, row.member.name) for row in above.rows] == [
        (cast.branch, "张敏"),
        (cast.other_branch, "周宇"),
    ]
    assert june(session, cast.foreign_branch).meetings == []
    assert attendance.head_count(above.column(lecture.id)).absent == 2


def test_the_whole_university_is_not_one_table(session: Session, cast: Cast) -> None:
    refused("choose_branch", lambda: june(session, cast.root))


def test_a_month_costs_as_many_statements_with_many_meetings_as_with_one(session: Session, cast: Cast) -> None:
    counts = []
    for _ in range(2):
        for day in range(4):
            came(session, make_meeting(session, cast, starts_at=LAST_WEEK + timedelta(days=day)), cast.zhang_min)
        session.expunge_all()
        seen: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            seen.extend([statement] if statement.startswith("SELECT") else [])  # noqa: B023  removed below

        event.listen(session.get_bind(), "before_cursor_execute", note)
        june(session, cast.general_branch)
        event.remove(session.get_bind(), "before_cursor_execute", note)
        counts.append(len(seen))
    assert counts == [6, 6]
