"""A branch's year on the phone: what is left, the steps, one undone, the publicity, one's own result, from above."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.legible import faults
from tests.e2e.past_year import PastYear
from tests.e2e.phone import NARROW, Phone
from tests.e2e.test_app_office import BRANCH, GENERAL_BRANCH, id_of, row, tap


@pytest.fixture(scope="session")
def ours(app_data: Path) -> PastYear:
    """The past year of 李伟's and 张敏's branch."""
    return PastYear(app_data, id_of(app_data, BRANCH, GENERAL_BRANCH))


def open_year(phone: Phone, ours: PastYear) -> None:
    phone.open(f"pages/branch-year/branch-year?organization={ours.branch}&year={ours.year}")
    expect(phone.page.get_by_text("年度工作流程")).to_be_visible()


def step(phone: Phone, name: str) -> Locator:
    return phone.page.get_by_test_id(f"points {name}")


def test_a_secretary_takes_the_steps_to_the_report_and_one_of_them_back(phone: Phone, ours: PastYear) -> None:
    ours.closing()
    ours.claimed()
    phone.sign_in("李伟")
    open_year(phone, ours)
    expect(phone.page.locator(".tag").first).to_contain_text("清理中，还剩 1 件")
    expect(phone.page.get_by_text("形成年度结果", exact=True)).to_have_count(1)  # the step, and no act yet
    expect(step(phone, "drafted")).to_contain_text("待审核")
    tap(phone, "去办理")
    expect(phone.page.get_by_text("审核申报").first).to_be_visible()
    ours.reviewed()
    open_year(phone, ours)
    tap(phone, "形成年度结果")
    phone.agree()
    expect(step(phone, "drafted")).to_contain_text("李伟，第")
    step(phone, "drafted").get_by_text("撤销").click()
    sheet = phone.page.get_by_role("dialog")
    expect(sheet).to_contain_text("年度结果撤回，可继续补记或更正")
    tap(phone, "撤销这一步")
    expect(sheet.get_by_role("alert")).to_have_text("请写明撤销的原因")
    sheet.get_by_text("漏了一笔积分").click()
    tap(phone, "撤销这一步")
    expect(phone.page.locator(".step").filter(has_text="漏了一笔积分")).to_contain_text("撤回到清理未办事项")
    tap(phone, "形成年度结果")
    phone.agree()
    meeting = ours.assemble()
    tap(phone, "登记党员大会通报")
    row(phone, meeting).click()
    phone.forgive_failed_requests()  # who was not there is asked for by a refusal
    tap(phone, "登记通报")
    expect(phone.page.get_by_role("alert")).to_contain_text("名党员未到会")
    expect(phone.page.get_by_test_id("told")).to_contain_text("党小组告知")
    tap(phone, "都已告知，登记通报")
    expect(step(phone, "reported")).to_contain_text("另行告知")


def test_what_one_officer_proposes_another_sends_back_or_approves(phone: Phone, ours: PastYear) -> None:
    ours.proposed()
    phone.sign_in("李伟")
    open_year(phone, ours)
    tap(phone, "查看并批准公示")
    tap(phone, "退回")
    sheet = phone.page.get_by_role("dialog")
    sheet.get_by_text("张贴地点有误").click()
    sheet.locator("uni-button").filter(has_text="退回").click()
    expect(phone.page.locator(".tag").first).to_have_text("已通报")
    ours.proposed()
    open_year(phone, ours)
    expect(phone.page.locator(".tag").first).to_have_text("公示待批准")
    tap(phone, "查看并批准公示")
    expect(phone.page.get_by_text("系统已检查")).to_be_visible()
    expect(phone.page.locator(".facts").last).to_contain_text("王芳")
    tap(phone, "同意，开始公示")
    phone.agree()
    expect(phone.page.locator(".facts").last).to_contain_text("批准李伟，支部书记")
    open_year(phone, ours)
    expect(step(phone, "publicized")).to_contain_text("李伟")


def test_a_member_sees_the_result_the_publicity_and_how_to_object(phone: Phone, ours: PastYear) -> None:
    ours.on_show()
    phone.sign_in("张敏")
    phone.open("pages/me/me")
    row(phone, "年度结果").click()
    expect(phone.page.get_by_test_id("standing")).to_contain_text("公示中，还剩")
    expect(phone.page.get_by_test_id("total")).to_be_visible()
    expect(phone.page.get_by_test_id("object")).to_contain_text("办公电话 0535-5550158")
    row(phone, "查看公示").click()
    expect(phone.page.get_by_test_id("phase")).to_contain_text("公示中")
    expect(phone.page.locator(".day.today, .day.gone").first).to_be_visible()
    own = phone.page.locator(".entry").filter(has_text="张敏")
    expect(own).to_contain_text("我")
    expect(phone.page.get_by_text("另行通报")).to_have_count(0)
    phone.open(f"pages/publicities/publicities?organization={ours.branch}")
    expect(row(phone, "年度党员积分公示")).to_contain_text("公示中")
    phone.forgive_failed_requests()
    phone.open(f"pages/publicity/publicity?id={ours.over()}")
    expect(phone.page.get_by_text("公示已结束")).to_be_visible()
    row(phone, "看我自己的结果").click()
    expect(phone.page.get_by_test_id("total").last).to_be_visible()


def test_those_above_see_every_branch_and_give_one_more_time(phone: Phone, ours: PastYear) -> None:
    ours.closing()
    phone.sign_in("陈静")
    phone.open("pages/branch/branch")
    row(phone, "各支部年度工作").click()
    branch = row(phone, BRANCH)
    expect(branch).to_contain_text("下一步：形成年度结果")
    expect(phone.page.get_by_text("未含").first).to_be_visible()
    branch.click()
    row(phone, "另定申报截止日").click()
    sheet = phone.page.get_by_role("dialog")
    sheet.get_by_text("支部换届").click()
    tap(phone, "保存")
    expect(phone.page.locator(".step").filter(has_text="支部换届")).to_contain_text("申报截止改为")


def test_a_filing_is_received_or_returned_by_those_above(phone: Phone, ours: PastYear) -> None:
    filing = ours.filed()
    phone.sign_in("陈静")
    phone.open(f"pages/filing/filing?id={filing}")
    tap(phone, "退回")
    sheet = phone.page.get_by_role("dialog")
    sheet.get_by_text("材料不全").click()
    sheet.locator("uni-button").filter(has_text="退回").click()
    expect(phone.page.locator(".tag").first).to_have_text("备案退回")


@pytest.mark.parametrize("elder", [False, True])
def test_the_pages_of_a_year_fit_can_be_hit_and_read_at_320_pixels(phone: Phone, ours: PastYear, elder: bool) -> None:
    shown = ours.on_show()
    phone.page.set_viewport_size(NARROW)
    phone.sign_in("李伟")
    if elder:
        phone.open("pages/me/me")
        phone.page.get_by_test_id("elder").click()
    of = f"organization={ours.branch}&year={ours.year}"
    for place, seen in (
        (f"branch-year/branch-year?{of}", ".steps"),
        (f"year-results/year-results?{of}", ".row"),
        (f"year-report/year-report?{of}", ".bar"),
        (f"annual-result/annual-result?year={ours.year}", ".ring"),
        (f"publicity/publicity?id={shown}&{of}", ".day"),
        (f"publicities/publicities?{of}", ".row"),
    ):
        phone.open(f"pages/{place}")
        expect(phone.page.locator(seen).first).to_be_visible()
        assert faults(phone, elder=elder) == [], place
