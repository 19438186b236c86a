"""What reaches a member in the app: notices, the inbox, the board, his months; and the way back to a source."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from scripts.bench.serving import Server
from tests.e2e.desk import Desk
from tests.e2e.phone import Phone
from tests.waiting import LONG


@pytest.fixture
def li_wei(app_server: Server) -> Desk:
    return Desk(app_server.address, "sandbox:li_wei")


@pytest.fixture
def zhang_min(app_server: Server) -> Desk:
    return Desk(app_server.address, "sandbox:zhang_min")


def branch_of(desk: Desk) -> int:
    return int(desk.call("GET", "/me")["organizations"][2]["id"])


@pytest.fixture
def notice(li_wei: Desk) -> Iterator[int]:
    """A notice of the branch with a file; taken back afterwards, so that no other test finds it."""
    words = {"title": "十二月学习安排", "body": "请各位党员准时参加。\n地点：报告厅。", "audience": "everyone"}
    notice_id = li_wei.call("POST", f"/organizations/{branch_of(li_wei)}/notices", **words)["id"]
    pdf = ("学习安排.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
    sent = li_wei.session.post(f"{li_wei.api}/notices/{notice_id}/files", files={"file": pdf}, timeout=LONG)
    assert sent.status_code == 201, sent.text
    li_wei.call("POST", f"/notices/{notice_id}/publish")
    yield notice_id
    li_wei.call("POST", f"/notices/{notice_id}/withdraw", reason="演示结束")


def test_a_notice_is_read_its_file_opened_and_the_branch_sees_it(phone: Phone, notice: int, li_wei: Desk) -> None:
    before = li_wei.call("GET", f"/notices/{notice}/reading")["read"]
    phone.sign_in("张敏")
    phone.page.locator(".row").filter(has_text="十二月学习安排").click()
    expect(phone.page.get_by_text("已登记您看过这份通知。")).to_be_visible()
    expect(phone.page.locator(".body-text")).to_contain_text("地点：报告厅。")
    with phone.page.expect_download() as download:
        phone.page.get_by_text("学习安排.pdf").click()
    assert download.value.suggested_filename == "学习安排.pdf"
    assert li_wei.call("GET", f"/notices/{notice}/reading")["read"] == before + 1
    phone.open("pages/notices/notices")
    line = phone.page.locator(".row").filter(has_text="十二月学习安排")
    expect(line).to_contain_text("附件 1 个")
    expect(line.locator(".tag")).to_have_count(0)
    phone.page.get_by_role("tab", name="未读").click()
    expect(phone.page.locator(".row").filter(has_text="十二月学习安排")).to_have_count(0)


def test_a_message_leads_to_its_page_and_is_read_then(phone: Phone, zhang_min: Desk, li_wei: Desk) -> None:
    claim = zhang_min.claim("消息里的一条")
    li_wei.decide(claim["id"], "reject", reason="材料不足以认定")
    phone.sign_in("张敏")
    phone.page.locator("uni-button[aria-label^=消息]").click()
    message = phone.page.locator(".row").filter(has_text="未通过").first
    expect(message).to_contain_text("未读")
    message.click()
    expect(phone.page.locator(".step").last).to_contain_text("材料不足以认定")
    phone.open("pages/inbox/inbox")
    expect(phone.page.locator(".row").filter(has_text="未通过").first).not_to_contain_text("未读")


def test_all_messages_are_marked_as_read_at_once(phone: Phone, zhang_min: Desk, li_wei: Desk) -> None:
    claim = zhang_min.claim("再来一条消息")
    li_wei.decide(claim["id"], "reject", reason="与上一条重复")
    phone.sign_in("张敏")
    phone.open("pages/inbox/inbox")
    phone.tap("全部标为已读")
    expect(phone.page.locator(".row .dot:not(.read)")).to_have_count(0)
    assert zhang_min.call("GET", "/me/inbox/unread") == {"unread": 0}
    phone.page.get_by_role("tab", name="未读").click()
    expect(phone.page.get_by_text("没有未读的消息。")).to_be_visible()


def test_the_board_shows_ones_place_and_the_months_before(phone: Phone, zhang_min: Desk) -> None:
    board = zhang_min.call("GET", f"/organizations/{branch_of(zhang_min)}/board")
    phone.sign_in("张敏")
    phone.page.locator(".half").filter(has_text="我的位置").click()
    expect(phone.page.locator(".heading").first).to_have_text(board["month_title"])
    expect(phone.page.get_by_test_id("place")).to_contain_text(str(board["own"]["position"]))
    expect(phone.page.locator(".bands")).to_contain_text("我")
    if board["rows"] is not None:
        expect(phone.page.locator(".rank.ours")).to_contain_text(board["own"]["total"])
    earlier = zhang_min.call("GET", f"/organizations/{branch_of(zhang_min)}/board", month=board["earlier"])
    phone.page.locator("uni-button[aria-label=上一月]").click()
    expect(phone.page.locator(".heading").first).to_have_text(earlier["month_title"])


def test_a_board_that_shows_the_distribution_only_has_no_list(phone: Phone, li_wei: Desk, zhang_min: Desk) -> None:
    settings = f"/organizations/{branch_of(li_wei)}/settings"
    li_wei.call("PUT", settings, board_visibility="own")
    phone.sign_in("张敏")
    phone.open("pages/board/board")
    expect(phone.page.get_by_text("本支部只公示分布")).to_be_visible()
    expect(phone.page.get_by_test_id("place")).to_be_visible()
    expect(phone.page.locator(".rank")).to_have_count(0)
    li_wei.call("PUT", settings, board_visibility="full")


def test_a_year_goes_month_by_month_down_to_the_meeting_or_claim(phone: Phone, zhang_min: Desk) -> None:
    year = int(zhang_min.call("GET", f"/members/{zhang_min.member_id}/score")["year"])
    months = zhang_min.call("GET", f"/members/{zhang_min.member_id}/statements", year=year)["items"]
    newest = max(months, key=lambda each: str(each["period"]))
    phone.sign_in("张敏")
    phone.page.locator(".half").filter(has_text="本月变化").click()
    row = phone.page.locator(".row").filter(has_text="月").first
    expect(row).to_contain_text(newest["line"]["total"])
    row.click()
    expect(phone.page.get_by_test_id("month-total")).to_have_text(newest["line"]["total"])
    phone.page.get_by_role("tab", name="贡献").click()
    phone.page.locator(".item").filter(has_text="联系服务师生群众").locator(".head-row").click()
    phone.page.locator(".entry").filter(has_text="申报").first.click()
    phone.tap("看这条申报")
    expect(phone.page.locator(".step").last).to_contain_text("通过")
    phone.open("pages/history/history?year=2001")
    expect(phone.page.get_by_text("这一年还没有月汇总")).to_be_visible()


def test_a_quarters_bulletin_is_read_and_acknowledged_for_the_branch(phone: Phone, li_wei: Desk) -> None:
    general = li_wei.call("GET", "/me")["organizations"][1]["id"]
    bulletin = li_wei.call("GET", f"/organizations/{general}/bulletins")["items"][0]
    phone.sign_in("李伟")
    phone.open(f"pages/bulletin/bulletin?id={bulletin['id']}")
    expect(phone.page.locator(".card .title").first).to_have_text(bulletin["title"])
    expect(phone.page.locator(".facts")).to_contain_text("平均分")
    expect(phone.page.locator(".rows").last).to_contain_text("教工第一党支部")
    phone.tap("签收")
    expect(phone.page.locator("uni-button").filter(has_text="签收")).to_have_count(0)
    part = li_wei.call("GET", f"/bulletins/{bulletin['id']}")["parts"]
    branch = branch_of(li_wei)
    assert [each["acknowledged_at"] is not None for each in part if each["organization_id"] == branch] == [True]
