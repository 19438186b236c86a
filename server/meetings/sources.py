"""What the ledger's explanation says about a meeting: which it was, where and when."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.meetings.models import Meeting
from server.meetings.rules import KIND_TITLES, MeetingKind
from server.points.sources import Described
from server.presentation import spoken_time

_TOLD = select(Meeting.id, Meeting.kind, Meeting.title, Meeting.place, Meeting.starts_at)


def describe(session: Session, ids: Sequence[int]) -> Mapping[int, Described]:
    """Describe these meetings for whoever may read the entries they led to."""
    rows = session.execute(_TOLD.where(Meeting.id.in_(ids)))
    return {
        meeting_id: Described(
            title=f"{title}（{shanghai_date(starts_at)}）",
            path=f"/api/v1/meetings/{meeting_id}",
            details=(("会议", KIND_TITLES[MeetingKind(kind)]), ("地点", place), ("时间", spoken_time(starts_at))),
        )
        for meeting_id, kind, title, place, starts_at in rows
    }
