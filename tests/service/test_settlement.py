"""Settling: what a meeting brings to the ledger, when, and how it is taken back."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.meetings.models import Attendance, GuestVisit, Invitation
from server.meetings.rules import AttendanceState, MeetingKind, MeetingStatus, RosterStatus
from server.meetings.settlement import alignment
from server.meetings.settlement import preview as previewing
from server.meetings.settlement import queries as settlement_queries
from server.meetings.settlement import service as settlement
from server.meetings.settlement.outcomes import OutcomeReason
from server.meetings.settlement.verification import verify_attendance
from server.organizations.models import Category, Member, Membership
from server.points.models import PointEntry, SourceKind
from tests.cast import NOW, TODAY, Cast, Person
from tests.claiming import VOLUNTEERING, approved, section_points, submitted
from tests.exempting import exempt
from tests.meeting import make_meeting
from tests.refusing import refused
from tests.settling import (
    CLOSED,
    DUE,
    adjusted,
    came,
    check_books,
    confirmed,
    excused,
    live,
    live_entries,
    plain,
    quantities,
    reopened,
    roster_of,
    settled,
)

MAKEUP = TODAY + timedelta(days=30)
OPENING = Decimal(58)
"""B01–B05 (42) and B08–B10 (16) are granted at the opening."""


def base(session: Session, member_id: int) -> str:
    """A member's base points of 2026."""
    return plain(section_points(session, member_id, "base"))


@pytest.mark.parametrize(("item", "cost"), [("B01", "-3"), ("B02", "-1"), ("B03", "-2"), ("B04", "-2")])
def test_a_miss_costs_only_once_the_list_is_confirmed(session: Session, cast: Cast, item: str, cost: str) -> None:
    meeting = make_meeting(session, cast, items=[(item, "1")])
    came(session, meeting, cast.wang_fang)
    settled(session, meeting)
    assert (meeting.status, meeting.settled_at) == (MeetingStatus.settled, DUE)
    assert live(session, meeting, cast.zhang_min) == []
    confirmed(session, cast, roster_of(session, meeting), now=DUE)
    assert live(session, meeting, cast.zhang_min) == [(item, cost, 1)]
    assert live(session, meeting, cast.wang_fang) == []
    (entry,) = live_entries(session, meeting, cast.zhang_min)
    assert (entry.occurred_on, entry.decided_by) == (TODAY, cast.li_wei.account_id)
    check_books(session)


def test_presence_is_posted_a_day_after_check_in_closed(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, items=[("B06a", "1.5")])
    came(session, meeting, cast.zhang_min)
    came(session, meeting, cast.wang_fang, state=AttendanceState.late)
    settled(session, meeting, now=meeting.settles_at - timedelta(microseconds=1))
    assert (meeting.status, live(session, meeting, cast.zhang_min)) == (MeetingStatus.planned, [])
    settled(session, meeting, now=meeting.settles_at)
    assert live(session, meeting, cast.zhang_min) == [("B06a", "0.375", 1)]
    assert live(session, meeting, cast.wang_fang) == [("B06a", "0.375", 1)]
    assert live(session, meeting, cast.li_wei) == []


def test_three_class_hours_in_two_sittings_are_three_quarters_of_a_point(session: Session, cast: Cast) -> None:
    for _sitting in range(2):
        meeting = make_meeting(session, cast, items=[("B06a", "1.5")], kind=MeetingKind.training)
        came(session, meeting, cast.zhang_min)
        settled(session, meeting)
    assert base(session, cast.zhang_min.member_id) == plain(OPENING + Decimal("0.75"))
    check_books(session)


@pytest.mark.parametrize(
    ("state", "figures", "points"),
    [
        (AttendanceState.present, (1, 1, 0, 0), 4),
        (AttendanceState.late, (1, 1, 0, 0), 4),
        (AttendanceState.made_up, (1, 0, 1, 0), 3),
        (None, (1, 0, 0, 0), 0),
    ],
)
def test_one_organizational_life_meeting_gives_four_three_or_nothing(
    session: Session, cast: Cast, state: AttendanceState | None, figures: tuple[int, int, int, int], points: int
) -> None:
    meeting = make_meeting(session, cast, items=[("B07", "1")], kind=MeetingKind.organizational_life)
    if state:
        came(session, meeting, cast.zhang_min, state=state)
    settled(session, meeting)
    assert quantities(session, meeting, cast.zhang_min) == ([figures] if state else [])
    confirmed(session, cast, roster_of(session, meeting), now=DUE)
    assert quantities(session, meeting, cast.zhang_min) == [figures]
    assert base(session, cast.zhang_min.member_id) == plain(OPENING + points)


def test_a_granted_leave_costs_nothing_and_an_unanswered_one_does(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, items=[("B01", "1"), ("B07", "1")])
    excused(session, meeting, cast.zhang_min)
    asked = excused(session, meeting, cast.wang_fang)
    asked.status = "asked"  # type: ignore[assignment]
    confirmed(session, cast, roster_of(session, meeting))
    assert live(session, meeting, cast.zhang_min) == [("B07", "0", 1)]
    assert quantities(session, meeting, cast.zhang_min) == [(1, 0, 0, 1)]
    assert live(session, meeting, cast.wang_fang) == [("B01", "-3", 1), ("B07", "0", 1)]


def test_a_leave_with_a_makeup_counts_as_a_miss_once_its_day_has_passed(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, items=[("B01", "1"), ("B07", "1")])
    excused(session, meeting, cast.zhang_min, makeup_until=MAKEUP)
    roster = confirmed(session, cast, roster_of(session, meeting))
    assert live(session, meeting, cast.zhang_min) == []
    midnight = datetime(2026, 7, 18, 16, 0, tzinfo=NOW.tzinfo)
    assert roster.due_at == midnight
    settlement.catch_up(session, roster_id=roster.id, now=midnight - timedelta(seconds=1))
    assert live(session, meeting, cast.zhang_min) == []
    settlement.catch_up(session, roster_id=roster.id, now=midnight)
    assert live(session, meeting, cast.zhang_min) == [("B01", "-3", 1), ("B07", "0", 1)]
    assert roster.due_at is None
    session.commit()
    check_books(session)


def test_a_list_confirmed_on_the_last_day_of_a_makeup_counts_it_when_that_day_is_over(
    session: Session, cast: Cast
) -> None:
    meeting = make_meeting(session, cast, items=[("B01", "1")])
    excused(session, meeting, cast.zhang_min, makeup_until=MAKEUP)
    midnight = datetime(2026, 7, 18, 16, 0, tzinfo=NOW.tzinfo)
    roster = confirmed(session, cast, roster_of(session, meeting), now=midnight - timedelta(minutes=1))
    assert roster.due_at == midnight
    settlement.catch_up(session, roster_id=roster.id, now=midnight)
    assert live(session, meeting, cast.zhang_min) == [("B01", "-3", 1)]
    session.commit()
    assert list(verify_attendance(session, now=midnight)) == []


def test_a_makeup_that_is_over_hides_no_later_one(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, items=[("B01", "1")])
    excused(session, meeting, cast.zhang_min, makeup_until=MAKEUP)
    excused(session, meeting, cast.wang_fang, makeup_until=MAKEUP + timedelta(days=5))
    midnight = datetime(2026, 7, 18, 16, 0, tzinfo=NOW.tzinfo)
    roster = confirmed(session, cast, roster_of(session, meeting), now=midnight + timedelta(minutes=30))
    assert roster.due_at == midnight + timedelta(days=5)


def test_a_preview_counts_a_makeup_as_missed_when_its_day_is_over(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, items=[("B01", "1")])
    excused(session, meeting, cast.zhang_min, makeup_until=MAKEUP)
    midnight = datetime(2026, 7, 18, 16, 0, tzinfo=NOW.tzinfo)

    def reason(now: datetime) -> OutcomeReason:
        found = previewing.preview(session, roster_id=roster_of(session, meeting).id, now=now)
        (row,) = (row for row in found.rows if row.person.member.id == cast.zhang_min.member_id)
        return row.effects[0].outcome.reason

    assert reason(midnight - timedelta(minutes=1)) is OutcomeReason.makeup_open
    assert reason(midnight) is OutcomeReason.makeup_missed


def test_what_was_made_up_costs_nothing_any_more(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, items=[("B01", "1"), ("B07", "1")])
    confirmed(session, cast, roster_of(session, meeting))
    assert live(session, meeting, cast.zhang_min) == [("B01", "-3", 1), ("B07", "0", 1)]
    came(session, meeting, cast.zhang_min, state=AttendanceState.made_up)
    adjusted(session, cast, meeting, cast.zhang_min)
    assert live(session, meeting, cast.zhang_min) == [("B07", "0", 2)]
    assert quantities(session, meeting, cast.zhang_min) == [(1, 0, 1, 0)]
    check_books(session)


def test_before_the_settlement_a_change_by_hand_posts_nothing(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, items=[("B06a", "1")])
    came(session, meeting, cast.zhang_min)
    adjusted(session, cast, meeting, cast.zhang_min, now=CLOSED)
    assert live(session, meeting, cast.zhang_min) == []


def test_settling_again_posts_nothing_again(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, items=[("B06a", "1")])
    came(session, meeting, cast.zhang_min)
    settled(session, meeting)
    count = session.scalar(select(func.count()).select_from(PointEntry))
    settled(session, meeting, now=DUE + timedelta(days=1))
    assert session.scalar(select(func.count()).select_from(PointEntry)) == count
    assert meeting.settled_at == DUE


def test_reopened_and_settled_again_it_posts_under_a_new_revision(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, items=[("B06a", "1"), ("B01", "1")])
    came(session, meeting, cast.wang_fang)
    roster = roster_of(session, meeting)
    settled(session, meeting)
    confirmed(session, cast, roster, now=DUE)
    later = DUE + timedelta(hours=2)
    reopened(session, cast, roster, now=later)
    assert (meeting.status, meeting.settles_at) == (MeetingStatus.planned, later + timedelta(hours=24))
    assert (roster.status, roster.confirmed_by) == (RosterStatus.open, None)
    assert live(session, meeting, cast.zhang_min) == live(session, meeting, cast.wang_fang) == []
    check_books(session)
    settled(session, meeting, now=later)  # the machine that listed it before it was reopened
    assert live(session, meeting, cast.wang_fang) == []
    settled(session, meeting, now=meeting.settles_at)
    assert live(session, meeting, cast.wang_fang) == [("B06a", "0.25", 2)]
    assert live(session, meeting, cast.zhang_min) == []
    confirmed(session, cast, roster, now=meeting.settles_at)
    assert live(session, meeting, cast.zhang_min) == [("B01", "-3", 2)]
    check_books(session)
    actions = session.scalars(select(AuditLine.action).where(AuditLine.subject_kind == "meeting_roster"))
    assert sorted(actions) == ["roster_confirm", "roster_confirm", "roster_reopen"]


def test_what_is_neither_confirmed_nor_settled_needs_no_reopening(session: Session, cast: Cast) -> None:
    roster = roster_of(session, make_meeting(session, cast))
    refused("nothing_to_reopen", lambda: reopened(session, cast, roster, now=CLOSED))


def test_a_list_is_confirmed_once_check_in_has_closed(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast)
    roster = roster_of(session, meeting)
    refused("check_in_open", lambda: confirmed(session, cast, roster, now=meeting.closes_at))
    session.rollback()
    confirmed(session, cast, roster, now=meeting.closes_at + timedelta(microseconds=1))
    assert live(session, meeting, cast.zhang_min) == [("B04", "-2", 1)]


def test_someone_who_came_on_the_last_ticket_gets_his_miss_back(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast)
    roster = confirmed(session, cast, roster_of(session, meeting), now=meeting.closes_at + timedelta(minutes=1))
    came(session, meeting, cast.zhang_min)  # a scan before the end, answered after a first binding
    assert roster.due_at == meeting.closes_at + timedelta(minutes=10)
    settlement.catch_up(session, roster_id=roster.id, now=roster.due_at)
    assert live(session, meeting, cast.zhang_min) == []


def test_a_list_that_changed_meanwhile_is_not_confirmed(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast)
    roster = roster_of(session, meeting)
    seen = settlement_queries.absent_ids(session, meeting, roster.id)
    came(session, meeting, cast.zhang_min)

    def confirm() -> None:
        settlement.confirm(
            session, roster_id=roster.id, absent=seen, count_anyway=[], account_id=cast.li_wei.account_id, now=CLOSED
        )

    refusal = refused("roster_changed", confirm)
    assert cast.zhang_min.member_id not in refusal.detail["absent"]
    assert roster.status == RosterStatus.open


def test_a_called_off_meeting_is_neither_confirmed_nor_settled(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, items=[("B06a", "1")])
    came(session, meeting, cast.zhang_min)
    meeting.status = MeetingStatus.cancelled
    session.commit()
    settled(session, meeting)
    refused("meeting_cancelled", lambda: confirmed(session, cast, roster_of(session, meeting)))
    assert meeting.status == MeetingStatus.cancelled
    assert live(session, meeting, cast.zhang_min) == []


def test_on_the_day_of_a_transfer_a_miss_is_counted_by_neither_branch(session: Session, cast: Cast) -> None:
    held = select(Membership).where(Membership.member_id == cast.zhang_min.member_id)
    session.scalars(held).one().until_date = TODAY
    session.add(Membership(member_id=cast.zhang_min.member_id, organization_id=cast.other_branch, from_date=TODAY))
    session.commit()
    old = make_meeting(session, cast)
    new = make_meeting(
        session, cast, organization_id=cast.other_branch, invited={cast.other_branch: [cast.zhang_min, cast.zhou_yu]}
    )
    for meeting in (old, new):
        confirmed(session, cast, roster_of(session, meeting))
        assert live(session, meeting, cast.zhang_min) == []
    assert live(session, old, cast.wang_fang) == live(session, new, cast.zhou_yu) == [("B04", "-2", 1)]
    attended = make_meeting(session, cast, items=[("B06a", "1")])
    came(session, attended, cast.zhang_min)
    settled(session, attended)
    (entry,) = live_entries(session, attended, cast.zhang_min)
    assert entry.organization_id == cast.other_branch


def test_a_leaver_misses_nothing_of_his_former_branch(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast)
    held = select(Membership).where(Membership.member_id == cast.zhang_min.member_id)
    session.scalars(held).one().until_date = date(2026, 6, 1)
    session.add(
        Membership(member_id=cast.zhang_min.member_id, organization_id=cast.foreign_branch, from_date=date(2026, 6, 1))
    )
    session.commit()
    confirmed(session, cast, roster_of(session, meeting))
    assert live(session, meeting, cast.zhang_min) == []


def test_a_newcomer_of_last_week_has_the_full_opening_and_misses(session: Session, cast: Cast) -> None:
    held = select(Membership).where(Membership.member_id == cast.zhang_min.member_id)
    session.scalars(held).one().from_date = TODAY - timedelta(days=7)
    session.commit()
    meeting = make_meeting(session, cast)
    confirmed(session, cast, roster_of(session, meeting))
    assert live(session, meeting, cast.zhang_min) == [("B04", "-2", 1)]
    assert base(session, cast.zhang_min.member_id) == "56"


def test_nothing_is_posted_for_who_is_exempt_or_only_observes(session: Session, cast: Cast) -> None:
    exempt(session, cast, cast.zhang_min.member_id, date(2026, 4, 1))
    meeting = make_meeting(
        session,
        cast,
        items=[("B06a", "1"), ("B01", "1")],
        invited={cast.branch: [cast.zhang_min, cast.wang_fang]},
        observers=[cast.sun_li],
    )
    came(session, meeting, cast.sun_li)
    confirmed(session, cast, roster_of(session, meeting))
    settled(session, meeting)
    assert live(session, meeting, cast.zhang_min) == live(session, meeting, cast.sun_li) == []
    assert live(session, meeting, cast.wang_fang) == [("B01", "-3", 1)]


def test_a_variant_that_attendance_does_not_prove_earns_nothing(session: Session, cast: Cast) -> None:
    session.execute(update(Member).where(Member.id == cast.zhang_min.member_id).values(category=Category.retired))
    session.commit()
    meeting = make_meeting(session, cast, items=[("B06a", "2"), ("Z99", "1")])
    came(session, meeting, cast.zhang_min, cast.wang_fang)
    settled(session, meeting)
    assert live(session, meeting, cast.zhang_min) == []
    assert live(session, meeting, cast.wang_fang) == [("B06a", "0.5", 1)]


def test_each_list_of_a_joint_meeting_is_confirmed_by_itself(session: Session, cast: Cast) -> None:
    lists: dict[int, Collection[Person]] = {
        cast.branch: [cast.zhang_min, cast.li_wei],
        cast.other_branch: [cast.zhou_yu, cast.zhao_qiang],
    }
    meeting = make_meeting(session, cast, items=[("B03", "1"), ("B06a", "1")], invited=lists)
    came(session, meeting, cast.li_wei, cast.zhao_qiang)
    ours, theirs = (roster_of(session, meeting, each) for each in lists)
    confirmed(session, cast, ours)
    assert live(session, meeting, cast.zhang_min) == [("B03", "-2", 1)]
    assert live(session, meeting, cast.zhou_yu) == live(session, meeting, cast.zhao_qiang) == []
    settled(session, meeting)
    assert live(session, meeting, cast.zhao_qiang) == [("B06a", "0.25", 1)]
    assert live(session, meeting, cast.zhou_yu) == []
    reopened(session, cast, ours, now=DUE)
    assert live(session, meeting, cast.li_wei) == []
    assert live(session, meeting, cast.zhao_qiang) == [("B06a", "0.25", 1)]
    confirmed(session, cast, theirs, now=DUE)
    assert live(session, meeting, cast.zhou_yu) == [("B03", "-2", 1)]
    check_books(session)


def test_an_activity_counted_by_a_claim_is_not_counted_again(session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.zhang_min, VOLUNTEERING, occurred_on=TODAY, now=CLOSED)
    approved(session, claim, cast.li_wei, now=CLOSED)
    meeting = make_meeting(session, cast, kind=MeetingKind.volunteering, items=[("C04", "1")])
    came(session, meeting, cast.zhang_min, cast.wang_fang)
    settled(session, meeting)
    assert live(session, meeting, cast.zhang_min) == []
    assert live(session, meeting, cast.wang_fang) == [("C04", "1", 1)]
    roster = roster_of(session, meeting)
    confirmed(session, cast, roster, now=DUE, count_anyway=[cast.zhang_min])
    assert live(session, meeting, cast.zhang_min) == [("C04", "1", 1)]
    adjusted(session, cast, meeting, cast.zhang_min)
    assert live(session, meeting, cast.zhang_min) == [("C04", "1", 1)]
    assert section_points(session, cast.zhang_min.member_id) == 2
    refused("not_invited", lambda: confirmed(session, cast, roster, now=DUE, count_anyway=[cast.zhou_yu]))


def test_a_claim_approved_in_sight_of_the_attendance_takes_nothing_away(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, kind=MeetingKind.volunteering, items=[("C04", "1")])
    came(session, meeting, cast.zhang_min)
    settled(session, meeting)
    claim = submitted(session, cast.zhang_min, VOLUNTEERING, occurred_on=TODAY, now=DUE)
    approved(session, claim, cast.li_wei, now=DUE, distinct_reason="上午签到，下午另有志愿服务")
    adjusted(session, cast, meeting, cast.zhang_min)
    assert live(session, meeting, cast.zhang_min) == [("C04", "1", 1)]


def test_a_guest_earns_by_the_standard_of_his_own_branch(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, items=[("B06a", "1"), ("B04", "1")])
    guests = [(cast.zhou_yu, True), (cast.wu_gang, False), (cast.he_hua, True)]
    for person, decision in guests:
        session.add(
            GuestVisit(
                meeting_id=meeting.id,
                member_id=person.member_id,
                state=AttendanceState.present,
                scanned_at=meeting.starts_at,
                account_id=person.account_id,
                confirmed=decision,
                decided_by=cast.li_wei.account_id,
                decided_at=NOW,
            )
        )
    session.commit()
    settled(session, meeting)
    assert live(session, meeting, cast.zhou_yu) == [("B06a", "0.25", 1)]
    assert live(session, meeting, cast.wu_gang) == live(session, meeting, cast.he_hua) == []


def test_a_visit_that_counts_at_home_later_is_not_paid_by_the_host_too(session: Session, cast: Cast) -> None:
    host = make_meeting(session, cast, items=[("B06a", "1")])
    session.add(
        GuestVisit(
            meeting_id=host.id,
            member_id=cast.zhou_yu.member_id,
            state=AttendanceState.present,
            scanned_at=host.starts_at,
            account_id=cast.zhou_yu.account_id,
            confirmed=True,
            decided_by=cast.li_wei.account_id,
            decided_at=NOW,
        )
    )
    session.commit()
    settled(session, host)
    assert live(session, host, cast.zhou_yu) == [("B06a", "0.25", 1)]
    home = make_meeting(
        session,
        cast,
        items=[("B06a", "2")],
        organization_id=cast.other_branch,
        starts_at=NOW + timedelta(days=3),
        invited={cast.other_branch: [cast.zhou_yu]},
    )
    settled(session, home, now=home.settles_at)
    assert live(session, home, cast.zhou_yu) == [("B06a", "0.5", 1)]
    roster = roster_of(session, host)
    assert roster.due_at == home.settles_at
    settlement.catch_up(session, roster_id=roster.id, now=home.settles_at)
    assert live(session, host, cast.zhou_yu) == []


def test_a_long_list_is_posted_in_parts(session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alignment, "AT_ONCE", 2)
    meeting = make_meeting(session, cast, items=[("B06a", "1"), ("B01", "1")])
    people = [cast.zhang_min, cast.wang_fang, cast.li_wei]
    came(session, meeting, *people)
    roster = confirmed(session, cast, roster_of(session, meeting))
    assert sum(len(live(session, meeting, person)) for person in [*people, cast.sun_li]) == 2
    assert roster.due_at == CLOSED
    came(session, meeting, cast.sun_li)
    adjusted(session, cast, meeting, cast.sun_li, now=CLOSED)
    assert roster.due_at == CLOSED
    while not settlement.catch_up(session, roster_id=roster.id, now=CLOSED):
        session.commit()
    assert [live(session, meeting, each) for each in [*people, cast.sun_li]] == [[("B06a", "0.25", 1)]] * 4
    check_books(session)


def test_an_undone_attendance_is_taken_back_with_its_reason(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, items=[("B06a", "1"), ("B01", "1")])
    came(session, meeting, cast.zhang_min)
    settled(session, meeting)
    session.delete(session.get_one(Attendance, (meeting.id, cast.zhang_min.member_id)))
    adjusted(session, cast, meeting, cast.zhang_min)
    assert live(session, meeting, cast.zhang_min) == []
    reversal = session.scalars(select(PointEntry).where(PointEntry.source_kind == SourceKind.reversal)).one()
    assert (reversal.decided_by, reversal.occurred_on) == (cast.li_wei.account_id, TODAY)
    came(session, meeting, cast.zhang_min)
    adjusted(session, cast, meeting, cast.zhang_min)
    assert live(session, meeting, cast.zhang_min) == [("B06a", "0.25", 2)]


def test_who_was_struck_off_the_list_keeps_nothing(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, items=[("B06a", "1")])
    came(session, meeting, cast.zhang_min)
    settled(session, meeting)
    session.delete(session.get_one(Invitation, (meeting.id, cast.zhang_min.member_id)))
    adjusted(session, cast, meeting, cast.zhang_min)
    assert live(session, meeting, cast.zhang_min) == []
    assert base(session, cast.zhang_min.member_id) == plain(OPENING)
