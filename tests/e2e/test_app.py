"""The app in a browser, on the real server: signing in, the score, why it is so, 关怀模式, no network."""

import json
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect

from scripts.bench.serving import Server
from tests.e2e.legible import faults
from tests.e2e.phone import NARROW, Phone
from tests.waiting import LONG


def score_of(server: Server, code: str) -> dict[str, str]:
    """Ask the API itself: `total`, and each section's points by its code."""
    api = f"{server.address}/api/v1"
    token = requests.post(f"{api}/auth/wechat", json={"code": code}, timeout=LONG).json()["token"]
    signed_in = {"Authorization": f"Bearer {token}"}
    member_id = requests.get(f"{api}/me", headers=signed_in, timeout=LONG).json()["member_id"]
    score = requests.get(f"{api}/members/{member_id}/score", headers=signed_in, timeout=LONG).json()
    return {"total": score["total"], **{section["code"]: section["points"] for section in score["sections"]}}


def test_zhang_min_signs_in_and_sees_the_score_that_the_api_gives(phone: Phone, app_server: Server) -> None:
    score = score_of(app_server, "sandbox:zhang_min")
    phone.sign_in("张敏")
    expect(phone.page.get_by_test_id("total")).to_have_text(score["total"])
    expect(phone.page.locator(".meter").nth(0)).to_contain_text(score["base"])
    expect(phone.page.locator(".meter").nth(1)).to_contain_text(score["contribution"])
    assert phone.overflow() <= 0


def test_why_it_is_this_score_goes_down_to_photo_reviewer_and_clause(phone: Phone, app_server: Server) -> None:
    phone.sign_in("张敏")
    phone.tap("为什么是这个分")
    expect(phone.page.locator(".total")).to_have_text(score_of(app_server, "sandbox:zhang_min")["total"])
    phone.page.get_by_role("tab", name="贡献").click()
    phone.page.locator(".item").filter(has_text="联系服务师生群众").locator(".head-row").click()
    entry = phone.page.locator(".entry").filter(has_text="照片").first
    expect(entry).to_contain_text("李伟审核")
    expect(entry).to_contain_text("依据：《实施方案》二（二），标准 C04")
    entry.click()
    sheet = phone.page.get_by_role("dialog")
    expect(sheet).to_contain_text("审核人")
    photo = sheet.locator("img").first
    phone.page.wait_for_function("image => image.naturalWidth > 0", arg=photo.element_handle())


def test_care_mode_enlarges_everything_and_stays(phone: Phone) -> None:
    phone.sign_in("周明")
    phone.open("pages/me/me")
    before = size_of_text(phone)
    phone.page.get_by_test_id("elder").click()
    expect(phone.page.get_by_role("switch")).to_have_attribute("aria-checked", "true")
    assert size_of_text(phone) > before * 1.25
    phone.page.set_viewport_size(NARROW)
    phone.open()
    expect(phone.page.locator(".page.elder")).to_be_visible()
    assert phone.overflow() <= 0


@pytest.mark.parametrize("elder", [False, True])
def test_everything_fits_can_be_hit_and_read_at_320_pixels(phone: Phone, elder: bool) -> None:
    phone.page.set_viewport_size(NARROW)
    phone.sign_in("张敏")
    if elder:
        phone.open("pages/me/me")
        phone.page.get_by_test_id("elder").click()
    found = {}
    for place, shown in PLACES.items():
        phone.open(place)
        expect(phone.page.locator(shown).first).to_be_visible()
        found[place] = faults(phone, elder=elder)
    assert {place: each for place, each in found.items() if each} == {}


PLACES = {
    "": ".ring",
    "pages/score/score": ".item",
    "pages/me/me": ".who",
    "pages/privacy/privacy": ".heading",
    "pages/subscriptions/subscriptions": ".switch",
    "pages/export/export": ".card",
    "pages/meetings/meetings": ".row",
    "pages/attendance/attendance": ".kind",
    "pages/check-in/check-in": ".seal",
    "pages/check-in/check-in?digits=1": ".field",
    "pages/claims/claims": ".row",
    "pages/branch/branch": ".row",
    "pages/standard/standard": ".item",
    "pages/dues/dues": ".row",
    "pages/claim-form/claim-form": ".field",
    "pages/notices/notices": ".segments",
    "pages/inbox/inbox": ".segments",
    "pages/board/board": ".bands",
    "pages/history/history": ".row .points",
}


def test_a_page_asked_for_before_signing_in_comes_after_it(phone: Phone) -> None:
    phone.open("pages/score/score?year=2026")
    phone.page.locator(".row").filter(has_text="张敏").first.click()
    expect(phone.page.locator(".item").first).to_be_visible()
    assert phone.page.url.endswith("/m/pages/score/score?year=2026")


GO = "url => document.querySelector('#app').__vue_app__.config.globalProperties.$router.push(url)"
"""Turns the page without loading the app again."""


def test_no_page_takes_its_query_for_something_else(phone: Phone) -> None:
    """uni-app hands the query over as attributes; what fell through to a page's root set its state."""
    phone.sign_in("张敏")
    pages = json.loads(Path("miniprogram/src/pages.json").read_text(encoding="utf-8"))["pages"]
    phone.forgive_failed_requests()  # some are of other offices
    for page in pages:
        phone.page.evaluate(GO, f"/{page['path']}?state=x&failure=y&items=z")
        root = phone.page.locator(f"uni-page[data-page='{page['path']}'] .page")
        expect(root).to_be_attached()
        assert root.evaluate("root => root.getAttributeNames().filter(name => name === 'items')") == []


def test_an_address_that_is_no_page_leads_home_and_says_so(phone: Phone) -> None:
    phone.sign_in("张敏")
    phone.open("pages/of-last-year/of-last-year?id=3")
    expect(phone.page.get_by_text("没有找到这个页面，已回到首页")).to_be_visible()
    expect(phone.page.get_by_test_id("total")).to_be_visible()


def test_someone_without_a_binding_is_asked_to_bind_and_a_wrong_code_is_told(phone: Phone) -> None:
    phone.open("pages/sign-in/sign-in?code=sandbox:a_newcomer")
    expect(phone.page.get_by_text("绑定党员身份")).to_be_visible()
    for field_name, value in (("name", "张敏"), ("work-number", "T0000"), ("code", "NOTACODE")):
        phone.page.locator(f"[data-testid={field_name}] input").fill(value)
    phone.tap("绑定")
    expect(phone.page.get_by_role("alert")).to_have_text("请先看过并同意信息使用说明")
    phone.page.get_by_role("checkbox").click()
    phone.tap("绑定")
    expect(phone.page.get_by_role("alert")).not_to_have_text("请先看过并同意信息使用说明")
    expect(phone.page.get_by_role("alert")).to_be_visible()
    phone.forgive_failed_requests()


def test_without_a_network_the_page_says_so_and_recovers(phone: Phone) -> None:
    phone.sign_in("张敏")
    expect(phone.page.get_by_test_id("total")).to_be_visible()
    phone.page.route("**/api/v1/members/**", lambda route: route.abort())
    phone.tap("为什么是这个分")
    expect(phone.page.get_by_text("没有连上网络")).to_be_visible()
    phone.page.unroute("**/api/v1/members/**")
    phone.tap("重试")
    expect(phone.page.locator(".item").first).to_be_visible()
    phone.forgive_failed_requests()


def test_the_app_opens_with_what_it_showed_last_until_it_has_come(phone: Phone) -> None:
    phone.sign_in("张敏")
    total = phone.page.get_by_test_id("total")
    score = total.inner_text()
    phone.page.wait_for_load_state("networkidle")
    phone.page.route("**/assets/first.*.js", lambda route: route.abort())
    phone.open()
    expect(phone.page.locator("#opening")).to_contain_text("为什么是这个分")
    expect(total).to_have_text(score)
    phone.open("pages/score/score")
    expect(phone.page.locator("#opening")).to_have_text("先锋积分正在打开")
    phone.page.unroute("**/assets/first.*.js")
    phone.page.route("**/api/v1/**", lambda route: route.abort())
    phone.open()
    expect(phone.page.get_by_text("没有网络，显示的是之前的内容")).to_be_visible()
    expect(phone.page.locator("#opening")).to_have_count(0)
    expect(total).to_have_text(score)
    phone.forgive_failed_requests()


def test_signing_off_forgets_the_person(phone: Phone) -> None:
    phone.sign_in("张敏")
    expect(phone.page.get_by_test_id("total")).to_be_visible()
    phone.open("pages/me/me")
    phone.page.get_by_text("退出登录").click()
    phone.agree()
    expect(phone.page.get_by_text("选一个人")).to_be_visible()
    assert phone.page.evaluate("localStorage.getItem('token')") is None
    assert phone.page.evaluate("localStorage.getItem('me')") is None
    assert phone.page.evaluate("localStorage.getItem('shown')") is None


def test_the_start_page_signs_its_personas_in_in_the_frame(phone: Phone, app_server: Server) -> None:
    phone.page.set_viewport_size({"width": 1440, "height": 900})
    phone.page.goto(app_server.address)
    phone.page.locator("#cast button").filter(has_text="张敏").click()
    frame = phone.page.frame_locator("#app")
    expect(frame.get_by_test_id("total")).to_have_text(score_of(app_server, "sandbox:zhang_min")["total"])
    expect(phone.page.locator("#who")).to_contain_text("当前身份：张敏")
    phone.page.locator("#cast button").filter(has_text="李伟").click()
    expect(frame.locator(".who .title")).to_have_text("李伟")


def test_the_built_files_are_kept_for_good_and_the_page_is_not(app_server: Server) -> None:
    first = requests.get(f"{app_server.address}/m/pages/score/score", timeout=LONG)
    assert first.headers["Cache-Control"] == "no-cache"
    assert "script-src" not in first.headers["Content-Security-Policy"]
    assert "default-src 'self'" in first.headers["Content-Security-Policy"]
    script = first.text.split('src="')[1].split('"')[0]
    packed = requests.get(app_server.address + script, headers={"Accept-Encoding": "gzip"}, timeout=LONG)
    plain = requests.get(app_server.address + script, headers={"Accept-Encoding": "identity"}, timeout=LONG)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Content-Type"] == plain.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert packed.text == plain.text
    assert "immutable" in packed.headers["Cache-Control"]
    assert app_server.get("/m/assets/gone.js") == 404
    opening = requests.get(f"{app_server.address}/m/static/h5/opening.js", timeout=LONG)
    assert opening.headers["Cache-Control"] == "no-cache"
    assert "javascript" in opening.headers["Content-Type"]


def test_without_a_build_the_page_says_what_is_missing(server: Server) -> None:
    missing = requests.get(f"{server.address}/m/", timeout=LONG)
    assert missing.status_code == 503
    assert "make app" in missing.text
    assert "Node.js 20" in missing.text


def size_of_text(phone: Phone) -> float:
    return float(phone.page.locator(".page").evaluate("page => parseFloat(getComputedStyle(page).fontSize)"))


def test_home_stays_useful_while_the_year_has_no_standard(phone: Phone) -> None:
    words = "2027 年度积分标准尚未发布，党委组织部或党总支发布后开始计分"
    refusal = {"error": {"code": "no_standard", "message": words, "detail": {}, "request_id": "1"}}
    phone.page.route("**/score/explanation*", lambda route: route.fulfill(status=422, json=refusal))
    phone.forgive_failed_requests()
    phone.sign_in("张敏")
    for shown in (words, "在此之前的会议签到和党费登记都已记下", "待办", "扫码签到"):
        expect(phone.page.get_by_text(shown).first).to_be_visible()
    expect(phone.page.get_by_text("暂时打不开")).to_have_count(0)
    expect(phone.page.get_by_text("没有网络")).to_have_count(0)
