"""The events by which this feature informs the features above it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class NoticePublished:
    notice_id: int
    now: datetime


@dataclass(frozen=True, slots=True)
class UnreadReminded:
    """Those who have not read a notice are to be reminded; who they are is looked up when it is sent."""

    notice_id: int
    now: datetime
