"""The kinds of waiting work that features bring, in the order in which an officer should turn to them."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from server.organizations.officers import Officers
from server.organizations.waiting import WaitingItem, WaitingKind

_kinds: dict[str, WaitingKind] = {}


def register(kind: WaitingKind) -> None:
    """Have a kind gathered; registering it twice counts once. Raises ValueError if two have the same code."""
    if _kinds.setdefault(kind.code, kind) is not kind:
        raise ValueError(f"two kinds of waiting work are called {kind.code}")


def kinds() -> Sequence[WaitingKind]:
    return sorted(_kinds.values(), key=lambda kind: (kind.place, kind.code))


def turns(session: Session, officers: Officers, *, now: datetime) -> Iterator[tuple[WaitingKind, WaitingItem]]:
    """Yield everything that waits in these officers' organizations, each with its kind."""
    for kind in kinds():
        if kind.turns is not None:
            yield from ((kind, turn) for turn in kind.turns(session, officers, now))
