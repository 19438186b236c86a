"""A visitor's anonymous complaint about an officer, from the poster's form to the answer that the visitor reads."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.bench.serving import Server
from tests.e2e.phone import NARROW, SIZE, Phone
from tests.e2e.test_app_office import BRANCH, GENERAL_BRANCH, id_of, tap

WORDS = "10 月 24 日校园开放日，咨询台下午没有人值守，请核实这次志愿服务的积分。"
SMALL_TARGETS = """() => [...document.querySelectorAll("button, .tile, .radio, .row, .field input, textarea")]
    .filter((each) => each.getBoundingClientRect().height < 44).map((each) => each.textContent || each.name)"""


@pytest.fixture
def place(app_data: Path) -> int:
    return id_of(app_data, BRANCH, GENERAL_BRANCH)


def report(page: Page, address: str, place: int, pictures: Path) -> str:
    """Fill in the form as a visitor, on a phone without scripts; return the query code."""
    page.goto(f"{address}/feedback/{place}")
    expect(page.get_by_role("heading", level=1)).to_have_text(BRANCH)
    page.screenshot(path=pictures / "14-form.png", full_page=True)
    page.get_by_text("反映问题", exact=True).click()
    page.get_by_text("是党组织书记或委员").click()
    page.locator("textarea").fill(WORDS)
    assert page.evaluate(SMALL_TARGETS) == []
    page.screenshot(path=pictures / "14-form-filled.png", full_page=True)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("已收到")
    expect(page.locator(".facts")).to_contain_text(GENERAL_BRANCH)
    page.screenshot(path=pictures / "14b-received.png")
    code = page.locator(".code").inner_text()
    assert re.fullmatch(r"[2-9A-Z]{4} [2-9A-Z]{4}", code)
    return code


def test_a_visitor_reports_about_an_officer_and_reads_the_answer(
    app_server: Server, chromium: Browser, phone: Phone, place: int, tmp_path: Path
) -> None:
    visitor = chromium.new_context(locale="zh-CN", viewport=SIZE, java_script_enabled=False).new_page()
    code = report(visitor, app_server.address, place, tmp_path)

    phone.sign_in("陈静")
    phone.open("pages/feedbacks/feedbacks")
    line = phone.page.get_by_test_id("line").first
    expect(line).to_contain_text("10 月 24 日校园开放日")
    phone.page.screenshot(path=tmp_path / "desk-list.png")
    line.click()
    expect(phone.page.get_by_test_id("words")).to_have_text(WORDS)
    tap(phone, "受理，确定核实人")
    phone.page.get_by_test_id("candidate").filter(has_text="陈静").click()
    phone.page.screenshot(path=tmp_path / "desk-assign.png")
    phone.page.locator("uni-button").get_by_text("确定", exact=True).click()
    expect(phone.page.locator(".facts", has_text="核实人")).to_contain_text("陈静")
    phone.page.screenshot(path=tmp_path / "desk-case.png", full_page=True)
    assert phone.overflow() <= 0
    phone.page.locator("uni-button.main").filter(has_text="答复", visible=True).click()
    phone.page.locator(".tile").filter(has_text="部分属实").last.click()
    areas = phone.page.locator("uni-textarea textarea")
    areas.nth(0).fill("已问当天值守的两位同志。")
    areas.nth(1).fill("下午三点以后确实无人值守，已提醒。")
    phone.page.screenshot(path=tmp_path / "desk-answer.png")
    phone.page.locator("uni-button.main:not(.big)").filter(has_text="答复", visible=True).click()
    expect(phone.page.locator(".card", has_text="核实记录")).to_contain_text("部分属实")

    visitor.get_by_text("抄下了，完成").click()
    visitor.locator("input[name=code]").fill(code.lower())
    visitor.get_by_role("button", name="查询").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("已答复")
    expect(visitor.locator("main")).to_contain_text("下午三点以后确实无人值守")
    expect(visitor.locator("main")).not_to_contain_text("两位同志")
    visitor.screenshot(path=tmp_path / "progress.png", full_page=True)
    visitor.context.close()


def test_the_secretary_finds_nothing_of_it(phone: Phone, place: int) -> None:
    phone.sign_in("李伟")
    phone.open("pages/feedbacks/feedbacks")
    expect(phone.page.locator("body")).to_contain_text("没有等您办理的反映")


@pytest.mark.parametrize("size", ["", "?large=1"])
def test_the_form_holds_on_a_narrow_phone_in_both_sizes(
    app_server: Server, chromium: Browser, place: int, size: str, tmp_path: Path
) -> None:
    page = chromium.new_context(locale="zh-CN", viewport=NARROW).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: pytest.fail(message.text))
    page.goto(f"{app_server.address}/feedback/{place}{size}")
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert page.evaluate(SMALL_TARGETS) == []
    assert not [url for url in asked if not url.startswith(app_server.address)]
    page.screenshot(path=tmp_path / "narrow.png", full_page=True)
    page.context.close()


def test_a_member_reports_in_the_app_and_gets_a_code(phone: Phone) -> None:
    phone.sign_in("张敏")
    phone.open("pages/feedback/feedback")
    expect(phone.page.locator("body")).to_contain_text("办理时限")
    tap(phone, "提交")
    expect(phone.page.locator("body")).to_contain_text("请写明情况，至少 5 个字")
    phone.page.locator("uni-textarea textarea").first.fill("资料室周末没有开门，请核实。")
    tap(phone, "提交")
    code = phone.page.get_by_test_id("code").inner_text()
    phone.open("pages/feedback-progress/feedback-progress")
    phone.page.locator("uni-input input").first.fill(code)
    tap(phone, "查询")
    expect(phone.page.get_by_test_id("found")).to_contain_text("待受理")
