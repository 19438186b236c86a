"""Plan a meeting or a series of them: what it counts for, who is invited and who is reminded."""

import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.days import shanghai_date
from server.errors import DomainError
from server.identity.rules import Actor
from server.meetings.error_codes import MeetingErrorCode
from server.meetings.models import Meeting
from server.meetings.planning import reminders, series
from server.meetings.planning.lists import Lists, checked_lists, default_rosters, write_lists
from server.meetings.planning.queries import offered_to
from server.meetings.planning.rules import (
    USUAL,
    CountedItem,
    PlanProblem,
    RosterPlan,
    Times,
    WindowWish,
    default_items,
    item_problem,
    quantity_of,
    time_problem,
    times_of,
    usual_title,
)
from server.meetings.planning.series import Repeat
from server.meetings.rules import MAKEUP_DAYS, SETTLES_AFTER, MeetingKind, MeetingStatus
from server.organizations.models import Organization
from server.organizations.service import get_open
from server.standards.rules import plain_number
from server.years.gate import refuse_drafted

_LETTERS = string.ascii_letters + string.digits
_PUBLIC_ID_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned; words may be missing in a preview. None leaves title, items, make-up day and lists
    to the defaults."""

    kind: MeetingKind
    starts_at: datetime
    ends_at: datetime
    title: str | None = None
    topic: str = ""
    place: str = ""
    agenda: str = ""
    window: WindowWish = USUAL
    items: tuple[CountedItem, ...] | None = None
    shows_names: bool = True
    makeup_until: date | None = None
    rosters: tuple[RosterPlan, ...] | None = None
    observers: tuple[int, ...] = ()
    repeat: Repeat | None = None


@dataclass(frozen=True, slots=True)
class CheckedPlan:
    """A plan that can stand: when its meetings are, what they count for and who is invited."""

    host: Organization
    times: Times
    days: list[date]
    makeup_until: date
    items: list[dict[str, str]]
    rosters: tuple[RosterPlan, ...]
    lists: Lists


def check(session: Session, *, organization_id: int, plan: Plan, actor: Actor, now: datetime) -> CheckedPlan:
    """Return what a plan comes to.

    Raises DomainError with what `rules` and `roster_plans` find wrong, `invalid_repeat`, `invalid_makeup` or, where
    one of the organizations has its results of that year, 409 `year_drafted`.
    """
    host = get_open(session, organization_id)
    times = times_of(plan.starts_at, plan.ends_at, plan.window)
    refuse(time_problem(times, now=now))
    days = series.days_of(plan.starts_at, plan.repeat)
    makeup_until = checked_makeup(plan.makeup_until or days[0] + timedelta(days=MAKEUP_DAYS), times)
    items = counted_items(session, host.id, plan.kind, plan.items, times)
    rosters = plan.rosters if plan.rosters is not None else default_rosters(session, host)
    lists = checked_lists(session, host=host, rosters=rosters, observers=plan.observers, actor=actor, on=days[0])
    places = {host.id, *(roster.organization_id for roster in rosters)}
    refuse_drafted(session, places, since=days[0], today=shanghai_date(now))
    return CheckedPlan(host, times, days, makeup_until, items, rosters, lists)


def plan(
    session: Session, *, organization_id: int, plan: Plan, actor: Actor, account_id: int, now: datetime
) -> list[Meeting]:
    """Plan a meeting or a series; return its meetings by time. Raises what `check` raises."""
    checked = check(session, organization_id=organization_id, plan=plan, actor=actor, now=now)
    first = checked.days[0]
    meetings = []
    for day in checked.days:
        meeting = _new_meeting(checked.host, plan, checked.times.shifted(day - first), checked.items, now=now)
        meeting.makeup_until, meeting.planned_by = checked.makeup_until + (day - first), account_id
        meetings.append(meeting)
    session.add_all(meetings)
    session.flush()
    for meeting in meetings if plan.repeat else ():
        meeting.series_id = meetings[0].id
    _invite_and_remind(session, meetings, checked.lists, account_id=account_id, now=now)
    return meetings


def _invite_and_remind(
    session: Session, meetings: Sequence[Meeting], lists: Lists, *, account_id: int, now: datetime
) -> None:
    announced = next((meeting for meeting in meetings if reminders.is_ahead(meeting, now)), None)
    for meeting in meetings:
        write_lists(session, meeting, lists)
        reminders.remind_of_plan(session, meeting, announce=meeting is announced, now=now)
        record(session, meeting, "meeting_plan", account_id, now)
    session.flush()


def _new_meeting(
    host: Organization, plan: Plan, times: Times, items: list[dict[str, str]], *, now: datetime
) -> Meeting:
    meeting = Meeting(
        public_id="".join(secrets.choice(_LETTERS) for _ in range(_PUBLIC_ID_LENGTH)),
        root_id=host.root_id,
        organization_id=host.id,
        kind=plan.kind,
        title=plan.title or usual_title(plan.kind, shanghai_date(times.starts_at)),
        topic=plan.topic,
        place=plan.place,
        agenda=plan.agenda,
        items=items,
        shows_names=plan.shows_names,
        status=MeetingStatus.planned,
        minutes="",
        version=1,
        created_at=now,
    )
    set_times(meeting, times)
    return meeting


def set_times(meeting: Meeting, times: Times) -> None:
    """Give a meeting its times; presence is posted 24 hours after check-in closes."""
    meeting.starts_at, meeting.ends_at = times.starts_at, times.ends_at
    meeting.opens_at, meeting.late_after, meeting.closes_at = times.opens_at, times.late_after, times.closes_at
    meeting.settles_at = times.closes_at + SETTLES_AFTER


def counted_items(
    session: Session, organization_id: int, kind: MeetingKind, counted: Sequence[CountedItem] | None, times: Times
) -> list[dict[str, str]]:
    """Return what a meeting counts for as it is stored. Raises DomainError `unknown_item` or `item_repeated`."""
    offered = offered_to(session, organization_id, times.starts_at)
    if counted is None:
        counted = default_items(kind, offered)
    refuse(item_problem(counted, offered), offered=[item.code for item in offered])
    return [{"code": each.code, "quantity": plain_number(quantity_of(each, offered, times))} for each in counted]


def checked_makeup(makeup_until: date, times: Times) -> date:
    if makeup_until < shanghai_date(times.starts_at):
        raise DomainError(MeetingErrorCode.invalid_makeup, "补课截止日期不能早于会议当天，请检查")
    return makeup_until


def refuse(problem: PlanProblem | None, **detail: object) -> None:
    """Raise the problem as a DomainError, if there is one."""
    if problem is not None:
        raise DomainError(problem.code, problem.message, detail=detail)


def record(session: Session, meeting: Meeting, action: str, account_id: int, now: datetime) -> None:
    """Leave an audit line of what was done with a meeting."""
    audit.record(
        session,
        actor_id=account_id,
        action=action,
        now=now,
        detail={"version": meeting.version},
        **audit.of(meeting),
    )
