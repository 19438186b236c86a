"""The demo served as people serve it, for all browser tests and the newcomer."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from scripts.bench.serving import Server, serving
from scripts.chromium import FLAGS, missing_chromium, program
from server.config import BUILT_APP
from tests.demo import copy_of_demo
from tests.e2e import phone as phones
from tests.waiting import LONG

expect.set_options(timeout=LONG * 1000)
"""Milliseconds; a busy machine is slow, not wrong."""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`xianfeng run` on a free port, with a copy of the small demo that this worker may write to; without the app."""
    directory = copy_of_demo(tmp_path_factory)
    with _serving(directory, app=directory / "no app") as server:
        yield server


@pytest.fixture(scope="session")
def app_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of `app_server`, for a test that needs a fact there which no page can make."""
    return copy_of_demo(tmp_path_factory)


@pytest.fixture(scope="session")
def app_server(app_data: Path) -> Iterator[Server]:
    """The same with a demo of its own, and with the app as `make app` built it."""
    if not (BUILT_APP / "index.html").is_file():
        pytest.skip("the app is not built (needs Node ≥ 20: make app)")
    with _serving(app_data, app=BUILT_APP) as server:
        yield server


@contextmanager
def _serving(directory: Path, *, app: Path) -> Iterator[Server]:
    environment = {"XIANFENG_APP_DIR": str(app)}
    with serving(f"sqlite:///{directory}/xianfeng.db", directory, environment=environment) as server:
        server.wait_until_ready()
        yield server


@pytest.fixture(scope="package")  # not longer: its event loop stands in the way of other tests' own
def chromium() -> Iterator[Browser]:
    if why := missing_chromium():
        pytest.skip(why)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def phone(app_server: Server, chromium: Browser) -> Iterator[phones.Phone]:
    """A phone that must see no error, and speak to no other host."""
    with phones.taken_up(chromium, app_server.address) as phone:
        yield phone


@pytest.fixture
def other_phone(app_server: Server, chromium: Browser) -> Iterator[phones.Phone]:
    """Someone else's."""
    with phones.taken_up(chromium, app_server.address) as phone:
        yield phone
