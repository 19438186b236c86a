"""Reviewing in the chat: what was shown, as it was shown, by who may, and only after 是."""

from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.claims import review, service
from server.claims.models import Claim, EventKind
from server.claims.rules import ClaimStatus
from tests.at_once import at_once
from tests.bot.talking import Chat, Chats
from tests.cast import NOW, Cast
from tests.claiming import paid, submitted

CHOICES = "请回复：通过 / 改成1分 理由"


def status(session: Session, claim: Claim) -> ClaimStatus:
    session.refresh(claim)
    return ClaimStatus(claim.status)


def test_three_claims_are_decided_one_after_another(chats: Chats, cast: Cast, session: Session) -> None:
    titles = ("社区志愿服务", "敬老院慰问", "校园疏导")
    first, second, third = (submitted(session, cast.zhang_min, title=title) for title in titles)
    chat = chats(cast.wang_fang)
    shown = chat("待审")
    assert "请审核（待审 3 项）" in shown
    assert "张敏（教工第一党支部）" in shown
    assert "社区志愿服务" in shown
    assert "说明：协助核酸登记" in shown
    assert "审核通过，计 1.00 分：张敏《社区志愿服务》" in chat("通过")
    assert status(session, first) == ClaimStatus.submitted
    assert "敬老院慰问" in chat("是")
    assert "请说明理由" in chat("改成0.5分")
    assert "由 1.00 分改为 0.50 分通过，理由“时长不足”" in chat("时长不足")
    assert "校园疏导" in chat("确认")
    assert "退回补充，理由“照片不清”" in chat("退回 照片不清")
    assert "没有待您审核的申报了" in chat("是")
    assert [status(session, claim) for claim in (first, second, third)] == ["approved", "approved", "returned"]
    assert paid(session, first.id) == [(cast.zhang_min.member_id, Decimal(1))]
    assert paid(session, second.id) == [(cast.zhang_min.member_id, Decimal("0.5"))]
    looks = session.scalars(select(AuditLine.action).where(AuditLine.subject_kind == "claim")).all()
    assert looks.count(f"claim_{EventKind.opened}") == 3


def test_nothing_is_decided_that_was_not_shown(chats: Chats, cast: Cast, session: Session) -> None:
    claim = submitted(session, cast.zhang_min)
    chat = chats(cast.wang_fang)
    for text in ("通过", "是", "驳回 不属于贡献", "是"):
        chat(text)
    assert status(session, claim) == ClaimStatus.submitted
    chat("待审")
    for text in ("全部通过", "能不能通过", "先别通过", "是", "通过吗", "是", "不通过吗", "好"):
        chat(text)
        assert status(session, claim) == ClaimStatus.submitted, text


def test_a_claim_that_changed_meanwhile_is_not_decided_as_it_was_seen(
    chats: Chats, cast: Cast, session: Session
) -> None:
    claim = submitted(session, cast.zhang_min)
    chat = chats(cast.wang_fang)
    chat("待审")
    chat("通过")
    service.withdraw(session, claim_id=claim.id, actor=cast.zhang_min.actor, version=claim.version, now=NOW)
    assert "不能进行此操作" in chat("是")
    assert status(session, claim) == ClaimStatus.withdrawn
    assert not paid(session, claim.id)


def test_who_was_overtaken_learns_by_whom(chats: Chats, cast: Cast, session: Session) -> None:
    claim = submitted(session, cast.zhang_min)
    slow, fast = chats(cast.wang_fang), chats(cast.sun_li)
    slow("待审")
    slow("驳回 重复申报")
    fast("待审")
    fast("通过")
    fast("是")
    assert "已由孙丽审核" in slow("是")
    assert status(session, claim) == ClaimStatus.approved


def test_skipped_claims_come_again(chats: Chats, cast: Cast, session: Session) -> None:
    submitted(session, cast.zhang_min)
    submitted(session, cast.zhang_min, title="敬老院慰问")
    chat = chats(cast.wang_fang)
    chat("待审")
    assert "敬老院慰问" in chat("跳过")
    assert "其余 2 项都跳过了" in chat("下一个")
    assert "社区志愿服务" in chat("待审")


def test_a_bare_refusal_asks_which_one_is_meant(chats: Chats, cast: Cast, session: Session) -> None:
    claim = submitted(session, cast.zhang_min)
    chat = chats(cast.wang_fang)
    chat("待审")
    assert "2. 驳回，不予认定" in chat("不通过")
    assert "请说明不予认定的理由" in chat("2")
    assert "驳回，不予认定，理由“属于本职工作”" in chat("属于本职工作")
    chat("是")
    assert status(session, claim) == ClaimStatus.rejected


@pytest.mark.parametrize("decision", ["通过", "退回 照片不清", "驳回 不属于贡献"])
def test_a_slip_is_taken_back_within_five_minutes(decision: str, chats: Chats, cast: Cast, session: Session) -> None:
    claim = submitted(session, cast.zhang_min)
    chat = chats(cast.wang_fang)
    for text in ("待审", decision, "是"):
        chat(text)
    assert "撤销刚才的决定" in chat("撤销")
    assert "重新待审" in chat("是")
    assert status(session, claim) == ClaimStatus.submitted
    assert not paid(session, claim.id)
    for text in ("通过", "是"):
        chat(text)
    assert paid(session, claim.id) == [(cast.zhang_min.member_id, Decimal(1))]


def test_after_five_minutes_a_decision_stands(chats: Chats, cast: Cast, session: Session) -> None:
    claim = submitted(session, cast.zhang_min)
    chat = chats(cast.wang_fang)
    for text in ("待审", "通过", "是"):
        chat(text)
    chat.after(minutes=4, seconds=50)("撤销")
    assert "只能在5分钟内撤销" in chat.after(seconds=15)("是")
    assert "没有作过审核决定" in chat("撤销")
    assert status(session, claim) == ClaimStatus.approved


def test_nobody_takes_back_what_another_decided(cast: Cast, session: Session) -> None:
    claim = submitted(session, cast.zhang_min)
    review.open_for_review(session, claim_id=claim.id, actor=cast.wang_fang.actor, now=NOW)
    review.approve(session, claim_id=claim.id, actor=cast.wang_fang.actor, version=claim.version, now=NOW)
    assert review.last_decided(session, account_id=cast.li_wei.account_id, now=NOW) is None


def test_one_sees_neither_his_own_claim_nor_another_branchs(chats: Chats, cast: Cast, session: Session) -> None:
    submitted(session, cast.wang_fang)
    assert "没有待您审核的申报了" in chats(cast.wang_fang)("待审")
    assert "没有待您审核的申报了" in chats(cast.zhao_qiang)("待审")
    assert "没有要审的" in chats(cast.zhang_min)("待审")
    assert "没有要审的" in chats(cast.inspector)("待审")


@pytest.mark.mariadb_only
def test_two_messages_at_once_act_once(chats: Chats, cast: Cast, session: Session) -> None:
    claim = submitted(session, cast.zhang_min)
    chat = chats(cast.wang_fang)
    chat("待审")
    chat("通过")

    def twin() -> Chat:
        other = chats(cast.wang_fang).after(seconds=5)
        other.session = Session(chat.engine)
        return other

    said = at_once(*(partial(each, "是") for each in (twin(), twin())))
    assert sum("已通过" in words for words in said) == 1
    assert paid(session, claim.id) == [(cast.zhang_min.member_id, Decimal(1))]
