"""What members and officers are told of months and bulletins."""

from collections.abc import Mapping

from server.pushes.fanouts import Drafting, and_at_its_end
from server.pushes.rules import Occasion
from server.statements.occasions import at_risk, bulletins, months

DRAFTINGS: Mapping[Occasion, Drafting] = {
    Occasion.statement_to_confirm: months.draft_to_confirm,
    Occasion.month_score: and_at_its_end(months.draft_scores, months.announce),
    Occasion.at_risk: at_risk.draft,
    Occasion.bulletin: bulletins.draft,
}
