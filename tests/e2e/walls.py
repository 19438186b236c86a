"""A screen on a wall: a projector in the hall, a board in the corridor."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext

from tests.e2e import oldest


@contextmanager
def hung_up(chromium: Browser, address: str) -> Iterator[BrowserContext]:
    """A screen's browser, one of the oldest, which must talk to nobody but `address` and stumble over nothing."""
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1920, "height": 1080})
    oldest.take_away(context)
    hosts: set[str] = set()
    errors: list[str] = []
    context.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context
    context.close()
    assert errors == []
    assert hosts - {""} <= {urlsplit(address).netloc}
