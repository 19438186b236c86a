"""What a conversation remembers between two messages: a row per WeChat identity, so that it survives a restart.

A `flow` (a claim being written, a review going on) lasts until it ends or a day of silence has passed. What is
`pending`, a question that waits for 是 or for a number, lasts for the very next message only.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db import Base, UtcDateTime, found_or_added

FLOW_LASTS = timedelta(hours=24)
PENDING_LASTS = timedelta(minutes=30)


class DialogueRow(Base):
    """`version` grows with every message; `account_id` owns the conversation: another account ends what was begun."""

    __tablename__ = "bot_dialogues"

    identity_id: Mapped[int] = mapped_column(ForeignKey("wechat_identities.id"), primary_key=True, autoincrement=False)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    version: Mapped[int]
    flow: Mapped[str | None] = mapped_column(String(16))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    pending: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


@dataclass(slots=True)
class Dialogue:
    """The state while one message is answered."""

    flow: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    pending: dict[str, Any] | None = None

    def begin(self, flow: str, data: dict[str, Any]) -> None:
        self.flow, self.data = flow, data

    def end(self) -> None:
        """Leave the flow; nothing waits for an answer any more."""
        self.flow, self.data, self.pending = None, {}, None


def locked(session: Session, *, identity_id: int, account_id: int | None, now: datetime) -> DialogueRow:
    """Return the identity's row, held until the transaction ends: of two messages at once one waits for the other."""
    query = select(DialogueRow).where(DialogueRow.identity_id == identity_id).with_for_update()
    begun: dict[str, Any] = {"account_id": account_id, "version": 0, "flow": None, "data": {}, "updated_at": now}
    return found_or_added(session, query, lambda: DialogueRow(identity_id=identity_id, **begun))


def recalled(row: DialogueRow, *, account_id: int | None, now: datetime) -> Dialogue:
    """Return what still counts of a row."""
    if row.account_id != account_id or now - row.updated_at > FLOW_LASTS:
        return Dialogue()
    pending = row.pending if now - row.updated_at <= PENDING_LASTS else None
    return Dialogue(row.flow, dict(row.data), pending)


def keep(session: Session, row: DialogueRow, dialogue: Dialogue, *, account_id: int | None, now: datetime) -> None:
    """Write the state after a message."""
    row.account_id, row.version, row.updated_at = account_id, row.version + 1, now
    row.flow, row.data, row.pending = dialogue.flow, dict(dialogue.data), dialogue.pending
    session.flush()


def forget_old(session: Session, *, now: datetime) -> None:
    """Delete what no longer counts: what people left unfinished is not kept."""
    session.execute(delete(DialogueRow).where(DialogueRow.updated_at < now - FLOW_LASTS))
