"""负面清单: only the member is told that a decision changed, with neither reason nor figure."""

from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.points.events import NegativeDecisionChanged
from server.points.models import NegativeDecision
from server.points.scores.rules import NegativeStatus
from server.pushes import outbox, pages
from server.pushes.occasions import wording
from server.pushes.occasions.drafting import DraftedMessage, instant_key, places_of, to_member
from server.pushes.rules import Occasion

RESULTS = {
    NegativeStatus.in_force: "已生效",
    NegativeStatus.suspended: "已中止",
    NegativeStatus.revoked: "已撤销",
}


def changed(session: Session, event: NegativeDecisionChanged) -> None:
    """Tell the member. A decision may be suspended and resumed more than once."""
    decision = session.get_one(NegativeDecision, event.decision_id)
    message = DraftedMessage(
        Occasion.negative_decision,
        subject=f"{decision.id}@{instant_key(event.now)}",
        page=pages.score(decision.year),
        due_at=event.now,
    )
    content = wording.negative_decision(decision.year, RESULTS[event.status])
    places = places_of(session, [event.member_id], shanghai_date(event.now))
    drafts = [to_member(message, member_id, place, content) for member_id, place in places.items()]
    outbox.enqueue(session, drafts, now=event.now)
