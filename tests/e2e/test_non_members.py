"""Who is no member (群众代表, administrators) finds what he can do, and nothing that is about a member he is not."""

import re

import pytest
from playwright.sync_api import Browser, Request, expect

from scripts.bench.serving import Server
from tests.e2e.phone import Phone, taken_up

OF_MEMBERS = ("attendance", "history", "export", "claim-form", "score", "claims", "dues")
TABS = {"冯群": ["首页", "支部", "我的"], "郑洁": ["首页", "支部", "我的"], "陈静": ["首页", "会议", "支部", "我的"]}


def listen(phone: Phone) -> list[str]:
    """Return what is asked of a member that nobody is."""
    asked: list[str] = []

    def hear(request: Request) -> None:
        if "/members/0" in request.url:
            asked.append(request.url)

    phone.page.on("request", hear)
    return asked


@pytest.mark.parametrize("name", TABS)
def test_home_and_tabs_show_only_what_one_can_do(app_server: Server, chromium: Browser, name: str) -> None:
    with taken_up(chromium, app_server.address) as phone:
        asked = listen(phone)
        phone.sign_in(name)
        expect(phone.page.locator(".tab")).to_have_text(TABS[name])
        for tab in TABS[name]:
            phone.page.locator(".tab:visible").filter(has_text=tab).click()
            expect(phone.page.locator(".tab.on:visible")).to_have_text(tab)
            phone.page.wait_for_load_state("networkidle")
            for words in ("扫码签到", "申报贡献", "出勤记录"):
                expect(phone.page.get_by_text(words)).not_to_be_visible()
        assert asked == []


def test_pages_of_members_lead_home(app_server: Server, chromium: Browser) -> None:
    with taken_up(chromium, app_server.address) as phone:
        asked = listen(phone)
        phone.sign_in("冯群")
        for name in OF_MEMBERS:
            phone.open(f"pages/{name}/{name}")
            expect(phone.page).to_have_url(re.compile("/m/(pages/home/home)?$"))
            expect(phone.page.get_by_text("这一页只给党员本人")).to_be_visible()
        assert asked == []


def test_who_only_hosts_finds_the_meetings_of_the_branches(app_server: Server, chromium: Browser) -> None:
    with taken_up(chromium, app_server.address) as phone:
        phone.sign_in("陈静")
        phone.page.locator(".tab").filter(has_text="会议").click()
        phone.tap("支部会议")
        expect(phone.page).to_have_url(re.compile("pages/hosting/hosting"))
