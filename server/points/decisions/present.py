"""Turn decisions on the negative list into what goes over the wire."""

from collections.abc import Sequence

from server.identity.access import Context
from server.organizations.queries import account_names
from server.points.decisions import negatives
from server.points.models import NegativeChange, NegativeDecision
from server.points.schemas import NegativeDecisionOut, ProposedChangeOut
from server.points.scores.rules import NegativeAction, NegativeStatus


def decision_out(context: Context, decision: NegativeDecision) -> NegativeDecisionOut:
    return decisions_out(context, [decision], deciding=True)[0]


def decisions_out(
    context: Context, decisions: Sequence[NegativeDecision], *, deciding: bool
) -> list[NegativeDecisionOut]:
    proposals = negatives.proposals_of(context.session, decisions) if deciding else {}
    accounts = [each.entered_by for each in decisions] + [each.changed_by for each in proposals.values()]
    names = account_names(context.session, accounts) if deciding else {}
    return [_shown(context, each, proposals.get(each.id), names) for each in decisions]


def _shown(
    context: Context, decision: NegativeDecision, proposal: NegativeChange | None, names: dict[int, str]
) -> NegativeDecisionOut:
    mine = decision.entered_by == context.actor.account_id
    typed_again = decision.status != NegativeStatus.recorded or mine
    told = {name: getattr(decision, name) for name in NegativeDecisionOut.model_fields if hasattr(decision, name)}
    told |= {
        "document_number": decision.document_number if typed_again else None,
        "decided_on": decision.decided_on if typed_again else None,
        "mine": mine,
        "name": names.get(decision.entered_by),
        "proposed": _proposed(context, proposal, names) if proposal else None,
    }
    return NegativeDecisionOut(**told)


def _proposed(context: Context, change: NegativeChange, names: dict[int, str]) -> ProposedChangeOut:
    return ProposedChangeOut(
        id=change.id,
        action=NegativeAction(change.action),
        reason=change.reason,
        name=names[change.changed_by],
        proposed_at=change.changed_at,
        mine=change.changed_by == context.actor.account_id,
    )
