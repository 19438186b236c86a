"""Stars that wait for the level above, and their publicity that waits to be approved."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.identity.rules import RULES, Permission
from server.organizations.officers import Officers
from server.organizations.waiting import WaitingItem, WaitingKind, within
from server.publicity.models import Publicity
from server.publicity.rules import PublicityStatus, PublicitySubject
from server.ratings.editions.models import RatingEdition
from server.ratings.proposals.models import RatingProposal
from server.ratings.proposals.rules import ProposalStatus
from server.ratings.trials.models import DryRun

_REVIEWING = RULES[Permission.year_supervise].roles
_APPROVING = RULES[Permission.publicity_approve].roles


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


KINDS = (
    WaitingKind(
        code="stars", title="星级待审核", place=37, turns=_waiting, digest=("months", "星级 {} 项"), in_workdays=True
    ),
)
