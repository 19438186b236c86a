"""A member's meetings in the app: the list, one meeting, leave asked and withdrawn, the year."""

from datetime import timedelta

import pytest
import requests
from playwright.sync_api import expect

from scripts.bench.serving import Server
from server import clock
from tests.e2e.phone import Phone
from tests.waiting import LONG

LECTURE = "专题党课：重温入党誓词"


@pytest.fixture
def lecture_id(app_server: Server) -> int:
    """A lecture that 李伟 has just called: other tests call off what the demo holds."""
    api = f"{app_server.address}/api/v1"
    token = requests.post(f"{api}/auth/wechat", json={"code": "sandbox:li_wei"}, timeout=LONG).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    branch = requests.get(f"{api}/me", headers=headers, timeout=LONG).json()["roles"][0]["organization"]["id"]
    starts = clock.now().replace(microsecond=0) + timedelta(days=6)
    times = {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=1)).isoformat()}
    wish = {"kind": "lecture", "title": LECTURE, "place": "明德楼 305", **times}
    planned = requests.post(f"{api}/organizations/{branch}/meetings", json=wish, headers=headers, timeout=LONG)
    assert planned.ok, planned.text
    return int(planned.json()["id"])


def test_a_meeting_says_what_absence_costs_and_leave_can_be_asked_and_withdrawn(phone: Phone, lecture_id: int) -> None:
    phone.sign_in("王芳")
    phone.open("pages/meetings/meetings")
    expect(phone.page.locator(".label").first).to_have_text("将要召开")
    expect(phone.page.locator(".row").filter(has_text=LECTURE).first).to_be_visible()
    phone.open(f"pages/meeting/meeting?id={lecture_id}")
    expect(phone.page.locator(".facts").last).to_contain_text("缺席扣 2.00")
    phone.page.locator(".row").filter(has_text="公假、病假").click()
    sheet = phone.page.get_by_role("dialog")
    phone.tap("提交请假")
    expect(sheet.get_by_role("alert")).to_have_text("请选择请假类别")
    sheet.get_by_role("radio", name="公假").click()
    expect(sheet).to_contain_text("公假获批后不扣分，不用补课。")
    sheet.get_by_role("radio", name="事假").click()
    expect(sheet.locator(".follows")).to_contain_text("没有补课，按缺席扣 2.00。")
    phone.tap("提交请假")
    expect(sheet.get_by_role("alert")).to_have_text("请写明事由")
    phone.page.locator("[data-testid=reason] textarea").fill("孩子下午家长会，无法赶回。")
    phone.tap("提交请假")
    card = phone.page.locator(".card").filter(has_text="我的请假")
    expect(card).to_contain_text("待批")
    expect(card).to_contain_text("孩子下午家长会")
    phone.tap("撤回请假")
    phone.agree()
    expect(card).to_have_count(0)
    expect(phone.page.locator(".row").filter(has_text="公假、病假")).to_be_visible()


def test_the_year_shows_rates_and_leads_to_each_meeting(phone: Phone) -> None:
    phone.sign_in("张敏")
    phone.open("pages/meetings/meetings")
    phone.tap("出勤记录")
    expect(phone.page.locator(".total .figure")).to_contain_text("%")
    expect(phone.page.locator(".kind").filter(has_text="支部党员大会")).to_contain_text("应到")
    phone.page.locator(".row").filter(has_text="第四季度支部党员大会").last.click()
    expect(phone.page.locator(".mine .figure")).to_have_text("出席")


def test_a_reminder_opens_its_meeting_after_signing_in(phone: Phone, lecture_id: int) -> None:
    phone.open(f"pages/meeting/meeting?id={lecture_id}")
    phone.page.locator(".row").filter(has_text="张敏").first.click()
    expect(phone.page.locator(".title.name")).to_have_text(LECTURE)
    expect(phone.page.locator(".mine .figure")).to_have_text("签到未开始")


def test_a_meeting_of_others_is_not_shown(phone: Phone) -> None:
    phone.sign_in("赵强")
    phone.open("pages/meeting/meeting?id=999999")
    expect(phone.page.get_by_role("alert")).to_contain_text("如有疑问，请联系支部书记")
    phone.forgive_failed_requests()
