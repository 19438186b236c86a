"""Stars read: the edition that holds, a member's stars of the years. Nothing here writes."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from server.ratings.editions.models import Rating, RatingEdition, RatingWithdrawal


def is_current() -> ColumnElement[bool]:
    """The condition that an edition holds: not taken back, and not superseded."""
    later = aliased(RatingEdition)
    superseded = select(later.id).where(later.supersedes_id == RatingEdition.id)
    withdrawn = select(RatingWithdrawal.edition_id).where(RatingWithdrawal.edition_id == RatingEdition.id)
    return and_(~superseded.exists(), ~withdrawn.exists())


def current_edition(session: Session, organization_id: int, year: int) -> RatingEdition | None:
    """Return the edition of a branch's stars that holds, or None before the review and after its undoing."""
    of_branch = (RatingEdition.organization_id == organization_id, RatingEdition.year == year)
    return session.scalar(select(RatingEdition).where(*of_branch, is_current()))


def chain_of(session: Session, edition: RatingEdition) -> list[RatingEdition]:
    """Return an edition and all that it supersedes, back to the first."""
    found = [edition]
    while found[-1].supersedes_id is not None:
        found.append(session.get_one(RatingEdition, found[-1].supersedes_id))
    return found


def last_number(session: Session, organization_id: int, year: int) -> int:
    """Return the number of a branch's last edition of a year, also of a withdrawn one; 0 for none."""
    of_branch = (RatingEdition.organization_id == organization_id, RatingEdition.year == year)
    return session.scalar(select(func.max(RatingEdition.edition)).where(*of_branch)) or 0


def ratings_of(session: Session, edition_id: int) -> Sequence[Rating]:
    """Return an edition's ratings by member id; lists for people are put in their own order."""
    query = select(Rating).where(Rating.edition_id == edition_id)
    return session.scalars(query.order_by(Rating.member_id)).all()


def stars_by_year(
    session: Session, member_ids: Collection[int], years: Collection[int]
) -> Mapping[int, Mapping[int, int | None]]:
    """Return members' stars of some years as the editions that hold have them, by member and year."""
    query = (
        select(Rating.member_id, RatingEdition.year, Rating.stars)
        .join(RatingEdition, RatingEdition.id == Rating.edition_id)
        .where(Rating.member_id.in_(member_ids), RatingEdition.year.in_(years), is_current())
    )
    found: dict[int, dict[int, int | None]] = {each: {} for each in member_ids}
    for member_id, year, stars in session.execute(query):
        found[member_id][year] = stars
    return found


def counts(session: Session, edition_ids: Collection[int]) -> Mapping[int, Mapping[int | None, int]]:
    """Return how many have each number of stars, None for no star, by edition."""
    query = select(Rating.edition_id, Rating.stars, func.count()).where(Rating.edition_id.in_(edition_ids))
    found: dict[int, dict[int | None, int]] = {each: {} for each in edition_ids}
    for edition_id, stars, count in session.execute(query.group_by(Rating.edition_id, Rating.stars)):
        found[edition_id][stars] = count
    return found


def editions_of_member(session: Session, member_id: int) -> Sequence[tuple[RatingEdition, Rating]]:
    """Return a member's stars of all years in the editions that hold, the latest year first."""
    query = (
        select(RatingEdition, Rating)
        .join(Rating, Rating.edition_id == RatingEdition.id)
        .where(Rating.member_id == member_id, is_current())
        .order_by(RatingEdition.year.desc())
    )
    return [(edition, rating) for edition, rating in session.execute(query)]
