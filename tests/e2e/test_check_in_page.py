"""The page behind the QR in a browser: what a phone shows a second after the scan."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Route, expect

from server.meetings.check_in.codes import STEPS_THAT_COUNT
from tests.demo import copy_of_demo
from tests.e2e import oldest
from tests.e2e.hall import PLACE, Hall, open_hall

PHONES = [(390, 844), (320, 640)]
OPENS = {"opens_at": "2026-06-18T14:30:00+08:00", "closes_at": "2026-06-18T15:20:00+08:00"}
REFUSALS = [
    (409, "too_early", OPENS, "签到还没有开始", "6 月 18 日 14:30 开始签到"),
    (409, "closed", OPENS, "签到已经结束", "请支部补录"),
    (409, "meeting_cancelled", OPENS, "本次会议已取消", "请支部补录"),
    (410, "ticket_expired", {}, "扫码已超过 10 分钟", "请重新扫会场屏幕上的码"),
    (422, "ticket_invalid", {}, "请重新扫码", "请再扫会场屏幕上的码"),
    (403, "not_bound", {}, "请先绑定身份", "不用重新扫码"),
    (403, "not_invited", {"as_guest": False}, "您不在签到名单上", "请联系支部书记"),
    (500, "internal", {}, "这次没有记上", "不是您的操作有误"),
]
SMALL_TARGETS = """() => [...document.querySelectorAll("button, input, a")]
    .filter((each) => Math.min(each.getBoundingClientRect().height, each.getBoundingClientRect().width) < 44)
    .map((each) => each.textContent)"""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A demo of its own: who checks in here has not checked in for the other tests."""
    directory = copy_of_demo(tmp_path_factory)
    with open_hall(directory, app=directory / "no app") as hall:
        yield hall


@dataclass
class Phone:
    """A browser that scans, and what it complained of and whom it asked meanwhile."""

    page: Page
    hall: Hall
    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def listen(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def _hear(self, message: ConsoleMessage) -> None:
        """Refusals are answers here; the browser calls each of them a resource that failed to load."""
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.errors.append(message.text)

    def scan(self, code: str | None = None) -> None:
        self.page.goto(self.hall.qr(code))

    def scan_as(self, name: str) -> None:
        self.scan()
        self.be(name)

    def be(self, name: str) -> None:
        self.page.locator(".people button").filter(has_text=name).click()

    def press(self, words: str) -> None:
        self.page.get_by_role("button", name=words).click()

    def reads(self, heading: str | re.Pattern[str]) -> Locator:
        """Wait for a heading, and return the whole page."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        return self.page.locator("main")

    def answers(
        self, status: int, body: Any, *, path: str = "check-ins", headers: dict[str, str] | None = None
    ) -> None:
        """Let this phone have that answer from the API from now on."""
        self.page.route(f"**/api/v1/{path}", lambda route: route.fulfill(status=status, json=body, headers=headers))


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """One of the oldest phones we serve."""
    context = chromium.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    oldest.take_away(context)
    yield context
    context.close()


@pytest.fixture
def phone(context: BrowserContext, hall: Hall) -> Iterator[Phone]:
    """A visit that must end without an error of the page, and without a word to any other host."""
    phone = Phone(context.new_page(), hall)
    phone.listen()
    yield phone
    assert phone.errors == []
    assert phone.hosts - {""} == {urlsplit(hall.address).netloc}


def refusal(code: str, detail: dict[str, Any]) -> dict[str, Any]:
    return {"error": {"code": code, "message": "服务的说明", "detail": detail}}


def record(result: str, **values: Any) -> dict[str, Any]:
    meeting = {"id": 1, "title": "6 月主题党日", "place": "明德楼 305", "starts_at": "2026-06-18T15:00:00+08:00"}
    whole = {"result": result, "state": "present", "via": "qr", "checked_in_at": "2026-06-18T14:52:00+08:00"}
    return {**whole, "member_name": "张敏", "meeting": meeting, **values}


def test_a_member_is_checked_in_and_then_reads_that_she_is(phone: Phone) -> None:
    phone.scan_as("张敏")
    page = phone.reads("签到成功")
    expect(page).to_contain_text(re.compile(r"今天 \d\d:\d\d，准时"))
    expect(page.locator("dl")).to_have_text(re.compile(f"会议.*主题党日.*地点{PLACE}签到人张敏"))
    expect(phone.page).to_have_title("签到成功 · 先锋积分")
    phone.scan()
    expect(phone.reads("您已签到过")).to_contain_text(re.compile(r"首次签到：今天 \d\d:\d\d，准时"))


def test_the_code_leaves_the_address_and_a_reload_goes_on_with_its_ticket(phone: Phone) -> None:
    phone.scan()
    phone.reads("换个身份签到")
    assert phone.page.url == f"{phone.hall.address}/c/{phone.hall.public_id}"
    phone.page.reload()
    phone.be("李伟")
    phone.reads("您已签到过")


@pytest.mark.parametrize(
    "added",
    ["&from=singlemessage&isappinstalled=0", "#rd", "?from=timeline", "&wxwork_userid=ZhangMin&nsukey=a%2Fb%3D#"],
)
def test_whatever_is_added_to_the_address_the_code_is_read(phone: Phone, added: str) -> None:
    phone.page.goto(phone.hall.qr() + added)
    phone.reads("换个身份签到")
    assert phone.page.url.partition("#")[0] == f"{phone.hall.address}/c/{phone.hall.public_id}"


def test_the_code_goes_out_though_nothing_else_of_the_page_has_come(phone: Phone) -> None:
    phone.page.route("**/static/console/**", lambda route: route.abort())
    with phone.page.expect_response("**/api/v1/check-in-tickets") as answered:
        phone.page.goto(phone.hall.qr(), wait_until="commit")
    assert answered.value.status == 201


def test_the_code_goes_out_once(phone: Phone) -> None:
    asked: list[str] = []
    phone.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    phone.scan()
    phone.reads("换个身份签到")
    assert asked.count("/api/v1/check-in-tickets") == 1


def test_without_a_code_the_page_says_where_it_is(phone: Phone) -> None:
    phone.page.goto(f"{phone.hall.address}/c/{phone.hall.public_id}")
    phone.reads("请扫会场的二维码")


def test_an_old_code_has_expired(phone: Phone) -> None:
    phone.scan(phone.hall.code(steps_ago=STEPS_THAT_COUNT))
    page = phone.reads("二维码已过期")
    expect(page).to_contain_text("请对准屏幕上的新码再扫")
    expect(page).to_contain_text("请书记在名单里为您登记，效力相同")


def test_a_forged_code_is_none(phone: Phone) -> None:
    phone.scan("1.AAAAAAAAAAA")
    phone.reads("这不是会议签到的二维码")


def test_who_is_on_no_list_can_come_as_a_guest(phone: Phone) -> None:
    phone.scan_as("赵强")
    phone.reads("您不在签到名单上")
    phone.press("以流动党员身份签到")
    expect(phone.reads("已登记，等主办支部确认")).to_contain_text("赵强")


def test_who_is_on_leave_can_come_after_all(phone: Phone) -> None:
    phone.scan_as("孙丽")
    phone.reads("您已请假")
    phone.press("销假并签到")
    phone.reads("签到成功")


def test_an_account_without_a_member_is_told_to_bind(phone: Phone) -> None:
    phone.scan_as("钱进")
    phone.reads("请先绑定身份")
    phone.press("换个身份签到")
    phone.be("李伟")
    phone.reads("您已签到过")


def test_a_colleague_without_a_phone_is_entered_by_another(phone: Phone) -> None:
    colleague = phone.hall.missing()[0]
    phone.scan_as("李伟")
    phone.reads("您已签到过")
    phone.press("替家人代签")
    phone.press("代签")
    expect(phone.reads("替家人代签")).to_contain_text("请填写对方的工号或学号")
    phone.page.get_by_label("对方的工号或学号").fill("没有这个人")
    phone.press("代签")
    phone.reads("代签没有成功")
    phone.press("换一个工号")
    phone.page.get_by_label("对方的工号或学号").fill(colleague.work_number)
    phone.page.keyboard.press("Enter")
    expect(phone.reads("代签成功")).to_contain_text(f"签到人{colleague.name}方式代签")


@pytest.mark.parametrize("refused", REFUSALS, ids=lambda refused: str(refused[1]))
def test_a_refusal_says_why_and_what_to_do(phone: Phone, refused: tuple[int, str, dict[str, Any], str, str]) -> None:
    status, code, detail, heading, words = refused
    phone.answers(status, refusal(code, detail))
    phone.scan_as("张敏")
    expect(phone.reads(heading)).to_contain_text(words)
    expect(phone.page.locator(".act")).to_have_count(1)


def test_who_comes_late_reads_that_he_is_recorded_as_late(phone: Phone) -> None:
    phone.answers(201, record("late", state="late", checked_in_at="2026-06-18T15:12:00+08:00"))
    phone.scan_as("张敏")
    expect(phone.reads("已签到（迟到）")).to_contain_text("6 月 18 日 15:12，会议 15:00 开始")


def test_a_queue_is_waited_for_and_then_given_up_with_the_ticket_kept(phone: Phone) -> None:
    tries = []

    def busy(route: Route) -> None:
        tries.append(json.loads(route.request.post_data or "{}")["ticket"])
        route.fulfill(status=503, json=refusal("busy", {}), headers={"Retry-After": "0"})

    phone.page.route("**/api/v1/check-ins", busy)
    phone.scan_as("李伟")
    phone.reads("暂时没有签上")
    phone.page.unroute("**/api/v1/check-ins")
    phone.press("再试一次")
    phone.reads("您已签到过")
    assert len(tries) == 6
    assert len(set(tries)) == 1


def test_while_it_waits_the_page_says_that_it_queues(phone: Phone) -> None:
    phone.answers(503, refusal("busy", {}), headers={"Retry-After": "30"})
    phone.scan_as("李伟")
    expect(phone.reads("签到的人多，正在排队")).to_contain_text("请不要关闭页面")


def test_without_a_network_the_ticket_is_kept(phone: Phone) -> None:
    phone.page.route("**/api/v1/check-ins", lambda route: route.abort())
    phone.scan_as("李伟")
    expect(phone.reads("没有连上网络")).to_contain_text("不用重新扫码")
    phone.page.unroute("**/api/v1/check-ins")
    phone.press("再试一次")
    phone.reads("您已签到过")


def test_without_a_network_at_the_scan_the_code_is_sent_again(phone: Phone) -> None:
    phone.page.route("**/api/v1/check-in-tickets", lambda route: route.abort())
    phone.scan()
    expect(phone.reads("没有连上网络")).to_contain_text("连上后请马上再试")
    phone.page.unroute("**/api/v1/check-in-tickets")
    phone.press("再试一次")
    phone.reads("换个身份签到")


def test_a_page_of_the_networks_own_is_not_taken_for_an_answer(phone: Phone) -> None:
    phone.page.route("**/api/v1/check-in-tickets", lambda route: route.fulfill(body="<h1>请先登录校园网</h1>"))
    phone.scan()
    phone.reads("没有连上网络")


def test_who_is_signed_in_already_is_not_asked_again(phone: Phone) -> None:
    phone.scan_as("李伟")
    phone.reads("您已签到过")
    asked = []
    phone.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    phone.scan()
    phone.reads("您已签到过")
    assert [path for path in asked if path.startswith("/api/")] == ["/api/v1/check-in-tickets", "/api/v1/check-ins"]


def test_who_is_signed_in_no_more_signs_in_again_with_the_same_ticket(phone: Phone) -> None:
    phone.scan_as("李伟")
    phone.reads("您已签到过")
    phone.page.evaluate("sessionStorage.setItem('token', 'of yesterday')")
    phone.page.reload()
    phone.reads("换个身份签到")
    phone.be("李伟")
    phone.reads("您已签到过")


@pytest.mark.parametrize(("width", "height"), PHONES)
def test_nothing_sticks_out_and_every_finger_hits(phone: Phone, width: int, height: int) -> None:
    phone.page.set_viewport_size({"width": width, "height": height})
    phone.answers(403, refusal("not_invited", {"as_guest": True}))
    phone.scan()
    phone.reads("换个身份签到")
    fits(phone.page)
    phone.be("李伟")
    phone.reads("您不在签到名单上")
    fits(phone.page)
    phone.page.unroute("**/api/v1/check-ins")
    phone.page.reload()
    phone.reads("您已签到过")
    fits(phone.page)
    phone.press("替家人代签")
    phone.reads("替家人代签")
    fits(phone.page)


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert page.evaluate(SMALL_TARGETS) == []


def test_a_page_that_cannot_close_itself_says_how_to_go_on(phone: Phone) -> None:
    phone.page.add_init_script("window.close = () => {}")
    phone.scan(phone.hall.code(steps_ago=3))
    phone.reads("二维码已过期")
    phone.press("关闭，重新扫码")
    expect(phone.page.get_by_role("status").last).to_contain_text("请切回微信，用“扫一扫”扫会场屏幕上的码")


def test_in_production_who_is_not_signed_in_is_sent_to_wechat(phone: Phone) -> None:
    def in_production(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("data-sandbox", ""))

    phone.page.route("**/c/*", in_production)
    phone.scan()
    phone.reads("请用微信“扫一扫”打开")
