"""Results read: the edition that holds, one member's result, a branch's. Nothing here writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, and_, bindparam, select
from sqlalchemy.orm import Session, aliased

from server.annual.results.measuring import scores
from server.annual.results.models import AnnualEdition, AnnualResult, AnnualSection, EditionWithdrawal
from server.organizations.models import Member
from server.points.ledger.stored import Figures
from server.points.models import LedgerHead
from server.points.scores.queries import TOTAL
from server.points.scores.rules import YearScore
from server.years.models import BranchYear
from server.years.rules import YearState

_YEAR = bindparam("year", type_=Integer)


@dataclass(frozen=True, slots=True)
class Result:
    """A member's result with its edition, and its points by section in the order of their codes."""

    edition: AnnualEdition
    result: AnnualResult
    name: str
    sections: tuple[tuple[str, Decimal], ...]
    state: YearState


def is_current() -> ColumnElement[bool]:
    """The condition that an edition holds: not taken back, and not superseded."""
    later = aliased(AnnualEdition)
    superseded = select(later.id).where(later.supersedes_id == AnnualEdition.id)
    withdrawn = select(EditionWithdrawal.edition_id).where(EditionWithdrawal.edition_id == AnnualEdition.id)
    return and_(~superseded.exists(), ~withdrawn.exists())


_HOLDS = (
    AnnualEdition.organization_id == bindparam("organization_id", type_=BigInteger),
    AnnualEdition.year == _YEAR,
    is_current(),
)
_CURRENT = select(AnnualEdition).where(*_HOLDS)
OF_YEAR = and_(BranchYear.organization_id == AnnualEdition.organization_id, BranchYear.year == AnnualEdition.year)
"""The condition that an edition is of a branch's year."""
_IS_SECTION = and_(
    AnnualSection.edition_id == AnnualResult.edition_id, AnnualSection.member_id == AnnualResult.member_id
)
_RESULTS = (
    select(AnnualEdition, AnnualResult, Member.name, BranchYear.state, AnnualSection.section, AnnualSection.points)
    .join(AnnualResult, AnnualResult.edition_id == AnnualEdition.id)
    .join(Member, Member.id == AnnualResult.member_id)
    .join(BranchYear, OF_YEAR)
    .outerjoin(AnnualSection, _IS_SECTION)
    .order_by(AnnualEdition.year.desc(), AnnualResult.member_id, AnnualSection.section)
)
_OF_MEMBER = _RESULTS.where(AnnualResult.member_id == bindparam("member_id", type_=BigInteger), is_current())
_OF_MEMBER_IN_YEAR = _OF_MEMBER.where(AnnualEdition.year == _YEAR)
_OF_EDITION = _RESULTS.where(AnnualEdition.id == bindparam("edition_id", type_=BigInteger))

_FIGURES: Select[*tuple[Any, ...]] = (
    select(
        AnnualResult.member_id, AnnualResult.negative, AnnualResult.total, AnnualSection.section, AnnualSection.points
    )
    .join(AnnualEdition, AnnualEdition.id == AnnualResult.edition_id)
    .join(AnnualSection, _IS_SECTION)
    .join(LedgerHead, and_(LedgerHead.member_id == AnnualResult.member_id, LedgerHead.hash == AnnualResult.head_hash))
    .where(*_HOLDS, AnnualResult.total.is_not(None))
)


def current_edition(session: Session, organization_id: int, year: int) -> AnnualEdition | None:
    """Return the edition of a branch's results that holds, or None before the draft and after its withdrawal."""
    return session.scalar(_CURRENT, {"organization_id": organization_id, "year": year})


def chain_of(session: Session, edition: AnnualEdition) -> list[AnnualEdition]:
    """Return an edition and all that it supersedes, the latest first, back to the draft."""
    found = [edition]
    while found[-1].supersedes_id is not None:
        found.append(session.get_one(AnnualEdition, found[-1].supersedes_id))
    return found


def editions_of(session: Session, organization_id: int, year: int) -> Sequence[AnnualEdition]:
    """Return all editions of a branch's results, the withdrawn ones, too, in order."""
    of_branch = (AnnualEdition.organization_id == organization_id, AnnualEdition.year == year)
    return session.scalars(select(AnnualEdition).where(*of_branch).order_by(AnnualEdition.edition)).all()


def result_of(session: Session, member_id: int, year: int) -> Result | None:
    """Return a member's result of a year by one SELECT, or None; whether they may see it: `rules.is_told`."""
    found = _read(session, _OF_MEMBER_IN_YEAR, {"member_id": member_id, "year": year})
    return found[0] if found else None


def results_of_member(session: Session, member_id: int) -> Sequence[Result]:
    """Return a member's results of all years, the latest first."""
    return _read(session, _OF_MEMBER, {"member_id": member_id})


def results_of(session: Session, edition_id: int) -> Sequence[Result]:
    """Return an edition's results by member id; lists for people are put in their own order."""
    return _read(session, _OF_EDITION, {"edition_id": edition_id})


def figures(session: Session, organization_id: int, year: int) -> dict[int, Figures]:
    """Return, by member, what the results that hold say, as far as the ledgers still end where they were computed.

    Whoever has no score, 不列入 all year, is left out.
    """
    found: dict[int, tuple[bool, dict[str, Decimal]]] = {}
    wanted = {"organization_id": organization_id, "year": year}
    for member_id, negative, total, section, points in session.execute(_FIGURES, wanted):
        found.setdefault(member_id, (negative, {TOTAL: total}))[1][section] = points
    return {member_id: Figures(organization_id, *said) for member_id, said in found.items()}


def explained(session: Session, edition: AnnualEdition, results: Sequence[AnnualResult]) -> Mapping[int, YearScore]:
    """Return, by member, the whole score behind results of an edition: every line, by the entries it counted.

    Whoever has no score, 不列入 all year, is left out.
    """
    return scores(session, [each for each in results if each.total is not None], year=edition.year)


def _read(session: Session, query: Select[*tuple[Any, ...]], wanted: dict[str, int]) -> list[Result]:
    found: dict[tuple[int, int], Result] = {}
    for edition, result, name, state, section, points in session.execute(query, wanted):
        key = (edition.id, result.member_id)
        known = found[key].sections if key in found else ()
        more = () if section is None else ((section, points),)
        found[key] = Result(edition, result, name, (*known, *more), YearState(state))
    return list(found.values())
