"""How meetings are shown: to the host with figures, in lists, and to one member with their own part."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from server.identity.access import Context
from server.meetings.held.wording import WORDS
from server.meetings.leave import present as leave_present
from server.meetings.leave.service import last_day_to_ask
from server.meetings.models import Attendance, Invitation, Leave, Meeting
from server.meetings.planning import own, series
from server.meetings.planning.own import OwnMeeting
from server.meetings.planning.preview import PlanPreview
from server.meetings.planning.queries import offered_to
from server.meetings.planning.schemas import (
    CostOut,
    CountedItemOut,
    ExpectedOut,
    LeaveRuleOut,
    MeetingLineOut,
    MeetingOut,
    OfferedItemOut,
    OwnHeldOut,
    OwnMeetingLineOut,
    OwnMeetingOut,
    PreviewOut,
    RosterOfMeetingOut,
    SeriesMeetingOut,
)
from server.meetings.planning.wording import absence_cost, cost_words, needs_makeup
from server.meetings.queries import phase_of, rosters_of
from server.meetings.rules import (
    KIND_TITLES,
    LEAVE_KIND_TITLES,
    PHASE_TITLES,
    STANDING_TITLES,
    AttendanceState,
    HeldStatus,
    LeaveStatus,
    MeetingKind,
    Part,
)
from server.meetings.settlement.cases import measure_of
from server.organizations.queries import account_names, titles
from server.photos import queries as photos
from server.photos.present import photo_out
from server.photos.schemas import PhotoOut
from server.standards.rules import Item, LeaveKind


def lines(session: Session, found: Sequence[tuple[Meeting, int | None]], now: datetime) -> list[MeetingLineOut]:
    places = titles(session, [meeting.organization_id for meeting, _ in found])
    return [
        MeetingLineOut(**_plain(meeting, places, now), roster_id=roster_id, series_id=meeting.series_id)
        for meeting, roster_id in found
    ]


def whole(context: Context, meeting: Meeting) -> MeetingOut:
    """Return the host's view."""
    session, now = context.session, context.now
    places = titles(session, [meeting.organization_id])
    return MeetingOut(
        **_plain(meeting, places, now),
        **_plan(meeting),
        version=meeting.version,
        settles_at=meeting.settles_at,
        settled_at=meeting.settled_at,
        items=_items(session, meeting),
        shows_names=meeting.shows_names,
        status=meeting.status,
        planned_by=account_names(session, [meeting.planned_by])[meeting.planned_by],
        rosters=_rosters(session, meeting.id),
        minutes=meeting.minutes,
        photos=_photos(context, meeting.id),
        series_id=meeting.series_id,
        series=[
            SeriesMeetingOut(id=each.id, starts_at=each.starts_at, phase=phase_of(each, now))
            for each in series.in_series(session, meeting)
        ],
    )


def preview(session: Session, found: PlanPreview) -> PreviewOut:
    checked = found.checked
    places = titles(session, [roster.organization_id for roster in checked.rosters])
    return PreviewOut(
        days=checked.days,
        opens_at=checked.times.opens_at,
        late_after=checked.times.late_after,
        closes_at=checked.times.closes_at,
        makeup_until=checked.makeup_until,
        offered=[OfferedItemOut(code=item.code, title=item.title, unit=item.unit) for item in found.offered],
        items=_counted(checked.items, found.offered),
        expected=[
            ExpectedOut(
                organization_id=roster.organization_id,
                organization_title=places[roster.organization_id],
                scope=roster.scope,
                invited=found.counts[roster.organization_id][Part.invited],
                observers=found.counts[roster.organization_id][Part.observer],
            )
            for roster in checked.rosters
        ],
    )


def own_lines(session: Session, found: Sequence[OwnMeeting], now: datetime) -> list[OwnMeetingLineOut]:
    places = titles(session, [each.meeting.organization_id for each in found])
    return [OwnMeetingLineOut(**_own(each, places, now)) for each in found]


def own_whole(context: Context, found: OwnMeeting, member_id: int) -> OwnMeetingOut:
    """Return a meeting as one member sees it, with what it means for their points."""
    session, meeting = context.session, found.meeting
    measure = measure_of(session, meeting, member_id)
    items = own.items_of(found, measure)
    return OwnMeetingOut(
        **_own(found, titles(session, [meeting.organization_id]), context.now),
        **_plan(meeting),
        scanned_at=found.attendance.scanned_at if found.attendance else None,
        via=found.attendance.via if found.attendance else None,
        held=_held(found),
        leave=leave_present.one_leave(context, found.leave) if found.leave else None,
        costs=[
            CostOut(
                item_code=item.code,
                item_title=item.title,
                text=cost_words(planned, item, measure),
                absence=absence_cost(planned, item, measure),
            )
            for planned, item in items
            if measure
        ],
        leave_rules=_leave_rules([item for _, item in items]),
        leave_until=last_day_to_ask(meeting),
        minutes=meeting.minutes,
        photos=_photos(context, meeting.id),
    )


def _held(found: OwnMeeting) -> OwnHeldOut | None:
    """What became of a check-in that was held; nothing where the member came in another way."""
    held = found.held
    if held is None or (found.attendance is not None and found.attendance.scan_id != held.scan_id):
        return None
    status = HeldStatus(held.status)
    words = WORDS[status]
    return OwnHeldOut(
        status=status, words=words.heading, advice=words.advice, reason=held.reason, scanned_at=held.scanned_at
    )


def _photos(context: Context, meeting_id: int) -> list[PhotoOut]:
    return [photo_out(context, photo) for photo in photos.photos_of_meeting(context.session, meeting_id)]


def _leave_rules(items: list[Item]) -> list[LeaveRuleOut]:
    return [
        LeaveRuleOut(kind=kind, title=LEAVE_KIND_TITLES[kind], needs_makeup=needs_makeup(kind, items))
        for kind in LeaveKind
    ]


def _plain(meeting: Meeting, places: dict[int, str], now: datetime) -> dict[str, Any]:
    """What every view of a meeting says."""
    phase = phase_of(meeting, now)
    return {
        "id": meeting.id,
        "kind": meeting.kind,
        "kind_title": KIND_TITLES[MeetingKind(meeting.kind)],
        "title": meeting.title,
        "place": meeting.place,
        "starts_at": meeting.starts_at,
        "ends_at": meeting.ends_at,
        "phase": phase,
        "phase_title": PHASE_TITLES[phase],
        "organization_id": meeting.organization_id,
        "organization_title": places[meeting.organization_id],
    }


def _plan(meeting: Meeting) -> dict[str, Any]:
    names = ("topic", "agenda", "opens_at", "late_after", "closes_at", "makeup_until", "cancelled_reason")
    return {name: getattr(meeting, name) for name in names}


def _own(found: OwnMeeting, places: dict[int, str], now: datetime) -> dict[str, Any]:
    standing = found.standing(now)
    return _plain(found.meeting, places, now) | {
        "roster_id": found.invitation.roster_id if found.invitation else None,
        "part": found.part,
        "standing": standing,
        "standing_title": STANDING_TITLES[standing] if standing else None,
    }


def _items(session: Session, meeting: Meeting) -> list[CountedItemOut]:
    return _counted(meeting.items, offered_to(session, meeting.organization_id, meeting.starts_at))


def _counted(items: Sequence[dict[str, str]], offered: Sequence[Item]) -> list[CountedItemOut]:
    by_code = {item.code: item for item in offered}
    return [
        CountedItemOut(
            code=each["code"],
            quantity=each["quantity"],
            title=by_code[each["code"]].title if each["code"] in by_code else None,
            unit=by_code[each["code"]].unit if each["code"] in by_code else None,
        )
        for each in items
    ]


def _rosters(session: Session, meeting_id: int) -> list[RosterOfMeetingOut]:
    rosters = rosters_of(session, meeting_id)
    places = titles(session, [roster.organization_id for roster in rosters])
    figures = _figures(session, meeting_id)
    nothing = dict.fromkeys(_FIGURES, 0)
    return [
        RosterOfMeetingOut(
            id=roster.id,
            organization_id=roster.organization_id,
            organization_title=places[roster.organization_id],
            scope=roster.scope,
            group_ids=roster.group_ids,
            status=roster.status,
            **figures.get(roster.id, nothing),
        )
        for roster in rosters
    ]


_INVITED = Invitation.part == Part.invited
_FIGURES: dict[str, ColumnElement[bool]] = {
    "invited": _INVITED,
    "present": _INVITED & (Attendance.state == AttendanceState.present),
    "late": _INVITED & (Attendance.state == AttendanceState.late),
    "made_up": _INVITED & (Attendance.state == AttendanceState.made_up),
    "on_leave": _INVITED & Attendance.state.is_(None) & (Leave.status == LeaveStatus.granted),
    "observers": Invitation.part == Part.observer,
}


def _figures(session: Session, meeting_id: int) -> dict[int, dict[str, int]]:
    """Count each roster's people in one statement."""
    counts = [func.sum(case((condition, 1), else_=0)) for condition in _FIGURES.values()]
    here = Invitation.meeting_id == meeting_id
    rows = session.execute(
        select(Invitation.roster_id, *counts)
        .outerjoin(Attendance, (Attendance.meeting_id == meeting_id) & (Attendance.member_id == Invitation.member_id))
        .outerjoin(Leave, (Leave.meeting_id == meeting_id) & (Leave.member_id == Invitation.member_id))
        .where(here)
        .group_by(Invitation.roster_id)
    )
    return {roster_id: dict(zip(_FIGURES, map(int, figures), strict=True)) for roster_id, *figures in rows}
