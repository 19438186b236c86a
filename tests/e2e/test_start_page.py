"""The start page and the API document in a browser: what a visitor sees in the first minute."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from scripts import chromium as the_program
from scripts.bench.serving import Server
from tests.waiting import LONG

SIZES = [(390, 844), (320, 640), (1440, 900)]


@dataclass
class Visit:
    """A page, and what it said and asked for meanwhile."""

    page: Page
    address: str
    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def listen(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(f"{message.text} {message.location}")

    def play(self, name: str) -> None:
        """Open the start page and sign in as someone."""
        self.page.goto(self.address)
        self.page.locator("#cast button, #others button").filter(has_text=name).click()
        expect(self.page.locator("#who")).to_contain_text(f"当前身份：{name}")
        expect(self.page.locator("#phone")).not_to_contain_text("正在读取…")


@pytest.fixture
def visit(server: Server, chromium: Browser) -> Iterator[Visit]:
    """A visit that must end without an error, and without a word to any other host."""
    context = chromium.new_context(locale="zh-CN")
    visit = Visit(context.new_page(), server.address)
    visit.listen()
    yield visit
    context.close()
    assert visit.errors == []
    assert visit.hosts - {""} == {urlsplit(server.address).netloc}


def total_of(server: Server, code: str) -> str:
    """Ask the API itself for a member's total."""
    api = f"{server.address}/api/v1"
    token = requests.post(f"{api}/auth/wechat", json={"code": code}, timeout=LONG).json()["token"]
    signed_in = {"Authorization": f"Bearer {token}"}
    member_id = requests.get(f"{api}/me", headers=signed_in, timeout=LONG).json()["member_id"]
    explanation = requests.get(f"{api}/members/{member_id}/score/explanation", headers=signed_in, timeout=LONG)
    return str(explanation.json()["total"])


def entry_with_photo(page: Page) -> Locator:
    """Open all entries; return the first that shows photos."""
    for summary in page.locator("#phone details summary").all():
        summary.click()
    entry = page.locator("#phone details").filter(has=page.locator("img")).first
    expect(entry).to_be_visible()
    return entry


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def test_zhang_min_sees_her_total_and_where_it_comes_from(visit: Visit, server: Server) -> None:
    visit.play("张敏")
    expect(visit.page.locator("#phone svg.ring text").first).to_have_text(total_of(server, "sandbox:zhang_min"))
    entry = entry_with_photo(visit.page)
    expect(entry).to_contain_text("审核人：李伟")
    expect(entry).to_contain_text("《实施方案》")
    photo = entry.locator("img").first
    photo.scroll_into_view_if_needed()
    visit.page.wait_for_function("image => image.complete", arg=photo.element_handle())
    assert photo.evaluate("image => image.naturalWidth") > 0


def test_li_wei_sees_what_waits_for_him(visit: Visit) -> None:
    visit.play("李伟")
    waiting = visit.page.locator("#phone section").filter(has_text="待审核").first
    expect(waiting.locator("h4")).to_contain_text("条")
    assert waiting.locator(".row").count() >= 4
    expect(waiting.locator(".row").first).to_contain_text("申报 ")


def test_every_persona_can_be_played(visit: Visit) -> None:
    visit.page.goto(visit.address)
    buttons = visit.page.locator("#cast button, #others button")
    expect(buttons).to_have_count(10)
    for place in range(buttons.count()):
        buttons.nth(place).click()
        expect(buttons.nth(place)).to_have_attribute("aria-pressed", "true")
        expect(visit.page.locator("#phone")).not_to_contain_text("正在读取…")
        expect(visit.page.locator("#phone")).not_to_contain_text("没能打开")


def test_the_api_document_lists_the_operations(visit: Visit) -> None:
    visit.page.goto(f"{visit.address}/api/docs")
    expect(visit.page.get_by_text("个人申报", exact=True).first).to_be_visible()
    visit.page.locator(".opblock-tag").filter(has_text="个人申报").first.click()
    expect(visit.page.locator(".opblock").first).to_be_visible()
    assert visit.page.locator(".opblock-tag").count() > 5


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nothing_sticks_out_at_the_side(visit: Visit, width: int, height: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": height})
    visit.page.goto(visit.address)
    expect(visit.page.locator("#cast button").first).to_be_visible()
    assert overflow(visit.page) <= 0
    visit.play("张敏")
    entry_with_photo(visit.page)
    assert overflow(visit.page) <= 0
    visit.page.goto(f"{visit.address}/api/docs")
    expect(visit.page.locator(".opblock-tag").first).to_be_visible()
    assert overflow(visit.page) <= 0


@pytest.fixture
def page(server: Server, chromium: Browser) -> Iterator[Page]:
    """The start page, open, in a browser whose complaints nobody hears."""
    context = chromium.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(server.address)
    expect(page.locator("#cast button").first).to_be_visible()
    yield page
    context.close()


def test_a_server_out_of_reach_is_told_in_chinese(page: Page) -> None:
    page.route("**/api/v1/**", lambda route: route.abort())
    page.locator("#cast button").filter(has_text="张敏").click()
    expect(page.locator("#phone")).to_contain_text("没能打开")
    expect(page.locator("#phone")).to_contain_text("连不上服务，请确认它在运行。数据没有变化，请再点一次。")
    page.reload()
    expect(page.locator("#cast")).to_have_text("演示人物读取失败：连不上服务，请确认它在运行")


def test_a_proxys_own_error_page_is_told_in_chinese(page: Page) -> None:
    page.route("**/api/v1/**", lambda route: route.fulfill(status=502, body="<h1>Bad Gateway</h1>"))
    page.locator("#cast button").filter(has_text="张敏").click()
    expect(page.locator("#phone")).to_contain_text("服务没有响应")


def test_after_an_interruption_one_more_click_is_enough(page: Page) -> None:
    page.route("**/api/v1/auth/**", lambda route: route.abort())
    page.locator("#cast button").filter(has_text="张敏").click()
    expect(page.locator("#phone")).to_contain_text("没能打开")
    page.unroute("**/api/v1/auth/**")
    page.locator("#cast button").filter(has_text="张敏").click()
    expect(page.locator("#phone svg.ring")).to_be_visible()


def test_without_chromium_the_reason_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert the_program.missing_chromium() == "chromium not installed (apt install chromium)"
