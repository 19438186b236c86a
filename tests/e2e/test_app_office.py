"""A branch's office in the app: activation codes, dues, the month, notices, branches compared, and who may not."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts.bench.serving import Server
from server import clock
from server.days import shanghai_date
from server.db import make_engine, transaction
from server.organizations.models import Organization
from server.statements.models import Statement
from server.statements.rules import StatementStatus
from tests.e2e.desk import Desk
from tests.e2e.legible import faults
from tests.e2e.phone import NARROW, Phone

BRANCH = "教工第一党支部"
GENERAL_BRANCH = "计算机科学与技术学院党总支"


def id_of(data: Path, title: str, above: str) -> int:
    """Return the id of the organization of that title right below another; several 总支 have a 教工第一党支部."""
    with make_engine(f"sqlite:///{data}/xianfeng.db").connect() as connection:
        parent = select(Organization.id).where(Organization.title == above).scalar_subquery()
        query = select(Organization.id).where(Organization.title == title, Organization.parent_id == parent)
        return int(connection.execute(query).scalar_one())


@pytest.fixture(scope="session")
def branch(app_data: Path) -> int:
    """张敏's and 李伟's."""
    return id_of(app_data, BRANCH, GENERAL_BRANCH)


def row(phone: Phone, words: str) -> Locator:
    return phone.page.locator(".row").filter(has_text=words, visible=True).first


def tap(phone: Phone, words: str) -> None:
    """Tap a button of the page in front; those below it stay in the document."""
    phone.page.locator("uni-button").filter(has_text=words, visible=True).last.click()


FILES: list[FilePayload] = [
    {"name": "议程.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"},
    {"name": "会场.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n"},
]
PLACES = {
    "members/members": ".avatar",
    "codes/codes": ".card .heading",
    "dues/dues": ".box",
    "month/month": ".place",
    "unreached/unreached": ".segments",
    "robot/robot": ".switch",
    "notices-sent/notices-sent": ".bar",
    "notice-form/notice-form": ".input",
}


@pytest.mark.parametrize("elder", [False, True])
def test_the_office_fits_can_be_hit_and_read_at_320_pixels(phone: Phone, branch: int, elder: bool) -> None:
    phone.page.set_viewport_size(NARROW)
    phone.sign_in("李伟")
    if elder:
        phone.open("pages/me/me")
        phone.page.get_by_test_id("elder").click()
    for place, shown in PLACES.items():
        phone.open(f"pages/{place}?organization={branch}")
        expect(phone.page.locator(shown).first).to_be_visible()
        assert faults(phone, elder=elder) == [], place


def test_a_member_finds_who_leads_the_branch_and_its_standard(phone: Phone) -> None:
    phone.sign_in("张敏")
    phone.open("pages/branch/branch")
    card = phone.page.get_by_test_id("branch")
    expect(card).to_contain_text(BRANCH)
    expect(card).to_contain_text("支部书记李伟")
    expect(phone.page.get_by_text("未送达")).to_have_count(0)
    row(phone, "积分标准").click()
    item = row(phone, "参加支部党员大会")
    expect(item).to_contain_text("起始 12 分，每缺一次扣 3 分")
    item.click()
    expect(item).to_contain_text("依据：")


def test_codes_are_issued_to_one_after_the_other_and_shown_once(phone: Phone, branch: int) -> None:
    phone.sign_in("李伟")
    phone.open(f"pages/members/members?organization={branch}")
    tap(phone, "只看未绑定")
    tap(phone, "逐一发放激活码")
    tap(phone, "发放激活码")
    expect(phone.page.get_by_test_id("code")).to_have_text(re.compile(r"^[0-9A-Z]{5}-[0-9A-Z]{5}$"))
    tap(phone, "下一位")
    expect(phone.page.get_by_test_id("code")).to_have_count(0)
    expect(phone.page.get_by_text("第 2 位")).to_be_visible()


def test_dues_are_registered_for_one_and_waived_for_another(phone: Phone, branch: int) -> None:
    phone.sign_in("李伟")
    phone.open(f"pages/dues/dues?organization={branch}")
    rows = phone.page.locator(".row").filter(has_text="未登记")
    expect(rows.first).to_be_visible()
    paying, waived = (rows.nth(index).locator(".grow > uni-view").first.inner_text() for index in (1, 2))
    row(phone, paying).click()
    tap(phone, "登记 1 人")
    sheet = phone.page.get_by_role("dialog")
    expect(sheet.locator("[data-testid=due] input")).to_have_value("60.00")
    sheet.locator("uni-button").filter(has_text="登记").click()
    expect(row(phone, paying)).to_contain_text("已交")
    expect(row(phone, paying)).to_contain_text("应交 60.00 元，实交 60.00 元")
    row(phone, waived).click()
    tap(phone, "豁免")
    sheet.locator("uni-button").filter(has_text="豁免").click()
    expect(sheet.get_by_role("alert")).to_have_text("请写明原因")
    sheet.locator("[data-testid=reason] input").fill("住院治疗，支委会同意")
    sheet.locator("uni-button").filter(has_text="豁免").click()
    phone.agree()
    expect(row(phone, waived)).to_contain_text("已豁免")


def test_a_member_sees_his_own_dues_and_not_the_branchs(phone: Phone, branch: int) -> None:
    phone.sign_in("张敏")
    phone.open("pages/dues/dues")
    last_month = shanghai_date(clock.now()).replace(day=1) - timedelta(days=1)
    expect(row(phone, f"{last_month.month} 月")).to_contain_text("实交 60.00 元")
    phone.open(f"pages/dues/dues?organization={branch}")
    expect(phone.page.get_by_role("alert")).to_be_visible()
    phone.forgive_failed_requests()


@pytest.fixture
def frozen_month(app_data: Path, branch: int) -> None:
    """The branch's newest month as it was before anybody confirmed it."""
    engine = make_engine(f"sqlite:///{app_data}/xianfeng.db")

    def thaw(session: Session) -> None:
        newest = select(Statement).where(Statement.organization_id == branch).order_by(Statement.id.desc()).limit(1)
        statement = session.scalars(newest).one()
        statement.status, statement.confirmed_at, statement.confirmed_by = StatementStatus.frozen, None, None
        statement.frozen_at = datetime.now(UTC)

    transaction(engine, thaw)


@pytest.mark.usefixtures("frozen_month")
def test_a_month_is_verified_and_confirmed_and_then_stands_on_the_board(phone: Phone, branch: int) -> None:
    phone.sign_in("李伟")
    phone.open(f"pages/month/month?organization={branch}")
    expect(phone.page.get_by_text("下一个工作日自动确认")).to_be_visible()
    tap(phone, "按台账核对")
    expect(phone.page.get_by_test_id("verdict")).to_have_text("按台账重算，与汇总完全一致。")
    tap(phone, "确认这个月")
    phone.agree()
    expect(phone.page.get_by_text("李伟确认")).to_be_visible()
    expect(phone.page.locator("uni-button").filter(has_text="确认这个月")).to_have_count(0)
    expect(phone.page.locator("uni-button").filter(has_text="看公示榜")).to_be_visible()


def test_the_secretary_decides_whether_whole_names_are_shown_outside(
    phone: Phone, branch: int, app_server: Server
) -> None:
    li_wei = Desk(app_server.address, "sandbox:li_wei")

    def shown() -> bool:
        return bool(li_wei.call("GET", f"/organizations/{branch}")["settings"]["board_names_outside"])

    phone.sign_in("李伟")
    phone.open(f"pages/month/month?organization={branch}")
    switch = phone.page.get_by_role("switch", name="对外显示完整姓名")
    for on in (True, False):
        switch.click()
        phone.agree()
        expect(switch).to_have_attribute("aria-checked", str(on).lower())
        assert shown() is on


def test_the_general_secretary_compares_branches_and_goes_down_to_one(phone: Phone, app_data: Path) -> None:
    phone.sign_in("陈静")
    phone.open("pages/branch/branch")
    row(phone, "支部对比").click()
    expect(phone.page.get_by_test_id("title")).to_have_text(GENERAL_BRANCH)
    branches = phone.page.locator(".rows .row").filter(has_text="党支部")
    averages = [float(text) for text in branches.locator(".points").all_inner_texts()]
    assert averages == sorted(averages, reverse=True)
    phone.page.get_by_role("tab", name="均分").click()
    expect(branches.locator(".points").first).to_have_text(f"{min(averages):.2f}")
    row(phone, BRANCH).click()
    expect(phone.page.get_by_test_id("title").last).to_have_text(BRANCH)
    phone.page.locator(".row").filter(has_text="成员").last.click()
    expect(row(phone, "张敏")).to_be_visible()


def test_a_secretary_does_not_see_the_comparison(phone: Phone, branch: int) -> None:
    phone.sign_in("李伟")
    phone.open("pages/branch/branch")
    expect(row(phone, "成员")).to_be_visible()
    expect(phone.page.get_by_text("支部对比")).to_have_count(0)
    phone.open(f"pages/overview/overview?organization={branch}")
    expect(phone.page.get_by_role("alert")).to_be_visible()
    phone.forgive_failed_requests()


def test_a_notice_is_written_published_and_read_by_nobody_yet(phone: Phone, other_phone: Phone, branch: int) -> None:
    phone.sign_in("李伟")
    phone.open(f"pages/notices-sent/notices-sent?organization={branch}")
    tap(phone, "写通知")
    tap(phone, "发布")
    expect(phone.page.get_by_role("alert")).to_have_text("请写一个标题")
    phone.page.locator("[data-testid=title] input").fill("关于召开十二月支部党员大会的通知")
    phone.page.locator("[data-testid=body] textarea").fill("12 月 10 日 14:30，行政楼 301，请全体党员参加。")
    with phone.page.expect_file_chooser() as chooser:
        row(phone, "添加附件").click()
    chooser.value.set_files(FILES)
    expect(row(phone, "议程.pdf")).to_be_visible()
    row(phone, "会场.png").get_by_text("取下").click()
    expect(row(phone, "会场.png")).to_have_count(0)
    phone.page.locator(".bar uni-button").filter(has_text="发布").last.click()
    phone.agree()
    row(phone, "关于召开十二月支部党员大会的通知").click()
    expect(phone.page.get_by_test_id("read")).to_contain_text("0 /")
    tap(phone, "提醒还没有读的人")
    expect(phone.page.get_by_text("提醒过")).to_be_visible()
    other_phone.sign_in("张敏")
    other_phone.page.get_by_text("关于召开十二月支部党员大会的通知").click()
    expect(other_phone.page.get_by_text("议程.pdf")).to_be_visible()


def test_a_robot_is_given_to_the_group_tried_and_taken_away(phone: Phone, branch: int) -> None:
    phone.sign_in("李伟")
    phone.open(f"pages/robot/robot?organization={branch}")
    tap(phone, "保存")
    expect(phone.page.get_by_role("alert")).to_have_text("请粘贴机器人的 Webhook 地址")
    webhook = phone.page.locator("[data-testid=webhook] input")
    webhook.fill("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7000-4bc4-97a0-0ec2e1fa5abc")
    phone.page.get_by_test_id("monthPublished").click()
    tap(phone, "保存")
    expect(phone.page.get_by_text("末四位 …5abc")).to_be_visible()
    phone.page.reload()
    switches = phone.page.get_by_role("switch")
    expect(switches.nth(0)).to_have_attribute("aria-checked", "true")
    expect(switches.nth(1)).to_have_attribute("aria-checked", "false")
    tap(phone, "试说一句")
    expect(row(phone, "先锋积分已接入本群")).to_be_visible()
    tap(phone, "移除机器人")
    phone.agree()
    expect(phone.page.get_by_text("在企业微信群的设置里添加机器人后复制")).to_be_visible()
