"""What a process remembers of its callers for a few seconds, so that most requests need no look-up."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock

from server.days import shanghai_date
from server.identity.rules import Actor

LIFETIME = timedelta(seconds=30)
MAX_CALLERS = 20_000


@dataclass(frozen=True, slots=True)
class _Entry:
    actor: Actor
    expires_at: datetime
    seen_at: datetime
    day: date


class CallerCache:
    """Token hash → caller, for at most 30 seconds and one Shanghai day (grants begin and end at midnight).

    A caller looked up while someone was being forgotten is not remembered: the look-up may have come first.
    """

    def __init__(self, size: int = MAX_CALLERS) -> None:
        self._size = size
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._lock = Lock()
        self.generation = 0

    def find(self, token_hash: str, *, now: datetime) -> Actor | None:
        entry = self._entries.get(token_hash)
        if entry is None or not _holds(entry, now):
            return None
        return entry.actor

    def remember(self, token_hash: str, actor: Actor, *, expires_at: datetime, now: datetime, generation: int) -> None:
        with self._lock:
            if generation != self.generation:
                return
            self._entries[token_hash] = _Entry(actor, expires_at, now, shanghai_date(now))
            self._entries.move_to_end(token_hash)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)

    def forget(self, identity_ids: Iterable[int]) -> None:
        gone = set(identity_ids)
        with self._lock:
            self.generation += 1
            for token_hash in [key for key, entry in self._entries.items() if entry.actor.identity_id in gone]:
                del self._entries[token_hash]


def _holds(entry: _Entry, now: datetime) -> bool:
    age = now - entry.seen_at
    return timedelta(0) <= age < LIFETIME and now < entry.expires_at and entry.day == shanghai_date(now)
