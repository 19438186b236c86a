"""Planning as it is stored: items, lists, reminders, series, and what can no longer be changed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from server.identity.rules import Actor, HeldRole, Role
from server.meetings import sources
from server.meetings.models import Invitation, Leave, Meeting, MeetingReminder, Roster
from server.meetings.planning import changes, minutes, window
from server.meetings.planning import service as planning
from server.meetings.planning.changes import MeetingChange
from server.meetings.planning.queries import offered_to
from server.meetings.planning.rules import CountedItem, RepeatBy, RosterPlan, WindowWish
from server.meetings.planning.series import Repeat
from server.meetings.planning.service import Plan
from server.meetings.rules import LeaveStatus, MeetingKind, MeetingStatus, Part, RosterStatus, Scope
from server.organizations.models import Membership
from server.standards.rules import LeaveKind
from tests.at_once import race
from tests.cast import NOW, Cast, Person
from tests.days import at
from tests.meeting import make_meeting
from tests.refusing import refused

START = datetime(2026, 6, 25, 6, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
THEME_DAY = Plan(
    kind=MeetingKind.theme_day,
    title="6 月主题党日",
    topic="走进财税史馆",
    place="明德楼 305",
    agenda="",
    starts_at=START,
    ends_at=START + 2 * HOUR,
)
MONTHLY = Repeat(RepeatBy.day, date(2026, 8, 31))


def planned(session: Session, cast: Cast, *, by: Person | None = None, at: int | None = None, **wish: Any) -> Meeting:
    """Plan and return the first meeting."""
    by = by or cast.li_wei
    return planning.plan(
        session,
        organization_id=at or cast.branch,
        plan=replace(THEME_DAY, **wish),
        actor=by.actor,
        account_id=by.account_id,
        now=NOW,
    )[0]


def changed(
    session: Session, cast: Cast, meeting: Meeting, *, following: bool = False, now: datetime = NOW, **wish: Any
) -> Meeting:
    return changes.change(
        session,
        meeting_id=meeting.id,
        version=meeting.version,
        change=MeetingChange(**wish),
        following=following,
        actor=cast.li_wei.actor,
        account_id=cast.li_wei.account_id,
        now=now,
    )


def called_off(session: Session, cast: Cast, meeting: Meeting, *, following: bool = False) -> Meeting:
    account_id = cast.li_wei.account_id
    return changes.cancel(
        session, meeting_id=meeting.id, reason="场地检修", following=following, account_id=account_id, now=NOW
    )


def ended(session: Session, cast: Cast, meeting: Meeting, now: datetime) -> Meeting:
    return window.end_check_in(session, meeting_id=meeting.id, account_id=cast.li_wei.account_id, now=now)


def extended(session: Session, cast: Cast, meeting: Meeting, closes_at: datetime, now: datetime) -> Meeting:
    account_id = cast.li_wei.account_id
    return window.extend_check_in(session, meeting_id=meeting.id, closes_at=closes_at, account_id=account_id, now=now)


def listed(session: Session, meeting: Meeting) -> dict[int, Part]:
    rows = select(Invitation.member_id, Invitation.part).where(Invitation.meeting_id == meeting.id)
    return {member_id: Part(part) for member_id, part in session.execute(rows)}


def reminders(session: Session, meeting: Meeting) -> list[tuple[str, int, datetime]]:
    rows = session.scalars(
        select(MeetingReminder).where(MeetingReminder.meeting_id == meeting.id).order_by(MeetingReminder.id)
    )
    return [(row.occasion, row.meeting_version, row.due_at) for row in rows]


def occasions(session: Session, meeting: Meeting) -> list[str]:
    return [occasion for occasion, _, _ in reminders(session, meeting)]


def confirm(session: Session, meeting: Meeting) -> None:
    for roster in session.scalars(select(Roster).where(Roster.meeting_id == meeting.id)):
        roster.status = RosterStatus.confirmed
    session.flush()


def test_training_counts_by_its_length(session: Session, cast: Cast) -> None:
    meeting = planned(session, cast, kind=MeetingKind.training, ends_at=START + 3 * HOUR)
    assert meeting.items == [{"code": "B06a", "quantity": "4"}]
    exact = planned(session, cast, items=(CountedItem("B03"), CountedItem("B06a")))
    assert exact.items == [{"code": "B03", "quantity": "1"}, {"code": "B06a", "quantity": "2.5"}]
    assert planned(session, cast, kind=MeetingKind.branch_committee_meeting).items == []


def test_in_december_next_years_meetings_count_by_this_years_items(session: Session, cast: Cast) -> None:
    january = datetime(2027, 1, 14, 6, tzinfo=UTC)
    meeting = planned(session, cast, starts_at=january, ends_at=january + HOUR)
    assert [item["code"] for item in meeting.items] == ["B04"]
    later = january.replace(year=2028)
    assert planned(session, cast, starts_at=later, ends_at=later + HOUR).items == []


def test_every_meeting_has_a_public_id_of_its_own(session: Session, cast: Cast) -> None:
    planned(session, cast, repeat=MONTHLY)
    public_ids = session.scalars(select(Meeting.public_id)).all()
    assert len(set(public_ids)) == 3
    assert all(len(public_id) == 10 and public_id.isascii() and public_id.isalnum() for public_id in public_ids)


def test_a_group_leader_plans_for_his_group_and_nobody_else(session: Session, cast: Cast) -> None:
    membership = session.scalars(select(Membership).where(Membership.member_id == cast.zhang_min.member_id)).one()
    membership.group_id = cast.group
    session.flush()
    leader = Actor(1, cast.wang_fang.account_id, cast.root, None, (), (HeldRole(Role.group_leader, cast.group),))
    by = replace(cast.wang_fang, actor=leader)
    meeting = planned(session, cast, by=by, at=cast.group, kind=MeetingKind.group_meeting)
    assert listed(session, meeting) == {cast.zhang_min.member_id: Part.invited}
    whole_branch = (RosterPlan(cast.branch),)
    refused("not_found", lambda: planned(session, cast, by=by, at=cast.group, rosters=whole_branch))


@pytest.mark.parametrize(
    ("scope", "code"),
    [(Scope.all, None), (Scope.committee, None), (Scope.group, "not_found"), (Scope.chosen, "roster_scope")],
)
def test_of_neighbours_one_invites_all_or_the_committee(
    session: Session, cast: Cast, scope: Scope, code: str | None
) -> None:
    groups = (cast.group,) if scope is Scope.group else ()  # of another branch
    people = (cast.zhou_yu.member_id,) if scope is Scope.chosen else ()
    rosters = (RosterPlan(cast.other_branch, scope, groups, people),)
    if code is None:
        assert cast.zhao_qiang.member_id in listed(session, planned(session, cast, rosters=rosters))
    else:
        refused(code, lambda: planned(session, cast, rosters=rosters))


def test_whoever_is_named_is_replaced_with_the_names(session: Session, cast: Cast) -> None:
    def naming(person: Person) -> tuple[RosterPlan, ...]:
        return (RosterPlan(cast.branch, Scope.chosen, member_ids=(person.member_id,)),)

    meeting = planned(session, cast, rosters=naming(cast.zhang_min), observers=(cast.chen_jing.member_id,))
    assert listed(session, meeting) == {
        cast.zhang_min.member_id: Part.invited,
        cast.chen_jing.member_id: Part.observer,
    }
    changed(session, cast, meeting, rosters=naming(cast.sun_li))
    assert listed(session, meeting) == {
        cast.sun_li.member_id: Part.invited,
        cast.chen_jing.member_id: Part.observer,
    }
    changed(session, cast, meeting, observers=())
    assert listed(session, meeting) == {cast.sun_li.member_id: Part.invited}
    changed(session, cast, meeting, rosters=(RosterPlan(cast.branch),))
    assert set(listed(session, meeting).values()) == {Part.invited}
    assert len(listed(session, meeting)) == 4


def test_an_observer_of_the_branch_becomes_one_of_the_invited_again(session: Session, cast: Cast) -> None:
    meeting = planned(session, cast, observers=(cast.zhang_min.member_id,))
    assert listed(session, meeting)[cast.zhang_min.member_id] is Part.observer
    changed(session, cast, meeting, observers=())
    assert listed(session, meeting)[cast.zhang_min.member_id] is Part.invited


def test_another_kind_counts_for_another_item(session: Session, cast: Cast) -> None:
    meeting = changed(session, cast, planned(session, cast), kind=MeetingKind.lecture)
    assert meeting.items == [{"code": "B03", "quantity": "1"}]


def test_a_plan_is_announced_and_remembered_the_evening_before(session: Session, cast: Cast) -> None:
    evening = datetime(2026, 6, 24, 10, tzinfo=UTC)  # 18:00 in Shanghai
    assert reminders(session, planned(session, cast)) == [("planned", 1, NOW), ("tomorrow", 1, evening)]


def test_of_what_is_over_or_tomorrow_morning_nobody_is_reminded_too_late(session: Session, cast: Cast) -> None:
    past = planned(session, cast, starts_at=NOW - 30 * HOUR, ends_at=NOW - 29 * HOUR)
    assert reminders(session, past) == []
    today = planned(session, cast, starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)
    assert occasions(session, today) == ["planned"]


def test_a_change_of_time_moves_the_evening_before(session: Session, cast: Cast) -> None:
    meeting = planned(session, cast)
    changed(session, cast, meeting, starts_at=START + timedelta(days=1))
    evening = datetime(2026, 6, 25, 10, tzinfo=UTC)
    assert reminders(session, meeting) == [("planned", 1, NOW), ("changed", 2, NOW), ("tomorrow", 2, evening)]


def test_a_reminder_that_was_sent_is_not_sent_again_for_the_same_day(session: Session, cast: Cast) -> None:
    meeting = planned(session, cast)
    for row in session.scalars(select(MeetingReminder)):
        row.taken_at = row.due_at
    evening = datetime(2026, 6, 24, 11, tzinfo=UTC)
    changed(session, cast, meeting, words={"place": "礼堂"}, now=evening)
    assert occasions(session, meeting) == ["planned", "tomorrow", "changed"]


def test_other_words_remind_nobody(session: Session, cast: Cast) -> None:
    meeting = changed(session, cast, planned(session, cast), words={"agenda": "一、学习"})
    assert (meeting.version, occasions(session, meeting)) == (2, ["planned", "tomorrow"])


def test_what_is_called_off_is_told_and_the_rest_forgotten(session: Session, cast: Cast) -> None:
    meeting = called_off(session, cast, planned(session, cast))
    assert (meeting.version, occasions(session, meeting)) == (2, ["cancelled"])
    called_off(session, cast, meeting)
    assert (meeting.version, occasions(session, meeting)) == (2, ["cancelled"])


def test_a_series_is_announced_changed_and_called_off_in_one_message_each(session: Session, cast: Cast) -> None:
    first = planned(session, cast, repeat=MONTHLY)
    changed(session, cast, first, following=True, words={"place": "礼堂"})
    meetings = session.scalars(select(Meeting).order_by(Meeting.starts_at)).all()
    assert [occasions(session, each) for each in meetings] == [
        ["planned", "changed", "tomorrow"],
        ["tomorrow"],
        ["tomorrow"],
    ]
    assert {each.place for each in meetings} == {"礼堂"}
    called_off(session, cast, meetings[1], following=True)
    assert [each.status for each in meetings] == ["planned", "cancelled", "cancelled"]
    assert [occasions(session, each) for each in meetings[1:]] == [["cancelled"], []]


def test_without_a_title_each_of_a_series_is_named_by_its_own_month(session: Session, cast: Cast) -> None:
    first = planned(session, cast, title=None, repeat=MONTHLY)
    titles = select(Meeting.title).order_by(Meeting.starts_at)
    assert session.scalars(titles).all() == ["6 月主题党日", "7 月主题党日", "8 月主题党日"]
    changed(session, cast, first, following=True, words={"place": "礼堂"})
    assert session.scalars(titles).all()[1] == "7 月主题党日"


def test_of_a_series_begun_on_paper_the_first_to_come_is_announced(session: Session, cast: Cast) -> None:
    first = planned(session, cast, starts_at=NOW - 48 * HOUR, ends_at=NOW - 47 * HOUR, repeat=MONTHLY)
    meetings = session.scalars(select(Meeting).order_by(Meeting.starts_at)).all()
    assert meetings[0] is first
    assert [occasions(session, each) for each in meetings] == [[], ["planned", "tomorrow"], ["tomorrow"]]


def test_a_change_without_the_others_leaves_the_others(session: Session, cast: Cast) -> None:
    first = planned(session, cast, repeat=MONTHLY)
    changed(session, cast, first, words={"place": "礼堂"})
    rest = session.scalars(select(Meeting).where(Meeting.id != first.id)).all()
    assert {(each.place, each.version) for each in rest} == {("明德楼 305", 1)}


def test_what_is_open_or_settled_does_not_follow(session: Session, cast: Cast) -> None:
    first = planned(session, cast, repeat=MONTHLY)
    second, third = session.scalars(select(Meeting).where(Meeting.id != first.id).order_by(Meeting.id)).all()
    second.status = MeetingStatus.settled
    third.opens_at = NOW
    session.flush()
    changed(session, cast, first, following=True, words={"place": "礼堂"})
    assert (second.version, third.version) == (1, 1)


@pytest.mark.parametrize(
    ("status", "code"),
    [(MeetingStatus.settled, "already_settled"), (MeetingStatus.cancelled, "meeting_cancelled")],
)
def test_what_is_settled_or_called_off_stays_as_it_is(
    session: Session, cast: Cast, status: MeetingStatus, code: str
) -> None:
    meeting = planned(session, cast)
    meeting.status = status
    session.flush()
    acts: list[Callable[[], object]] = [
        lambda: changed(session, cast, meeting, words={"place": "礼堂"}),
        lambda: ended(session, cast, meeting, START),
        lambda: extended(session, cast, meeting, START + HOUR, START),
    ]
    for act in acts:
        refused(code, act)
    if status is MeetingStatus.settled:
        refused(code, lambda: called_off(session, cast, meeting))


def test_where_a_list_is_confirmed_only_words_change(session: Session, cast: Cast) -> None:
    meeting = planned(session, cast)
    confirm(session, meeting)
    for wish in ({"starts_at": START + HOUR}, {"items": ()}, {"observers": ()}, {"kind": MeetingKind.lecture}):
        refused("roster_confirmed", lambda wish=wish: changed(session, cast, meeting, **wish))  # type: ignore[misc]
    refused("roster_confirmed", lambda: called_off(session, cast, meeting))
    refused("roster_confirmed", lambda: extended(session, cast, meeting, START + HOUR, START))
    assert changed(session, cast, meeting, words={"title": "主题党日"}).title == "主题党日"


def test_an_organization_whose_people_came_stays(session: Session, cast: Cast) -> None:
    meeting = planned(session, cast, rosters=(RosterPlan(cast.branch), RosterPlan(cast.other_branch)))
    by_hand = select(Roster).where(Roster.meeting_id == meeting.id, Roster.organization_id == cast.other_branch)
    _ask_leave(session, meeting, session.scalars(by_hand).one(), cast.zhou_yu)
    refused("roster_in_use", lambda: changed(session, cast, meeting, rosters=(RosterPlan(cast.branch),)))


def _ask_leave(session: Session, meeting: Meeting, roster: Roster, person: Person) -> None:
    session.add(
        Leave(
            meeting_id=meeting.id,
            member_id=person.member_id,
            roster_id=roster.id,
            kind=LeaveKind.sick,
            reason="发烧",
            status=LeaveStatus.asked,
            asked_by=person.account_id,
            asked_at=NOW,
        )
    )
    session.flush()


def test_check_in_ends_only_once_it_has_begun(session: Session, cast: Cast) -> None:
    meeting = planned(session, cast)
    refused("too_early", lambda: ended(session, cast, meeting, meeting.opens_at - timedelta(seconds=1)))
    closed = ended(session, cast, meeting, START)
    assert closed.closes_at == START - timedelta(microseconds=1)
    assert closed.settles_at == closed.closes_at + 24 * HOUR
    assert ended(session, cast, meeting, START + HOUR).version == 2


def test_check_in_is_kept_open_no_longer_than_the_meeting(session: Session, cast: Cast) -> None:
    meeting = planned(session, cast)
    for closes_at in (START, meeting.ends_at + timedelta(seconds=1)):
        refused("invalid_closing", lambda at=closes_at: extended(session, cast, meeting, at, START))  # type: ignore[misc]
    longer = extended(session, cast, meeting, meeting.ends_at, START)
    assert (longer.closes_at, longer.settles_at, longer.version) == (START + 2 * HOUR, START + 26 * HOUR, 2)


def test_minutes_are_written_once_a_meeting_has_begun(session: Session, cast: Cast) -> None:
    meeting = planned(session, cast)

    def write(now: datetime) -> Meeting:
        return minutes.write_minutes(
            session,
            meeting_id=meeting.id,
            text="一、学习",
            photo_ids=[],
            member_id=cast.li_wei.member_id,
            account_id=cast.li_wei.account_id,
            now=now,
        )

    refused("not_begun", lambda: write(START - timedelta(seconds=1)))
    assert write(START).minutes == "一、学习"
    called_off(session, cast, meeting)
    refused("meeting_cancelled", lambda: write(START))


def test_a_window_of_ones_own_moves_with_the_start(session: Session, cast: Cast) -> None:
    own = WindowWish(START - HOUR, START, START + HOUR)
    meeting = changed(session, cast, planned(session, cast, window=own), starts_at=START + HOUR)
    assert (meeting.opens_at, meeting.late_after, meeting.closes_at) == (START, START + HOUR, START + 2 * HOUR)
    assert (meeting.ends_at, meeting.settles_at) == (START + 3 * HOUR, START + 26 * HOUR)


@pytest.mark.parametrize(
    ("before", "after", "days"),
    [("25 23:00", "26 00:30", 1), ("26 00:30", "26 23:00", 0), ("26 00:30", "25 23:00", -1)],
)
def test_the_last_day_for_a_make_up_moves_by_the_days_of_shanghai(
    session: Session, cast: Cast, before: str, after: str, days: int
) -> None:
    starts_at, moved_to = (at(date(2026, 6, int(when[:2])), when[3:]) for when in (before, after))
    meeting = planned(session, cast, starts_at=starts_at, ends_at=starts_at + HOUR)
    last = meeting.makeup_until
    changed(session, cast, meeting, starts_at=moved_to, ends_at=moved_to + HOUR)
    assert meeting.makeup_until - last == timedelta(days=days)


@pytest.mark.parametrize("hours", [("00:30", "10:00"), ("10:00", "00:30")])
def test_each_of_a_series_keeps_its_own_last_day_for_a_make_up(
    session: Session, cast: Cast, hours: tuple[str, str]
) -> None:
    first_day, second_day = date(2026, 6, 25), date(2026, 7, 25)
    starts_at, then = at(first_day, hours[0]), at(second_day, hours[1])
    meeting = planned(session, cast, starts_at=starts_at, ends_at=starts_at + HOUR, repeat=MONTHLY)
    second = session.scalars(select(Meeting).where(Meeting.series_id == meeting.series_id, Meeting.id != meeting.id))
    later = changed(session, cast, second.first() or meeting, starts_at=then, ends_at=then + HOUR)
    changed(session, cast, meeting, following=True, makeup_until=date(2026, 7, 10))
    assert (meeting.makeup_until, later.makeup_until) == (date(2026, 7, 10), date(2026, 8, 9))


def test_who_is_to_come_is_asked_of_the_day_it_is_moved_to(session: Session, cast: Cast) -> None:
    """王芳 comes from another branch on the very day, half an hour before."""
    day = date(2026, 6, 26)
    session.execute(update(Membership).where(Membership.member_id == cast.wang_fang.member_id).values(from_date=day))
    meeting, moved_to = planned(session, cast), at(day, "00:30")
    changed(session, cast, meeting, starts_at=moved_to, ends_at=moved_to + HOUR, observers=[cast.wang_fang.member_id])
    assert listed(session, meeting)[cast.wang_fang.member_id] is Part.observer


def test_what_a_meeting_may_count_for_is_asked_of_its_year_in_shanghai(session: Session, cast: Cast) -> None:
    """There is no standard before that of 2026."""
    assert not offered_to(session, cast.branch, at(date(2025, 12, 31), "23:59"))
    assert offered_to(session, cast.branch, at(date(2026, 1, 1), "00:30"))


def test_the_ledgers_explanation_names_the_meeting(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast)
    told = sources.describe(session, [meeting.id, 10**9])
    assert told.keys() == {meeting.id}
    assert told[meeting.id].title == "6 月主题党日（2026-06-18）"
    assert told[meeting.id].path == f"/api/v1/meetings/{meeting.id}"
    assert ("地点", "明德楼 305") in told[meeting.id].details


@pytest.mark.mariadb_only
def test_of_two_changes_at_once_one_is_told_of_the_other(engine: Engine, session: Session, cast: Cast) -> None:
    meeting = planned(session, cast)
    session.commit()

    def moving_to(place: str) -> Callable[[Session], object]:
        return partial(
            changes.change,
            meeting_id=meeting.id,
            version=1,
            change=MeetingChange(words={"place": place}),
            following=False,
            actor=cast.li_wei.actor,
            account_id=cast.li_wei.account_id,
            now=NOW,
        )

    assert race(engine, moving_to("礼堂"), moving_to("操场")) == ["done", "stale_version"]
