"""The held check-ins of a meeting, as its host sees them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.identity.models import Account
from server.meetings.models import Attendance, HeldCheckIn, Invitation, Roster
from server.meetings.rules import Via
from server.organizations.models import Member, Organization


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A held check-in as the host sees it: whose, of which list, by whose phone (代签), and who used the same scan.

    `came`: the person has an attendance that is not of this check-in, so that nothing is left to decide.
    """

    held: HeldCheckIn
    name: str
    organization: str | None
    helper: str | None
    others: tuple[str, ...]
    came: bool


def list_held(session: Session, meeting_id: int) -> list[HeldLine]:
    """Return a meeting's held check-ins, those that wait first, in the order of their scans."""
    query = (
        select(HeldCheckIn, Member.name, Organization.title, Account.name, Attendance)
        .join(Member, Member.id == HeldCheckIn.member_id)
        .join(Account, Account.id == HeldCheckIn.account_id)
        .outerjoin(
            Invitation,
            (Invitation.meeting_id == HeldCheckIn.meeting_id) & (Invitation.member_id == HeldCheckIn.member_id),
        )
        .outerjoin(Roster, Roster.id == Invitation.roster_id)
        .outerjoin(Organization, Organization.id == Roster.organization_id)
        .outerjoin(
            Attendance,
            (Attendance.meeting_id == HeldCheckIn.meeting_id) & (Attendance.member_id == HeldCheckIn.member_id),
        )
        .where(HeldCheckIn.meeting_id == meeting_id)
    )
    rows = session.execute(query).all()
    others = _by_ticket(session, meeting_id, {row[0].ticket_id for row in rows})
    found = [
        HeldLine(
            held=held,
            name=name,
            organization=organization,
            helper=account if held.via == Via.helper else None,
            others=tuple(other for member_id, other in others[held.ticket_id] if member_id != held.member_id),
            came=attendance is not None and attendance.scan_id != held.scan_id,
        )
        for held, name, organization, account, attendance in rows
    ]
    return sorted(found, key=lambda line: (not line.held.waits or line.came, line.held.scanned_at, line.held.member_id))


def _by_ticket(session: Session, meeting_id: int, ticket_ids: Collection[str]) -> dict[str, list[tuple[int, str]]]:
    """Return the ids and names of those who are checked in by these scans."""
    query = (
        select(Attendance.ticket_id, Member.id, Member.name)
        .join(Member, Member.id == Attendance.member_id)
        .where(Attendance.meeting_id == meeting_id, Attendance.ticket_id.in_(ticket_ids))
        .order_by(Attendance.scanned_at, Member.id)
    )
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for ticket_id, member_id, name in session.execute(query):
        found[ticket_id or ""].append((member_id, name))
    return found
