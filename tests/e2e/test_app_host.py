"""A secretary's meeting in the app: planned, its code held up and read by another phone, entered by hand, settled."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import requests
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from scripts.bench.serving import Server
from server import clock
from server.days import SHANGHAI
from tests.e2e.legible import TOUCHABLE, TOUCHABLE_ELDER, too_small
from tests.e2e.phone import NARROW, Phone
from tests.e2e.test_app import score_of
from tests.waiting import LONG

KEPT_AS_DRAFT = """words => Object.entries(localStorage)
    .some(([key, kept]) => key.startsWith('minutes-draft') && kept.includes(words))"""


class Secretary:
    """李伟 over the API, to find what the demo holds."""

    def __init__(self, address: str) -> None:
        self.api = f"{address}/api/v1"
        token = requests.post(f"{self.api}/auth/wechat", json={"code": "sandbox:li_wei"}, timeout=LONG).json()["token"]
        self.headers = {"Authorization": f"Bearer {token}"}
        self.branch = self.get("/me")["roles"][0]["organization"]["id"]

    def get(self, path: str) -> Any:
        answer = requests.get(f"{self.api}{path}", headers=self.headers, timeout=LONG)
        assert answer.ok, answer.text
        return answer.json()

    def meeting(self, phase: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/organizations/{self.branch}/meetings?phase={phase}")["items"][0]
        return found


@pytest.fixture
def secretary(app_server: Server) -> Secretary:
    return Secretary(app_server.address)


def code_on(phone: Phone) -> str:
    """Read the QR from a screenshot, as a camera would."""
    expect(phone.page.get_by_role("img", name="签到二维码")).to_be_visible()
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(phone.page.screenshot())))
    return str(found.text)


def scan(phone: Phone, shown_on: Phone) -> None:
    """Read the code on another phone and check in with it; on a slow machine once more, as people do."""
    for _ in range(3):
        url = code_on(shown_on)
        assert urlsplit(url).netloc == urlsplit(phone.address).netloc
        phone.open(f"pages/check-in/check-in?q={quote(url, safe='')}")
        expect(phone.page.locator("body")).to_contain_text(re.compile("签到成功|您已签到过|已过期"))
        phone.forgive_failed_requests()
        if "已过期" not in phone.page.locator("body").inner_text():
            return
    pytest.fail("no code was read in time")


def count(phone: Phone, name: str) -> int:
    return int(phone.page.get_by_test_id(name).inner_text())


def begin_soon(phone: Phone) -> None:
    """Put the plan that the phone keeps at some minutes from now: a finger would turn the wheels of two pickers."""
    soon = clock.now().astimezone(SHANGHAI) + timedelta(minutes=3)
    phone.page.evaluate(
        """([day, at]) => {
            const name = Object.keys(localStorage).find((key) => key.startsWith('plan-draft'))
            const kept = JSON.parse(localStorage.getItem(name))
            Object.assign(kept.data ?? kept, { day, at })
            localStorage.setItem(name, JSON.stringify(kept))
        }""",
        [f"{soon:%Y-%m-%d}", f"{soon:%H:%M}"],
    )
    phone.page.reload()


def row(phone: Phone, name: str) -> Any:
    return phone.page.locator(".person").filter(has_text=name).first


def test_a_meeting_from_its_plan_to_the_points_it_costs(
    phone: Phone, other_phone: Phone, app_server: Server, secretary: Secretary
) -> None:
    before = score_of(app_server, "sandbox:wang_fang")
    phone.sign_in("李伟")
    phone.open("pages/hosting/hosting")
    phone.tap("安排会议")
    phone.tap("安排会议")
    expect(phone.page.get_by_role("alert")).to_have_text("请写明地点")
    phone.page.locator("[data-testid=place] input").fill("明德楼 305")
    begin_soon(phone)
    expect(phone.page.locator("[data-testid=place] input")).to_have_value("明德楼 305")
    expect(phone.page.get_by_test_id("preview")).to_contain_text("应到")
    phone.tap("安排会议")
    phone.agree()

    other_phone.sign_in("张敏")
    came = count(phone, "came")
    scan(other_phone, phone)
    expect(phone.page.get_by_test_id("came")).to_have_text(str(came + 1))
    phone.page.get_by_role("tab").filter(has_text="实到").click()
    expect(row(phone, "张敏")).to_contain_text("出席")

    phone.page.get_by_role("tab").filter(has_text="未到").click()
    row(phone, "孙丽").locator("uni-button").click()
    sheet = phone.page.get_by_role("dialog")
    sheet.locator("uni-button").filter(has_text="登记出席").click()
    expect(sheet.get_by_role("alert")).to_have_text("请写明代为登记的原因")
    sheet.get_by_text("不会使用手机，现场登记").click()
    sheet.locator("uni-button").filter(has_text="登记出席").click()
    expect(phone.page.get_by_test_id("came")).to_have_text(str(came + 2))

    phone.tap("结束签到")
    phone.agree()
    expect(phone.page.get_by_text("没有赶上的同志")).to_be_visible()
    phone.tap("确认名单")
    missed = phone.page.locator(".row").filter(has_text="王芳")
    expect(missed).to_contain_text("−2.00")
    phone.page.locator(".bar uni-button").filter(has_text="确认名单").click()
    phone.agree()
    expect(phone.page.get_by_text("撤销确认")).to_be_visible()
    assert float(score_of(app_server, "sandbox:wang_fang")["base"]) == float(before["base"]) - 2

    phone.tap("撤销确认")
    phone.page.get_by_text("有同志的出席登记有误").click()
    phone.page.get_by_role("dialog").locator("uni-button").filter(has_text="撤销").last.click()
    expect(phone.page.get_by_text("待确认")).to_be_visible()
    assert score_of(app_server, "sandbox:wang_fang")["base"] == before["base"]


def test_without_network_the_codes_go_on_for_a_minute_and_then_none_is_shown(
    phone: Phone, secretary: Secretary
) -> None:
    meeting = secretary.meeting("open")["id"]
    phone.page.clock.install()
    phone.sign_in("李伟")
    phone.open(f"pages/host/host?id={meeting}")
    expect(phone.page.get_by_role("img", name="签到二维码")).to_be_visible()
    digits = phone.page.get_by_test_id("digits").inner_text()
    phone.page.context.set_offline(True)
    phone.page.clock.run_for(25_000)
    expect(phone.page.get_by_text("网络中断")).to_be_visible()
    expect(phone.page.get_by_test_id("digits")).not_to_have_text(digits)
    phone.page.clock.run_for(60_000)
    expect(phone.page.get_by_text("请暂缓扫码")).to_be_visible()
    expect(phone.page.get_by_role("img", name="签到二维码")).to_have_count(0)
    phone.forgive_failed_requests()


def test_the_screen_is_opened_by_the_digits_the_phone_shows_and_ended_there(phone: Phone, secretary: Secretary) -> None:
    meeting = secretary.meeting("open")["id"]
    phone.sign_in("李伟")
    phone.open(f"pages/host/host?id={meeting}")
    phone.tap("投屏")
    digits = phone.page.get_by_test_id("screen-digits").inner_text()
    opened = requests.post(f"{secretary.api}/screen-sessions", json={"key": digits.replace(" ", "")}, timeout=LONG)
    assert (opened.status_code, opened.json()["meeting_id"]) == (201, meeting)
    screen = f"{secretary.api}/screens/{opened.json()['meeting_id']}"
    held = {"X-Screen-Token": opened.json()["screen_token"]}
    assert requests.get(screen, headers=held, timeout=LONG).status_code == 200
    phone.page.get_by_text("结束所有投屏").click()
    expect(phone.page.get_by_text("投屏已全部结束")).to_be_visible()
    assert requests.get(screen, headers=held, timeout=LONG).json()["error"]["code"] == "screen_closed"


def test_a_leave_is_granted_and_the_decision_can_be_changed(phone: Phone, secretary: Secretary) -> None:
    waiting = secretary.get(f"/organizations/{secretary.branch}/leaves")["items"][0]
    phone.sign_in("李伟")
    phone.open("pages/leaves/leaves")
    card = phone.page.locator(".leave").filter(has_text=waiting["name"])
    expect(card).to_contain_text(waiting["reason"])
    card.locator("uni-button").click()
    sheet = phone.page.get_by_role("dialog")
    sheet.get_by_role("radio", name="不批准").click()
    sheet.locator("uni-button").filter(has_text="不批准").last.click()
    expect(sheet.get_by_role("alert")).to_have_text("请写明理由，本人会看到")
    sheet.get_by_role("radio", name="批准", exact=True).click()
    sheet.locator("uni-button").filter(has_text="批准").last.click()
    expect(card).to_have_count(0)
    phone.page.get_by_role("tab", name="已批准").click()
    expect(phone.page.locator(".leave").filter(has_text=waiting["name"])).to_contain_text("李伟已批准")


def test_minutes_are_written_and_shown_again(phone: Phone, secretary: Secretary) -> None:
    meeting = secretary.meeting("settled")["id"]
    phone.sign_in("李伟")
    phone.open(f"pages/host/host?id={meeting}")
    phone.tap("更多")
    phone.page.get_by_text("会议记录和照片").click()
    text = phone.page.locator("[data-testid=minutes] textarea")
    expect(text).to_have_value(secretary.get(f"/meetings/{meeting}")["minutes"])
    text.press_sequentially("会议一致通过工作安排。")
    phone.page.wait_for_function(KEPT_AS_DRAFT, arg="会议一致通过工作安排。")
    phone.tap("保存会议记录")
    expect(phone.page.locator("[data-testid=minutes]")).to_have_count(0)
    assert "会议一致通过工作安排。" in secretary.get(f"/meetings/{meeting}")["minutes"]


def test_a_meeting_is_called_off_with_a_reason(phone: Phone, secretary: Secretary) -> None:
    meeting = secretary.meeting("planned")["id"]
    phone.sign_in("李伟")
    phone.open(f"pages/host/host?id={meeting}")
    expect(phone.page.get_by_text("签到还没有开始")).to_be_visible()
    phone.tap("更多")
    phone.page.locator(".uni-actionsheet__cell").filter(has_text="取消会议").click()
    sheet = phone.page.get_by_role("dialog")
    sheet.get_by_text("场地不可用").click()
    sheet.locator("uni-button").filter(has_text="取消会议").click()
    phone.agree()
    expect(phone.page.get_by_text("会议已取消：场地不可用")).to_be_visible()


def test_who_holds_no_office_is_told_so(phone: Phone, secretary: Secretary) -> None:
    meeting = secretary.meeting("open")
    phone.sign_in("张敏")
    phone.open("pages/hosting/hosting")
    expect(phone.page.get_by_text("这里由支部负责人使用")).to_be_visible()
    for place in (f"plan/plan?place={secretary.branch}", f"settle/settle?roster={meeting['roster_id']}"):
        phone.open(f"pages/{place}")
        expect(phone.page.locator(".state, .bar")).to_be_visible()
    phone.open(f"pages/settle/settle?roster={meeting['roster_id']}")
    expect(phone.page.locator(".state")).to_contain_text("联系支部书记")
    phone.forgive_failed_requests()


@pytest.mark.parametrize("elder", [False, True])
def test_a_hosts_pages_hold_at_320_pixels(phone: Phone, secretary: Secretary, elder: bool) -> None:
    opened, planned = secretary.meeting("settled"), secretary.meeting("open")
    phone.page.set_viewport_size(NARROW)
    phone.sign_in("李伟")
    if elder:
        phone.open("pages/me/me")
        phone.page.get_by_test_id("elder").click()
    places = {
        "hosting/hosting": ".row",
        f"host/host?id={planned['id']}": ".person",
        f"plan/plan?place={secretary.branch}": "[data-testid=preview]",
        f"settle/settle?roster={opened['roster_id']}": ".row",
        "leaves/leaves": ".leave, .card",
        f"minutes/minutes?id={opened['id']}": ".writing",
    }
    for place, shown in places.items():
        phone.open(f"pages/{place}")
        expect(phone.page.locator(shown).first).to_be_visible()
        assert phone.overflow() <= 0, place
        assert too_small(phone, TOUCHABLE_ELDER if elder else TOUCHABLE) == [], place
