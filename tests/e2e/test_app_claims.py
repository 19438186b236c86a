"""A member's claims in the app: their story, taking one back, mending one, drafts, joint works, no network."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from scripts.bench.serving import Server
from server.clock import now
from server.days import shanghai_date
from tests.e2e.desk import Desk
from tests.e2e.phone import Phone
from tests.e2e.test_app_claim import FORM, add_photos, fill_in, pictures

LIST = "pages/claims/claims"


@pytest.fixture
def zhang_min(app_server: Server) -> Desk:
    return Desk(app_server.address, "sandbox:zhang_min")


@pytest.fixture
def li_wei(app_server: Server) -> Desk:
    return Desk(app_server.address, "sandbox:li_wei")


def days_ago(days: int) -> str:
    return (shanghai_date(now()) - timedelta(days=days)).isoformat()


def test_a_claim_is_entered_for_a_member_without_a_phone(phone: Phone, li_wei: Desk, tmp_path: Path) -> None:
    branch = li_wei.call("GET", "/me")["organizations"][-1]["id"]
    member = li_wei.call("GET", f"/organizations/{branch}/members", bound="false")["items"][0]
    phone.sign_in("李伟")
    phone.open(f"pages/member/member?id={member['id']}")
    phone.page.locator(".row").filter(has_text="代为填报贡献").click()
    expect(phone.page.get_by_text(f"为{member['name']}代为填报")).to_be_visible()
    fill_in(phone, "调解邻里纠纷")
    add_photos(phone.page, pictures(tmp_path, 1))
    expect(phone.page.locator(".veil")).to_have_count(0)
    phone.page.get_by_text("独自完成").click()
    expect(phone.page.locator(".fellow").filter(has_text="张敏")).to_be_visible()
    phone.tap("选好了")
    phone.tap("提交申报")
    expect(phone.page.get_by_text("请写明代为填报的原因").first).to_be_visible()
    phone.page.locator("[data-testid=reason] input").fill("本人没有智能手机，口述代填")
    phone.tap("提交申报")
    claim = phone.page.locator(".row").filter(has_text="调解邻里纠纷")
    expect(claim).to_contain_text("待审核")
    claim.click()
    expect(phone.page.locator(".facts")).to_contain_text("李伟，本人没有智能手机，口述代填")
    phone.tap("撤回")
    phone.agree()
    phone.tap("照此再报一次")
    expect(phone.page.locator("[data-testid=title] input")).to_have_value("调解邻里纠纷")
    expect(phone.page.locator("[data-testid=reason] input")).to_have_value("")


def test_a_returned_claim_is_mended_with_its_photos_and_approved(
    phone: Phone, li_wei: Desk, zhang_min: Desk, tmp_path: Path
) -> None:
    phone.sign_in("张敏")
    phone.open(FORM)
    fill_in(phone, "反诈宣传进社区")
    add_photos(phone.page, pictures(tmp_path, 1))
    expect(phone.page.locator(".veil")).to_have_count(0)
    phone.tap("提交申报")
    expect(phone.page.locator(".row").filter(has_text="反诈宣传进社区")).to_contain_text("待审核")
    mine = zhang_min.call("GET", f"/members/{zhang_min.member_id}/claims")["items"][0]["id"]
    li_wei.decide(mine, "return", reason="请补一张现场照片，并写明服务时长。")
    phone.open(f"pages/claim/claim?id={mine}")
    expect(phone.page.locator(".step").last).to_contain_text("请补一张现场照片，并写明服务时长。")
    phone.tap("补充后再次提交")
    expect(phone.page.locator("[data-testid=title] input")).to_have_value("反诈宣传进社区")
    expect(phone.page.locator(".remark")).to_contain_text("审核意见：请补一张现场照片，并写明服务时长。")
    expect(phone.page.get_by_test_id("photo")).to_have_count(1)
    add_photos(phone.page, pictures(tmp_path, 2)[1:])
    expect(phone.page.locator(".veil")).to_have_count(0)
    phone.page.locator("[data-testid=description] textarea").fill("服务 3 小时，现场照片已补。")
    phone.tap("再次提交")
    expect(phone.page.locator(".row").filter(has_text="反诈宣传进社区")).to_contain_text("待审核")
    li_wei.decide(mine, "approve")
    phone.page.locator(".row").filter(has_text="反诈宣传进社区").click()
    expect(phone.page.locator(".tag").filter(has_text="已通过")).to_be_visible()
    expect(phone.page.get_by_test_id("points")).to_have_text("+1.00")
    titles = phone.page.locator(".step .strong").all_inner_texts()
    assert titles == ["提交申报", "退回", "再次提交", "通过"]
    phone.page.locator(".photo").nth(1).click()
    expect(phone.page.locator("#u-a-p uni-swiper")).to_be_visible()


def test_a_claim_is_taken_back_after_a_question_and_reported_again(phone: Phone, zhang_min: Desk) -> None:
    claim = zhang_min.claim("秋季献血", occurred_on=days_ago(2))
    phone.sign_in("张敏")
    phone.open(f"pages/claim/claim?id={claim['id']}")
    phone.tap("撤回")
    expect(phone.page.get_by_text("撤回后不再审核")).to_be_visible()
    phone.agree()
    expect(phone.page.locator(".tag").filter(has_text="已撤回")).to_be_visible()
    expect(phone.page.locator(".step").last).to_contain_text("撤回")
    phone.tap("照此再报一次")
    expect(phone.page.locator("[data-testid=title] input")).to_have_value("秋季献血")
    phone.tap("提交申报")
    expect(phone.page.locator(".row").filter(has_text="秋季献血").first).to_contain_text("待审核")


def test_what_was_decided_meanwhile_is_said_and_shown(phone: Phone, zhang_min: Desk, li_wei: Desk) -> None:
    claim = zhang_min.claim("图书漂流", occurred_on=days_ago(3))
    phone.sign_in("张敏")
    phone.open(f"pages/claim/claim?id={claim['id']}")
    expect(phone.page.locator(".tag").filter(has_text="待审核")).to_be_visible()
    li_wei.decide(claim["id"], "reject", reason="与本人岗位职责重复")
    phone.tap("撤回")
    phone.agree()
    expect(phone.page.get_by_text("该申报当前为“未通过”")).to_be_visible()
    expect(phone.page.locator(".step").last).to_contain_text("与本人岗位职责重复")
    phone.forgive_failed_requests()


def test_a_draft_of_the_server_is_gone_on_with_or_thrown_away(phone: Phone, zhang_min: Desk) -> None:
    begun = zhang_min.claim("机器人里记下的一条", submit=False)
    other = zhang_min.claim("不要了的一条", submit=False)
    phone.sign_in("张敏")
    phone.open(f"pages/claim/claim?id={other['id']}")
    phone.tap("删除草稿")
    phone.agree()
    expect(phone.page.locator(".row").filter(has_text="机器人里记下的一条")).to_be_visible()
    expect(phone.page.locator(".row").filter(has_text="不要了的一条")).to_have_count(0)
    phone.page.locator(".row").filter(has_text="机器人里记下的一条").click()
    phone.tap("继续填写")
    phone.tap("提交")
    expect(phone.page.locator(".row").filter(has_text="机器人里记下的一条")).to_contain_text("待审核")
    assert zhang_min.call("GET", f"/claims/{begun['id']}")["status"] == "submitted"


def test_the_list_shows_each_state_and_says_where_there_is_nothing(phone: Phone, zhang_min: Desk) -> None:
    zhang_min.claim("等待中的一条", occurred_on=days_ago(1))
    phone.sign_in("张敏")
    phone.open(LIST)
    phone.page.get_by_role("tab", name="待审核").click()
    expect(phone.page.locator(".row").filter(has_text="等待中的一条")).to_be_visible()
    expect(phone.page.locator(".row .tag").filter(has_text="已通过")).to_have_count(0)
    phone.page.get_by_role("tab", name="已通过").click()
    expect(phone.page.locator(".row .tag").filter(has_text="待审核")).to_have_count(0)
    expect(phone.page.locator(".row .tag").filter(has_text="已通过").first).to_be_visible()
    phone.page.route("**/claims?*", lambda route: route.fulfill(json={"items": [], "next_cursor": None}))
    phone.page.get_by_role("tab", name="被退回").click()
    expect(phone.page.get_by_text("没有要补充材料的申报。")).to_be_visible()


def test_a_long_list_goes_on_where_it_ended(phone: Phone, zhang_min: Desk) -> None:
    for number in range(21):
        zhang_min.claim(f"连续服务第{number}次", occurred_on=days_ago(30 + number))
    phone.sign_in("张敏")
    phone.open(LIST)
    expect(phone.page.locator(".row").filter(has_text="连续服务").first).to_be_visible()
    phone.tap("查看更多")
    expect(phone.page.locator(".row").filter(has_text="连续服务第0次")).to_be_visible()
    assert phone.page.locator(".row").count() > 20


def test_a_claim_that_found_no_network_goes_off_by_itself_once_there_is_one(phone: Phone, zhang_min: Desk) -> None:
    phone.sign_in("张敏")
    phone.open(FORM)
    fill_in(phone, "防汛值守")
    context: BrowserContext = phone.page.context
    context.set_offline(True)
    phone.tap("提交申报")
    expect(phone.page.locator(".hint").filter(has_text="联网后自动提交")).to_be_visible()
    context.set_offline(False)
    expect(phone.page.locator(".row").filter(has_text="防汛值守")).to_contain_text("待审核")
    sent = zhang_min.call("GET", f"/members/{zhang_min.member_id}/claims")["items"]
    assert [claim["title"] for claim in sent].count("防汛值守") == 1
    phone.forgive_failed_requests()


def test_what_waits_is_sent_when_the_list_is_opened_and_a_draft_can_be_thrown_away(phone: Phone) -> None:
    phone.sign_in("孙丽")
    phone.open(FORM)
    fill_in(phone, "夜间巡护")
    phone.page.route("**/claims", lambda route: route.abort())
    phone.tap("提交申报")
    expect(phone.page.locator(".hint").filter(has_text="联网后自动提交")).to_be_visible()
    phone.page.unroute("**/claims")
    phone.open(LIST)
    expect(phone.page.locator(".row").filter(has_text="夜间巡护")).to_have_count(1)
    phone.open(FORM)
    phone.page.locator("[data-testid=title] input").fill("只写了名称")
    phone.open(LIST)
    expect(phone.page.get_by_text("只存在这部手机里")).to_be_visible()
    phone.tap("删除")
    phone.agree()
    expect(phone.page.get_by_text("只写了名称")).to_have_count(0)
    phone.forgive_failed_requests()


def test_a_joint_work_pays_those_of_the_branch_and_each_may_read_it(
    phone: Phone, zhang_min: Desk, app_server: Server
) -> None:
    phone.sign_in("张敏")
    phone.open(FORM)
    fill_in(phone, "合作编写案例集")
    phone.page.get_by_text("合作人员").first.click()
    sheet = phone.page.get_by_role("dialog")
    sheet.get_by_text("王芳").click()
    expect(sheet.get_by_test_id("people")).to_have_text("2")
    phone.tap("选好了")
    expect(phone.page.get_by_text("共 2 人，我是第 1 位；王芳")).to_be_visible()
    phone.tap("提交申报")
    expect(phone.page.locator(".row").filter(has_text="合作编写案例集")).to_contain_text("待审核")
    mine = zhang_min.call("GET", f"/members/{zhang_min.member_id}/claims")["items"][0]
    wang_fang = Desk(app_server.address, "sandbox:wang_fang")
    shared = wang_fang.call("GET", f"/claims/{mine['id']}")["participants"]
    assert [(each["name"], each["points"]) for each in shared] == [("张敏", "1.00"), ("王芳", "1.00")]


def test_what_counted_on_that_day_already_is_said_before_writing(phone: Phone, zhang_min: Desk, li_wei: Desk) -> None:
    claim = zhang_min.claim("上午的志愿服务", occurred_on=days_ago(0))
    li_wei.decide(claim["id"], "approve")
    phone.sign_in("张敏")
    phone.open(f"{FORM}?item=C04")
    expect(phone.page.get_by_role("note")).to_contain_text("同一次活动只记一次")
