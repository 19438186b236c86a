"""The day by which months are due, given the consents that cover them."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, and_, literal, or_, select
from sqlalchemy.orm import Session

from server.dues.models import DuesConsent
from server.dues.rules import ConsentKind, ConsentTerm, due_day, last_day, quarter_end


def covering(month: str) -> ColumnElement[bool]:
    """The condition that a consent covers a month (`ConsentTerm.covers`)."""
    return and_(running(month), or_(DuesConsent.ended_from.is_(None), DuesConsent.ended_from > month))


def due_after(month: str, latest: str) -> ColumnElement[bool]:
    """The condition that a consent covers a month and lets it be paid after another (`ConsentTerm.due_month`)."""
    by_quarter = and_(DuesConsent.kind == ConsentKind.quarterly, literal(quarter_end(month)) > latest)
    by_term = and_(DuesConsent.kind == ConsentKind.deferred, DuesConsent.until_month > latest)
    return and_(covering(month), or_(by_quarter, by_term))


def running(month: str) -> ColumnElement[bool]:
    """The condition that a consent was agreed to for a time that includes this month, ended since or not."""
    return and_(DuesConsent.from_month <= month, DuesConsent.until_month >= month)


def consents_of_month(session: Session, *, member_ids: Collection[int], month: str) -> dict[int, DuesConsent]:
    """Return the consents that cover a month, by member, who has at most one."""
    rows = select(DuesConsent).where(DuesConsent.member_id.in_(member_ids), covering(month))
    return {consent.member_id: consent for consent in session.scalars(rows)}


def consents_of_member(session: Session, *, member_id: int, year: int) -> list[DuesConsent]:
    """Return the consents that touch a year, ended ones too, by beginning."""
    in_year = and_(DuesConsent.from_month <= f"{year}-12", DuesConsent.until_month >= f"{year}-01")
    rows = select(DuesConsent).where(DuesConsent.member_id == member_id, in_year)
    return list(session.scalars(rows.order_by(DuesConsent.from_month, DuesConsent.id)))


def due_on(session: Session, *, member_id: int, month: str) -> date:
    """Return the day by which a member's month is due."""
    return due_days(session, [(member_id, month)])[member_id, month]


def due_days(session: Session, whose: Collection[tuple[int, str]]) -> dict[tuple[int, str], date]:
    """Return the days by which months are due, by member and month; a statement for each month."""
    found = {}
    for month in sorted({month for _, month in whose}):
        member_ids = [member_id for member_id, of_month in whose if of_month == month]
        consents = consents_of_month(session, member_ids=member_ids, month=month)
        for member_id in member_ids:
            consent = consents.get(member_id)
            found[member_id, month] = due_day(month, [consent.term] if consent else [])
    return found


def months_due(session: Session, *, member_ids: Collection[int], month: str) -> dict[int, list[str]]:
    """Return by member the months that are due by the end of this one: itself, and earlier ones by consent."""
    terms: dict[int, list[ConsentTerm]] = {member_id: [] for member_id in member_ids}
    for consent in session.scalars(select(DuesConsent).where(DuesConsent.member_id.in_(terms), running(month))):
        terms[consent.member_id].append(consent.term)
    found = {}
    for member_id, of_member in terms.items():
        itself = {month} if due_day(month, of_member) == last_day(month) else set()
        found[member_id] = sorted(itself.union(*(term.months_due(month) for term in of_member)))
    return found
