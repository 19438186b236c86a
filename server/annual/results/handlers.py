"""What a branch's results do when something below changes what they rest on."""

from sqlalchemy.orm import Session

from server.annual.results import queries, service
from server.objections.events import ObjectionCorrected
from server.points import service as points
from server.points.events import NegativeDecisionChanged
from server.points.models import NegativeDecision
from server.points.scores.timelines import year_branch
from server.years.events import BranchYearMoved
from server.years.rules import Warrant, WarrantKind, is_drafted


def branch_year_moved(session: Session, event: BranchYearMoved) -> None:
    """Have the stored scores be those of a closed year while the results stand, and only then.

    In a closed year a ratio item of which nothing was owed counts in full. What was just drawn up is taken over, so
    that nothing is computed twice.
    """
    if is_drafted(event.before) == is_drafted(event.after):
        return
    drawn = queries.figures(session, event.organization_id, event.year) if is_drafted(event.after) else {}
    points.set_branch_scores(
        session, organization_id=event.organization_id, year=event.year, known=drawn, now=event.now
    )


def negative_decision_changed(session: Session, event: NegativeDecisionChanged) -> None:
    """Supersede results that stand when a decision sets the year of one of them to zero, or no longer does."""
    decision = session.get_one(NegativeDecision, event.decision_id)
    branch_id = year_branch(session, event.member_id, decision.year)
    if branch_id is None or queries.current_edition(session, branch_id, decision.year) is None:
        return
    service.supersede(
        session,
        organization_id=branch_id,
        year=decision.year,
        member_ids=[event.member_id],
        warrant=Warrant(WarrantKind.negative_decision, decision.id),
        account_id=decision.confirmed_by if decision.changed_by is None else decision.changed_by,
        now=event.now,
    )


def objection_corrected(session: Session, event: ObjectionCorrected) -> None:
    """Supersede the results that stand of whoever got other entries by the correction of an upheld objection."""
    by_branch: dict[tuple[int, int], list[int]] = {}
    for member_id, year in sorted(event.changed):
        branch_id = year_branch(session, member_id, year)
        if branch_id is not None and queries.current_edition(session, branch_id, year) is not None:
            by_branch.setdefault((branch_id, year), []).append(member_id)
    for (branch_id, year), member_ids in sorted(by_branch.items()):
        service.supersede(
            session,
            organization_id=branch_id,
            year=year,
            member_ids=member_ids,
            warrant=Warrant(WarrantKind.upheld_objection, event.objection_id),
            account_id=event.account_id,
            now=event.now,
        )
