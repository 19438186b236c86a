"""Which occasions are fanned out, and by what their parts are drafted."""

from collections.abc import Mapping

from server.pushes.fanouts import Drafting
from server.pushes.occasions import at_risk, bulletins, meetings, notices, statements
from server.pushes.robots.announcing import announced
from server.pushes.rules import Occasion

DRAFTINGS: Mapping[Occasion, Drafting] = {
    Occasion.notice: notices.draft,
    Occasion.notice_unread: notices.draft,
    Occasion.meeting_planned: meetings.draft,
    Occasion.meeting_tomorrow: announced(meetings.draft),
    Occasion.meeting_changed: meetings.draft,
    Occasion.meeting_cancelled: meetings.draft,
    Occasion.statement_to_confirm: statements.draft_to_confirm,
    Occasion.month_score: announced(statements.draft_scores),
    Occasion.at_risk: at_risk.draft,
    Occasion.bulletin: bulletins.draft,
}
