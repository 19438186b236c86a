"""The registration of a negative-list decision: revoked, and entered right, each confirmed by a second person."""

from sqlalchemy.orm import Session

from server.identity.rules import RULES, Permission
from server.objections.corrections.acts import REASON, Act, Proposal, Remedy
from server.objections.rules import CorrectionKind
from server.points.decisions import negatives
from server.points.decisions.rules import next_negative_status, same_document
from server.points.models import NegativeDecision
from server.points.scores.rules import NegativeAction, NegativeStatus
from server.statements.bulletins.wording import full_day


def propose(session: Session, source_id: int, member_id: int, wished: Remedy) -> Proposal | None:
    """Revoke the registration; with another 文号 it is entered anew. None once it is revoked."""
    decision = session.get_one(NegativeDecision, source_id)
    if next_negative_status(NegativeStatus(decision.status), NegativeAction.revoke) is None:
        return None
    anew = _anew(decision, wished)
    return Proposal(
        kind=CorrectionKind.negative,
        organization_id=decision.organization_id,
        place="组织决定的登记",
        words=f"撤销这项登记{_entered_anew(anew)}",
        remedy=anew,
        roles=RULES[Permission.negative_record].roles,
        in_steps=True,
    )


def carry_out(session: Session, act: Act) -> None:
    """Propose the revocation, and enter what is right; another person confirms both where they always are.

    Proposed by the same person before, nothing happens.
    """
    decision, anew = session.get_one(NegativeDecision, act.source_id), act.proposal.remedy
    waiting = negatives.proposals_of(session, [decision]).get(decision.id)
    if waiting is not None and (waiting.action, waiting.changed_by) == (NegativeAction.revoke, act.account_id):
        return
    negatives.propose(
        session,
        actor=act.actor,
        account_id=act.account_id,
        decision_id=decision.id,
        action=NegativeAction.revoke,
        reason=REASON,
        now=act.now,
    )
    if anew.document_number is None or anew.decided_on is None:
        return
    negatives.record(
        session,
        actor=act.actor,
        account_id=act.account_id,
        member_id=decision.member_id,
        year=decision.year,
        category_code=decision.category_code,
        document_number=anew.document_number,
        decided_on=anew.decided_on,
        reason=decision.reason,
        now=act.now,
    )


def _anew(decision: NegativeDecision, wished: Remedy) -> Remedy:
    """Return what the registration should say, where it names another paper; else nothing is entered anew."""
    if wished.document_number is None or same_document(wished.document_number, decision.document_number):
        return Remedy()
    return Remedy(document_number=wished.document_number, decided_on=wished.decided_on or decision.decided_on)


def _entered_anew(anew: Remedy) -> str:
    if anew.document_number is None or anew.decided_on is None:
        return ""
    return f"，按{anew.document_number}（{full_day(anew.decided_on)}）重新登记"
