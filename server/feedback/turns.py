"""Feedbacks that wait to be admitted, or to be answered. A flood waits as one."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.feedback.models import Feedback
from server.feedback.places import handling_in
from server.feedback.queries import arrivals, open_dues_of
from server.feedback.rules import FeedbackStatus, folds
from server.organizations.four_eyes import RecentKeyResets
from server.organizations.officers import Officers
from server.organizations.waiting import WaitingItem, WaitingKind, within


def _in_work(session: Session, officers: Officers, now: datetime) -> Iterator[WaitingItem]:
    """A feedback waits for whoever assigns it, then for whoever looks into it; the day is the last for that."""
    query = select(Feedback).where(
        Feedback.root_id == officers.root_id,
        Feedback.open.is_(True),
        *within(officers, Feedback.organization_id),
    )
    rows = {row.id: row for row in session.scalars(query.order_by(Feedback.id))}
    submitted = [row for row in rows.values() if row.status == FeedbackStatus.submitted]
    first = [ids[0] for ids in folds(arrivals(submitted))]
    waiting = [row for row in rows.values() if row.status != FeedbackStatus.submitted or row.id in set(first)]
    dues = open_dues_of(session, [row.id for row in waiting])
    bars = RecentKeyResets(session, now=now)
    for row in waiting:
        handling = handling_in(session, officers, row, bars=bars)
        wanted = {row.investigator_id} if row.investigator_id is not None else set(handling.assigners)
        there = [each for each in officers.at(handling.organization_id) if each.account_id in wanted]
        in_turn = list({each.account_id: each for each in there}.values())
        due = dues.get(row.id)
        day = due.due_on if due is not None else shanghai_date(row.received_at)
        yield WaitingItem(row.organization_id, row.id, day, in_turn)


KINDS = (
    WaitingKind(
        code="feedbacks",
        title="反映待办理",
        place=7,
        turns=_in_work,
        digest=("claims", "反映待办理 {} 件"),
        in_workdays=True,
    ),
)
