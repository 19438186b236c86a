"""What of a branch's points is on show, and what a superseding edition has changed of it since (year.md §5).

The list stays as it was approved. Lines that have changed are publicized by themselves, as subject `correction` with
the id of the edition that stands.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.annual.results.changes import Change, changes
from server.annual.results.models import AnnualEdition
from server.annual.results.queries import chain_of, current_edition
from server.publicity.models import Publicity
from server.publicity.rules import PublicityStatus, PublicitySubject

_KINDS = (PublicitySubject.points, PublicitySubject.correction)


def publicities_of(session: Session, edition: AnnualEdition) -> list[Publicity]:
    """Return the publicities of an edition's points and of those it supersedes, unless withdrawn, the latest first."""
    return [each for each in _all(session, chain_of(session, edition)) if each.open]


def of_points(session: Session, edition: AnnualEdition | None) -> Publicity | None:
    """Return the publicity of the whole list that holds for an edition: its own, or of one that it supersedes."""
    found = publicities_of(session, edition) if edition is not None else []
    return next((each for each in found if each.subject_kind == PublicitySubject.points), None)


def of_correction(session: Session, edition: AnnualEdition | None) -> Publicity | None:
    """Return the publicity of the lines that an edition changed, if one is proposed or approved and not withdrawn."""
    found = publicities_of(session, edition) if edition is not None else []
    of_it = (each for each in found if edition is not None and each.subject_id == edition.id)
    return next((each for each in of_it if each.subject_kind == PublicitySubject.correction), None)


def running(session: Session, edition: AnnualEdition | None) -> list[Publicity]:
    """Return the publicities of changed lines that were approved and have not ended."""
    found = publicities_of(session, edition) if edition is not None else []
    return [
        each
        for each in found
        if each.subject_kind == PublicitySubject.correction and each.status == PublicityStatus.approved
    ]


def unshown(session: Session, edition: AnnualEdition | None) -> list[Change]:
    """Return the lines of the edition that stands which differ from what was last on show, and still have to be.

    Who is not named any more is in no list, and nobody else's line is. Nothing where no list was on show.
    """
    found = publicities_of(session, edition) if edition is not None else []
    last = next((each for each in found if each.approved_at is not None), None)
    if edition is None or last is None or last.subject_id == edition.id:
        return []
    return lines(session, last.subject_id, edition.id)


def lines(session: Session, before_id: int, after_id: int) -> list[Change]:
    """Return the members whom an edition names with other points than an earlier one, or names again."""
    found = changes(session, before_id, after_id)
    return [each for each in found if each.listed and each.totals[0] != each.totals[1]]


def shown_before(session: Session, edition: AnnualEdition) -> AnnualEdition:
    """Return the edition with which a publicity of changed lines compares: the last one before it that was on show.

    Where that publicity was withdrawn, the one that was approved once.
    """
    earlier = chain_of(session, edition)[1:]
    approved = [each for each in _all(session, earlier) if each.approved_at is not None]
    held = [each for each in approved if each.open] or approved
    return session.get_one(AnnualEdition, held[0].subject_id if held else edition.id)


def changed_since(session: Session, edition: AnnualEdition) -> int:
    """Return of how many members the edition that stands tells other points than an edition that it supersedes."""
    standing = current_edition(session, edition.organization_id, edition.year)
    if standing is None or edition not in chain_of(session, standing)[1:]:
        return 0
    return sum(each.totals[0] != each.totals[1] for each in changes(session, edition.id, standing.id))


def _all(session: Session, editions: Sequence[AnnualEdition]) -> list[Publicity]:
    """Return all publicities of these editions, those of later editions first, of each the latest first."""
    places = {each.id: place for place, each in enumerate(editions)}
    query = select(Publicity).where(Publicity.subject_kind.in_(_KINDS), Publicity.subject_id.in_(places))
    return sorted(session.scalars(query).all(), key=lambda each: (places[each.subject_id], -each.id))
