"""A phone with the app open in its browser, for all tests of the app."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, expect

SIZE: ViewportSize = {"width": 390, "height": 844}
NARROW: ViewportSize = {"width": 320, "height": 640}
WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36 MicroMessenger/8.0.50"
"""How WeChat's own browser calls itself."""

FAILED_REQUEST = "Failed to load resource"
"""How Chromium begins its report of a request that failed."""

LATE_TAP = "文件选择器对话框只能在由用户激活时显示"
"""uni-app doubts that it was a tap that asked for a picture, and asks for it all the same."""


@dataclass
class Phone:
    """The app on one phone, and what it said and asked for meanwhile."""

    page: Page
    address: str
    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    requests_may_fail: bool = False

    def listen(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def _hear(self, message: ConsoleMessage) -> None:
        nothing_yet = "404" in message.text and message.location["url"].endswith("/board")
        if message.type in ("error", "warning") and not nothing_yet and LATE_TAP not in message.text:
            self.errors.append(f"{message.text} {message.location}")

    def forgive_failed_requests(self) -> None:
        """Forget what the browser itself reports of requests that fail, said already or still to come."""
        self.requests_may_fail = True

    def complaints(self) -> list[str]:
        return [error for error in self.errors if not (self.requests_may_fail and FAILED_REQUEST in error)]

    def open(self, place: str = "") -> None:
        self.page.goto(f"{self.address}/m/{place}")

    def sign_in(self, name: str) -> None:
        """Choose a persona from the list that a phone without a session shows."""
        self.open()
        self.page.locator(".row").filter(has_text=name).first.click()
        expect(self.page.locator(".who .title")).to_have_text(name)

    def tap(self, words: str) -> None:
        self.page.locator("uni-button").filter(has_text=words).first.click()

    def agree(self) -> None:
        """Answer the question before what cannot be undone."""
        self.page.locator(".uni-modal__btn_primary").click()

    def overflow(self) -> int:
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@contextmanager
def taken_up(browser: Browser, address: str, *, user_agent: str | None = None) -> Iterator[Phone]:
    """Hand out a phone; put down again, it must have seen no error, and spoken to no other host."""
    context = browser.new_context(locale="zh-CN", viewport=SIZE, has_touch=True, user_agent=user_agent)
    phone = Phone(context.new_page(), address)
    phone.listen()
    yield phone
    phone.page.unroute_all(behavior="ignoreErrors")  # closing waits for ever for a request that a test still answers
    context.close()
    assert not phone.complaints(), phone.complaints()
    assert phone.hosts - {""} == {urlsplit(address).netloc}, phone.hosts
