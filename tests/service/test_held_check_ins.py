"""Check-ins beyond what a ticket or a helper is good for: held, never refused, and counted on the host's word."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.meetings.attendance import queries as attendance
from server.meetings.check_in import service as check_in
from server.meetings.check_in.service import Answer, Recorded, Scan
from server.meetings.check_in.tally import EXCHANGES_EACH, EXCHANGES_FREELY, OWN_EXCHANGES, CheckInTally
from server.meetings.held import queries as held_queries
from server.meetings.held import service as held
from server.meetings.held.service import HostDecision
from server.meetings.held.wording import WHY, WORDS
from server.meetings.models import Attendance, AttendanceChange, HeldCheckIn, Invitation, Leave, Meeting
from server.meetings.rosters import by_hand
from server.meetings.rosters.by_hand import ManualEdit
from server.meetings.rosters.oddities import of_meeting
from server.meetings.rules import AttendanceStanding, HeldStatus, HoldReason, LeaveStatus, MeetingStatus, Via
from server.meetings.settlement import preview
from server.meetings.settlement import queries as settlement_queries
from server.meetings.settlement import service as settlement
from server.organizations.models import Membership
from server.pushes.rules import Occasion
from server.todos.queries import todos_of
from tests.at_once import race
from tests.cast import NOW, TODAY, Cast, Person
from tests.meeting import make_meeting
from tests.pushing import all_pushes, told
from tests.refusing import refused
from tests.service.test_check_in import leave_of, result, scan_of
from tests.settling import live, live_entries, roster_of
from tests.two_persons import numbered, was_reset

ONE_TICKET = "a" * 32
LATER = NOW + timedelta(hours=1)
FIVE = ("zhang_min", "wang_fang", "li_wei", "sun_li", "zhou_yu")


@pytest.fixture
def meeting(session: Session, cast: Cast) -> Meeting:
    """五个人应到，陈静列席。"""
    five = [cast.people[key] for key in FIVE]
    return make_meeting(session, cast, invited={cast.branch: five}, observers=[cast.chen_jing])


def forwarded(meeting: Meeting, cast: Cast, *keys: str, ticket_id: str = ONE_TICKET) -> list[Scan]:
    """Scans of these people, all by one ticket."""
    return [scan_of(meeting, cast.people[key], ticket_id=ticket_id) for key in keys]


def helping(meeting: Meeting, helper: Person, *helped: Person) -> list[Scan]:
    """Scans by which one enters others, each with a ticket of its own."""
    return [
        scan_of(meeting, helper, member_id=each.member_id, via=Via.helper, helper_id=helper.member_id)
        for each in helped
    ]


def write(session: Session, scans: Sequence[Scan]) -> list[Answer]:
    answers = check_in.write(session, scans, now=NOW)
    session.commit()
    return answers


def results(session: Session, scans: Sequence[Scan]) -> list[str]:
    return [result(answer) for answer in write(session, scans)]


def in_turn(session: Session, scans: Sequence[Scan]) -> list[str]:
    return [result(answer) for scan in scans for answer in write(session, [scan])]


def there(session: Session, meeting: Meeting) -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(Attendance.meeting_id == meeting.id)) or 0


def hold_of(session: Session, meeting: Meeting, person: Person) -> HeldCheckIn:
    return session.get_one(HeldCheckIn, (meeting.id, person.member_id), populate_existing=True)


def decide(
    session: Session,
    meeting: Meeting,
    status: HeldStatus,
    *people: Person,
    by: Person,
    now: datetime = LATER,
) -> None:
    reason = "未在会场见到" if status is HeldStatus.dismissed else None
    member_ids = [person.member_id for person in people]
    held.decide(session, HostDecision(meeting.id, member_ids, status, by.actor, by.account_id, now, reason))
    session.commit()


def standings(session: Session, meeting: Meeting, now: datetime) -> dict[int, AttendanceStanding]:
    signed = attendance.signed_roster(session, roster_id=roster_of(session, meeting).id, now=now)
    return {member.id: appearance.standing for member, appearance in signed.people}


@pytest.mark.parametrize("together", [True, False])
def test_a_forwarded_ticket_checks_in_two_and_holds_the_others(
    session: Session, cast: Cast, meeting: Meeting, together: bool
) -> None:
    said = (results if together else in_turn)(session, forwarded(meeting, cast, *FIVE))
    assert sorted(said) == ["checked_in", "checked_in", "held", "held", "held"]
    assert there(session, meeting) == 2
    holds = session.scalars(select(HeldCheckIn)).all()
    assert {(each.why, each.status, each.ticket_id, each.scanned_at) for each in holds} == {
        (HoldReason.shared_ticket, HeldStatus.waiting, ONE_TICKET, NOW)
    }
    assert {each.account_id for each in holds} == {
        cast.people[key].account_id for key, what in zip(FIVE, said, strict=True) if what == "held"
    } or together


def test_five_who_send_one_ticket_at_the_same_moment_are_two_and_three(
    engine: Engine, session: Session, cast: Cast, meeting: Meeting
) -> None:
    """Each in a transaction of its own, as in five workers: the place is unique, whoever reads what at once."""
    for round_number in range(4):
        each = make_meeting(session, cast, invited={cast.branch: [cast.people[key] for key in FIVE]})
        scans = forwarded(each, cast, *FIVE, ticket_id=f"{round_number:032x}")
        done = race(engine, *(partial(check_in.write, scans=[scan], now=NOW) for scan in scans))
        assert done == ["done"] * 5
        assert there(session, each) == 2
        assert session.scalar(select(func.count()).where(HeldCheckIn.meeting_id == each.id)) == 3


def test_two_helps_at_the_same_moment_are_one_and_one(
    engine: Engine, session: Session, cast: Cast, meeting: Meeting
) -> None:
    scans = helping(meeting, cast.wang_fang, cast.zhang_min, cast.sun_li, cast.zhou_yu)
    assert race(engine, *(partial(check_in.write, scans=[scan], now=NOW) for scan in scans)) == ["done"] * 3
    assert there(session, meeting) == 1
    assert session.scalars(select(HeldCheckIn.why)).all() == [HoldReason.many_helped] * 2


@pytest.mark.parametrize("together", [True, False])
def test_one_helps_one_at_a_meeting(session: Session, cast: Cast, meeting: Meeting, together: bool) -> None:
    others = [cast.zhang_min, cast.li_wei, cast.sun_li, cast.zhou_yu, cast.chen_jing]
    said = (results if together else in_turn)(session, helping(meeting, cast.wang_fang, *others))
    assert sorted(said) == ["checked_in"] + ["held"] * 4
    assert set(session.scalars(select(HeldCheckIn.why))) == {HoldReason.many_helped}
    other = make_meeting(session, cast)
    assert results(session, helping(other, cast.wang_fang, cast.zhang_min)) == ["checked_in"]


def test_an_officer_at_the_door_helps_one_too(session: Session, cast: Cast, meeting: Meeting) -> None:
    """The officer keeps the rosters, and may enter by hand with a reason, or let any number share a phone."""
    scans = [replace(scan, helper_id=None) for scan in helping(meeting, cast.li_wei, cast.zhang_min, cast.sun_li)]
    assert in_turn(session, scans) == ["checked_in", "held"]


def test_a_couple_with_one_phone_is_not_held(session: Session, cast: Cast, meeting: Meeting) -> None:
    """One's own check-in and one 代签 by the same ticket, then the second account and its 代签."""
    own, second = forwarded(meeting, cast, "zhang_min", "wang_fang")
    first_help, second_help = (
        replace(scan, ticket_id=ONE_TICKET)
        for scan in helping(meeting, cast.zhang_min, cast.sun_li) + helping(meeting, cast.wang_fang, cast.li_wei)
    )
    assert in_turn(session, [first_help, own, second, second_help]) == ["checked_in"] * 4
    assert in_turn(session, forwarded(meeting, cast, "zhou_yu")) == ["held"]


def test_a_second_help_by_a_third_account_is_held_too(session: Session, cast: Cast, meeting: Meeting) -> None:
    in_turn(session, forwarded(meeting, cast, "zhang_min", "wang_fang"))
    (help_,) = helping(meeting, cast.li_wei, cast.sun_li)
    assert results(session, [replace(help_, ticket_id=ONE_TICKET)]) == ["held"]
    assert hold_of(session, meeting, cast.sun_li).why == HoldReason.shared_ticket


def test_the_same_request_again_is_the_same_answer(session: Session, cast: Cast, meeting: Meeting) -> None:
    scans = forwarded(meeting, cast, "zhang_min", "wang_fang", "li_wei")
    in_turn(session, scans)
    for again in (scans[2], replace(scans[2], scan_id="b" * 32), replace(scans[2], scan_id="c" * 32, end_leave=True)):
        (answer,) = write(session, [again])
        assert isinstance(answer, Recorded)
        assert (answer.result, answer.checked_in_at, answer.member_name) == ("held", NOW, "李伟")
    assert in_turn(session, scans[:2]) == ["checked_in"] * 2
    assert there(session, meeting) == 2


def test_who_is_held_is_told_what_to_do_and_not_who_the_others_were(
    session: Session, cast: Cast, meeting: Meeting
) -> None:
    *_, third = write(session, forwarded(meeting, cast, "zhang_min", "wang_fang", "li_wei"))
    assert isinstance(third, Recorded)
    words = WORDS[HeldStatus.waiting]
    assert (third.heading, third.advice) == (words.heading, words.advice)
    said = str(third)
    assert "王芳" not in said
    assert "张敏" not in said
    assert "2" not in f"{third.heading}{third.advice}"


def test_who_is_held_scans_the_screen_and_is_there(session: Session, cast: Cast, meeting: Meeting) -> None:
    in_turn(session, forwarded(meeting, cast, "zhang_min", "wang_fang", "li_wei"))
    assert results(session, [scan_of(meeting, cast.li_wei)]) == ["checked_in"]
    (line,) = held_queries.list_held(session, meeting.id)
    assert (line.came, line.held.status) == (True, "waiting")
    assert not [todo for todo in todos_of(session, cast.sun_li.actor, now=NOW) if todo.kind == "held"]


def test_a_hold_that_another_made_keeps_nobody_out(session: Session, cast: Cast, meeting: Meeting) -> None:
    """Else one who enters five others by 代签 would have them all wait who come with their own phones."""
    in_turn(session, helping(meeting, cast.wang_fang, cast.zhang_min, cast.sun_li, cast.zhou_yu))
    own = [scan_of(meeting, person) for person in (cast.sun_li, cast.zhou_yu)]
    assert results(session, own) == ["checked_in", "checked_in"]


def test_whom_the_host_dismissed_is_put_before_the_host_again(session: Session, cast: Cast, meeting: Meeting) -> None:
    scans = forwarded(meeting, cast, "zhang_min", "wang_fang", "li_wei")
    in_turn(session, scans)
    decide(session, meeting, HeldStatus.dismissed, cast.li_wei, by=cast.sun_li)
    assert results(session, [replace(scans[2], scan_id="b" * 32)]) == ["dismissed"]
    later = NOW + timedelta(minutes=5)
    for _ in range(2):
        assert results(session, [scan_of(meeting, cast.li_wei, scanned_at=later, ticket_id="b" * 32)]) == ["held"]
    again = hold_of(session, meeting, cast.li_wei)
    assert (again.status, again.why, again.scanned_at) == ("waiting", "decided_before", later)
    assert (again.decided_by, again.reason) == (None, None)
    assert results(session, [scan_of(meeting, cast.li_wei)]) == ["held"], "another ticket is no way around the host"
    assert hold_of(session, meeting, cast.li_wei).scanned_at == later


def test_the_host_allows_more_and_takes_it_back(session: Session, cast: Cast, meeting: Meeting) -> None:
    def allow(allowed: bool) -> None:
        for _ in range(2):
            held.allow_sharing(
                session, meeting_id=meeting.id, allowed=allowed, account_id=cast.li_wei.account_id, now=NOW
            )
        session.commit()

    allow(True)
    assert results(session, forwarded(meeting, cast, *FIVE[:4])) == ["checked_in"] * 4
    allow(False)
    assert results(session, forwarded(meeting, cast, "zhou_yu")) == ["held"]
    allow(True)
    assert results(session, forwarded(meeting, cast, "zhou_yu")) == ["held"], "it stays with the host"
    assert results(session, helping(meeting, cast.li_wei, cast.chen_jing)) == ["checked_in"]
    lines = session.scalars(select(AuditLine.action).where(AuditLine.action.startswith("meeting_sharing"))).all()
    assert lines == ["meeting_sharing_allow", "meeting_sharing_end", "meeting_sharing_allow"]


@pytest.mark.parametrize(
    ("status", "code"), [(MeetingStatus.settled, "already_settled"), (MeetingStatus.cancelled, "meeting_cancelled")]
)
def test_nothing_is_allowed_at_a_meeting_that_is_over(
    session: Session, cast: Cast, meeting: Meeting, status: MeetingStatus, code: str
) -> None:
    meeting.status = status
    session.commit()
    refused(code, lambda: held.allow_sharing(session, meeting_id=meeting.id, allowed=True, account_id=1, now=NOW))


def test_a_ticket_of_too_many_exchanges_is_held(session: Session, cast: Cast, meeting: Meeting) -> None:
    assert results(session, [scan_of(meeting, cast.zhang_min, beyond=True)]) == ["held"]
    assert hold_of(session, meeting, cast.zhang_min).why == HoldReason.many_exchanges
    meeting.allows_sharing = True
    session.commit()
    assert results(session, [scan_of(meeting, cast.wang_fang, beyond=True)]) == ["checked_in"]


def test_a_hold_comes_after_every_refusal(session: Session, cast: Cast, meeting: Meeting) -> None:
    leave_of(session, meeting, cast.zhang_min, LeaveStatus.granted)
    closed = meeting.closes_at + timedelta(microseconds=1)
    said = results(
        session,
        [
            scan_of(meeting, cast.zhang_min, beyond=True),
            scan_of(meeting, cast.wang_fang, beyond=True, scanned_at=closed),
            scan_of(meeting, cast.wu_gang, beyond=True),
        ],
    )
    assert said == ["on_leave", "closed", "not_invited"]
    assert session.scalars(select(HeldCheckIn)).all() == []


def test_a_held_check_in_ends_no_leave_before_the_host_has_spoken(
    session: Session, cast: Cast, meeting: Meeting
) -> None:
    leave = leave_of(session, meeting, cast.zhang_min, LeaveStatus.asked)
    write(session, [scan_of(meeting, cast.zhang_min, beyond=True)])
    session.refresh(leave)
    assert leave.status == LeaveStatus.asked
    decide(session, meeting, HeldStatus.confirmed, cast.zhang_min, by=cast.li_wei)
    assert session.get_one(Leave, leave.id, populate_existing=True).status == LeaveStatus.withdrawn


def test_a_confirmed_one_counts_from_the_scan_on(session: Session, cast: Cast, meeting: Meeting) -> None:
    session.execute(update(Membership).values(from_date=TODAY))
    late = meeting.late_after + timedelta(seconds=1)
    scan = scan_of(meeting, cast.zhang_min, beyond=True, scanned_at=late)
    write(session, [scan])
    for _ in range(2):
        decide(session, meeting, HeldStatus.confirmed, cast.zhang_min, by=cast.li_wei)
    row = session.get_one(Attendance, (meeting.id, cast.zhang_min.member_id), populate_existing=True)
    assert (row.state, row.via, row.scanned_at, row.account_id) == ("late", "qr", late, cast.zhang_min.account_id)
    change = session.scalars(select(AttendanceChange)).one()
    assert (change.before, change.after, change.account_id, change.at) == (None, "late", cast.li_wei.account_id, LATER)
    assert results(session, [scan]) == ["late"], "the request that was held is answered as recorded"
    assert told(session, cast, Occasion.check_in_decided) == ["zhang_min"]
    lines = session.scalars(select(AuditLine).where(AuditLine.action == "held_confirm")).all()
    assert [(line.subject_kind, line.subject_id, line.detail) for line in lines] == [
        ("held_check_in", meeting.id, {"member_id": cast.zhang_min.member_id})
    ]


def test_a_decision_may_be_changed_and_is_told_each_time(session: Session, cast: Cast, meeting: Meeting) -> None:
    write(session, [scan_of(meeting, cast.zhang_min, beyond=True)])
    came = []
    for minute, status in enumerate((HeldStatus.dismissed, HeldStatus.confirmed, HeldStatus.dismissed)):
        decide(session, meeting, status, cast.zhang_min, by=cast.li_wei, now=LATER + timedelta(minutes=minute))
        came.append(there(session, meeting))
    assert came == [0, 1, 0]
    pushes = [push for push in all_pushes(session) if push.occasion == Occasion.check_in_decided]
    assert [push.content["result"] for push in pushes] == ["未确认", "已确认", "未确认"]
    assert "未在会场见到" not in str([push.content for push in pushes]), "the host's words stay in the app"


def test_several_are_decided_at_once_but_never_ones_own(session: Session, cast: Cast, meeting: Meeting) -> None:
    write(session, [scan_of(meeting, cast.people[key], beyond=True) for key in FIVE])
    everyone = [cast.people[key] for key in FIVE]
    refused("own_attendance", lambda: decide(session, meeting, HeldStatus.confirmed, *everyone, by=cast.li_wei))
    assert there(session, meeting) == 0
    others = [person for person in everyone if person is not cast.li_wei]
    decide(session, meeting, HeldStatus.confirmed, *others, by=cast.li_wei)
    assert there(session, meeting) == 4
    decide(session, meeting, HeldStatus.confirmed, cast.li_wei, by=cast.sun_li)
    assert there(session, meeting) == 5
    refused("not_found", lambda: decide(session, meeting, HeldStatus.confirmed, cast.wu_gang, by=cast.li_wei))


def test_a_reset_account_decides_nothing_of_who_reset_it(session: Session, cast: Cast, meeting: Meeting) -> None:
    write(session, forwarded(meeting, cast, "zhang_min", "wang_fang", "zhou_yu", "li_wei"))
    was_reset(session, numbered(session, cast.sun_li), cast.li_wei, cast.chen_jing)
    session.commit()
    refused("keys_were_reset", lambda: decide(session, meeting, HeldStatus.confirmed, cast.li_wei, by=cast.sun_li))
    decide(session, meeting, HeldStatus.confirmed, cast.zhou_yu, by=cast.sun_li)
    assert there(session, meeting) == 3
    decide(session, meeting, HeldStatus.confirmed, cast.li_wei, by=cast.wang_fang)
    assert there(session, meeting) == 4


def test_two_officers_at_once_enter_one_attendance(
    engine: Engine, session: Session, cast: Cast, meeting: Meeting
) -> None:
    write(session, [scan_of(meeting, cast.zhang_min, beyond=True)])
    decisions = [
        HostDecision(meeting.id, [cast.zhang_min.member_id], HeldStatus.confirmed, by.actor, by.account_id, LATER)
        for by in (cast.li_wei, cast.sun_li)
    ]
    assert race(engine, *(partial(held.decide, decision=each) for each in decisions)) == ["done", "done"]
    assert there(session, meeting) == 1
    assert session.scalar(select(func.count()).select_from(AttendanceChange)) == 1


def test_confirming_who_came_otherwise_changes_nothing(session: Session, cast: Cast, meeting: Meeting) -> None:
    write(session, [scan_of(meeting, cast.zhang_min, beyond=True)])
    write(session, [scan_of(meeting, cast.zhang_min, scanned_at=meeting.late_after + timedelta(seconds=1))])
    for status in (HeldStatus.confirmed, HeldStatus.dismissed):
        decide(session, meeting, status, cast.zhang_min, by=cast.li_wei)
        row = session.get_one(Attendance, (meeting.id, cast.zhang_min.member_id), populate_existing=True)
        assert row.state == "late"
    assert session.scalars(select(AttendanceChange)).all() == []


def test_a_confirmed_one_undone_by_hand_is_not_called_confirmed(session: Session, cast: Cast, meeting: Meeting) -> None:
    write(session, [scan_of(meeting, cast.zhang_min, beyond=True)])
    decide(session, meeting, HeldStatus.confirmed, cast.zhang_min, by=cast.li_wei)
    roster = roster_of(session, meeting)
    hand = ManualEdit(roster.id, cast.zhang_min.member_id, cast.li_wei.actor, cast.li_wei.account_id, LATER)
    by_hand.undo(session, hand, reason="登记有误")
    session.commit()
    assert hold_of(session, meeting, cast.zhang_min).status == "dismissed"
    decide(session, meeting, HeldStatus.confirmed, cast.zhang_min, by=cast.sun_li)
    assert there(session, meeting) == 1


def test_who_is_on_the_list_no_more_cannot_be_confirmed(session: Session, cast: Cast, meeting: Meeting) -> None:
    write(session, [scan_of(meeting, cast.zhang_min, beyond=True)])
    session.delete(session.get_one(Invitation, (meeting.id, cast.zhang_min.member_id)))
    session.commit()
    refused("not_invited", lambda: decide(session, meeting, HeldStatus.confirmed, cast.zhang_min, by=cast.li_wei))
    session.rollback()
    assert not [todo for todo in todos_of(session, cast.li_wei.actor, now=LATER) if todo.kind == "held"]
    decide(session, meeting, HeldStatus.dismissed, cast.zhang_min, by=cast.li_wei)


def test_a_cancelled_meeting_decides_nothing(session: Session, cast: Cast, meeting: Meeting) -> None:
    write(session, [scan_of(meeting, cast.zhang_min, beyond=True)])
    meeting.status = MeetingStatus.cancelled
    session.commit()
    refused("meeting_cancelled", lambda: decide(session, meeting, HeldStatus.confirmed, cast.zhang_min, by=cast.li_wei))


def test_what_waits_is_a_todo_of_the_host_but_not_of_its_own_member(
    session: Session, cast: Cast, meeting: Meeting
) -> None:
    write(session, [scan_of(meeting, cast.people[key], beyond=True) for key in ("zhang_min", "li_wei")])

    def waits_with(person: Person) -> list[tuple[int, int | None, date | None]]:
        found = [each for each in todos_of(session, person.actor, now=NOW) if each.kind == "held"]
        assert {each.organization_id for each in found} <= {cast.branch}
        return [(each.count, each.first_id, each.first_day) for each in found]

    assert waits_with(cast.li_wei) == [(1, meeting.id, TODAY)]
    assert waits_with(cast.sun_li) == [(2, meeting.id, TODAY)]
    assert waits_with(cast.zhao_qiang) == []
    decide(session, meeting, HeldStatus.dismissed, cast.zhang_min, cast.li_wei, by=cast.sun_li)
    assert waits_with(cast.sun_li) == []


def test_the_list_is_confirmed_once_all_are_decided(session: Session, cast: Cast, meeting: Meeting) -> None:
    """张敏 is held: neither absent nor present, before and after the meeting is settled by the clock."""
    write(session, [scan_of(meeting, cast.zhang_min, beyond=True)])
    roster = roster_of(session, meeting)
    over = meeting.settles_at
    assert standings(session, meeting, over)[cast.zhang_min.member_id] == AttendanceStanding.held
    assert settlement.settle(session, meeting_id=meeting.id, now=over)
    shown = preview.preview(session, roster_id=roster.id, now=over)
    assert shown.held == [cast.zhang_min.member_id]
    assert cast.zhang_min.member_id not in shown.absent
    assert live(session, meeting, cast.zhang_min) == []

    def confirm() -> None:
        absent = settlement_queries.absent_ids(session, meeting, roster.id)
        settlement.confirm(
            session,
            roster_id=roster.id,
            absent=absent,
            count_anyway=[],
            account_id=cast.li_wei.account_id,
            now=over,
        )
        session.commit()

    refusal = refused("check_ins_held", confirm)
    assert refusal.detail == {"count": 1}
    session.rollback()
    decide(session, meeting, HeldStatus.dismissed, cast.zhang_min, by=cast.li_wei, now=over)
    confirm()
    assert [line.points for line in live_entries(session, meeting, cast.zhang_min)] == [-2]
    decide(session, meeting, HeldStatus.confirmed, cast.zhang_min, by=cast.sun_li, now=over)
    assert live(session, meeting, cast.zhang_min) == [], "taken up again, the miss is reversed"
    decide(session, meeting, HeldStatus.dismissed, cast.zhang_min, by=cast.sun_li, now=over + timedelta(seconds=1))
    assert [line.points for line in live_entries(session, meeting, cast.zhang_min)] == [-2]


def test_a_hold_after_the_list_was_confirmed_takes_the_miss_back_until_it_is_decided(
    session: Session, cast: Cast, meeting: Meeting
) -> None:
    """A ticket of the last second is good for ten minutes more."""
    roster = roster_of(session, meeting)
    confirmed_at = meeting.closes_at + timedelta(seconds=1)
    settlement.confirm(
        session,
        roster_id=roster.id,
        absent=settlement_queries.absent_ids(session, meeting, roster.id),
        count_anyway=[],
        account_id=cast.li_wei.account_id,
        now=confirmed_at,
    )
    session.commit()
    assert [line.points for line in live_entries(session, meeting, cast.zhang_min)] == [-2]
    write(session, [scan_of(meeting, cast.zhang_min, beyond=True, scanned_at=meeting.closes_at)])
    session.refresh(roster)
    assert roster.due_at is not None
    settlement.catch_up(session, roster_id=roster.id, now=roster.due_at)
    session.commit()
    assert live(session, meeting, cast.zhang_min) == []


def test_on_the_last_night_of_the_year_the_scan_keeps_its_day(session: Session, cast: Cast) -> None:
    """Scanned at 23:59 on 31 December in Shanghai, confirmed at 00:30 on 1 January."""
    starts = datetime(2026, 12, 31, 15, 50, tzinfo=UTC)
    meeting = make_meeting(session, cast, starts_at=starts)
    scanned = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    write(session, [scan_of(meeting, cast.zhang_min, beyond=True, scanned_at=scanned)])
    decide(session, meeting, HeldStatus.confirmed, cast.zhang_min, by=cast.li_wei, now=scanned + timedelta(minutes=31))
    row = session.get_one(Attendance, (meeting.id, cast.zhang_min.member_id))
    assert (row.scanned_at, meeting.day.isoformat()) == (scanned, "2026-12-31")
    (push,) = [each for each in all_pushes(session) if each.occasion == Occasion.check_in_decided]
    assert push.content["scanned"] == "2026年12月31日 23:59"


def test_the_host_reads_why_and_with_whom(session: Session, cast: Cast, meeting: Meeting) -> None:
    in_turn(session, forwarded(meeting, cast, "zhang_min", "wang_fang", "li_wei"))
    in_turn(session, helping(meeting, cast.wang_fang, cast.chen_jing, cast.sun_li))
    lines = {line.name: line for line in held_queries.list_held(session, meeting.id)}
    assert (lines["李伟"].others, lines["李伟"].helper) == (("张敏", "王芳"), None)
    assert (lines["孙丽"].others, lines["孙丽"].helper) == ((), "王芳")
    decide(session, meeting, HeldStatus.confirmed, cast.li_wei, by=cast.sun_li)
    assert {line.name: line.others for line in held_queries.list_held(session, meeting.id)}["李伟"] == ("张敏", "王芳")
    assert set(WHY) == set(HoldReason)
    assert set(WORDS) == set(HeldStatus)
    assert not [odd for odd in of_meeting(session, meeting.id) if "5 分钟" in odd.text]


@pytest.fixture
def tally() -> CheckInTally:
    return CheckInTally()


def test_a_hall_behind_one_address_is_never_beyond(
    session: Session, cast: Cast, tally: CheckInTally, engine: Engine
) -> None:
    """Everybody expected twice, over four seconds' counts of this process, and those counted elsewhere."""
    meeting = make_meeting(session, cast)
    exchange = partial(tally.is_beyond, session, meeting_id=meeting.id, identity=None, network="10.0.0.1")
    most = EXCHANGES_FREELY + 4 * EXCHANGES_EACH
    said = []
    for number in range(most):
        said.append(exchange())
        if number % 5 == 0:
            session.rollback()
            tally.write(engine)
    assert not any(said)
    assert exchange()
    assert not tally.is_beyond(session, meeting_id=meeting.id, identity=None, network="10.0.0.2")
    session.rollback()
    tally.write(engine)
    other_process = CheckInTally()
    assert not other_process.is_beyond(session, meeting_id=meeting.id, identity=None, network="10.0.0.1")
    session.rollback()
    other_process.write(engine)
    assert other_process.is_beyond(session, meeting_id=meeting.id, identity=None, network="10.0.0.1")


def test_who_has_signed_in_is_counted_alone_and_never_by_the_hall(
    session: Session, cast: Cast, tally: CheckInTally
) -> None:
    meeting = make_meeting(session, cast)
    exchange = partial(tally.is_beyond, session, meeting_id=meeting.id, network="10.0.0.1")
    assert [exchange(identity=None) for _ in range(40)][-1]
    assert [exchange(identity="7") for _ in range(OWN_EXCHANGES + 1)] == [False] * OWN_EXCHANGES + [True]
    assert not exchange(identity="8")


def test_those_who_came_uninvited_make_room_for_more(session: Session, cast: Cast, meeting: Meeting) -> None:
    """A lecture open to all: more guests than invited."""
    tally = CheckInTally()
    lonely = make_meeting(session, cast, invited={cast.branch: [cast.zhang_min]})
    exchange = partial(tally.is_beyond, session, meeting_id=lonely.id, identity=None, network="10.0.0.1")
    assert [exchange() for _ in range(EXCHANGES_FREELY + EXCHANGES_EACH + 1)][-1]
    guests = [cast.wu_gang, cast.zhao_qiang, cast.he_hua]
    assert results(session, [scan_of(lonely, each, as_guest=True) for each in guests]) == ["guest_waiting"] * 3
    assert not exchange()
