"""How a roster is shown."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.identity.access import Context
from server.meetings.leave.present import Absence, readable
from server.meetings.leave.service import STATUS_TITLES
from server.meetings.models import Attendance, AttendanceChange, GuestVisit, Leave, Meeting, Roster
from server.meetings.rosters import hosting
from server.meetings.rosters import queries as lists
from server.meetings.rosters.guest_schemas import GuestOut, GuestsOut
from server.meetings.rosters.queries import STATE_TITLES, RosterLine, RosterTally
from server.meetings.rosters.schemas import (
    AttendanceChangeOut,
    AttendanceOut,
    RosterCountsOut,
    RosterLeaveOut,
    RosterLineOut,
    RosterMeetingOut,
    RosterOut,
    RosterQuery,
)
from server.meetings.rules import KIND_TITLES, LEAVE_KIND_TITLES, STANDING_TITLES, AttendanceStanding, MeetingKind
from server.organizations.queries import account_names, titles
from server.presentation import decode_cursor, invalid_cursor, page_of


def whole(context: Context, roster: Roster, query: RosterQuery) -> RosterOut:
    """Return the list with its meeting, or the page of it that was asked for."""
    session = context.session
    meeting = session.get_one(Meeting, roster.meeting_id)
    everyone = lists.lines(session, roster, closes_at=meeting.closes_at, now=context.now)
    after = _position(query.cursor)
    wanted = [
        line
        for line in everyone
        if (query.standing in (None, line.standing)) and (after is None or line.position > after)
    ]
    page, cursor = page_of(query, wanted, lambda line: line.position)
    places = titles(session, [roster.organization_id, meeting.organization_id])
    confirmed_by = account_names(session, [roster.confirmed_by])
    reasons = _readable(context, page)
    return RosterOut(
        id=roster.id,
        organization_id=roster.organization_id,
        organization_title=places[roster.organization_id],
        status=roster.status,
        confirmed_by=confirmed_by.get(roster.confirmed_by or 0),
        confirmed_at=roster.confirmed_at,
        meeting=_meeting(meeting, places),
        counts=_counts(lists.tally(everyone)),
        items=[_line(line, reasons) for line in page],
        next_cursor=cursor,
    )


def recorded(roster_id: int, member_id: int, attendance: Attendance | None) -> AttendanceOut:
    if attendance is None:
        nothing = dict.fromkeys(("state", "state_title", "via", "scanned_at", "recorded_at", "reason"))
        return AttendanceOut.model_validate({"roster_id": roster_id, "member_id": member_id, **nothing})
    return AttendanceOut(
        roster_id=roster_id,
        member_id=member_id,
        state=attendance.state,
        state_title=STATE_TITLES[attendance.state],
        via=attendance.via,
        scanned_at=attendance.scanned_at,
        recorded_at=attendance.recorded_at,
        reason=attendance.reason,
    )


def change(found: AttendanceChange, names: Mapping[int, str]) -> AttendanceChangeOut:
    return AttendanceChangeOut(
        before=found.before,
        before_title=STATE_TITLES[found.before] if found.before else None,
        after=found.after,
        after_title=STATE_TITLES[found.after] if found.after else None,
        reason=found.reason,
        by=names[found.account_id],
        at=found.at,
    )


def _readable(context: Context, page: Collection[RosterLine]) -> set[int]:
    places = context.target.ancestor_ids
    absences = [Absence(line.leave.id, line.member_id, places) for line in page if line.leave]
    return readable(context.session, context.actor, absences, on=shanghai_date(context.now))


def _position(cursor: str | None) -> tuple[int, str, int] | None:
    """Return where the page before ended. Raises DomainError `invalid_cursor`."""
    if cursor is None:
        return None
    rank, name, member_id = decode_cursor(cursor, 3)
    try:
        return int(rank), name, int(member_id)
    except ValueError:
        raise invalid_cursor() from None


def _meeting(meeting: Meeting, places: Mapping[int, str]) -> RosterMeetingOut:
    kind = MeetingKind(meeting.kind)
    return RosterMeetingOut(
        id=meeting.id,
        kind=kind,
        kind_title=KIND_TITLES[kind],
        title=meeting.title,
        topic=meeting.topic,
        place=meeting.place,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        opens_at=meeting.opens_at,
        late_after=meeting.late_after,
        closes_at=meeting.closes_at,
        makeup_until=meeting.makeup_until,
        status=meeting.status,
        organization_id=meeting.organization_id,
        organization_title=places[meeting.organization_id],
    )


def _counts(tally: RosterTally) -> RosterCountsOut:
    return RosterCountsOut(
        invited=tally.invited,
        observers=tally.observers,
        observers_present=tally.observers_present,
        leave_waiting=tally.leave_waiting,
        **{standing.value: tally.standings[standing] for standing in AttendanceStanding},
    )


def _line(line: RosterLine, reasons: Collection[int]) -> RosterLineOut:
    return RosterLineOut(
        member_id=line.member_id,
        name=line.name,
        part=line.part,
        standing=line.standing,
        standing_title=STANDING_TITLES[line.standing],
        via=line.attendance.via if line.attendance else None,
        scanned_at=line.attendance.scanned_at if line.attendance else None,
        helper=line.helper,
        leave=_leave(line.leave, reasons) if line.leave else None,
    )


def _leave(leave: Leave, reasons: Collection[int]) -> RosterLeaveOut:
    return RosterLeaveOut(
        id=leave.id,
        kind=leave.kind,
        kind_title=LEAVE_KIND_TITLES[leave.kind],
        status=leave.status,
        status_title=STATUS_TITLES[leave.status],
        makeup_until=leave.makeup_until,
        reason=leave.reason if leave.id in reasons else None,
        version=leave.version,
    )


def guests_out(session: Session, meeting_id: int) -> GuestsOut:
    found = hosting.list_visits(session, session.get_one(Meeting, meeting_id))
    visits = [visit for visit, _, _ in found]
    accounts = account_names(session, [visit.decided_by for visit in visits])
    homes = _home_titles(session, visits)
    return GuestsOut(items=[_guest_out(visit, name, branch, accounts, homes) for visit, name, branch in found])


def _home_titles(session: Session, visits: Sequence[GuestVisit]) -> dict[int, str]:
    ids = {visit.counts_for_meeting_id for visit in visits if visit.counts_for_meeting_id}
    return dict(session.execute(select(Meeting.id, Meeting.title).where(Meeting.id.in_(ids))).all())


def _guest_out(
    visit: GuestVisit, name: str, branch: str | None, accounts: dict[int, str], homes: dict[int, str]
) -> GuestOut:
    return GuestOut(
        member_id=visit.member_id,
        name=name,
        branch_title=branch,
        state=visit.state,
        state_title=STATE_TITLES[visit.state],
        scanned_at=visit.scanned_at,
        confirmed=visit.confirmed,
        reason=visit.reason,
        decided_by=accounts.get(visit.decided_by or 0),
        decided_at=visit.decided_at,
        counts_for_meeting_id=visit.counts_for_meeting_id,
        counts_for_title=homes.get(visit.counts_for_meeting_id or 0),
    )
