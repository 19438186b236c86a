"""Who hears that a standard was published."""

from collections.abc import Iterator

import pytest

from server import events
from server.standards.events import StandardPublished


@pytest.fixture
def heard() -> Iterator[list[StandardPublished]]:
    """What was announced, with nobody else listening."""
    told: list[StandardPublished] = []
    before = events._handlers[StandardPublished]
    events._handlers[StandardPublished] = [lambda _session, event: told.append(event)]
    yield told
    events._handlers[StandardPublished] = before
