"""Exceptions read."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.ratings.exceptions.models import ExceptionKind, StarException


def open_kinds(session: Session, member_ids: Collection[int], year: int) -> Mapping[int, set[ExceptionKind]]:
    """Return what is noted of members for a year and not withdrawn, by member."""
    query = select(StarException.member_id, StarException.kind).where(
        StarException.member_id.in_(member_ids), StarException.year == year, StarException.open.is_(True)
    )
    found: dict[int, set[ExceptionKind]] = {each: set() for each in member_ids}
    for member_id, kind in session.execute(query):
        found[member_id].add(ExceptionKind(kind))
    return found


def of_branch(session: Session, organization_id: int, year: int) -> Sequence[StarException]:
    """Return what a branch has noted for a year, withdrawn ones too, in the order of their entry."""
    of_year = (StarException.organization_id == organization_id, StarException.year == year)
    return session.scalars(select(StarException).where(*of_year).order_by(StarException.id)).all()
