"""Stars that wait for the level above, their publicity that waits to be approved, and methods that are owed."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.identity.rules import RULES, Permission
from server.organizations.models import Organization, OrganizationKind
from server.organizations.officers import Officers
from server.organizations.waiting import WaitingItem, WaitingKind, within
from server.publicity.models import Publicity
from server.publicity.rules import PublicityStatus, PublicitySubject
from server.ratings.editions.models import RatingEdition
from server.ratings.methods.queries import rates
from server.ratings.proposals.models import RatingProposal
from server.ratings.proposals.rules import ProposalStatus
from server.ratings.trials.models import DryRun

_REVIEWING = RULES[Permission.year_supervise].roles
_APPROVING = RULES[Permission.publicity_approve].roles
_MAKING = RULES[Permission.rating_method_manage].roles
DECEMBER, JANUARY = 12, 1
TOLD_IN = (DECEMBER, JANUARY)
"""The months in which a method of the year that ends is owed."""


def _waiting(session: Session, officers: Officers, now: datetime) -> Iterator[WaitingItem]:
    """Proposals to be reviewed, by somebody who is not rated in them, and publicities to be approved."""
    proposed = (
        select(RatingProposal, DryRun)
        .join(DryRun, DryRun.id == RatingProposal.dry_run_id)
        .where(
            RatingProposal.root_id == officers.root_id,
            RatingProposal.status == ProposalStatus.proposed,
            *within(officers, RatingProposal.organization_id),
        )
    )
    for row, dry_run in session.execute(proposed.order_by(RatingProposal.id)):
        rated = {int(each) for each in dry_run.inputs["members"]}
        in_turn = officers.in_turn(row.organization_id, _REVIEWING, not_members=rated, not_accounts={row.proposed_by})
        words = f"{row.year} 年度：审核星级" + (f"，申请超额 {row.excess} 人" if row.excess else "")
        yield WaitingItem(row.organization_id, row.year, shanghai_date(row.proposed_at), in_turn, words)
    of_stars = and_(Publicity.subject_kind == PublicitySubject.stars, Publicity.subject_id == RatingEdition.id)
    shown = (
        select(Publicity, RatingEdition.year)
        .join(RatingEdition, of_stars)
        .where(
            Publicity.root_id == officers.root_id,
            Publicity.status == PublicityStatus.proposed,
            *within(officers, Publicity.organization_id),
        )
    )
    for publicity, year in session.execute(shown.order_by(Publicity.id)):
        in_turn = officers.in_turn(publicity.organization_id, _APPROVING, not_accounts={publicity.proposed_by})
        yield WaitingItem(publicity.organization_id, year, publicity.first_day, in_turn, f"{year} 年度：批准星级公示")


def _owed(session: Session, officers: Officers, now: datetime) -> Iterator[WaitingItem]:
    """Units without a method for the year that ends: without one their branches' years have no stars.

    Told from December on, until their branches draw up the results.
    """
    today = shanghai_date(now)
    if today.month not in TOLD_IN:
        return
    year = today.year if today.month == DECEMBER else today.year - 1
    units = select(Organization).where(
        Organization.root_id == officers.root_id,
        Organization.kind == OrganizationKind.general_branch,
        Organization.closed_on.is_(None),
        *within(officers, Organization.id),
    )
    for unit in session.scalars(units.order_by(Organization.id)):
        if not rates(session, unit, year):
            in_turn = officers.in_turn(unit.id, _MAKING)
            yield WaitingItem(unit.id, year, date(year, 12, 31), in_turn, f"{year} 年度：星级评定办法未发布")


KINDS = (
    WaitingKind(
        code="stars", title="星级待审核", place=36, turns=_waiting, digest=("months", "星级 {} 项"), in_workdays=True
    ),
    WaitingKind(code="rating_methods", title="星级评定办法待发布", place=51, turns=_owed),
)
