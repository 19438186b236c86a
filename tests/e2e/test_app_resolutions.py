"""What a members' meeting voted on, written down on the phone by the secretary, and taken back."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from server.db import make_engine
from server.meetings.models import Meeting
from server.meetings.rules import MeetingKind, MeetingStatus
from tests.e2e.legible import faults
from tests.e2e.phone import NARROW, Phone
from tests.e2e.test_app_office import id_of

BRANCH, GENERAL_BRANCH = "教工第一党支部", "计算机科学与技术学院党总支"
TITLE = "关于年度工作计划的决议"


@pytest.fixture(scope="session")
def meeting(app_data: Path) -> int:
    """李伟's branch's newest members' meeting that is over."""
    branch = id_of(app_data, BRANCH, GENERAL_BRANCH)
    with make_engine(f"sqlite:///{app_data}/xianfeng.db").connect() as connection:
        query = select(Meeting.id).where(
            Meeting.organization_id == branch,
            Meeting.kind == MeetingKind.members_meeting,
            Meeting.status == MeetingStatus.settled,
        )
        return int(connection.execute(query.order_by(Meeting.starts_at.desc()).limit(1)).scalar_one())


def test_a_secretary_records_a_vote_and_takes_it_back(phone: Phone, meeting: int) -> None:
    phone.sign_in("李伟")
    phone.open(f"pages/host/host?id={meeting}")
    phone.page.get_by_text("更多").last.click()
    phone.page.get_by_text("表决", exact=True).last.click()
    card = phone.page.locator(".card").filter(has_text="应到会有表决权党员", visible=True).first
    expect(card).to_be_visible()
    present = int(card.inner_text().split("实到")[1].split("名")[0])
    phone.page.get_by_text("登记表决").last.click()
    phone.page.get_by_test_id("title").locator("input").fill(TITLE)
    ayes = phone.page.get_by_test_id("ayes").locator("input")
    ayes.fill(str(present - 1))
    expect(phone.page.get_by_text(f"合计 {present - 1} 票，应为 {present} 票")).to_be_visible()
    phone.page.get_by_text("登记", exact=True).last.click()
    expect(phone.page.get_by_role("alert").last).to_contain_text(f"应为 {present} 票")
    phone.page.get_by_test_id("nays").locator("input").fill("1")
    phone.page.get_by_text("登记", exact=True).last.click()
    recorded = phone.page.get_by_test_id("resolution").filter(has_text=TITLE).first
    expect(recorded).to_contain_text(f"赞成 {present - 1} 票，反对 1 票")
    expect(recorded.locator(".tag")).to_have_text("通过")
    phone.page.get_by_text("登记有误，撤回").first.click()
    phone.page.get_by_text("票数登记有误").last.click()
    phone.page.locator("uni-button").filter(has_text="撤回", visible=True).last.click()
    expect(recorded.locator(".tag")).to_have_text("登记已撤回")
    expect(recorded).to_contain_text("撤回：李伟")


@pytest.mark.parametrize("elder", [False, True])
def test_the_form_fits_can_be_hit_and_read_at_320_pixels(phone: Phone, meeting: int, elder: bool) -> None:
    phone.page.set_viewport_size(NARROW)
    phone.sign_in("李伟")
    if elder:
        phone.open("pages/me/me")
        phone.page.get_by_test_id("elder").click()
    phone.open(f"pages/resolutions/resolutions?id={meeting}")
    expect(phone.page.get_by_text("登记表决").last).to_be_visible()
    assert faults(phone, elder=elder) == []
    phone.page.get_by_text("登记表决").last.click()
    expect(phone.page.get_by_test_id("ayes")).to_be_visible()
    assert faults(phone, elder=elder) == []


def test_a_member_is_told_that_this_is_for_officers(phone: Phone, meeting: int) -> None:
    phone.sign_in("张敏")
    phone.forgive_failed_requests()
    phone.open(f"pages/resolutions/resolutions?id={meeting}")
    expect(phone.page.locator("body")).to_contain_text("您的角色不能进行这项操作")
