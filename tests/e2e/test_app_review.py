"""审核 in the app: one claim after another, two reviewers on one claim, a decision taken back, the wrong role."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, expect

from scripts.bench.serving import Server
from server import clock
from server.days import shanghai_date
from tests.e2e import phone as phones
from tests.e2e.phone import Phone
from tests.waiting import LONG

_numbers = count(1)


class Person:
    """Someone who uses the API itself, so that a claim waits when a test needs one."""

    def __init__(self, server: Server, code: str) -> None:
        self.api = f"{server.address}/api/v1"
        token = requests.post(f"{self.api}/auth/wechat", json={"code": code}, timeout=LONG).json()["token"]
        self.signed_in = {"Authorization": f"Bearer {token}"}
        self.me = requests.get(f"{self.api}/me", headers=self.signed_in, timeout=LONG).json()

    @property
    def branch(self) -> int:
        return next(int(place["id"]) for place in self.me["organizations"] if place["title"].endswith("党支部"))

    def claims(self) -> str:
        """Hand in a claim and return its title."""
        title = f"社区志愿服务第 {next(_numbers)} 次"
        claim: dict[str, Any] = {
            "title": title,
            "description": "在幸福社区值班",
            "item_code": "C04",
            "quantity": "1",
            "occurred_on": f"{shanghai_date(clock.now())}",
            "submit": True,
        }
        response = requests.post(
            f"{self.api}/members/{self.me['member_id']}/claims",
            json=claim,
            headers=self.signed_in,
            timeout=LONG,
        )
        assert response.status_code == 201, response.text
        return title


@pytest.fixture
def zhang_min(app_server: Server) -> Person:
    return Person(app_server, "sandbox:zhang_min")


@pytest.fixture
def other_phone(app_server: Server, chromium: Browser) -> Iterator[Phone]:
    """The phone of a second reviewer."""
    context = chromium.new_context(locale="zh-CN", viewport=phones.SIZE, has_touch=True)
    yield Phone(context.new_page(), app_server.address)
    context.close()


def review(phone: Phone, branch: int, *, until: str) -> None:
    """Open the queue, and skip to the claim of this title."""
    phone.open(f"pages/review/review?organization={branch}")
    title = phone.page.get_by_test_id("claim")
    expect(title).to_be_visible()
    while (before := title.inner_text()) != until:
        phone.tap("先跳过")
        expect(title).not_to_have_text(before)


def told(phone: Phone) -> str:
    expect(phone.page.locator(".told")).to_be_visible()
    return phone.page.locator(".told").inner_text()


def test_a_secretary_reviews_one_after_another_until_all_are_done(phone: Phone, zhang_min: Person) -> None:
    for _ in range(5):
        zhang_min.claims()
    phone.sign_in("李伟")
    todo = phone.page.locator(".row").filter(has_text="待审核")
    expect(todo).to_contain_text("教工第一党支部")
    todo.locator("uni-button").click()
    place = phone.page.locator(".place")
    expect(place).to_contain_text("第 1 /")

    phone.tap("通过")
    expect(place).to_contain_text("第 2 /")
    assert told(phone).startswith("已通过")

    phone.tap("调低分值")
    phone.tap("按核定分值通过")
    expect(phone.page.get_by_role("alert")).to_have_count(2)
    phone.page.locator("[data-testid=points] input").fill("0.1")
    phone.page.locator(".chip").first.click()
    phone.tap("按核定分值通过")
    expect(place).to_contain_text("第 3 /")
    assert "0.1 分" in told(phone)

    phone.tap("退回")
    phone.tap("退回补充")
    expect(phone.page.get_by_role("alert")).to_have_text("请点一条理由，或者自己写几个字")
    phone.page.locator(".chip").first.click()
    phone.tap("退回补充")
    expect(place).to_contain_text("第 4 /")
    assert told(phone).startswith("已退回")

    phone.tap("退回")
    phone.page.locator("[data-testid=reason] textarea").fill("不属于这一项目")
    phone.tap("不予认定")
    phone.agree()
    expect(place).to_contain_text("第 5 /")
    assert told(phone).startswith("不予认定")

    while place.is_visible():
        before = place.inner_text()
        phone.tap("通过")
        phone.page.wait_for_function(
            "before => document.querySelector('.place')?.innerText !== before", arg=before, timeout=20_000
        )
        phone.page.wait_for_selector(".place, .state")
    expect(phone.page.get_by_text("都审完了")).to_be_visible()


def test_who_comes_second_is_told_who_was_first_and_goes_on(
    phone: Phone, other_phone: Phone, zhang_min: Person
) -> None:
    title, following = zhang_min.claims(), zhang_min.claims()
    for each, name in ((phone, "李伟"), (other_phone, "王芳")):
        each.sign_in(name)
        review(each, zhang_min.branch, until=title)
    phone.tap("通过")
    assert "已通过" in told(phone)
    other_phone.tap("通过")
    expect(other_phone.page.locator(".told")).to_contain_text("该申报已由李伟审核（已通过），今天")
    expect(other_phone.page.get_by_test_id("claim")).to_have_text(following)


def test_an_approval_is_taken_back_and_waits_again(phone: Phone, zhang_min: Person) -> None:
    title = zhang_min.claims()
    phone.sign_in("李伟")
    review(phone, zhang_min.branch, until=title)
    phone.tap("通过")
    phone.tap("撤回")
    phone.agree()
    expect(phone.page.get_by_test_id("claim")).to_have_text(title)
    phone.tap("退回")
    phone.page.locator(".chip").first.click()
    phone.tap("退回补充")
    assert told(phone).startswith("已退回")


def test_what_was_found_out_is_noted_for_the_next_reviewer(phone: Phone, zhang_min: Person) -> None:
    title = zhang_min.claims()
    phone.sign_in("李伟")
    review(phone, zhang_min.branch, until=title)
    phone.page.get_by_text("核实记录").click()
    phone.page.locator("[data-testid=note] textarea").fill("已电话向社区核实")
    phone.tap("保存")
    phone.page.reload()
    review(phone, zhang_min.branch, until=title)
    expect(phone.page.get_by_text("已电话向社区核实")).to_be_visible()


def test_a_representative_says_what_he_knows_of_a_claim(phone: Phone, zhang_min: Person) -> None:
    title = zhang_min.claims()
    phone.sign_in("冯群")
    phone.page.locator(".row").filter(has_text="申报待听取意见").locator("uni-button").click()
    expect(phone.page.get_by_text(title)).to_be_visible()
    phone.page.get_by_text("群众代表意见").last.click()
    phone.page.locator("[data-testid=note] textarea").last.fill("当天我也在场")
    phone.tap("保存")
    expect(phone.page.get_by_text("当天我也在场").last).to_be_visible()
    assert phone.overflow() <= 0


def test_a_secretary_of_another_branch_learns_nothing_of_this_one(phone: Phone, zhang_min: Person) -> None:
    zhang_min.claims()
    phone.sign_in("赵强")
    phone.open(f"pages/review/review?organization={zhang_min.branch}")
    expect(phone.page.get_by_role("alert")).to_contain_text("没有找到")
    expect(phone.page.get_by_role("alert")).to_contain_text("不在您的支部")
    phone.forgive_failed_requests()
