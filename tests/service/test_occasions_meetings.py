"""会议: planned, tomorrow, changed, cancelled; only who is invited, and only while it still means something."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from server.meetings.models import Meeting, MeetingReminder
from server.meetings.planning import changes
from server.meetings.planning import service as planning
from server.meetings.planning.changes import MeetingChange
from server.meetings.planning.service import Plan
from server.meetings.rules import MeetingKind
from server.organizations.models import Membership
from server.pushes.models import Fanout
from server.pushes.occasions import due, meetings
from server.pushes.occasions.drafting import DraftedMessage, concerned
from server.pushes.rules import Occasion
from tests.at_once import at_once
from tests.cast import NOW, TODAY, Cast
from tests.meeting import make_meeting
from tests.pushing import SECRET_WORDS, all_pushes, prepared, told
from tests.settling import excused

START = datetime(2026, 6, 25, 6, 30, tzinfo=UTC)
DAY_BEFORE = datetime(2026, 6, 24, 10, 0, tzinfo=UTC)
"""18:00 in Shanghai."""

HOUR = timedelta(hours=1)
BRANCH = ["li_wei", "sun_li", "wang_fang", "zhang_min"]
PLAN = Plan(
    kind=MeetingKind.theme_day,
    title="6 月主题党日",
    topic="走进财税史馆",
    place="明德楼 305",
    agenda=SECRET_WORDS,
    starts_at=START,
    ends_at=START + 2 * HOUR,
)


def planned(session: Session, cast: Cast, plan: Plan = PLAN) -> Meeting:
    officer = cast.li_wei
    (meeting,) = planning.plan(
        session, organization_id=cast.branch, plan=plan, actor=officer.actor, account_id=officer.account_id, now=NOW
    )
    session.commit()
    return meeting


def moved(session: Session, cast: Cast, meeting: Meeting, to: datetime, *, now: datetime = NOW) -> None:
    changes.change(
        session,
        meeting_id=meeting.id,
        version=meeting.version,
        change=MeetingChange(starts_at=to, ends_at=to + HOUR),
        following=False,
        actor=cast.li_wei.actor,
        account_id=cast.li_wei.account_id,
        now=now,
    )
    session.commit()


def cancelled(session: Session, cast: Cast, meeting: Meeting, *, now: datetime = NOW) -> None:
    changes.cancel(
        session,
        meeting_id=meeting.id,
        reason=SECRET_WORDS,
        following=False,
        account_id=cast.li_wei.account_id,
        now=now,
    )
    session.commit()


def test_the_invited_are_told_when_it_is_planned_and_on_the_day_before(session: Session, cast: Cast) -> None:
    meeting = planned(session, cast)
    for minutes in range(2):
        prepared(session, NOW + timedelta(minutes=minutes))
    assert told(session, cast, Occasion.meeting_planned) == BRANCH
    assert told(session, cast, Occasion.meeting_tomorrow) == []
    prepared(session, DAY_BEFORE - timedelta(seconds=1))
    assert told(session, cast, Occasion.meeting_tomorrow) == []
    prepared(session, DAY_BEFORE)
    assert told(session, cast, Occasion.meeting_tomorrow) == BRANCH
    push = all_pushes(session)[-1]
    assert push.content == {
        "meeting": "6 月主题党日",
        "time": "2026年6月25日 14:30",
        "place": "明德楼 305",
        "hint": "请按时到会签到",
    }
    assert (push.due_at, push.expires_at) == (DAY_BEFORE, START)
    assert push.page == f"pages/meeting/meeting?id={meeting.id}"
    assert session.scalars(select(MeetingReminder).where(MeetingReminder.taken_at.is_(None))).all() == []


def test_who_is_on_leave_is_not_reminded(session: Session, cast: Cast) -> None:
    meeting = planned(session, cast)
    excused(session, meeting, cast.zhang_min)
    prepared(session, DAY_BEFORE)
    assert told(session, cast, Occasion.meeting_planned) == BRANCH
    assert told(session, cast, Occasion.meeting_tomorrow) == ["li_wei", "sun_li", "wang_fang"]


def test_who_is_on_leave_hears_that_it_moves_and_that_it_is_called_off(session: Session, cast: Cast) -> None:
    meeting = planned(session, cast)
    excused(session, meeting, cast.zhang_min)
    moved(session, cast, meeting, START + 24 * HOUR)
    prepared(session, NOW)
    assert told(session, cast, Occasion.meeting_changed) == BRANCH
    cancelled(session, cast, meeting)
    prepared(session, NOW)
    assert told(session, cast, Occasion.meeting_cancelled) == BRANCH


def test_a_change_is_told_with_what_holds_now(session: Session, cast: Cast) -> None:
    meeting = planned(session, cast)
    prepared(session, NOW)
    moved(session, cast, meeting, START + 24 * HOUR)
    prepared(session, NOW)
    assert told(session, cast, Occasion.meeting_changed) == BRANCH
    assert all_pushes(session)[-1].content["time"] == "2026年6月26日 14:30"
    prepared(session, DAY_BEFORE)
    assert told(session, cast, Occasion.meeting_tomorrow) == []
    prepared(session, DAY_BEFORE + 24 * HOUR)
    assert told(session, cast, Occasion.meeting_tomorrow) == BRANCH


def test_a_reminder_taken_over_before_the_meeting_moved_is_dropped(
    engine: Engine, session: Session, cast: Cast
) -> None:
    meeting = planned(session, cast)
    session.commit()
    with Session(engine) as other:
        meetings.take_over(other, now=DAY_BEFORE)
        other.commit()
    moved(session, cast, meeting, START + 48 * HOUR, now=DAY_BEFORE)
    prepared(session, DAY_BEFORE)
    assert told(session, cast, Occasion.meeting_tomorrow) == []
    assert told(session, cast, Occasion.meeting_changed) == BRANCH
    assert session.scalars(select(Fanout).where(Fanout.done_at.is_(None))).all() == []


def test_what_is_called_off_is_told_without_the_reason_and_nothing_after_it(session: Session, cast: Cast) -> None:
    meeting = planned(session, cast)
    prepared(session, NOW)
    cancelled(session, cast, meeting)
    prepared(session, NOW)
    prepared(session, DAY_BEFORE)
    assert told(session, cast, Occasion.meeting_cancelled) == BRANCH
    assert told(session, cast, Occasion.meeting_tomorrow) == []
    assert SECRET_WORDS not in str([push.content for push in all_pushes(session)])


def test_what_was_called_off_before_it_was_announced_is_not_announced(session: Session, cast: Cast) -> None:
    meeting = planned(session, cast)
    cancelled(session, cast, meeting)
    prepared(session, NOW)
    assert told(session, cast, Occasion.meeting_planned) == []


def test_who_came_today_is_told_also_of_what_was_over_before_it_could_be_said(session: Session, cast: Cast) -> None:
    zhang_min = Membership.member_id == cast.zhang_min.member_id
    session.execute(update(Membership).where(zhang_min).values(from_date=TODAY))
    planned(session, cast)
    prepared(session, NOW)
    assert told(session, cast, Occasion.meeting_planned) == BRANCH
    over = DraftedMessage(Occasion.meeting_planned, "1:1", "", due_at=NOW, expires_at=NOW + HOUR)
    assert set(concerned(session, over, [cast.zhang_min.member_id], NOW + 2 * HOUR)) == {cast.zhang_min.member_id}


def test_the_day_before_begins_at_midnight_in_shanghai(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, starts_at=NOW + timedelta(days=1))
    assert meetings.still_holds(meeting, Occasion.meeting_tomorrow, NOW)
    assert not meetings.still_holds(meeting, Occasion.meeting_tomorrow, NOW - timedelta(days=1))


def test_after_an_outage_what_has_begun_is_told_but_not_sent(session: Session, cast: Cast) -> None:
    planned(session, cast)
    prepared(session, START)
    assert told(session, cast, Occasion.meeting_planned) == told(session, cast, Occasion.meeting_tomorrow) == BRANCH
    assert {(push.status, push.reason) for push in all_pushes(session)} == {("expired", "stood_still")}
    assert session.scalars(select(Fanout).where(Fanout.done_at.is_(None))).all() == []


def test_two_machines_at_once_take_each_reminder_over_once(engine: Engine, session: Session, cast: Cast) -> None:
    for day in range(4):
        planned(session, cast, replace(PLAN, starts_at=START + day * 24 * HOUR, ends_at=START + (day * 24 + 1) * HOUR))
    at_once(*[partial(due.prepare, engine, now=NOW)] * 4)
    assert told(session, cast, Occasion.meeting_planned) == sorted(BRANCH * 4)


def test_around_the_turn_of_the_year_tomorrow_is_the_next_day(session: Session, cast: Cast) -> None:
    new_year = datetime(2027, 1, 1, 1, 0, tzinfo=UTC)
    planned(session, cast, replace(PLAN, starts_at=new_year, ends_at=new_year + HOUR, items=()))
    prepared(session, datetime(2026, 12, 31, 10, 0, tzinfo=UTC))
    assert told(session, cast, Occasion.meeting_tomorrow) == BRANCH
