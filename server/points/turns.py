"""Negative decisions, and changes of them, that wait for a second person."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.identity.rules import RULES, Permission
from server.organizations.four_eyes import Matter, RecentKeyResets, accounts_of
from server.organizations.officers import Officers
from server.organizations.waiting import WaitingItem, WaitingKind, within
from server.points.models import NegativeChange, NegativeDecision
from server.points.scores.rules import NegativeStatus


def _unconfirmed(session: Session, officers: Officers, now: datetime) -> Iterator[WaitingItem]:
    """A decision that was entered, or a change of one that was proposed, waits for a second person."""
    roles = RULES[Permission.negative_record].roles
    query = (
        select(NegativeDecision, NegativeChange)
        .outerjoin(NegativeChange, NegativeChange.id == NegativeDecision.proposal_id)
        .where(
            NegativeDecision.root_id == officers.root_id,
            or_(NegativeDecision.status == NegativeStatus.recorded, NegativeDecision.proposal_id.is_not(None)),
            *within(officers, NegativeDecision.organization_id),
        )
    )
    rows = session.execute(query.order_by(NegativeDecision.id)).all()
    accounts, bars = (
        accounts_of(session, {decision.member_id for decision, _ in rows}),
        RecentKeyResets(session, now=now),
    )
    for decision, change in rows:
        first, at = (change.changed_by, change.changed_at) if change else (decision.entered_by, decision.entered_at)
        in_turn = officers.in_turn(
            decision.organization_id,
            roles,
            not_members={decision.member_id},
            not_accounts={first},
            bars=bars,
            matter=Matter(frozenset({first, accounts.get(decision.member_id, first)}), since=at, held_before=at),
        )
        yield WaitingItem(decision.organization_id, decision.member_id, shanghai_date(at), in_turn)


KINDS = (
    WaitingKind(
        code="negatives",
        title="负面清单待确认",
        place=6,
        turns=_unconfirmed,
        digest=("months", "待两人确认 {} 项"),
    ),
)
