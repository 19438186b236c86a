"""Writing pushes in the transaction of their cause. One per person, occasion and subject, ever."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.pushes import preferences
from server.pushes.catalogue import CATALOGUE
from server.pushes.models import Push
from server.pushes.preferences import Preferences
from server.pushes.rules import Occasion, PushStatus, UnreachedReason
from server.upserts import insert_or_keep, table_of

BATCH = 1_000
Key = tuple[str, str, str]
"""Recipient, occasion, subject."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person is to be told: a member or, without one, an account. See `Push` for the fields."""

    root_id: int
    organization_id: int
    occasion: Occasion
    subject: str
    title: str
    content: dict[str, str]
    page: str
    due_at: datetime
    expires_at: datetime | None = None
    member_id: int | None = None
    account_id: int | None = None

    @property
    def recipient(self) -> str:
        if (self.member_id is None) == (self.account_id is None):
            raise ValueError("a push is for a member or for an account")
        return f"account:{self.account_id}" if self.member_id is None else f"member:{self.member_id}"

    @property
    def key(self) -> Key:
        return self.recipient, self.occasion.value, self.subject


def enqueue(session: Session, drafts: Iterable[Draft], *, now: datetime) -> int:
    """Add pushes and return how many; existing ones are left as they are.

    What a person muted is added as `muted`; in their quiet hours a push waits until those end. What comes too late to
    be sent, because the system was down, is added as `expired`: it appears in the inbox and in 未送达.
    """
    by_key: dict[Key, Draft] = {}
    for draft in drafts:
        by_key.setdefault(draft.key, draft)
    # sorted, so that two senders of the same rows wait for each other and do not deadlock
    ordered = sorted(by_key.items(), key=lambda item: item[0])
    batches = (ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH))
    return sum(_add(session, batch, now) for batch in batches)


def _add(session: Session, batch: Sequence[tuple[Key, Draft]], now: datetime) -> int:
    there = _existing(session, [draft for _, draft in batch])
    fresh = [draft for key, draft in batch if key not in there]
    if not fresh:
        return 0
    chosen = preferences.of(session, {draft.recipient for draft in fresh})
    rows = [_row(draft, chosen[draft.recipient], now) for draft in fresh]
    session.execute(insert_or_keep(table_of(Push), session.get_bind().dialect.name), rows)
    return len(fresh)


def _existing(session: Session, drafts: Sequence[Draft]) -> set[Key]:
    query = select(Push.recipient, Push.occasion, Push.subject).where(
        Push.recipient.in_({draft.recipient for draft in drafts}),
        Push.occasion.in_({draft.occasion for draft in drafts}),
        Push.subject.in_({draft.subject for draft in drafts}),
    )
    return {(recipient, str(occasion), subject) for recipient, occasion, subject in session.execute(query)}


def _row(draft: Draft, chosen: Preferences, now: datetime) -> Mapping[str, Any]:
    status = _status(draft, chosen, now)
    return {
        "root_id": draft.root_id,
        "organization_id": draft.organization_id,
        "recipient": draft.recipient,
        "member_id": draft.member_id,
        "account_id": draft.account_id,
        "occasion": draft.occasion,
        "subject": draft.subject,
        "title": draft.title,
        "content": draft.content,
        "page": draft.page,
        "created_at": now,
        "due_at": draft.due_at,
        "expires_at": draft.expires_at,
        "status": status,
        "reason": UnreachedReason.stood_still if status is PushStatus.expired else None,
        "next_at": draft.due_at if CATALOGUE[draft.occasion].urgent else chosen.quiet.over_at(draft.due_at),
        "attempts": 0,
        "finished_at": None if status is PushStatus.waiting else now,
    }


def _status(draft: Draft, chosen: Preferences, now: datetime) -> PushStatus:
    if draft.occasion in chosen.muted and not CATALOGUE[draft.occasion].urgent:
        return PushStatus.muted
    over = draft.expires_at is not None and draft.expires_at <= now
    return PushStatus.expired if over else PushStatus.waiting
