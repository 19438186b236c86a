"""A member's meetings in the app: the list, one meeting, leave asked and withdrawn, the year."""

import requests
from playwright.sync_api import expect

from scripts.bench.serving import Server
from tests.e2e.phone import Phone

LECTURE = "专题党课：从校史中汲取力量"


def test_a_meeting_says_what_absence_costs_and_leave_can_be_asked_for_and_withdrawn(phone: Phone) -> None:
    phone.sign_in("王芳")
    phone.open("pages/meetings/meetings")
    expect(phone.page.locator(".label").first).to_have_text("将要召开")
    phone.page.locator(".row").filter(has_text=LECTURE).first.click()
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
    phone.page.locator(".uni-modal__btn_primary").click()
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


def test_a_reminder_opens_its_meeting_after_signing_in(phone: Phone, app_server: Server) -> None:
    api = f"{app_server.address}/api/v1"
    token = requests.post(f"{api}/auth/wechat", json={"code": "sandbox:zhang_min"}, timeout=20).json()["token"]
    signed_in = {"Authorization": f"Bearer {token}"}
    me = requests.get(f"{api}/me", headers=signed_in, timeout=20).json()["member_id"]
    meetings = requests.get(f"{api}/members/{me}/meetings", headers=signed_in, timeout=20).json()["items"]
    meeting = next(each for each in meetings if each["title"] == LECTURE)
    phone.open(f"pages/meeting/meeting?id={meeting['id']}")
    phone.page.locator(".row").filter(has_text="张敏").first.click()
    expect(phone.page.locator(".title.name")).to_have_text(LECTURE)
    expect(phone.page.locator(".mine .figure")).to_have_text("签到未开始")


def test_a_meeting_of_others_is_not_shown(phone: Phone) -> None:
    phone.sign_in("赵强")
    phone.open("pages/meeting/meeting?id=999999")
    expect(phone.page.get_by_role("alert")).to_contain_text("如有疑问，请联系支部书记")
    phone.errors.clear()  # the browser itself reports the refusal
