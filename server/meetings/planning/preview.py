"""What a plan would come to, before it is one: its days and times, what it counts for, how many it invites."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from server.identity.rules import Actor
from server.meetings.planning.invitations import expected
from server.meetings.planning.queries import offered_to
from server.meetings.planning.service import CheckedPlan, Plan, check
from server.meetings.rules import Part
from server.standards.rules import Item


@dataclass(frozen=True, slots=True)
class PlanPreview:
    """A plan that can stand; `counts` by organization on the first day."""

    checked: CheckedPlan
    offered: tuple[Item, ...]
    counts: dict[int, Counter[Part]]


def preview(session: Session, *, organization_id: int, plan: Plan, actor: Actor, now: datetime) -> PlanPreview:
    """Return what a plan comes to; nothing is written. Raises what planning raises."""
    checked = check(session, organization_id=organization_id, plan=plan, actor=actor, now=now)
    counts = expected(
        session,
        checked.host,
        plan.kind,
        rosters=checked.rosters,
        named=checked.lists.named,
        day=checked.days[0],
    )
    return PlanPreview(checked, offered_to(session, checked.host.id, checked.times.starts_at), counts)
