"""Bringing the ledger in line with a meeting's rosters."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session


def adjust(session: Session, *, meeting_id: int, member_ids: Collection[int], account_id: int, now: datetime) -> None:
    """Bring the ledger in line for these members after a change by hand; nothing happens before a settlement."""
