"""The screen on the wall and a phone before it: the code is read from a picture of the screen, as a camera would."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from scripts.bench.serving import Server, serving
from server.meetings.check_in import codes
from tests.demo import copy_of_demo
from tests.e2e.walls import hung_up
from tests.waiting import LONG


@dataclass(frozen=True)
class Host:
    """李伟 with his meeting of today, over the API."""

    address: str
    token: str
    meeting_id: int

    def call(self, method: str, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = requests.request(method, f"{self.address}/api/v1{path}", headers=headers, timeout=LONG)
        assert answer.ok, answer.text
        return answer.json()

    def link(self) -> dict[str, str]:
        made: dict[str, str] = self.call("POST", f"/meetings/{self.meeting_id}/screen-links")
        return made

    def present(self) -> int:
        return int(self.call("GET", f"/meetings/{self.meeting_id}/screen")["counts"]["present"])


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demo of these tests' own: they check people in."""
    directory = copy_of_demo(tmp_path_factory)
    without_app = {"XIANFENG_APP_DIR": str(directory / "no app")}
    with serving(f"sqlite:///{directory}/xianfeng.db", directory, environment=without_app) as server:
        server.wait_until_ready()
        yield server


@pytest.fixture
def host(hall: Server) -> Host:
    api = f"{hall.address}/api/v1"
    token = requests.post(f"{api}/auth/wechat", json={"code": "sandbox:li_wei"}, timeout=LONG).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    place = requests.get(f"{api}/me", headers=headers, timeout=LONG).json()["roles"][0]["organization"]["id"]
    meetings = requests.get(f"{api}/organizations/{place}/meetings?phase=open", headers=headers, timeout=LONG).json()
    return Host(hall.address, token, meetings["items"][0]["id"])


@pytest.fixture
def wall(chromium: Browser, host: Host) -> Iterator[BrowserContext]:
    with hung_up(chromium, host.address) as wall:
        yield wall


def shown(wall: BrowserContext, host: Host) -> Page:
    page = wall.new_page()
    page.goto(host.link()["url"])
    expect(page.locator("#frame path")).to_be_visible()
    return page


def code_on(page: Page) -> str:
    """Read the QR from a screenshot."""
    picture = Image.open(BytesIO(page.screenshot()))
    (found,) = zxingcpp.read_barcodes(picture)
    return str(found.text)


def present_on(page: Page) -> int:
    return int(page.locator(".main-n dd").inner_text())


def exchange(host: Host, url: str) -> requests.Response:
    return requests.post(f"{host.address}/api/v1/check-in-tickets", json={"code": url}, timeout=LONG)


def test_a_phone_reads_the_wall_and_the_wall_counts_him(wall: BrowserContext, chromium: Browser, host: Host) -> None:
    page = shown(wall, host)
    expect(page).to_have_title("签到大屏 · " + page.locator("#title").inner_text())
    before = present_on(page)
    phone = chromium.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    scanned = phone.new_page()
    scanned.goto(code_on(page))
    scanned.get_by_role("button").filter(has_text="张敏").click()
    # The page asks again where a busy server did not answer in time, and learns then that he is there already.
    expect(scanned.locator("body")).to_contain_text(re.compile("签到成功|您已签到过"))
    expect(page.locator(".main-n dd")).to_have_text(str(before + 1))
    expect(page.locator("#names li").first).to_contain_text("张敏")
    phone.close()


@pytest.mark.parametrize("size", [(1920, 1080), (1440, 900), (1366, 768), (390, 844), (320, 640)])
def test_the_code_can_be_read_on_every_size(wall: BrowserContext, host: Host, size: tuple[int, int]) -> None:
    page = wall.new_page()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(host.link()["url"])
    expect(page.locator("#frame path")).to_be_visible()
    assert exchange(host, code_on(page)).status_code == 201
    assert int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth")) <= 0
    if size[0] > 900:
        assert int(page.evaluate("document.documentElement.scrollHeight - window.innerHeight")) <= 0


def test_a_picture_taken_earlier_is_refused(wall: BrowserContext, host: Host) -> None:
    page = shown(wall, host)
    url, digits = code_on(page), page.locator(".six").inner_text()
    assert exchange(host, url).status_code == 201
    for _ in range(codes.STEPS_THAT_COUNT):
        expect(page.locator(".six")).not_to_have_text(digits)
        digits = page.locator(".six").inner_text()
    late = exchange(host, url)
    assert (late.status_code, late.json()["error"]["code"]) == (410, "code_expired")
    assert exchange(host, code_on(page)).status_code == 201


def test_without_network_the_codes_go_on_and_it_recovers_by_itself(wall: BrowserContext, host: Host) -> None:
    page = shown(wall, host)
    digits = page.locator(".six").inner_text()
    wall.set_offline(True)
    expect(page.locator("#lost")).to_contain_text("网络中断")
    expect(page.locator("#lost-left")).to_contain_text("二维码还能用")
    expect(page.locator(".main-n dt")).to_contain_text("截至")
    expect(page.locator(".six")).not_to_have_text(digits)
    assert exchange(host, code_on(page)).status_code == 201
    wall.set_offline(False)
    expect(page.locator("#lost")).to_be_hidden()
    expect(page.locator("#state")).to_have_text("网络正常")


def test_when_the_codes_have_run_out_none_is_shown(wall: BrowserContext, host: Host) -> None:
    page = wall.new_page()
    page.clock.install()
    page.goto(host.link()["url"])
    expect(page.locator("#frame path")).to_be_visible()
    wall.set_offline(True)
    page.clock.run_for(90_000)
    expect(page.locator("#frame")).to_contain_text("请暂缓扫码")
    expect(page.locator("#frame path")).to_have_count(0)
    expect(page.locator("#code")).to_contain_text("已断开")


def test_a_computer_without_a_link_asks_for_the_digits(wall: BrowserContext, host: Host) -> None:
    page = wall.new_page()
    page.goto(f"{host.address}/screen")
    page.get_by_label("投屏数字").fill("0000 0000")
    page.get_by_role("button", name="打开").click()
    expect(page.get_by_role("alert")).to_contain_text("投屏码无效或已过期")
    page.get_by_label("投屏数字").fill(host.link()["digits"])
    page.get_by_role("button", name="打开").click()
    expect(page.locator("#frame path")).to_be_visible()
    assert urlsplit(page.url).path == f"/screen/{host.meeting_id}"
    page.reload()
    expect(page.locator("#frame path")).to_be_visible()


def test_the_key_leaves_the_address_and_opens_only_once(wall: BrowserContext, host: Host) -> None:
    url = host.link()["url"]
    page = wall.new_page()
    page.goto(url)
    expect(page.locator("#frame path")).to_be_visible()
    assert urlsplit(page.url).fragment == ""
    other = wall.new_page()
    other.goto(url)
    expect(other.get_by_role("alert")).to_contain_text("投屏码无效或已过期")
