"""Two persons in the app: an officer's account is reset, a negative decision confirmed and revoked, on two phones."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.db import make_engine
from server.identity.models import Account, Grant, WechatIdentity
from server.identity.rules import Role
from server.organizations.models import KeyReset, Member
from tests.e2e.legible import faults
from tests.e2e.phone import NARROW, Phone
from tests.e2e.test_app_office import row, tap


@pytest.fixture(scope="session")
def ids(app_data: Path) -> dict[str, int]:
    """The members by name who have an account; all roles were given long ago."""
    engine = make_engine(f"sqlite:///{app_data}/xianfeng.db")
    with Session(engine) as session:
        session.execute(update(Grant).values(created_at=datetime(2020, 1, 1, tzinfo=UTC)))
        session.commit()
        rows = session.execute(
            select(Member.name, Member.id).join(Account, Account.member_id == Member.id).order_by(Member.id.desc())
        )
        found = {row.name: row.id for row in rows}
        held = select(Grant.role).join(Account, Account.id == Grant.account_id).where(Account.name == "王芳")
        assert Role.committee_member in session.scalars(held).all()
    engine.dispose()
    return found


@pytest.fixture
def _given_back(app_data: Path) -> Iterator[None]:
    """What is reset here is as it was before for the other tests of this server."""
    engine = make_engine(f"sqlite:///{app_data}/xianfeng.db")
    with Session(engine) as session:
        bound = {row.id: row.account_id for row in session.scalars(select(WechatIdentity))}
    yield
    with Session(engine) as session:
        for identity in session.scalars(select(WechatIdentity).where(WechatIdentity.id.in_(bound))):
            identity.account_id = bound[identity.id]
        session.execute(delete(KeyReset))
        session.commit()
    engine.dispose()


@pytest.mark.usefixtures("_given_back")
def test_an_officers_account_is_reset_by_two_and_the_owner_sees_it(
    phone: Phone, other_phone: Phone, ids: dict[str, int]
) -> None:
    wang_fang = ids["王芳"]
    phone.sign_in("李伟")
    phone.open(f"pages/member/member?id={wang_fang}")
    expect(phone.page.get_by_text("须两人办理")).to_be_visible()
    tap(phone, "重置账号")
    tap(phone, "提出重置")
    phone.page.locator(".tile").filter(has_text="手机丢失").click()
    tap(phone, "提出")
    expect(phone.page.get_by_test_id("waiting")).to_contain_text("等待另一人确认")
    expect(phone.page.locator("uni-button").filter(has_text="确认重置")).to_have_count(0)

    other_phone.sign_in("王芳")
    other_phone.open("pages/inbox/inbox")
    row(other_phone, "账号安全提醒").click()
    expect(other_phone.page.locator("uni-button").filter(has_text="不是我要求的")).to_be_visible()

    other_phone.page.evaluate("localStorage.clear()")
    other_phone.sign_in("孙丽")
    expect(row(other_phone, "账号重置待确认")).to_be_visible()
    row(other_phone, "账号重置待确认").locator("uni-button").click()
    tap(other_phone, "确认重置")
    other_phone.agree()
    expect(other_phone.page.get_by_test_id("code")).to_have_text(re.compile(r"^[2-9A-Z]{5}-[2-9A-Z]{5}$"))
    other_phone.open(f"pages/key-reset/key-reset?member={wang_fang}")
    expect(other_phone.page.get_by_text("已重置")).to_be_visible()
    expect(other_phone.page.get_by_test_id("code")).to_have_count(0)


def test_a_negative_decision_is_typed_twice_and_revoked_by_two(
    phone: Phone, other_phone: Phone, ids: dict[str, int]
) -> None:
    zhang_min = ids["张敏"]
    phone.sign_in("陈静")
    phone.open(f"pages/negative/negative?member={zhang_min}")
    tap(phone, "登记一项决定")
    phone.page.get_by_test_id("kind").click()
    phone.page.locator(".uni-picker-action-confirm").filter(visible=True).click()
    for field, value in (("number", "纪字〔2026〕9号"), ("day", "2026年10月14日")):
        phone.page.locator(f"[data-testid={field}] input").fill(value)
    phone.page.locator("[data-testid=reason] textarea").fill("生效决定")
    tap(phone, "录入")
    expect(phone.page.get_by_text("未生效，待另一人核对")).to_be_visible()
    expect(phone.page.locator("uni-button").filter(has_text="对照原件核对")).to_have_count(0)

    other_phone.sign_in("周明")
    expect(row(other_phone, "负面清单待确认")).to_be_visible()
    row(other_phone, "负面清单待确认").locator("uni-button").click()
    expect(other_phone.page.get_by_text("由核对人照原件填写").first).to_be_visible()
    expect(other_phone.page.get_by_text("9号")).to_have_count(0)
    tap(other_phone, "对照原件核对")
    for field in ("number", "day"):
        expect(other_phone.page.locator(f"[data-testid={field}] input")).to_have_value("")
    typed(other_phone, "纪字〔2026〕8号", "2026-10-14")
    expect(other_phone.page.get_by_role("alert")).to_contain_text("不一致")
    typed(other_phone, "纪字[2026]9号", "20261014")
    expect(other_phone.page.get_by_text("已生效", exact=True)).to_be_visible()

    phone.open(f"pages/negative/negative?member={zhang_min}")
    tap(phone, "提出撤销")
    phone.page.locator(".tile").filter(has_text="有权机关已撤销原决定").click()
    tap(phone, "提出撤销")
    expect(phone.page.get_by_text("在此之前不告知本人")).to_be_visible()
    other_phone.open(f"pages/negative/negative?member={zhang_min}")
    tap(other_phone, "确认撤销")
    other_phone.agree()
    expect(other_phone.page.locator(".tag").filter(has_text="已撤销")).to_be_visible()
    other_phone.forgive_failed_requests()


def typed(phone: Phone, number: str, day: str) -> None:
    phone.page.locator("[data-testid=number] input").fill(number)
    phone.page.locator("[data-testid=day] input").fill(day)
    tap(phone, "核对无误")


@pytest.mark.parametrize("elder", [False, True])
def test_both_pages_fit_and_can_be_read_at_320_pixels(phone: Phone, ids: dict[str, int], elder: bool) -> None:
    phone.page.set_viewport_size(NARROW)
    phone.sign_in("陈静")
    if elder:
        phone.open("pages/me/me")
        phone.page.get_by_test_id("elder").click()
    for place in (f"key-reset/key-reset?member={ids['李伟']}", f"negative/negative?member={ids['张敏']}"):
        phone.open(f"pages/{place}")
        expect(phone.page.locator(".card .heading").first).to_be_visible()
        assert faults(phone, elder=elder) == [], place


def test_the_two_who_keep_the_daily_heads_are_named(phone: Phone) -> None:
    phone.sign_in("周明")
    phone.open("pages/branch/branch")
    row(phone, "校验码接收人").click()
    expect(phone.page.get_by_text("还没有指定，暂发组织部")).to_be_visible()
    officers = phone.page.get_by_role("checkbox")
    officers.nth(0).click()
    expect(phone.page.get_by_text("请选两位，已选 1 位")).to_be_visible()
    officers.nth(1).click()
    phone.page.set_viewport_size(NARROW)
    assert faults(phone, elder=False) == []
    tap(phone, "指定这两位")
    phone.agree()
    expect(phone.page.get_by_text("现在的接收人")).to_be_visible()
    assert [each.get_attribute("aria-checked") for each in officers.all()][:2] == ["true", "true"]
    tap(phone, "取消指定")
    phone.agree()
    expect(phone.page.get_by_text("还没有指定，暂发组织部")).to_be_visible()
