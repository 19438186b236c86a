"""Pushes as a sender left them, for the tests of what people see of them."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.pushes.models import Push, PushAttempt
from server.pushes.rules import AttemptStatus, Channel, Occasion, PushStatus
from tests.cast import NOW, Cast, Person

PAGE = "/pages/score/month?month=2026-05"


def add_push(
    session: Session,
    cast: Cast,
    to: Person,
    *,
    subject: str = "2026-05",
    occasion: Occasion = Occasion.month_score,
    status: PushStatus = PushStatus.sent,
    due_at: datetime = NOW,
    **others: Any,
) -> Push:
    """Add a push to a member, or to an account without one, and commit."""
    member = to.member_id or None
    values: dict[str, Any] = {
        "root_id": cast.root,
        "organization_id": to.actor.organization_ids[-1] if to.actor.organization_ids else cast.branch,
        "recipient": f"member:{member}" if member else f"account:{to.account_id}",
        "member_id": member,
        "account_id": None if member else to.account_id,
        "title": "您的月度积分",
        "content": {"month": "2026 年 5 月", "points": "62.50"},
        "page": PAGE,
        "created_at": due_at,
        "next_at": due_at,
        "finished_at": None if status in (PushStatus.waiting, PushStatus.sending) else due_at,
    }
    push = Push(subject=subject, occasion=occasion, status=status, due_at=due_at, **(values | others))
    session.add(push)
    session.commit()
    return push


def add_attempt(
    session: Session,
    push: Push,
    *,
    number: int = 1,
    channel: Channel = Channel.subscription,
    status: AttemptStatus = AttemptStatus.sent,
    errcode: int | None = None,
    at: datetime = NOW,
) -> PushAttempt:
    attempt = PushAttempt(
        push_id=push.id, number=number, channel=channel, status=status, errcode=errcode, started_at=at, finished_at=at
    )
    session.add(attempt)
    session.commit()
    return attempt
