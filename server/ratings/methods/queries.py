"""Methods read: which one rates a branch's year, and a unit's versions."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.organizations.models import Organization
from server.ratings.methods.models import MethodStatus, RatingMethod


def own_in_force(session: Session, organization_id: int, year: int) -> RatingMethod | None:
    """Return the version that a unit itself has in force for a year."""
    return session.scalar(
        select(RatingMethod).where(
            RatingMethod.organization_id == organization_id,
            RatingMethod.year == year,
            RatingMethod.in_force.is_(True),
        )
    )


def in_force(session: Session, ancestor_ids: Sequence[int], year: int) -> RatingMethod | None:
    """Return the method by which a branch's stars of a year are rated: of the nearest unit above that has one."""
    found = session.scalars(
        select(RatingMethod).where(
            RatingMethod.organization_id.in_(ancestor_ids),
            RatingMethod.year == year,
            RatingMethod.in_force.is_(True),
        )
    )
    by_unit = {each.organization_id: each for each in found}
    return next((by_unit[unit] for unit in reversed(ancestor_ids) if unit in by_unit), None)


def rates(session: Session, organization: Organization, year: int) -> bool:
    """Whether a branch's stars of a year are rated: a unit above has published a method for it."""
    return in_force(session, organization.ancestor_ids, year) is not None


def versions(
    session: Session, organization_id: int, *, with_drafts: bool, before_id: int | None, limit: int
) -> Sequence[RatingMethod]:
    """Return a unit's methods of all years, the latest first."""
    query = select(RatingMethod).where(RatingMethod.organization_id == organization_id)
    if not with_drafts:
        query = query.where(RatingMethod.status == MethodStatus.published)
    if before_id is not None:
        query = query.where(RatingMethod.id < before_id)
    return session.scalars(query.order_by(RatingMethod.id.desc()).limit(limit)).all()


def last_version(session: Session, organization_id: int, year: int) -> int:
    """Return the number of the last version of a year, 0 for none."""
    of_year = (RatingMethod.organization_id == organization_id, RatingMethod.year == year)
    return session.scalar(select(func.max(RatingMethod.version)).where(*of_year)) or 0


def in_force_by_unit(session: Session, unit_ids: Collection[int], year: int) -> set[int]:
    """Return which of these units have a method of their own in force for a year."""
    query = select(RatingMethod.organization_id).where(
        RatingMethod.organization_id.in_(unit_ids), RatingMethod.year == year, RatingMethod.in_force.is_(True)
    )
    return set(session.scalars(query))
