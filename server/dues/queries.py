"""Reading dues: who owes them, and what is on record."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.dues.error_codes import DuesErrorCode
from server.dues.models import DuesEvent, DuesRecord
from server.errors import DomainError, not_found
from server.organizations.history.queries import kinds_of, stage_on
from server.organizations.models import Member, Membership
from server.standards.rules import AUDIENCE_STAGES, Audience


def debtors(session: Session, *, organization_id: int, on: date) -> list[Member]:
    """Return the full and probationary members a branch has on a day, by id."""
    return list(
        session.scalars(
            select(Member)
            .join(Membership, Membership.member_id == Member.id)
            .where(
                Membership.organization_id == organization_id,
                Membership.holds_on(on),
                stage_on(on).in_(AUDIENCE_STAGES[Audience.members]),
            )
            .order_by(Member.id)
        )
    )


def records_of_month(session: Session, *, member_ids: list[int], month: str) -> dict[int, DuesRecord]:
    """Return what is on record for these members' month, by member."""
    rows = select(DuesRecord).where(DuesRecord.member_id.in_(member_ids), DuesRecord.month == month)
    return {record.member_id: record for record in session.scalars(rows)}


def records_of_member(session: Session, *, member_id: int, year: int) -> list[DuesRecord]:
    """Return a member's year, month by month."""
    rows = select(DuesRecord).where(DuesRecord.member_id == member_id, DuesRecord.month.startswith(f"{year}-"))
    return list(session.scalars(rows.order_by(DuesRecord.month)))


def events_of(session: Session, record_ids: list[int]) -> dict[int, list[DuesEvent]]:
    """Return how records came to be, oldest first, by record."""
    found: dict[int, list[DuesEvent]] = {record_id: [] for record_id in record_ids}
    rows = select(DuesEvent).where(DuesEvent.record_id.in_(record_ids)).order_by(DuesEvent.id)
    for event in session.scalars(rows):
        found[event.record_id].append(event)
    return found


def debtor(session: Session, member_id: int, *, on: date) -> Member:
    """Return the member. Raises DomainError `not_found`, or `owes_no_dues` if they owe no dues on a day."""
    member = session.get(Member, member_id)
    if member is None:
        raise not_found("党员")
    if kinds_of(session, member_id, on).stage not in AUDIENCE_STAGES[Audience.members]:
        raise DomainError(
            DuesErrorCode.owes_no_dues, f"{member.name}在 {on.isoformat()} 不是正式党员或预备党员，不交纳党费"
        )
    return member
