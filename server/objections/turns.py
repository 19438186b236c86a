"""Objections that wait to be taken in, to be answered, or to be put right."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.objections.corrections.service import waits_for
from server.objections.models import Inquiry, Objection
from server.objections.places import handling_in, hands_of
from server.objections.queries import open_dues_of
from server.objections.rules import Instance, ObjectionStatus
from server.organizations.four_eyes import Matter, RecentKeyResets
from server.organizations.officers import Officers
from server.organizations.waiting import WaitingItem, WaitingKind, within

_IN_WORK = (ObjectionStatus.submitted, ObjectionStatus.investigating, ObjectionStatus.second)


def _in_work(session: Session, officers: Officers, now: datetime) -> Iterator[WaitingItem]:
    """An objection waits for whoever assigns it, then for whoever looks into it; the day is the last for that."""
    query = select(Objection).where(
        Objection.root_id == officers.root_id,
        Objection.status.in_(_IN_WORK),
        *within(officers, Objection.organization_id),
    )
    rows = session.scalars(query.order_by(Objection.id)).all()
    ids = [row.id for row in rows]
    dues = open_dues_of(session, ids)
    inquiries = {
        (each.objection_id, Instance(each.instance)): each
        for each in session.scalars(select(Inquiry).where(Inquiry.objection_id.in_(ids)))
    }
    bars = RecentKeyResets(session, now=now)
    for row in rows:
        handling = handling_in(session, officers, row, bars=bars)
        instance = Instance.second if row.status == ObjectionStatus.second else Instance.first
        inquiry = inquiries.get((row.id, instance))
        wanted = {inquiry.investigator_id} if inquiry is not None else set(handling.assigners)
        officers_there = [each for each in officers.at(handling.organization_id) if each.account_id in wanted]
        in_turn = list({each.account_id: each for each in officers_there}.values())
        due = dues.get(row.id)
        day = due.due_on if due is not None else shanghai_date(row.raised_at)
        yield WaitingItem(row.organization_id, row.id, day, in_turn)


def _to_correct(session: Session, officers: Officers, now: datetime) -> Iterator[WaitingItem]:
    """What was upheld waits for those who may put it right at its source; the day is the last for that."""
    query = select(Objection).where(
        Objection.root_id == officers.root_id,
        Objection.to_correct.is_(True),
        *within(officers, Objection.organization_id),
    )
    rows = session.scalars(query.order_by(Objection.id)).all()
    dues = open_dues_of(session, [row.id for row in rows], correction=True)
    bars = RecentKeyResets(session, now=now)
    for row in rows:
        hands = hands_of(session, row)
        organization_id, roles = waits_for(session, row)
        in_turn = officers.in_turn(
            organization_id,
            roles,
            not_members={row.member_id},
            not_accounts=hands,
            bars=bars,
            matter=Matter(frozenset(hands), since=row.raised_at),
        )
        if not in_turn:  # both who registered a decision, say: they do it where they registered it
            in_turn = officers.in_turn(organization_id, roles, not_members={row.member_id})
        yield WaitingItem(row.organization_id, row.id, dues[row.id].due_on, in_turn)


KINDS = (
    WaitingKind(
        code="objections",
        title="异议待办理",
        place=8,
        turns=_in_work,
        digest=("claims", "异议待办理 {} 件"),
        in_workdays=True,
    ),
    WaitingKind(
        code="objection_corrections",
        title="异议成立待更正",
        place=9,
        turns=_to_correct,
        digest=("claims", "异议成立待更正 {} 件"),
        in_workdays=True,
    ),
)
