"""What the ledger's explanation says about a decision of a branch: its reason and its 文号."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.points.models import BranchDecision
from server.points.sources import Described


def describe(session: Session, ids: Sequence[int]) -> Mapping[int, Described]:
    """Describe these decisions for whoever may read the entries they led to."""
    decisions = session.scalars(select(BranchDecision).where(BranchDecision.id.in_(ids)))
    return {decision.id: _described(decision) for decision in decisions}


def _described(decision: BranchDecision) -> Described:
    details = [("事由", decision.reason)]
    if decision.document_number:
        details.append(("文号", decision.document_number))
    return Described("党支部决定", details=tuple(details))
