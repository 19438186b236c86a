"""The statements behind check-in: few, the same for any number of scans, and each with all of them at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Select, Table, and_, bindparam, select, update
from sqlalchemy.orm import Session

from server.meetings.models import Attendance, GuestVisit, HeldCheckIn, Invitation, Leave, Meeting
from server.meetings.rules import LeaveStatus
from server.organizations.models import Member
from server.upserts import insert_or_keep, table_of

Key = tuple[int, int]
"""(meeting, member)."""

AnyRow = Row[*tuple[Any, ...]]

_meetings = table_of(Meeting)
_invitations = table_of(Invitation)
_attendances = table_of(Attendance)
_held = table_of(HeldCheckIn)
_visits = table_of(GuestVisit)
_leaves = table_of(Leave)
_members = table_of(Member)

_IDS = select(_meetings.c.id, _meetings.c.public_id).where(
    _meetings.c.public_id.in_(bindparam("public_ids", expanding=True))
)
_LOCKED = (
    select(
        _meetings.c.id,
        _meetings.c.public_id,
        _meetings.c.root_id,
        _meetings.c.title,
        _meetings.c.place,
        _meetings.c.status,
        _meetings.c.starts_at,
        _meetings.c.opens_at,
        _meetings.c.late_after,
        _meetings.c.closes_at,
        _meetings.c.allows_sharing,
    )
    .where(_meetings.c.id.in_(bindparam("meeting_ids", expanding=True)))
    .order_by(_meetings.c.id)
    .with_for_update(read=True)
)
_RECORD = (_attendances.c.state, _attendances.c.via, _attendances.c.scanned_at, _attendances.c.scan_id)
_HELD_RECORD = tuple(_held.c[name].label(f"held_{name}") for name in ("status", "why", "state", "via", "scanned_at"))
_INVITED = (
    select(
        _invitations.c.meeting_id,
        _invitations.c.member_id,
        _members.c.name,
        _leaves.c.id.label("leave_id"),
        _leaves.c.status.label("leave_status"),
        *_HELD_RECORD,
        _held.c.ticket_id.label("held_ticket_id"),
        _held.c.account_id.label("held_account_id"),
        *_RECORD,
    )
    .join(_members, _members.c.id == _invitations.c.member_id)
    .outerjoin(
        _leaves,
        and_(_leaves.c.meeting_id == _invitations.c.meeting_id, _leaves.c.member_id == _invitations.c.member_id),
    )
    .outerjoin(
        _attendances,
        and_(
            _attendances.c.meeting_id == _invitations.c.meeting_id,
            _attendances.c.member_id == _invitations.c.member_id,
        ),
    )
    .outerjoin(
        _held,
        and_(_held.c.meeting_id == _invitations.c.meeting_id, _held.c.member_id == _invitations.c.member_id),
    )
    .where(
        _invitations.c.meeting_id.in_(bindparam("meeting_ids", expanding=True)),
        _invitations.c.member_id.in_(bindparam("member_ids", expanding=True)),
    )
)
_RECORDED = select(_attendances.c.meeting_id, _attendances.c.member_id, *_RECORD).where(
    _attendances.c.meeting_id.in_(bindparam("meeting_ids", expanding=True)),
    _attendances.c.member_id.in_(bindparam("member_ids", expanding=True)),
)
_HELD = select(_held.c.meeting_id, _held.c.member_id, *_HELD_RECORD).where(
    _held.c.meeting_id.in_(bindparam("meeting_ids", expanding=True)),
    _held.c.member_id.in_(bindparam("member_ids", expanding=True)),
)
_STRANGERS = select(_members.c.id, _members.c.name, _members.c.root_id).where(
    _members.c.id.in_(bindparam("member_ids", expanding=True))
)
_VISITED = select(_visits.c.meeting_id, _visits.c.member_id, _visits.c.state, _visits.c.scanned_at).where(
    _visits.c.meeting_id.in_(bindparam("meeting_ids", expanding=True)),
    _visits.c.member_id.in_(bindparam("member_ids", expanding=True)),
)
_ENDING = (LeaveStatus.asked, LeaveStatus.granted)
_END_LEAVES = (
    update(_leaves)
    .where(_leaves.c.id.in_(bindparam("leave_ids", expanding=True)), _leaves.c.status.in_(_ENDING))
    .values(status=LeaveStatus.withdrawn, version=_leaves.c.version + 1)
)


def read(
    session: Session, *, public_ids: Collection[str], member_ids: Collection[int]
) -> tuple[Mapping[str, AnyRow], Mapping[Key, AnyRow]]:
    """Lock the meetings and return them by public id, and whoever of the members is invited by meeting and member."""
    ids = sorted(row.id for row in session.execute(_IDS, {"public_ids": sorted(public_ids)}))
    if not ids:
        return {}, {}
    meetings = session.execute(_LOCKED, {"meeting_ids": ids}).all()
    people = session.execute(_INVITED, {"meeting_ids": ids, "member_ids": sorted(member_ids)})
    return (
        {meeting.public_id: meeting for meeting in meetings},
        {(person.meeting_id, person.member_id): person for person in people},
    )


def insert_attendances(session: Session, rows: Sequence[dict[str, Any]]) -> dict[Key, AnyRow]:
    """Insert members who have not come yet and have a free place, and return who is there now."""
    return _insert(session, _attendances, _RECORDED, rows)


def insert_held(session: Session, rows: Sequence[dict[str, Any]]) -> dict[Key, AnyRow]:
    """Insert what is not held yet, and return what is held now."""
    return _insert(session, _held, _HELD, rows)


def strangers(session: Session, member_ids: Collection[int]) -> dict[int, AnyRow]:
    """Return the name and the university of members by id."""
    return {row.id: row for row in session.execute(_STRANGERS, {"member_ids": sorted(member_ids)})}


def insert_visits(session: Session, rows: Sequence[dict[str, Any]]) -> dict[Key, AnyRow]:
    """Insert the visits of guests that are not noted yet, and return what is noted now."""
    return _insert(session, _visits, _VISITED, rows)


def _insert(
    session: Session, table: Table, reading: Select[*tuple[Any, ...]], rows: Sequence[dict[str, Any]]
) -> dict[Key, AnyRow]:
    """Insert what is not there yet, and return what is there now."""
    if not rows:
        return {}
    ordered = sorted(rows, key=lambda row: (row["meeting_id"], row["member_id"]))
    connection = session.connection()
    connection.execute(insert_or_keep(table, connection.dialect.name), ordered)
    keys = {
        "meeting_ids": sorted({row["meeting_id"] for row in rows}),
        "member_ids": sorted({row["member_id"] for row in rows}),
    }
    return {(record.meeting_id, record.member_id): record for record in connection.execute(reading, keys)}


def ask_again(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Replace the held scan of members on whom the host has decided before with their new one."""
    for row in rows:
        here = (_held.c.meeting_id == row["meeting_id"], _held.c.member_id == row["member_id"])
        nothing_decided = {"decided_by": None, "decided_at": None, "reason": None}
        session.execute(update(_held).where(*here).values(row | nothing_decided))


def end_leaves(session: Session, people: Iterable[AnyRow]) -> None:
    """销假: members who come after all are no longer on leave, nor asking for it."""
    ids = sorted({person.leave_id for person in people if person.leave_status in _ENDING})
    if ids:
        session.execute(_END_LEAVES, {"leave_ids": ids})
