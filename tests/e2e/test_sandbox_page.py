"""The sandbox's page in a browser: a message arrives, a fault is switched, a consent is given."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from scripts.bench.serving import Server
from server.db import Base, make_engine
from server.leases import Lease
from server.wechat.client import WechatClient
from server.wechat.errors import WechatError
from server.wechat.models import AccessToken
from server.wechat.tokens import TokenStore
from server.wechat.transport import Transport
from tests.playing_wechat import SECRET, message

SEND = "/cgi-bin/message/subscribe/send"
SIZES = [(1440, 900), (1024, 768), (390, 844)]


@pytest.fixture(scope="module")
def wechat(server: Server, tmp_path_factory: pytest.TempPathFactory) -> WechatClient:
    """The product's own client, talking to the served sandbox, with a token store of its own."""
    engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('tokens') / 'tokens.db'}")
    Base.metadata.create_all(engine, tables=[Base.metadata.tables[each.__tablename__] for each in (AccessToken, Lease)])
    transport = Transport(lambda: f"{server.address}/sandbox/wechat")
    tokens = TokenStore(engine, transport, app_id="sandbox", secret=SECRET)
    return WechatClient(transport, tokens, app_id="sandbox", secret=SECRET)


@pytest.fixture
def page(server: Server, chromium: Browser) -> Iterator[Page]:
    """The page with a healthy sandbox; it must end without an error and without a word to any other host."""
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type in ("error", "warning") else None)
    page.goto(f"{server.address}/sandbox")
    expect(page.locator("#sent-today")).to_contain_text("条")
    page.get_by_role("button", name="清空消息").click()
    page.get_by_role("button", name="全部恢复正常").click()
    expect(page.locator("#said")).to_have_text("全部恢复正常")
    yield page
    context.request.delete(f"{server.address}/sandbox/wechat/faults")
    context.close()
    assert errors == []


def _phone(page: Page) -> Locator:
    return page.locator('[data-app="sandbox"]')


def _agree(page: Page, template: str = "月度积分") -> None:
    page.get_by_role("button", name=f"同意订阅{template}").click()
    expect(page.locator("#said")).to_have_text(f"张敏同意再收一条“{template}”")


def _send(wechat: WechatClient, **others: Any) -> int:
    try:
        return int(wechat.post(SEND, message("zhang_min") | others)["errcode"])
    except WechatError as refused:
        return refused.errcode or -2


def test_a_message_arrives_on_the_phone_and_in_the_log(page: Page, wechat: WechatClient) -> None:
    expect(_phone(page).locator(".chat")).to_contain_text("还没有消息")
    _agree(page)
    assert _send(wechat) == 0
    card = _phone(page).locator(".svc")
    expect(card).to_have_count(1)
    expect(card).to_contain_text("刚刚送达")
    expect(card).to_contain_text("85.25")
    expect(card).to_have_attribute("href", "/m/pages/score/score?month=2026-10")
    expect(page.locator("#calls tr").first).to_contain_text("subscribe/send")
    expect(page.locator("#calls tr").first).to_contain_text("张敏")
    expect(page.locator("#calls tr").first).to_contain_text("0 已送达")


def test_a_consent_raises_the_quota_of_phone_and_product(page: Page, server: Server) -> None:
    before = page.get_by_role("button", name="同意订阅会议").locator("b").inner_text()
    _agree(page, "会议")
    expect(page.get_by_role("button", name="同意订阅会议").locator("b")).to_have_text(str(int(before) + 1))
    expect(_phone(page).locator(".q")).to_contain_text("余额")
    api = page.request
    token = api.post(f"{server.address}/api/v1/auth/wechat", data={"code": "sandbox:zhang_min"}).json()["token"]
    mine = api.get(f"{server.address}/api/v1/me/subscriptions", headers={"Authorization": f"Bearer {token}"}).json()
    assert next(each["balance"] for each in mine["items"] if each["template"] == "meeting") >= 1


def test_a_slow_press_is_heard_though_the_page_was_read_anew_meanwhile(page: Page) -> None:
    page.get_by_role("button", name="同意订阅会议").hover()
    page.mouse.down()
    for _ in range(2):  # the first answer may have been under way
        page.wait_for_event("requestfinished", lambda request: "/phones/sandbox/" in request.url)
    page.mouse.up()
    expect(page.locator("#said")).to_have_text("张敏同意再收一条“会议”")


def test_a_fault_is_switched_by_keyboard_and_the_log_tells_what_followed(page: Page, wechat: WechatClient) -> None:
    _agree(page)
    page.get_by_label("系统繁忙：多久一次").select_option(label="接下来 1 次")
    switch = page.get_by_role("switch", name="系统繁忙")
    switch.focus()
    page.keyboard.press("Space")
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(page.locator("#on")).to_have_text("已开 1 项")
    assert [_send(wechat), _send(wechat)] == [-1, 0]
    expect(switch).to_have_attribute("aria-checked", "false")
    expect(page.locator("#calls tr").nth(1)).to_contain_text("-1 系统繁忙")
    expect(page.locator("#calls tr").nth(1)).to_contain_text("已重试：已送达")
    expect(page.locator("#calls tr").first).to_contain_text("第 2 次尝试；首次 -1 系统繁忙")


def test_a_fault_may_be_meant_for_one_person(page: Page, wechat: WechatClient) -> None:
    _agree(page)
    page.get_by_label("用户拒收：多久一次").select_option(label="仅张敏")
    page.get_by_role("switch", name="用户拒收").click()
    expect(page.locator("#on")).to_have_text("已开 1 项")
    assert _send(wechat) == 43101
    expect(page.locator("#calls tr.fail .res")).to_have_text("43101 拒收")
    assert _send(wechat, touser="li_wei") == 43101  # he agreed to nothing
    page.get_by_role("button", name="全部恢复正常").click()
    expect(page.locator("#on")).to_have_text("全部正常")
    assert _send(wechat) == 0


def test_a_visitor_chats_with_the_bot_as_a_persona(page: Page) -> None:
    official = page.locator('[data-app="sandbox-official"]')
    official.get_by_label("公众号对话：输入消息").fill("帮助")
    official.get_by_role("button", name="发送").click()
    expect(official.locator(".chat .me")).to_have_text("帮助")
    expect(official.locator(".chat .it").first).not_to_be_empty()
    expect(page.locator("#calls")).to_contain_text("回调")


def test_a_message_delivered_five_times_is_answered_alike(page: Page) -> None:
    official = page.locator('[data-app="sandbox-official"]')
    official.get_by_label("重复投递").check()
    official.get_by_label("公众号对话：输入消息").fill("帮助")
    official.get_by_role("button", name="发送").click()
    expect(page.locator("#calls")).to_contain_text("投递 5 次，应答相同")
    official.get_by_label("重复投递").uncheck()


def test_the_start_page_leads_to_the_chat_with_one_click(page: Page, server: Server) -> None:
    page.goto(server.address)
    page.get_by_role("link", name="和机器人聊天").click()
    expect(page.get_by_label("公众号对话：输入消息")).to_be_visible()


def test_messages_are_cleared(page: Page, wechat: WechatClient) -> None:
    _agree(page)
    assert _send(wechat) == 0
    expect(_phone(page).locator(".svc")).to_have_count(1)
    page.get_by_role("button", name="清空消息").click()
    expect(_phone(page).locator(".svc")).to_have_count(0)
    expect(page.locator("#no-calls")).to_be_visible()


def test_another_person_may_be_looked_at(page: Page) -> None:
    _phone(page).locator("select").select_option(label="李伟")
    _phone(page).get_by_role("button", name="同意订阅待办").click()
    expect(page.locator("#said")).to_have_text("李伟同意再收一条“待办”")


def test_when_the_server_is_away_the_page_says_so_and_comes_back(page: Page) -> None:
    page.route("**/sandbox/overview", lambda route: route.fulfill(body="<h1>Bad Gateway</h1>"))
    expect(page.locator("#said")).to_have_text("读取失败：服务没有应答，请稍后再试。正在重试。")
    page.unroute("**/sandbox/overview")
    page.get_by_role("button", name="全部恢复正常").click()
    expect(page.locator("#said")).to_have_text("全部恢复正常")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_page_fits(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    for name in ("清空消息", "全部恢复正常"):
        page.get_by_role("button", name=name).scroll_into_view_if_needed()
        expect(page.get_by_role("button", name=name)).to_be_in_viewport()
