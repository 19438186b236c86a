"""Today's theme day of the first branch, its check-in open, and next week's lecture: planned through the services."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from scripts.demo.gatherings.plans import branches, theme_of
from scripts.demo.gatherings.records import LETTERS, Records
from scripts.demo.gatherings.turnout import Fate
from scripts.demo.people import DemoMember
from scripts.demo.university import University, at
from server.days import shanghai_date
from server.meetings.leave import service as leave
from server.meetings.leave.service import LeaveRequest, LeaveTerms
from server.meetings.models import Meeting
from server.meetings.planning import service as planning
from server.meetings.planning.rules import OPENS_BEFORE, WindowWish
from server.meetings.planning.service import Plan
from server.meetings.rules import MeetingKind
from server.standards.rules import LeaveKind

BRANCH = next(branches())
AWAY = "孙丽"
"""Her leave is granted; the next on the roster still waits for an answer."""
NOT_YET = "张敏"
"""She can check in herself."""
_STEP = timedelta(minutes=10)
_AT_LEAST = timedelta(hours=3)
"""So long after the demo is made, check-in stays open."""


def times_around(now: datetime) -> tuple[datetime, datetime]:
    """Return when a meeting begins whose check-in opened some minutes ago, and the end of that day in Shanghai.

    Late in the evening it is the end of the next day, so that a late visitor of the demo has time for it, too.
    """
    day, last = shanghai_date(now), shanghai_date(now + _AT_LEAST)
    soon = now + timedelta(minutes=2)
    full = soon + timedelta(seconds=-soon.timestamp() % _STEP.total_seconds())
    return min(full, at(day, 23, 50)), at(last, 23, 59) + timedelta(seconds=59)


def gather(university: University, session: Session, records: Records) -> None:
    """Plan today's theme day, ask for leaves, let two thirds check in, and receive a guest."""
    title, topic = theme_of(university.today.month)
    starts_at, closes_at = times_around(university.now)
    plan = Plan(
        kind=MeetingKind.theme_day,
        title=title,
        topic=topic,
        place="实验楼 B402",
        agenda="分批参加，当天均可签到。",
        starts_at=starts_at,
        ends_at=closes_at,
        window=WindowWish(starts_at - OPENS_BEFORE, closes_at, closes_at),
    )
    meeting = _planned(university, session, records, plan, now=university.now - timedelta(days=3))
    people = [person for person in university.people if person.path == BRANCH]
    away = next(person for person in people if person.name == AWAY)
    waiting = people[people.index(away) + 1]
    _ask_leave(university, session, meeting, away, LeaveRequest(LeaveKind.official, "赴外地参加学术会议"), granted=True)
    _ask_leave(university, session, meeting, waiting, LeaveRequest(LeaveKind.personal, "陪同家人就医"), granted=False)
    coming = [person for person in people if person not in (away, waiting) and person.name != NOT_YET]
    _check_in(university, records, meeting, coming[: len(people) * 2 // 3])
    guest = next(person for person in university.people if person.path != BRANCH and not person.duty)
    records.receive_guest(meeting, guest, university.now - timedelta(minutes=2))


def plan_next_week(university: University, session: Session, records: Records) -> None:
    """Plan a lecture for the same weekday of next week."""
    starts_at = at(university.today + timedelta(days=7), 15)
    plan = Plan(
        kind=MeetingKind.lecture,
        title="专题党课：从校史中汲取力量",
        topic="从校史中汲取力量",
        place="明德楼 305",
        agenda="书记讲授，交流讨论。",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=90),
    )
    _planned(university, session, records, plan, now=university.now - timedelta(hours=2))


def _planned(university: University, session: Session, records: Records, plan: Plan, *, now: datetime) -> Meeting:
    secretary = university.actors[_secretary(university).work_number]
    (meeting,) = planning.plan(
        session,
        organization_id=university.places[BRANCH].id,
        plan=plan,
        actor=secretary,
        account_id=secretary.account_id or 0,
        now=now,
    )
    meeting.public_id = "".join(records.chance.choices(LETTERS, k=10))
    session.flush()
    return meeting


def _secretary(university: University) -> DemoMember:
    return next(person for person in university.people if person.path == BRANCH)


def _ask_leave(
    university: University, session: Session, meeting: Meeting, person: DemoMember, wish: LeaveRequest, *, granted: bool
) -> None:
    actor = university.actors[person.work_number]
    asked = leave.ask(
        session,
        member_id=actor.member_id or 0,
        meeting_id=meeting.id,
        wish=wish,
        actor=actor,
        account_id=actor.account_id or 0,
        now=university.now - timedelta(hours=3),
    )
    if granted:
        secretary = university.actors[_secretary(university).work_number]
        leave.grant(
            session,
            leave_id=asked.id,
            terms=LeaveTerms(answer="同意"),
            actor=secretary,
            account_id=secretary.account_id or 0,
            now=university.now - timedelta(hours=1),
        )


def _check_in(university: University, records: Records, meeting: Meeting, coming: list[DemoMember]) -> None:
    """One after the other since check-in opened; the last but one on the phone of the one before them."""
    step = (university.now - meeting.opens_at) / (len(coming) + 1)
    for number, person in enumerate(coming, start=1):
        helped = number == len(coming) - 1
        both = {"meeting_id": meeting.id, "member_id": records.member_id(person)}
        by = coming[number - 2] if helped else person
        records.check_in(both, Fate.helped if helped else Fate.present, meeting.opens_at + number * step, by)
