"""How soon a signed-in member sees their score, in a Chromium throttled to slow 4G and a quarter of this processor.

The line is Lighthouse's slow 4G. The app is opened three times: with nothing on the phone but who it is, then with what
it showed last but nothing in the browser's cache, then with both. The yardstick is the line alone: what those bytes and
two round trips take without any work. The figures also say when an opening first paints anything (the app's name).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, CDPSession, Page, ViewportSize, sync_playwright

from scripts import chromium
from scripts.bench.lines import Line, measured
from scripts.bench.serving import Server, serving
from scripts.demo.writing import SMALL
from scripts.seed_demo import fill
from server import config, migrations
from server.db import make_engine

BENCH = "home_page"
OPENINGS = {"default": 5, "full": 25}
ROUND_TRIP_MS = 150
DOWN_BYTES, UP_BYTES = 1_600_000 // 8, 750_000 // 8
"""Per second."""

SLOWER = 4
GOAL_SECONDS = 1.5
PATIENCE_MS = 120_000
PHONE: ViewportSize = {"width": 390, "height": 844}
SEEN = """() => {
    const look = () => {
        const total = document.querySelector('[data-testid=total]')
        if (total?.textContent.trim() && total.checkVisibility()) window.seenAt = performance.now()
        else requestAnimationFrame(look)
    }
    look()
}"""
"""Note when the score is on the screen, in milliseconds since the address was asked for."""


PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
REMEMBERED = "shown"
"""Where miniprogram/src/state/memory.ts keeps what was shown last."""

METRICS = ("score_at_first", "score_without_cache", "score_again")


@dataclass(frozen=True, slots=True)
class Opening:
    seconds: float
    painted: float
    bytes: float


def run(size: str) -> Iterator[Line]:
    """Yield seconds until the score is seen, first and again; the medians count."""
    if why := chromium.missing_chromium():
        raise RuntimeError(why)
    with _demo() as server, _browser() as browser:
        rounds = [_open_three_times(browser, server) for _ in range(OPENINGS[size])]
    for metric, openings in zip(METRICS, zip(*rounds, strict=True), strict=True):
        yield _line(metric, openings)
    painted = median(at_first.painted for at_first, _, _ in rounds)
    yield measured(BENCH, "first_paint", painted, "s", goal=f"< {GOAL_SECONDS} s", met=painted < GOAL_SECONDS)


def _line(metric: str, openings: Sequence[Opening]) -> Line:
    seconds = median(opening.seconds for opening in openings)
    line = median(opening.bytes for opening in openings) / DOWN_BYTES + 2 * ROUND_TRIP_MS / 1000
    return measured(
        BENCH,
        metric,
        seconds,
        "s",
        database="sqlite",
        against=f"the line alone: {line:.2f} s",
        ratio=seconds / line,
        goal=f"< {GOAL_SECONDS} s",
        met=seconds < GOAL_SECONDS,
    )


@contextmanager
def _demo() -> Iterator[Server]:
    with TemporaryDirectory() as directory:
        settings = config.load({"XIANFENG_DATA": directory})
        engine = make_engine(settings.database_url)
        migrations.upgrade(engine)
        engine.dispose()
        fill(settings, SMALL)
        with serving(settings.database_url, Path(directory)) as server:
            server.wait_until_ready()
            yield server


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.program(), args=chromium.FLAGS)
        yield browser
        browser.close()


def _open_three_times(browser: Browser, server: Server) -> tuple[Opening, Opening, Opening]:
    """Sign in, forget all else, and open the app again and again."""
    context = browser.new_context(locale="zh-CN", viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.add_init_script(f"({SEEN})()")
    page.goto(f"{server.address}/m/pages/sign-in/sign-in?code=sandbox:zhang_min")
    page.wait_for_function("() => window.seenAt !== undefined", timeout=PATIENCE_MS)
    page.wait_for_load_state("networkidle")
    line = _held_back(page)
    page.evaluate("key => localStorage.removeItem(key)", REMEMBERED)
    at_first = _open(page, line, server)
    line.send("Network.clearBrowserCache")
    openings = at_first, _open(page, line, server), _open(page, line, server)
    context.close()
    return openings


def _held_back(page: Page) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.clearBrowserCache")
    conditions = {"latency": ROUND_TRIP_MS, "downloadThroughput": DOWN_BYTES, "uploadThroughput": UP_BYTES}
    session.send("Network.emulateNetworkConditions", {"offline": False, **conditions})
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return session


def _open(page: Page, line: CDPSession, server: Server) -> Opening:
    """Open the app and wait for the score."""
    received: list[float] = []
    line.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(f"{server.address}/m/", wait_until="commit")
    page.wait_for_function(f"() => window.seenAt !== undefined && {PAINTED}", timeout=PATIENCE_MS)
    seen, painted, there = page.evaluate("window.seenAt"), page.evaluate(PAINTED), sum(received)
    page.wait_for_load_state("networkidle")  # what is read anew is kept for the next opening
    return Opening(seen / 1000, painted / 1000, there)
