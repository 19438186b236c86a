"""Signing in by an address: only where it was asked for, once, and never at the cost of who is signed in."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Browser, Route, expect

from scripts.bench.serving import Server
from server import clock
from server.db import make_engine, transaction
from server.identity import login_links
from server.identity.models import Account
from tests.e2e.desk import Desk
from tests.e2e.phone import WECHAT, Phone, taken_up

PAGE = "pages/sign-in/sign-in"
OFFICIAL = "**/api/v1/auth/official*"


def who(phone: Phone) -> str:
    """Return who is signed in, after the home page was loaded anew."""
    phone.open()
    expect(phone.page.locator(".who .title")).to_be_visible()
    return phone.page.locator(".who .title").inner_text()


@pytest.fixture
def in_wechat(app_server: Server, chromium: Browser) -> Iterator[Phone]:
    """WeChat's own browser. The 公众号's authorization is a redirect, played by an address that is the way back."""
    Desk(app_server.address, "sandbox:zhang_min")  # known in the mini-program, and so by her unionid

    def tell(route: Route) -> None:
        if route.request.method != "GET":
            return route.continue_()
        (state,) = parse_qs(urlsplit(route.request.url).query)["state"]
        way_back = f"{app_server.address}/m/{PAGE}?code={quote('sandbox:zhang_min')}&state={state}"
        return route.fulfill(json={"address": way_back})

    with taken_up(chromium, app_server.address, user_agent=WECHAT) as phone:
        phone.page.route(OFFICIAL, tell)
        yield phone


def test_inside_wechat_a_link_signs_in_by_itself_and_opens_what_it_leads_to(in_wechat: Phone) -> None:
    in_wechat.open("pages/score/score?year=2026")
    expect(in_wechat.page.locator(".item").first).to_be_visible()
    assert in_wechat.page.url.endswith("/m/pages/score/score?year=2026")
    in_wechat.page.reload()
    expect(in_wechat.page.locator(".item").first).to_be_visible()
    in_wechat.page.go_back()
    assert "code=" not in in_wechat.page.url


@pytest.mark.parametrize(
    "query",
    [
        "code=sandbox%3Ali_wei&state=official",
        "code=sandbox%3Ali_wei&state=",
        "code=sandbox%3Ali_wei&state=0123456789abcdef0123456789abcdef",
        "code=0a1b2c3d",
        "code=%25",
        "state=x&code=sandbox%3Ali_wei&code=sandbox%3Azhao_qiang",
    ],
)
def test_an_address_that_nobody_here_asked_for_signs_nobody_in(phone: Phone, query: str) -> None:
    """The attack: the code is the attacker's, so that the victim would write under their name."""
    phone.sign_in("张敏")
    phone.open(f"{PAGE}?{query}")
    expect(phone.page.get_by_role("alert")).to_contain_text("不是从这里发起的")
    expect(phone.page.get_by_text("现在登录的是张敏。")).to_be_visible()
    assert urlsplit(phone.page.url).query == ""
    phone.tap("继续使用")
    expect(phone.page.locator(".who .title")).to_have_text("张敏")
    assert who(phone) == "张敏"


def test_who_is_not_signed_in_is_told_so_and_offered_to(phone: Phone) -> None:
    phone.open(f"{PAGE}?code=sandbox%3Ali_wei&state=official")
    expect(phone.page.get_by_role("alert")).to_contain_text("不是从这里发起的")
    expect(phone.page.get_by_text("选一个人")).to_be_visible()
    phone.page.reload()
    expect(phone.page.get_by_text("选一个人")).to_be_visible()
    expect(phone.page.get_by_role("alert")).to_have_count(0)


def test_inside_wechat_a_foreign_address_offers_to_sign_in(in_wechat: Phone) -> None:
    in_wechat.open(f"{PAGE}?code=sandbox%3Ali_wei&state=official")
    expect(in_wechat.page.get_by_role("alert")).to_contain_text("不是从这里发起的")
    in_wechat.tap("微信登录")
    expect(in_wechat.page.locator(".who .title")).to_have_text("张敏")


def test_a_way_back_taken_twice_leaves_who_is_signed_in(in_wechat: Phone) -> None:
    """Opened again from the history, or passed on to another tab."""
    seen: list[str] = []
    in_wechat.page.on("request", lambda request: seen.append(request.url) if "code=" in request.url else None)
    in_wechat.open()
    expect(in_wechat.page.locator(".who .title")).to_have_text("张敏")
    (way_back,) = seen
    in_wechat.page.goto(way_back)
    expect(in_wechat.page.get_by_role("alert")).to_contain_text("不是从这里发起的")
    expect(in_wechat.page.get_by_text("现在登录的是张敏。")).to_be_visible()
    with in_wechat.page.context.expect_page() as opened:
        in_wechat.page.evaluate("address => window.open(address)", way_back)
    expect(opened.value.get_by_text("现在登录的是张敏。")).to_be_visible()
    opened.value.close()


def test_a_code_that_wechat_refuses_leaves_who_is_signed_in(in_wechat: Phone) -> None:
    in_wechat.forgive_failed_requests()
    in_wechat.open()
    expect(in_wechat.page.locator(".who .title")).to_have_text("张敏")
    in_wechat.page.evaluate("sessionStorage.setItem('sign-in state', 'ours')")
    in_wechat.open(f"{PAGE}?code=used&state=ours")
    expect(in_wechat.page.get_by_text("现在登录的是张敏。")).to_be_visible()
    assert who(in_wechat) == "张敏"


def test_the_code_does_not_come_back_into_the_address(phone: Phone) -> None:
    """A page stacked on it has the router write down again where it was."""
    phone.open(f"{PAGE}?code=sandbox:another_newcomer")
    phone.tap("阅读《个人信息使用说明》")
    expect(phone.page.get_by_text("哪些会交给微信")).to_be_visible()
    phone.page.go_back()
    expect(phone.page.get_by_text("绑定党员身份")).to_be_visible()
    assert phone.page.url.endswith(f"/m/{PAGE}")


def link(server: Server, data: Path, name: str) -> str:
    """Return a one-time link as `xianfeng login-link` prints it."""
    engine = make_engine(f"sqlite:///{data}/xianfeng.db")
    account_id = Desk(server.address, name).call("GET", "/me")["account_id"]
    issued = transaction(
        engine,
        lambda session: login_links.issue(session, account=session.get_one(Account, account_id), now=clock.now()),
    )
    engine.dispose()
    return issued.address(server.address)


def test_a_link_asks_before_it_replaces_another_person(phone: Phone, app_server: Server, app_data: Path) -> None:
    phone.sign_in("张敏")
    refused, taken = (link(app_server, app_data, "sandbox:li_wei") for _ in range(2))
    phone.page.goto(refused)
    expect(phone.page.get_by_text("以李伟的身份登录？")).to_be_visible()
    expect(phone.page.get_by_text("现在登录的是张敏，登录后这台设备上改为李伟。")).to_be_visible()
    phone.page.locator(".uni-modal__btn_default").click()
    expect(phone.page.locator(".who .title")).to_have_text("张敏")
    assert who(phone) == "张敏"
    phone.page.goto(taken)
    phone.agree()
    expect(phone.page.locator(".who .title")).to_have_text("李伟")


def test_a_link_of_ones_own_asks_nothing_and_a_spent_one_changes_nothing(
    phone: Phone, app_server: Server, app_data: Path
) -> None:
    phone.sign_in("张敏")
    own = link(app_server, app_data, "sandbox:zhang_min")
    phone.page.goto(own)
    expect(phone.page.locator(".who .title")).to_have_text("张敏")
    phone.forgive_failed_requests()
    phone.page.goto(own)
    expect(phone.page.get_by_text("登录链接已经用过或已过期")).to_be_visible()
    assert who(phone) == "张敏"
