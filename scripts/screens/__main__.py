"""python -m scripts.screens [only=home,score] [out=docs/screens/app] [data=DIR]: photograph the app's pages.

Each page twice, at 390 pixels: in plain size and in 关怀模式. `data` is a seeded data directory, which is written to;
without it a demo is seeded first. It fails when a page does not come or sticks out at 320 pixels.
"""

import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests
from PIL import Image
from playwright.sync_api import Browser, Error, Page, sync_playwright

from scripts import chromium
from scripts.bench.serving import serving
from scripts.screens.pages import SHOTS, Shot
from scripts.seed_demo import fill
from server import config, migrations
from server.db import make_engine

OUT = Path(__file__).resolve().parents[2] / "docs" / "screens" / "app"
WIDTH, HEIGHT, NARROW, MOST = 390, 844, 320, 2000
"""Pixels of the page; of a longer one than `MOST` the beginning is enough."""

SCALE, QUALITY = 2, 60
SIZES = {"": False, "-elder": True}


@dataclass(frozen=True, slots=True)
class Caller:
    """The API as one persona, to find what a page is about."""

    api: str
    persona: str

    def token(self) -> str:
        answer = requests.post(f"{self.api}/auth/wechat", json={"code": f"sandbox:{self.persona}"}, timeout=20)
        return str(answer.json()["token"])

    def ask(self, path: str) -> Any:
        signed_in = {"Authorization": f"Bearer {self.token()}"}
        me = requests.get(f"{self.api}/me", headers=signed_in, timeout=20).json()
        branch = me["organizations"][-1]["id"] if me["organizations"] else ""
        place = path.format(me=me["member_id"], branch=branch)
        return requests.get(f"{self.api}{place}", headers=signed_in, timeout=20).json()


def main(arguments: Sequence[str]) -> int:
    options = dict(argument.partition("=")[::2] for argument in arguments)
    only = set(filter(None, options.pop("only", "").split(",")))
    out, data = Path(options.pop("out", OUT)), options.pop("data", "")
    if options or not only <= {shot.name for shot in SHOTS}:
        print(f"{__doc__}\npages: {', '.join(shot.name for shot in SHOTS)}", file=sys.stderr)
        return 2
    out.mkdir(parents=True, exist_ok=True)
    shots = [shot for shot in SHOTS if not only or shot.name in only]
    with _address(data) as address, _browser() as browser:
        failures = [failure for shot in shots for failure in _photograph(browser, address, shot, out)]
    print("\n".join(failures), file=sys.stderr)
    return 1 if failures else 0


@contextmanager
def _address(data: str) -> Iterator[str]:
    with TemporaryDirectory() as scratch:
        directory = Path(data or scratch)
        settings = config.load({"XIANFENG_DATA": str(directory)})
        engine = make_engine(settings.database_url)
        migrations.upgrade(engine)
        engine.dispose()
        fill(settings)
        with serving(settings.database_url, directory) as server:
            server.wait_until_ready()
            yield server.address


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.program(), args=chromium.FLAGS)
        yield browser
        browser.close()


def _photograph(browser: Browser, address: str, shot: Shot, out: Path) -> Iterator[str]:
    """Yield what went wrong, in words."""
    caller = Caller(f"{address}/api/v1", shot.persona)
    try:
        place = shot.place if isinstance(shot.place, str) else shot.place(caller.ask)
    except (KeyError, IndexError, TypeError) as error:
        yield f"{shot.name}: nothing to show: {error!r}"
        return
    for suffix, elder in SIZES.items():
        with _phone(browser, address, caller, elder=elder) as page:
            try:
                _open(page, f"{address}/m/{place}", shot)
                _save(page, out / f"{shot.name}{suffix}.webp")
                if (over := _overflow(page)) > 0:
                    yield f"{shot.name}{suffix}: sticks out by {over} pixels at {NARROW}"
            except Error as error:
                yield f"{shot.name}{suffix}: {error.message.splitlines()[0]}"


@contextmanager
def _phone(browser: Browser, address: str, caller: Caller, *, elder: bool) -> Iterator[Page]:
    """A phone that is signed in and knows its owner's size of text."""
    context = browser.new_context(
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        viewport={"width": WIDTH, "height": HEIGHT},
        device_scale_factor=SCALE,
        has_touch=True,
    )
    page = context.new_page()
    page.goto(f"{address}/m/static/")  # any address of this origin will do to write what a phone keeps
    _keep(page, "elder", {"type": "boolean", "data": elder})
    if caller.persona:
        _keep(page, "token", {"type": "string", "data": caller.token()})
    yield page
    context.close()


def _keep(page: Page, key: str, value: object) -> None:
    page.evaluate("([key, value]) => localStorage.setItem(key, JSON.stringify(value))", [key, value])


def _overflow(page: Page) -> int:
    page.set_viewport_size({"width": NARROW, "height": HEIGHT})
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def _open(page: Page, url: str, shot: Shot) -> None:
    page.goto(url)
    page.wait_for_selector(shot.shown)
    if shot.tap:
        page.locator(shot.tap).first.click()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)


def _save(page: Page, file: Path) -> None:
    height = min(page.evaluate("document.documentElement.scrollHeight"), MOST)
    page.set_viewport_size({"width": WIDTH, "height": max(height, HEIGHT)})
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.save(file, quality=QUALITY, method=6)
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
