"""Change a planned meeting or call it off, and the later ones of its series with it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.error_codes import CoreErrorCode
from server.errors import conflict
from server.identity.rules import Actor
from server.meetings.error_codes import MeetingErrorCode
from server.meetings.models import Meeting
from server.meetings.planning import reminders, series
from server.meetings.planning.invitations import invite
from server.meetings.planning.lists import Lists, checked_lists, write_lists
from server.meetings.planning.rules import (
    USUAL,
    CountedItem,
    RosterPlan,
    Times,
    WindowWish,
    changed_times,
    time_problem,
)
from server.meetings.planning.service import checked_makeup, counted_items, record, refuse, set_times
from server.meetings.queries import rosters_of
from server.meetings.rules import MeetingAction, MeetingKind, MeetingStatus, RosterStatus, next_status
from server.organizations.models import Organization
from server.years.gate import refuse_drafted


@dataclass(frozen=True, slots=True)
class MeetingChange:
    """What is to be different; None stays as it is. `words`: title, topic, place, agenda and shows_names, by name."""

    words: dict[str, Any] = field(default_factory=dict)
    kind: MeetingKind | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    window: WindowWish = USUAL
    items: tuple[CountedItem, ...] | None = None
    makeup_until: date | None = None
    rosters: tuple[RosterPlan, ...] | None = None
    observers: tuple[int, ...] | None = None

    @property
    def touches_times(self) -> bool:
        return bool(self.starts_at or self.ends_at) or self.window != USUAL

    @property
    def touches_points(self) -> bool:
        others = (self.kind, self.items, self.makeup_until, self.rosters, self.observers)
        return self.touches_times or any(value is not None for value in others)


@dataclass(frozen=True, slots=True)
class _Decided:
    """A checked change: how the meeting's times move, what it counts for and who is invited, if that changes."""

    change: MeetingChange
    before: Times
    after: Times
    items: list[dict[str, str]] | None
    lists: Lists | None


def change(
    session: Session,
    *,
    meeting_id: int,
    version: int,
    change: MeetingChange,
    following: bool,
    actor: Actor,
    account_id: int,
    now: datetime,
) -> Meeting:
    """Change a meeting and, if `following`, the later ones of its series alike: their times by the same delta.

    Raises DomainError 409 `stale_version`, `already_settled`, `meeting_cancelled`, `roster_confirmed` or
    `roster_in_use`, and what planning raises.
    """
    meeting, later = series.locked_with_later(session, meeting_id, following=following, now=now)
    check_planned(meeting)
    if meeting.version != version:
        raise conflict(CoreErrorCode.stale_version, "会议安排刚被他人修改，请刷新后再改", version=meeting.version)
    decided = _decide(session, meeting, change, actor, now)
    told = False
    for each in (meeting, *later):
        if change.touches_points:
            check_unconfirmed(session, each)
        if _apply(session, each, decided, now):
            announce = not told and reminders.is_ahead(each, now)
            reminders.remind_of_change(session, each, announce=announce, now=now)
            told = told or announce
        record(session, each, "meeting_change", account_id, now)
    session.flush()
    return meeting


def cancel(
    session: Session, *, meeting_id: int, reason: str, following: bool, account_id: int, now: datetime
) -> Meeting:
    """Call a meeting off and, if `following`, the later ones of its series; safe to repeat.

    Raises DomainError 409 `already_settled` or `roster_confirmed`.
    """
    meeting, later = series.locked_with_later(session, meeting_id, following=following, now=now)
    told = False
    for each in (meeting, *later):
        if each.status == MeetingStatus.cancelled:
            continue
        _call_off(session, each, reason)
        reminders.remind_of_cancelling(session, each, announce=not told, now=now)
        told = True
        record(session, each, "meeting_cancel", account_id, now)
    session.flush()
    return meeting


def _call_off(session: Session, meeting: Meeting, reason: str) -> None:
    following = next_status(MeetingStatus(meeting.status), MeetingAction.cancel)
    if following is None:
        raise conflict(MeetingErrorCode.already_settled, "会议已计分，不能取消；如有误请先撤销计分")
    check_unconfirmed(session, meeting)
    meeting.status, meeting.cancelled_reason, meeting.version = following, reason, meeting.version + 1


def check_planned(meeting: Meeting) -> None:
    """Raise DomainError 409 where a meeting is settled or called off."""
    if meeting.status == MeetingStatus.settled:
        raise conflict(MeetingErrorCode.already_settled, "会议已计分，不能再修改；如有误请先撤销计分")
    if meeting.status == MeetingStatus.cancelled:
        raise conflict(MeetingErrorCode.meeting_cancelled, "会议已取消，不能再修改；如仍要召开请重新安排")


def check_unconfirmed(session: Session, meeting: Meeting) -> None:
    """Raise DomainError 409 where a list is confirmed: its absences are deducted for the meeting as it was."""
    if any(roster.status == RosterStatus.confirmed for roster in rosters_of(session, meeting.id)):
        raise conflict(MeetingErrorCode.roster_confirmed, "已有支部确认了名单，请先撤销确认再修改")


def times_in(meeting: Meeting) -> Times:
    return Times(meeting.starts_at, meeting.ends_at, meeting.opens_at, meeting.late_after, meeting.closes_at)


def _decide(session: Session, meeting: Meeting, change: MeetingChange, actor: Actor, now: datetime) -> _Decided:
    before = times_in(meeting)
    after = before
    if change.touches_times:
        after = changed_times(before, change.starts_at, change.ends_at, change.window)
        refuse(time_problem(after, now=now))
        places = {meeting.organization_id, *(roster.organization_id for roster in rosters_of(session, meeting.id))}
        refuse_drafted(session, places, since=shanghai_date(after.starts_at), today=shanghai_date(now))
    if change.makeup_until:
        checked_makeup(change.makeup_until, after)
    items = None
    if change.items is not None or change.kind is not None:
        kind = change.kind or MeetingKind(meeting.kind)
        items = counted_items(session, meeting.organization_id, kind, change.items, after)
    return _Decided(
        change, before, after, items, _lists(session, meeting, change, actor, shanghai_date(after.starts_at))
    )


def _lists(session: Session, meeting: Meeting, change: MeetingChange, actor: Actor, on: date) -> Lists | None:
    """Return the lists after the change, or None where they stay; organizations that take part already may stay."""
    if change.rosters is None and change.observers is None:
        return None
    return checked_lists(
        session,
        host=session.get_one(Organization, meeting.organization_id),
        rosters=change.rosters,
        observers=change.observers,
        actor=actor,
        on=on,
        former=[roster.organization_id for roster in rosters_of(session, meeting.id)],
    )


def _apply(session: Session, meeting: Meeting, decided: _Decided, now: datetime) -> bool:
    """Change one meeting; return whether it is at another time or place than before."""
    change = decided.change
    place, times = meeting.place, times_in(meeting)
    moved = times.moved_like(decided.before, decided.after)
    refuse(time_problem(moved, now=now) if moved != times else None)
    days = shanghai_date(moved.starts_at) - shanghai_date(times.starts_at)
    apart = shanghai_date(times.starts_at) - shanghai_date(decided.before.starts_at)
    for name, value in change.words.items():
        setattr(meeting, name, value)
    meeting.kind = change.kind or meeting.kind
    meeting.items = meeting.items if decided.items is None else decided.items
    meeting.makeup_until = change.makeup_until + apart if change.makeup_until else meeting.makeup_until + days
    set_times(meeting, moved)
    meeting.version += 1
    if decided.lists is not None:
        write_lists(session, meeting, decided.lists)
    elif days or change.kind:
        invite(session, meeting)
    return meeting.place != place or moved.starts_at != times.starts_at or moved.ends_at != times.ends_at
