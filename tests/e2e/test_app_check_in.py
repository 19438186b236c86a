"""Checking in with the app: by the picture of a screen, by WeChat's scanner, by digits, before the first sign-in."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from playwright.sync_api import Browser, Locator, Route, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import clock
from server.config import BUILT_APP
from server.db import transaction
from server.meetings.models import Meeting
from server.meetings.rules import MeetingStatus
from server.meetings.settlement import service as settlement
from tests.demo import copy_of_demo
from tests.e2e.hall import Hall, open_hall
from tests.e2e.phone import WECHAT, Phone, taken_up
from tests.waiting import LONG

CHECK_IN = "pages/check-in/check-in"
BRIDGE = """window.asked = []
window.WeixinJSBridge = {
  on() {},
  async invoke(name, wish, done) {
    window.asked.push(name)
    if (name === 'preVerifyJSAPI') {
      const { verifyNonceStr: noncestr, verifyTimestamp: timestamp, verifySignature: signature } = wish
      const body = JSON.stringify({ noncestr, timestamp, signature, url: location.href.split('#')[0] })
      const answer = await fetch('/sandbox/wechat/js-sdk/verify', { method: 'POST', body })
      window.verified = (await answer.json()).ok
      done({ err_msg: `preVerifyJSAPI:${window.verified ? 'ok' : 'fail_invalid signature'}` })
    } else if (!window.verified) done({ err_msg: `${name}:fail_no permission to execute` })
    else if (name === 'checkJsApi') done({ err_msg: 'checkJsApi:ok', checkResult: '{"scanQRCode":true}' })
    else if (name === 'scanQRCode') done({ err_msg: 'scanQRCode:ok', resultStr: await window.onTheScreen() })
    else done({ err_msg: `${name}:ok` })
  },
}"""
"""WeChat's side of the bridge, as its Android app has it: it scans only for a page whose signature WeChat accepts."""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A demo of its own: who checks in here has not checked in for the other tests."""
    if not (BUILT_APP / "index.html").is_file():
        pytest.skip("the app is not built (needs Node ≥ 20: make app)")
    with open_hall(copy_of_demo(tmp_path_factory), app=BUILT_APP) as hall:
        yield hall


@pytest.fixture(scope="module")
def app_server(hall: Hall) -> Hall:
    """Where `phone` finds the app."""
    return hall


@pytest.fixture
def in_wechat(hall: Hall, chromium: Browser) -> Iterator[Phone]:
    """The app opened inside WeChat's own browser, before the screen of the hall."""
    with taken_up(chromium, hall.address, user_agent=WECHAT) as phone:
        phone.page.expose_function("onTheScreen", partial(hall.qr, None))
        phone.page.add_init_script(BRIDGE)
        yield phone


class Caller:
    """The API as one account of the sandbox."""

    def __init__(self, hall: Hall, code: str) -> None:
        self.api = f"{hall.address}/api/v1"
        token = requests.post(f"{self.api}/auth/wechat", json={"code": code}, timeout=LONG).json()["token"]
        self.headers = {"Authorization": f"Bearer {token}"}

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(method, self.api + path, json=body, headers=self.headers, timeout=LONG)
        assert answer.ok, answer.text
        return answer.json()


def activation(hall: Hall) -> tuple[str, str, str]:
    """Have 李伟 issue a code for someone invited who has not come yet: name, 工号, code."""
    someone = hall.missing()[0]  # who is bound here checks in at once, so that the next one is another
    code = Caller(hall, "sandbox:li_wei").call("POST", f"/members/{someone.id}/activation-codes")["code"]
    return someone.name, someone.work_number, code


def newcomer(hall: Hall) -> tuple[str, str]:
    """Bind such a person's WeChat, and return his sign-in code and name."""
    name, work_number, code = activation(hall)
    sign_in = f"sandbox:new_{work_number}"
    caller = Caller(hall, sign_in)
    version = caller.call("GET", "/privacy-notice")["version"]
    body = {"name": name, "work_number": work_number, "code": code, "privacy_version": version}
    caller.call("POST", "/binding/activation", body)
    return sign_in, name


def sign_in(phone: Phone, code: str, name: str) -> None:
    phone.open(f"pages/sign-in/sign-in?code={code}")
    expect(phone.page.locator(".who .title")).to_have_text(name)


def scan(phone: Phone, hall: Hall, code: str | None = None) -> None:
    """Open the app as WeChat does after its own scan."""
    phone.open(f"{CHECK_IN}?q={quote(hall.qr(code), safe='')}")


def reads(phone: Phone, heading: str | re.Pattern[str]) -> Locator:
    """Wait for a heading of the result page, and return the whole page."""
    expect(phone.page.locator(".heading.big")).to_have_text(heading)
    return phone.page.locator(".page")


def test_the_code_on_the_wall_is_photographed_and_the_wall_counts_her(
    phone: Phone, chromium: Browser, hall: Hall, tmp_path: Path
) -> None:
    wall = chromium.new_context(locale="zh-CN", viewport={"width": 1366, "height": 768}).new_page()
    link = Caller(hall, "sandbox:li_wei").call("POST", f"/meetings/{hall.meeting_id}/screen-links")
    wall.goto(link["url"])
    present = wall.locator(".main-n dd")
    expect(wall.locator("#frame path")).to_be_visible()
    before = int(present.inner_text())
    phone.sign_in("张敏")
    phone.page.locator(".row").filter(has_text="实验楼 B402").get_by_text("查看").click()
    expect(phone.page.locator(".mine .figure")).to_have_text("未签到")
    with phone.page.expect_file_chooser() as chooser:
        phone.tap("扫码签到")
    wall.screenshot(path=tmp_path / "wall.png")
    chooser.value.set_files(tmp_path / "wall.png")
    expect(reads(phone, "签到成功")).to_contain_text("会后自动记入")
    expect(present).to_have_text(str(before + 1))
    phone.tap("看会议")
    expect(phone.page.locator(".mine .figure")).to_have_text("出席")
    scan(phone, hall)
    expect(reads(phone, "您已签到过")).to_contain_text("以第一次为准")
    wall.context.close()


def test_what_is_settled_after_the_meeting_is_in_the_score(phone: Phone, hall: Hall) -> None:
    secretary = Caller(hall, "sandbox:li_wei")
    branch = secretary.call("GET", "/me")["roles"][0]["organization"]["id"]
    training = secretary.call("POST", f"/organizations/{branch}/meetings", training_now())
    with Session(hall.engine) as session:
        meeting = session.get_one(Meeting, training["id"])
    phone.sign_in("王芳")
    before = float(phone.page.get_by_test_id("total").inner_text())
    other = Hall(hall.address, hall.engine, hall.secret_key, meeting.id, meeting.public_id)
    scan(phone, other)
    reads(phone, "签到成功")
    transaction(hall.engine, lambda session: settle_today(session, meeting.id))
    phone.tap("完成")
    expect(phone.page.get_by_test_id("total")).to_have_text(f"{before + 0.5:.2f}")


def settle_today(session: Session, meeting_id: int) -> None:
    """Settle a meeting as if its day of grace were over."""
    now = clock.now()
    session.get_one(Meeting, meeting_id).settles_at = now
    session.flush()
    assert settlement.settle(session, meeting_id=meeting_id, now=now)


def training_now() -> dict[str, Any]:
    starts = clock.now() - timedelta(minutes=1)
    window = {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=2)).isoformat()}
    items = [{"code": "B06a", "quantity": "2"}]
    return {"kind": "training", "title": "业务培训", "place": "图书馆报告厅", "items": items, **window}


def test_a_scan_before_the_first_sign_in_still_counts(phone: Phone, hall: Hall) -> None:
    name, work_number, code = activation(hall)
    scan(phone, hall)
    expect(phone.page.get_by_text("选一个人")).to_be_visible()
    phone.open(f"pages/sign-in/sign-in?code=sandbox:first_{work_number}")
    for field, value in (("name", name), ("work-number", work_number), ("code", code)):
        phone.page.locator(f"[data-testid={field}] input").fill(value)
    phone.page.get_by_role("checkbox").click()
    phone.tap("绑定")
    expect(reads(phone, "签到成功")).to_contain_text(name)
    assert name not in [member.name for member in hall.missing()]


def test_the_page_behind_the_code_hands_its_ticket_to_the_app(phone: Phone, hall: Hall) -> None:
    phone.page.goto(hall.qr())
    expect(phone.page.get_by_text("选一个人")).to_be_visible()
    assert "?t=" not in phone.page.url
    phone.page.reload()
    phone.page.locator(".row").filter(has_text="李伟").first.click()
    expect(reads(phone, "您已签到过")).to_contain_text("李伟")
    assert phone.page.evaluate("localStorage.getItem('ticket')") is None


def test_inside_wechat_its_own_scanner_is_used_with_a_signature_wechat_accepts(in_wechat: Phone, hall: Hall) -> None:
    sign_in(in_wechat, *newcomer(hall))
    in_wechat.tap("扫码签到")
    reads(in_wechat, "签到成功")
    assert in_wechat.page.evaluate("verified") is True
    asked = in_wechat.page.evaluate("asked")
    assert asked[0] == "preVerifyJSAPI"
    assert asked.count("scanQRCode") == 1


def test_inside_wechat_without_a_signature_a_picture_can_be_chosen(in_wechat: Phone, hall: Hall) -> None:
    in_wechat.page.route("**/js-sdk-signature**", lambda route: route.fulfill(status=404, json={}))
    in_wechat.sign_in("李伟")
    with in_wechat.page.expect_file_chooser() as chooser:
        in_wechat.tap("扫码签到")
    assert not chooser.value.is_multiple()
    in_wechat.forgive_failed_requests()


def test_the_six_digits_do_as_well_and_a_wrong_try_is_told(phone: Phone, hall: Hall) -> None:
    sign_in(phone, *newcomer(hall))
    phone.open(f"{CHECK_IN}?digits=1")
    right = hall.digits()
    type_in(phone, f"{(int(right) + 1) % 10**6:06}", "签到")
    expect(phone.page.locator(".words")).to_contain_text("还可以试 4 次")
    type_in(phone, hall.digits(), "签到")
    reads(phone, "签到成功")
    phone.forgive_failed_requests()


def type_in(phone: Phone, text: str, act: str) -> None:
    phone.page.locator("[data-testid=field] input").fill(text)
    phone.page.locator(".bar uni-button").filter(has_text=act).click()


def test_a_helper_enters_a_colleague_on_the_same_phone(phone: Phone, hall: Hall) -> None:
    colleague = hall.missing()[-1]
    phone.sign_in("李伟")
    scan(phone, hall)
    reads(phone, "您已签到过")
    phone.tap("替家人代签")
    type_in(phone, "没有这个人", "代签")
    expect(reads(phone, "代签没有成功")).to_contain_text("您自己的签到不受影响")
    phone.tap("换一个工号")
    type_in(phone, colleague.work_number, "代签")
    done = reads(phone, re.compile("代签成功|对方已签到过"))  # the latter where the first answer was lost
    expect(done).to_contain_text(re.compile(rf"签到人\s*{colleague.name}\s*方式\s*代签"))
    assert colleague.id not in [member.id for member in hall.missing()]
    phone.forgive_failed_requests()


def test_who_is_on_leave_can_come_after_all(phone: Phone, hall: Hall) -> None:
    phone.sign_in("孙丽")
    scan(phone, hall)
    expect(reads(phone, "您已请假")).to_contain_text("这次没有记上")
    phone.tap("销假并签到")
    reads(phone, "签到成功")
    phone.forgive_failed_requests()


def test_who_is_not_invited_can_come_as_a_guest(phone: Phone, hall: Hall) -> None:
    phone.sign_in("赵强")
    scan(phone, hall)
    expect(reads(phone, "您不在签到名单上")).to_contain_text("这次没有记上")
    phone.tap("以流动党员身份签到")
    reads(phone, "已登记，等主办支部确认")
    phone.forgive_failed_requests()


def test_an_old_code_and_one_of_a_meeting_that_is_over_are_refused_with_a_way_on(phone: Phone, hall: Hall) -> None:
    phone.sign_in("李伟")
    scan(phone, hall, hall.code(steps_ago=3))
    expect(reads(phone, "二维码已过期")).to_contain_text("这次没有记上，可以马上再扫")
    with Session(hall.engine) as session:
        over = session.scalars(select(Meeting).where(Meeting.status == MeetingStatus.settled)).first()
        assert over is not None
        past = Hall(hall.address, hall.engine, hall.secret_key, over.id, over.public_id)
    scan(phone, past)
    expect(reads(phone, "签到已经结束")).to_contain_text("请支部补录")
    phone.open(f"{CHECK_IN}?q=https%3A%2F%2Felsewhere.example%2F")
    reads(phone, "这不是会议签到的二维码")
    phone.forgive_failed_requests()


def test_without_a_network_the_ticket_is_kept(phone: Phone, hall: Hall) -> None:
    phone.sign_in("李伟")
    phone.page.route("**/api/v1/check-ins", lambda route: route.abort())
    scan(phone, hall)
    expect(reads(phone, "没有连上网络")).to_contain_text("不用重新扫码")
    phone.page.unroute("**/api/v1/check-ins")
    phone.tap("再试一次")
    reads(phone, "您已签到过")
    phone.forgive_failed_requests()


def test_a_full_hall_is_queued_with_one_ticket(phone: Phone, hall: Hall) -> None:
    phone.sign_in("李伟")
    tickets: list[str] = []

    def busy_once(route: Route) -> None:
        tickets.append(json.loads(route.request.post_data or "{}")["ticket"])
        if len(tickets) > 1:
            route.continue_()
        else:
            route.fulfill(status=503, json={"error": {"code": "busy", "message": "请稍候", "detail": {}}})

    phone.page.route("**/api/v1/check-ins", busy_once)
    scan(phone, hall)
    reads(phone, "您已签到过")
    assert len(tickets) == 2
    assert len(set(tickets)) == 1
    phone.forgive_failed_requests()


def test_a_scan_that_is_answered_late_does_not_lead_away_from_signing_in(phone: Phone, hall: Hall) -> None:
    phone.sign_in("李伟")
    phone.page.evaluate("localStorage.setItem('token', 'of yesterday')")
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    phone.page.route("**/check-in-tickets", hold)
    scan(phone, hall)
    expect(phone.page.get_by_text("选一个人")).to_be_visible()
    with phone.page.expect_response("**/check-in-tickets"):
        waiting[0].continue_()
    phone.page.wait_for_function("localStorage.getItem('ticket')")
    phone.page.locator(".row").filter(has_text="李伟").first.click()
    reads(phone, "您已签到过")
    phone.forgive_failed_requests()


def test_a_session_of_yesterday_signs_in_again_and_still_counts(phone: Phone, hall: Hall) -> None:
    phone.sign_in("李伟")
    phone.page.evaluate("localStorage.setItem('token', 'of yesterday')")
    scan(phone, hall)
    phone.page.locator(".row").filter(has_text="李伟").first.click()
    reads(phone, "您已签到过")
    phone.forgive_failed_requests()
