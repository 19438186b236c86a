"""Objections on the phone: raised and taken back, closed to who had a hand in the matter; the pages at 320 pixels."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

import server.app  # noqa: F401 what may be objected to is registered there
from scripts.bench.serving import Server
from server import clock
from server.claims import review
from server.claims.models import Claim
from server.claims.rules import ClaimStatus
from server.days import shanghai_date
from server.db import make_engine
from server.identity.models import Account
from server.identity.queries import actor_by
from server.objections import service as objections
from server.objections.models import Objection
from server.objections.places import handling_of
from server.objections.rules import ObjectionOutcome, ObjectionSubject, ObjectionVia
from server.organizations.models import Membership
from tests.e2e.legible import faults
from tests.e2e.phone import NARROW, Phone, taken_up
from tests.e2e.test_app_office import row, tap


def _choose(phone: Phone, what: str = "") -> None:
    """Choose a matter from the list that is offered: the first of the running year, which is never late, or `what`."""
    wanted = what or f"{shanghai_date(clock.now()).year} 年度"
    phone.page.get_by_role("dialog").locator(".row").filter(has_text=wanted).first.click()
    expect(phone.page.get_by_test_id("words")).to_be_visible()


def _write(phone: Phone, testid: str, words: str) -> None:
    phone.page.get_by_test_id(testid).locator("textarea, input").fill(words)


def _id_of(phone: Phone) -> str:
    expect(phone.page.get_by_text("办理过程")).to_be_visible()
    return phone.page.url.rpartition("id=")[2]


def _account(session: Session, name: str) -> Account:
    """The account of one of the demo's people; of several of that name the first, who has an office."""
    return session.scalars(select(Account).where(Account.name == name).order_by(Account.id).limit(1)).one()


def _as(phone: Phone, name: str, place: str) -> None:
    phone.page.evaluate("localStorage.clear()")
    phone.sign_in(name)
    phone.open(place)


def test_a_member_objects_and_takes_it_back_and_who_decided_reads_no_word(phone: Phone, app_data: Path) -> None:
    phone.sign_in("张敏")
    phone.open("pages/me/me")
    row(phone, "我的异议").click()
    tap(phone, "提出异议")
    _choose(phone)
    tap(phone, "提交异议")
    expect(phone.page.get_by_role("alert")).to_have_text("请写明对什么有异议、为什么")
    _write(phone, "words", "那天我在社区值守，有居委会的证明。")
    phone.page.reload()
    _choose(phone)
    expect(phone.page.get_by_test_id("words").locator("textarea")).to_have_value("那天我在社区值守，有居委会的证明。")
    expect(phone.page.get_by_text("前告诉您是否受理")).to_be_visible()
    tap(phone, "提交异议")
    place = f"pages/objection/objection?id={_id_of(phone)}"
    expect(phone.page.get_by_test_id("standing")).to_contain_text("前受理")
    _as(phone, "李伟", place)
    expect(phone.page.get_by_text("您与这件事有关，这里只显示答复")).to_be_visible()
    expect(phone.page.get_by_text("居委会的证明")).to_have_count(0)
    _as(phone, "张敏", place)
    expect(phone.page.get_by_text("居委会的证明").first).to_be_visible()
    _admit(app_data, int(place.rpartition("=")[2]))
    phone.page.reload()
    letters = phone.page.get_by_test_id("letters")
    expect(letters.get_by_text("打开后记下您看到的时间")).to_be_visible()
    letters.get_by_text("生成").click()
    expect(letters.get_by_text("小程序")).to_be_visible()
    tap(phone, "撤回异议")
    phone.agree()
    expect(phone.page.get_by_test_id("standing")).to_have_text("已撤回")


def test_who_had_a_hand_in_a_matter_does_not_write_down_what_is_said_of_it(phone: Phone) -> None:
    phone.sign_in("李伟")
    phone.open("pages/branch/branch")
    row(phone, "异议办理").click()
    row(phone, "代为登记异议").click()
    tap(phone, "只看未绑定")
    row(phone, "未绑定").click()
    row(phone, "代为登记异议").click()
    _choose(phone, "年度结果")  # drafted by 李伟
    phone.page.get_by_role("tab").filter(has_text="书面提出").click()
    _write(phone, "words", "请核对这一笔，我记得当天到会了。")
    tap(phone, "登记异议")
    expect(phone.page.get_by_role("alert").first).to_have_text("请写明本人何时、怎样提出的")
    _write(phone, "intake", "今天上午在支部办公室交来的")
    if phone.page.get_by_test_id("late").count():  # all year but in the weeks of the window
        _write(phone, "late", "年初住院，刚刚看到结果")
    phone.forgive_failed_requests()
    tap(phone, "登记异议")
    expect(phone.page.get_by_text("您经手过这件事，请由其他负责人或上级党组织办理")).to_be_visible()


def _admit(data: Path, objection_id: int) -> None:
    """Whoever assigns it admits it and names the first who may look into it."""
    now = clock.now()
    with Session(make_engine(f"sqlite:///{data}/xianfeng.db")) as session:
        row = session.get_one(Objection, objection_id)
        handling = handling_of(session, row, now=now)
        by, to = handling.assigners[0], handling.free()[0]
        objections.assign(session, row.id, version=row.version, investigator_id=to, account_id=by, now=now)
        session.commit()


def _upheld(data: Path) -> int:
    """王芳 refuses a claim that waits, 孙丽 upholds what was objected to it on paper; return the objection's id."""
    now = clock.now()
    engine = make_engine(f"sqlite:///{data}/xianfeng.db")
    with Session(engine) as session:
        wang_fang, sun_li, li_wei = (_account(session, name) for name in ("王芳", "孙丽", "李伟"))
        held = (Membership.member_id == li_wei.member_id, Membership.until_date.is_(None))
        branch = session.scalars(select(Membership.organization_id).where(*held)).one()
        waiting = (Claim.organization_id == branch, Claim.status == ClaimStatus.submitted)
        others = Claim.member_id.not_in([each.member_id for each in (wang_fang, sun_li, li_wei)])
        claim = session.scalars(select(Claim).where(*waiting, others).order_by(Claim.id).limit(1)).one()
        reviewer = actor_by(session, wang_fang, now=now)
        review.open_for_review(session, claim_id=claim.id, actor=reviewer, now=now)
        review.reject(session, claim_id=claim.id, actor=reviewer, version=claim.version, reason="属本职工作", now=now)
        row = objections.raise_objection(
            session,
            member_id=claim.member_id,
            subject_kind=ObjectionSubject.rejection,
            subject_id=claim.id,
            words="那天是休息日，不是本职工作。",
            via=ObjectionVia.paper,
            intake="今天上午交到办公室",
            own=False,
            account_id=sun_li.id,
            now=now,
        )
        objections.assign(
            session, row.id, version=row.version, investigator_id=sun_li.id, account_id=li_wei.id, now=now
        )
        objections.answer(
            session,
            row.id,
            version=row.version,
            finding="已查值班表，那天确是休息日。",
            outcome=ObjectionOutcome.upheld,
            corrects=True,
            account_id=sun_li.id,
            now=now,
        )
        session.commit()
        return row.id


def test_what_was_upheld_is_put_right_by_one_tap(phone: Phone, app_data: Path) -> None:
    place = f"pages/objection/objection?id={_upheld(app_data)}"
    phone.sign_in("李伟")
    phone.open(place)
    expect(phone.page.get_by_test_id("standing")).to_contain_text("待更正")
    correction = phone.page.get_by_test_id("correction")
    expect(correction.get_by_text("改为认定")).to_be_visible()
    expect(correction.get_by_text("→").first).to_be_visible()
    allowed = correction.locator("input")
    proposed = allowed.input_value()
    allowed.fill("9999")  # more than was proposed: it says why not, and there is nothing to tap
    allowed.blur()
    expect(correction.get_by_text("改为认定 9999.00 分")).to_be_visible()
    expect(correction.get_by_text("办理更正")).to_have_count(0)
    allowed.fill("99999")  # beyond what is read at all: what is shown stays
    allowed.blur()
    expect(allowed).to_have_value("9999.00")
    allowed.fill(proposed)
    allowed.blur()
    expect(correction.get_by_text(f"改为认定 {proposed} 分")).to_be_visible()
    tap(phone, "办理更正")
    phone.agree()
    expect(phone.page.get_by_test_id("corrected")).to_contain_text("已更正")
    expect(phone.page.get_by_test_id("standing")).not_to_contain_text("待更正")
    letters = phone.page.get_by_test_id("letters")
    row(phone, "登记当面送达：积分异议受理通知").click()
    phone.page.locator("textarea").last.fill("今天上午在支部办公室，本人签收")
    tap(phone, "登记")
    expect(letters.get_by_text("今天上午在支部办公室，本人签收")).to_be_visible()
    expect(letters.get_by_text("登记当面送达：积分异议受理通知")).to_have_count(0)


@pytest.mark.parametrize("elder", [False, True])
def test_the_pages_of_objections_fit_and_can_be_hit_at_320_pixels(
    app_server: Server, chromium: Browser, elder: bool
) -> None:
    with taken_up(chromium, app_server.address) as phone:
        phone.page.set_viewport_size(NARROW)
        phone.sign_in("李伟")
        if elder:
            phone.open("pages/me/me")
            phone.page.get_by_test_id("elder").click()
        phone.open("pages/branch/branch")
        row(phone, "异议办理").click()
        expect(phone.page.get_by_role("tab").filter(has_text="办理中")).to_be_visible()
        phone.page.get_by_role("tab").filter(has_text="全部").click()
        assert phone.overflow() <= 0
        assert faults(phone, elder=elder) == []
        phone.page.locator(".row .tag").filter(visible=True).first.click()
        expect(phone.page.get_by_text("办理过程")).to_be_visible()
        assert phone.overflow() <= 0
        assert faults(phone, elder=elder) == []
