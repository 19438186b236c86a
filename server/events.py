"""In-process events, so that a lower feature can tell a higher one without importing it.

Handlers run at once, in the emitter's transaction, and only write rows. `server/app.py` holds the subscription table.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.orm import Session

E = TypeVar("E")
Handler = Callable[[Session, Any], None]
_handlers: dict[type, list[Handler]] = defaultdict(list)


def subscribe(event_type: type[E], handler: Callable[[Session, E], None]) -> None:
    """Call `handler(session, event)` for every emitted event of exactly this type; subscribing twice is once."""
    if handler not in _handlers[event_type]:
        _handlers[event_type].append(handler)


def emit(session: Session, event: object) -> None:
    for handler in _handlers[type(event)]:
        handler(session, event)
