"""The app on the oldest phones we serve, on older ones, and on phones whose clocks are off."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from shutil import which

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.bench.serving import Server
from scripts.screens.__main__ import Caller
from scripts.screens.pages import SHOTS
from server import clock
from server.days import SHANGHAI
from tests.e2e import oldest
from tests.e2e.phone import SIZE

ROOT = Path(__file__).parents[2]
CONSOLE = ROOT / "server" / "console"
DEMO_ONLY = ("sandbox", "start", "today", "api_docs")
"""Pages of the demo and of the API's document: seen at a desk, by who set it up."""

PERSONAS = ("", "zhang_min", "li_wei", "chen_jing", "feng_qun")
CLOCKS = [timedelta(hours=-3), timedelta(days=2), datetime(1970, 1, 2, tzinfo=SHANGHAI)]


@contextmanager
def an_old_phone(chromium: Browser, server: Server, persona: str) -> Iterator[Page]:
    """One of the oldest phones, signed in as a persona; it must stumble over nothing."""
    context = chromium.new_context(locale="zh-CN", viewport=SIZE, has_touch=True)
    oldest.take_away(context)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
    sign_in(page, server, persona)
    yield page
    context.close()
    assert errors == []


def sign_in(page: Page, server: Server, persona: str) -> None:
    if not persona:
        return
    token = Caller(f"{server.address}/api/v1", persona).token()
    page.goto(f"{server.address}/healthz")
    page.evaluate("data => localStorage.setItem('token', JSON.stringify({ type: 'string', data }))", token)


@pytest.mark.parametrize("persona", PERSONAS)
def test_every_page_opens_on_the_oldest_phones(app_server: Server, chromium: Browser, persona: str) -> None:
    caller = Caller(f"{app_server.address}/api/v1", persona)
    with an_old_phone(chromium, app_server, persona) as page:
        page.goto(f"{app_server.address}/healthz")
        assert page.evaluate("[typeof [].at, typeof AbortSignal.timeout, typeof ResizeObserver]") == ["undefined"] * 3
        for shot in SHOTS:
            if shot.persona == persona:
                place = shot.place if isinstance(shot.place, str) else shot.place(caller.ask)
                page.goto(f"{app_server.address}/m/{place}")
                expect(page.locator(shot.shown).first).to_be_visible()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/c/abcdef?t=1.AAAAAAAAAAA", "请升级微信后再扫，或向公众号发送会场屏幕上的六位数字，或请工作人员代签"),
        ("/m/", "您的微信或浏览器版本过低"),
        ("/screen", "请换用新版 Edge 或 Chrome"),
        ("/board/1", "请换用新版 Edge 或 Chrome"),
    ],
)
def test_older_ones_read_a_sentence(app_server: Server, chromium: Browser, path: str, words: str) -> None:
    context = chromium.new_context(locale="zh-CN", viewport=SIZE)
    oldest.take_away_more(context)
    page = context.new_page()
    page.goto(app_server.address + path)
    expect(page.get_by_role("alert")).to_contain_text(words)
    context.close()


def test_what_the_console_serves_can_be_read_by_the_oldest() -> None:
    if which("node") is None or not (ROOT / "miniprogram/node_modules/acorn").is_dir():
        pytest.skip("needs Node ≥ 20 and the app's libraries: make app")
    scripts = [path for path in sorted(CONSOLE.glob("static/*.js")) if not path.stem.startswith(DEMO_ONLY)]
    assert len(scripts) > 10
    command: list[str | Path] = [
        "node",
        ROOT / "miniprogram/scripts/oldest.mjs",
        *scripts,
        CONSOLE / "templates/exchange_first.js",
    ]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize("off", CLOCKS, ids=["three hours late", "two days early", "1970"])
def test_a_phone_whose_clock_is_off_goes_by_the_servers(
    app_server: Server, chromium: Browser, off: timedelta | datetime
) -> None:
    """Today's meeting is today's, and its phase the server's, whatever the phone believes."""
    context = chromium.new_context(locale="zh-CN", viewport=SIZE, has_touch=True)
    page = context.new_page()
    page.clock.install(time=off if isinstance(off, datetime) else clock.now() + off)
    sign_in(page, app_server, "zhang_min")
    page.goto(f"{app_server.address}/m/pages/meetings/meetings")
    today = page.locator(".row").filter(has_text="签到中").first
    expect(today).to_contain_text("今天")
    page.goto(f"{app_server.address}/m/pages/claim-form/claim-form")
    day = clock.now().astimezone(SHANGHAI)
    expect(page.locator("uni-picker").filter(has_text=f"{day.month} 月 {day.day} 日")).to_be_visible()
    context.close()
