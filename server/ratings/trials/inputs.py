"""What goes into a dry run: a branch's results, the method, appraisals, exceptions and the last years."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.annual.results.models import AnnualEdition, AnnualResult
from server.annual.results.queries import current_edition
from server.annual.results.rules import Standing
from server.errors import conflict
from server.organizations.history.queries import stage_on
from server.organizations.models import Member, Membership, Organization, OrganizationKind, Stage
from server.points.scores.timelines import MemberTimelines
from server.ratings.appraisals.queries import grades_for
from server.ratings.editions.queries import stars_by_year
from server.ratings.error_codes import RatingErrorCode
from server.ratings.exceptions.models import ExceptionKind
from server.ratings.exceptions.queries import open_kinds
from server.ratings.methods.models import RatingMethod
from server.ratings.methods.queries import in_force
from server.ratings.methods.rules import MethodDocument
from server.ratings.rules import RatedMember, StarPool, StarTrial, UnratedGround, try_out
from server.ratings.trials.pools import taken_in_pool
from server.ratings.trials.stored import hash_of, stored_form

LAST_YEARS = 3
"""一贯表现 is read from the stars of so many years before."""

MEASURED = (Stage.full, Stage.probationary)
"""Who is counted among the members of whom a share may have a grade: 正式 and 预备."""


@dataclass(frozen=True, slots=True)
class TrialInputs:
    """Everything that a branch's stars follow from. `pool` is of the branches that share a quota, this one included."""

    method: RatingMethod
    document: MethodDocument
    edition: AnnualEdition
    members: tuple[RatedMember, ...]
    pool: StarPool | None

    def stored(self) -> dict[str, Any]:
        return stored_form(self.method.content_hash, self.members, self.pool)

    @property
    def hash(self) -> str:
        return hash_of(self.stored())

    def trial(self) -> StarTrial:
        return try_out(self.document, self.members, self.pool)


def gather(session: Session, branch: Organization, year: int) -> TrialInputs:
    """Read what a branch's stars of a year follow from, as it is now.

    Raises DomainError 409 `no_method` where no unit above has published one, `not_in_results` before the draft.
    """
    method = in_force(session, branch.ancestor_ids, year)
    if method is None:
        raise conflict(RatingErrorCode.no_method, f"上级党组织还没有发布{year}年度的星级评定办法，不能试算")
    edition = current_edition(session, branch.id, year)
    if edition is None:
        raise conflict(RatingErrorCode.not_in_results, "年度结果形成之后才能试算星级")
    document = method.document
    return TrialInputs(
        method=method,
        document=document,
        edition=edition,
        members=tuple(_members(session, edition, document)),
        pool=_pool(session, branch, year, document),
    )


def _members(session: Session, edition: AnnualEdition, method: MethodDocument) -> Iterator[RatedMember]:
    year, of_edition = edition.year, AnnualResult.edition_id == edition.id
    measured = AnnualResult.stage.in_(MEASURED)
    query = select(AnnualResult.member_id, AnnualResult.standing, AnnualResult.total).where(of_edition, measured)
    rows = session.execute(query.order_by(AnnualResult.member_id)).all()
    ids = [each.member_id for each in rows]
    years = [year - back for back in range(1, LAST_YEARS + 1)]
    past, appraised = stars_by_year(session, ids, years), grades_for(session, ids, year)
    noted, timelines = open_kinds(session, ids, year), MemberTimelines(session, ids)
    for each in rows:
        kinds = noted[each.member_id]
        grounds = sorted(kinds - {ExceptionKind.influence})
        new = _months_managed(timelines.first_day_in(each.member_id, year)) < method.months_managed
        yield RatedMember(
            member_id=each.member_id,
            standing=Standing(each.standing),
            total=each.total,
            appraisal=appraised.get(each.member_id),
            influenced=ExceptionKind.influence in kinds,
            unrated=UnratedGround(grounds[0]) if grounds else None,
            may_be_unrated=UnratedGround.newly_managed if new else None,
            history=tuple(past[each.member_id].get(one) for one in years),
        )


def _months_managed(first: date | None) -> int:
    """Return the whole months of the year from the first day on which a member was managed."""
    if first is None:
        return 0
    return 12 - first.month + (first.day == 1)


def _pool(session: Session, branch: Organization, year: int, method: MethodDocument) -> StarPool | None:
    """Return the pool of a small branch, or None for one that has a quota of its own."""
    sizes = _sizes(session, branch, date(year, 12, 31))
    small = {each: size for each, size in sizes.items() if size < method.pooled_below}
    if branch.id not in small:
        return None
    others = sorted(small.keys() - {branch.id})
    return StarPool(len(small), sum(small.values()), taken_in_pool(session, others, year))


def _sizes(session: Session, branch: Organization, last: date) -> dict[int, int]:
    """Return how many 正式 and 预备 each branch of the same unit has on a day; the branch itself in any case."""
    query = (
        select(Membership.organization_id, func.count())
        .join(Member, Member.id == Membership.member_id)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(
            Organization.parent_id == branch.parent_id,
            Organization.kind == OrganizationKind.branch,
            Membership.holds_on(last),
            stage_on(last).in_(MEASURED),
        )
        .group_by(Membership.organization_id)
    )
    return {branch.id: 0} | dict(session.execute(query).all())
