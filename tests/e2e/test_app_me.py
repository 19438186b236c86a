"""What is a person's own in the app: binding, consent, his profile, his data, what he wants to be told."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Route, expect

from scripts.bench.serving import Server
from server.identity import privacy_notice
from tests.e2e.phone import Phone


class Caller:
    """The API itself, for what someone else does meanwhile."""

    def __init__(self, server: Server, code: str) -> None:
        self.api = f"{server.address}/api/v1"
        self.headers = {"Authorization": f"Bearer {self._post('/auth/wechat', {'code': code}, {})['token']}"}
        self.me = self.get("/me")

    def get(self, path: str) -> Any:
        answer = requests.get(self.api + path, headers=self.headers, timeout=180)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, body: Any = None) -> Any:
        return self._post(path, body, self.headers)

    def _post(self, path: str, body: Any, headers: dict[str, str]) -> Any:
        answer = requests.post(self.api + path, json=body, headers=headers, timeout=180)
        answer.raise_for_status()
        return answer.json()


@pytest.fixture
def secretary(app_server: Server) -> Caller:
    return Caller(app_server, "sandbox:li_wei")


def new_member(secretary: Caller, name: str, work_number: str) -> str:
    """Put someone on the branch's roster and return the code with which he binds."""
    branch = secretary.me["roles"][0]["organization"]["id"]
    body = {"name": name, "work_number": work_number, "category": "staff", "stage": "full", "phone": "13900005678"}
    member = secretary.post(f"/organizations/{branch}/members", body)
    return str(secretary.post(f"/members/{member['id']}/activation-codes")["code"])


def bind(phone: Phone, name: str, work_number: str, code: str) -> None:
    for field, value in (("name", name), ("work-number", work_number), ("code", code)):
        phone.page.locator(f"[data-testid={field}] input").fill(value)
    phone.page.get_by_role("checkbox").click()
    phone.tap("绑定")


def test_a_newcomer_reads_the_notice_binds_by_code_and_comes_to_what_he_wanted(phone: Phone, secretary: Caller) -> None:
    code = new_member(secretary, "许晴", "T9001")
    phone.open("pages/sign-in/sign-in?code=sandbox:xu_qing")
    phone.tap("阅读《个人信息使用说明》")
    expect(phone.page.get_by_text("哪些会交给微信")).to_be_visible()
    phone.page.go_back()
    bind(phone, "许晴", "T9001", code)
    expect(phone.page.locator(".who .title")).to_have_text("许晴")


def test_without_consent_nobody_is_bound_and_a_changed_notice_is_shown_anew(phone: Phone, secretary: Caller) -> None:
    code = new_member(secretary, "何静", "T9002")
    phone.page.route("**/api/v1/privacy-notice", once_outdated())
    phone.open("pages/sign-in/sign-in?code=sandbox:he_jing")
    bind(phone, "何静", "T9002", code)
    expect(phone.page.get_by_role("alert")).to_have_text("个人信息使用说明有更新，请重新阅读后再同意")
    expect(phone.page.get_by_role("checkbox")).to_have_attribute("aria-checked", "false")
    phone.page.get_by_role("checkbox").click()
    phone.tap("绑定")
    expect(phone.page.locator(".who .title")).to_have_text("何静")
    phone.forgive_failed_requests()


def once_outdated() -> Any:
    """Hand out an older notice the first time, as to a phone that has had the page open for long."""
    asked: list[Route] = []

    def answer(route: Route) -> None:
        notice = route.fetch().json()
        asked.append(route)
        route.fulfill(json={**notice, "version": 99} if len(asked) == 1 else notice)

    return answer


def test_who_has_yet_to_agree_is_asked_before_he_goes_on_and_then_comes_where_he_wanted(phone: Phone) -> None:
    agreed: list[str] = []

    def me(route: Route) -> None:
        route.fulfill(json={**route.fetch().json(), "privacy_due": not agreed})

    def consents(route: Route) -> None:
        agreed.append(json.dumps(route.request.post_data_json))
        route.continue_()

    phone.page.route("**/api/v1/me", me)
    phone.page.route("**/api/v1/me/privacy-consents", consents)
    phone.open("pages/score/score?year=2026")
    phone.page.locator(".row").filter(has_text="张敏").first.click()
    expect(phone.page.get_by_text("说明有更新")).to_be_visible()
    phone.tap("同意并继续")
    expect(phone.page.locator(".item").first).to_be_visible()
    assert phone.page.url.endswith("/m/pages/score/score?year=2026")
    assert agreed == [json.dumps({"version": privacy_notice.current().version})]


def test_the_profile_says_who_i_am_and_leads_to_all_that_is_mine(phone: Phone) -> None:
    phone.sign_in("张敏")
    phone.open("pages/me/me")
    expect(phone.page.get_by_test_id("phone")).to_have_text(re.compile(r"^1\d\d\*{4}\d{4}$"))
    for title, shown in (("积分台账", ".item"), ("消息提醒", ".switch"), ("个人信息和隐私", ".heading")):
        phone.open("pages/me/me")
        phone.page.locator(".row").filter(has_text=title).click()
        expect(phone.page.locator(shown).first).to_be_visible()


def test_a_member_ends_his_binding_after_being_told_what_follows(phone: Phone, secretary: Caller) -> None:
    code = new_member(secretary, "梁月", "T9003")
    phone.open("pages/sign-in/sign-in?code=sandbox:liang_yue")
    bind(phone, "梁月", "T9003", code)
    expect(phone.page.locator(".who .title")).to_have_text("梁月")
    phone.open("pages/me/me")
    phone.page.get_by_text("解除绑定").first.click()
    expect(phone.page.locator(".uni-modal")).to_contain_text("积分和记录不受影响")
    phone.agree()
    expect(phone.page.get_by_text("选一个人")).to_be_visible()
    phone.open("pages/sign-in/sign-in?code=sandbox:liang_yue")
    expect(phone.page.get_by_text("绑定党员身份")).to_be_visible()


def test_choices_of_what_one_is_told_are_kept(phone: Phone) -> None:
    phone.sign_in("王芳")
    phone.open("pages/subscriptions/subscriptions")
    figures = phone.page.get_by_test_id("figures")
    expect(figures.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    with phone.page.expect_response("**/push-preferences"):
        figures.click()
    with phone.page.expect_response("**/push-preferences"):
        phone.page.get_by_test_id("notice").click()
    phone.page.reload()
    expect(figures.get_by_role("switch")).to_have_attribute("aria-checked", "true")
    expect(phone.page.get_by_test_id("notice")).to_contain_text("只留在站内")
    phone.page.route("**/push-preferences", lambda route: route.abort())
    figures.click()
    expect(figures.get_by_role("switch")).to_have_attribute("aria-checked", "true")  # taken back: it was not kept
    phone.forgive_failed_requests()


def test_a_member_takes_his_data_along(phone: Phone, tmp_path: Path) -> None:
    phone.sign_in("张敏")
    phone.open("pages/export/export")
    card = phone.page.get_by_test_id("zip")
    card.locator("uni-button").click()
    save = card.locator("uni-button").filter(has_text="保存到这台设备")
    expect(save).to_be_visible(timeout=20_000)
    with phone.page.expect_download() as download:
        save.click()
    assert download.value.suggested_filename == "我的数据.zip"
    download.value.save_as(tmp_path / "mine.zip")
    with zipfile.ZipFile(tmp_path / "mine.zip") as packed:
        assert {"我的数据.json", "我的数据.xlsx"} < set(packed.namelist())
