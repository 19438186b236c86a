"""The demo served as people serve it, for all browser tests and the newcomer."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from scripts.bench.serving import Server, serving
from tests.demo import copy_of_demo
from tests.e2e.chromium import FLAGS, missing_chromium, program


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`xianfeng run` on a free port, with a copy of the small demo that this worker may write to."""
    directory = copy_of_demo(tmp_path_factory)
    with serving(f"sqlite:///{directory}/xianfeng.db", directory) as server:
        server.wait_until_ready()
        yield server


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if why := missing_chromium():
        pytest.skip(why)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=FLAGS)
        yield browser
        browser.close()
