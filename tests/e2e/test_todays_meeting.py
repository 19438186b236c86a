"""Today's meeting on the start page, as a member and as his secretary see it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from scripts.bench.serving import Server

LINK = {"url": "/healthz", "digits": "1234 5678", "expires_at": "2026-06-18T10:10:00+08:00"}


@pytest.fixture
def page(server: Server, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(server.address)
    yield page
    context.close()


def card_of(page: Page, name: str) -> Locator:
    """Sign in as someone and return the card of today's meetings."""
    page.locator("#cast button").filter(has_text=name).click()
    return page.locator("#phone section").filter(has=page.get_by_role("heading", name="今天的会议"))


def test_a_member_sees_that_she_has_not_checked_in_and_until_when_she_can(page: Page) -> None:
    card = card_of(page, "张敏")
    expect(card).to_contain_text("月主题党日")
    expect(card.locator(".row b")).to_have_text("未签到")
    expect(card).to_contain_text(re.compile("请在 (明天 )?23:59 前扫现场二维码签到。"))
    expect(card.get_by_role("button")).to_have_count(0)


def test_a_secretary_sees_who_came_and_can_open_the_screen(page: Page) -> None:
    card = card_of(page, "李伟")
    expect(card.locator(".row b")).to_have_text("已签到")
    expect(card).to_contain_text("应到 25 · 实到 16 · 请假 1")
    expect(card.get_by_role("button", name="打开签到大屏")).to_be_visible()


def test_a_screen_that_cannot_be_opened_is_told_and_leaves_no_empty_tab(page: Page) -> None:
    card = card_of(page, "李伟")
    page.route("**/screen-links", lambda route: route.abort())
    with page.context.expect_page() as opened:
        card.get_by_role("button", name="打开签到大屏").click()
    expect(card).to_contain_text("大屏没有打开：连不上服务，请确认它在运行")
    if not opened.value.is_closed():
        opened.value.wait_for_event("close")
    assert page.context.pages == [page]


def test_the_screen_opens_in_a_tab_of_its_own(page: Page, server: Server) -> None:
    link = LINK | {"url": f"{server.address}/healthz"}
    card = card_of(page, "李伟")
    page.route("**/screen-links", lambda route: route.fulfill(status=201, json=link))
    with page.context.expect_page() as opened:
        card.get_by_role("button", name="打开签到大屏").click()
    opened.value.wait_for_url(link["url"])
    expect(card).to_contain_text("大屏已在新标签页打开。")


def test_where_no_tab_may_be_opened_the_digits_are_told(page: Page) -> None:
    page.add_init_script("window.open = () => null")
    page.reload()
    card = card_of(page, "李伟")
    page.route("**/screen-links", lambda route: route.fulfill(status=201, json=LINK))
    card.get_by_role("button", name="打开签到大屏").click()
    expect(card).to_contain_text("/screen，输入 1234 5678。")
