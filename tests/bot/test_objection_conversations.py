"""我要提异议 and 异议到哪了: step by step, confirmed, and nothing without 是."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.objections.models import Objection
from server.objections.rules import ObjectionVia
from tests.bot.talking import Chats
from tests.cast import Cast
from tests.objecting import WORDS, assigned, rejected


def _all(session: Session) -> list[Objection]:
    return list(session.scalars(select(Objection)))


def test_a_member_objects_step_by_step_and_asks_how_far_it_is(session: Session, cast: Cast, chats: Chats) -> None:
    claim = rejected(session, cast.zhang_min, cast.wang_fang)
    chat = chats(cast.zhang_min)
    assert "没有提出过异议" in chat("异议到哪了")
    assert "1. 个人申报：社区志愿服务（2026年度）" in chat("我要提异议")
    assert "请用一段话说明" in chat("1")
    assert f"理由：{WORDS}" in chat(WORDS)
    assert _all(session) == []
    said = chat("是")
    assert "异议已提交，6月23日 周二前告诉您是否受理" in said
    [row] = _all(session)
    assert (row.subject_id, row.words, row.via, row.member_id) == (
        claim.id,
        WORDS,
        ObjectionVia.app,
        cast.zhang_min.member_id,
    )
    assert f"pages/objection/objection?id={row.id}" in said
    assert "待受理，6月23日 周二前有下一步" in chat("我的异议到哪一步了")
    assert "还没有可以提出异议的事项" in chat("我要提异议")
    assigned(session, row, cast.li_wei, cast.sun_li)
    assert "核查中" in chat("异议进度")
    assert WORDS not in chat("异议到哪了")


def test_nothing_is_raised_without_yes_and_words_are_not_taken_for_orders(
    session: Session, cast: Cast, chats: Chats
) -> None:
    rejected(session, cast.zhang_min, cast.wang_fang)
    chat = chats(cast.zhang_min)
    for last in ("取消", "等等"):
        chat("我要提异议")
        chat("1")
        assert "提出异议：" in chat("请假那天我在社区，有签到")
        chat(last)
        assert _all(session) == []
    chat("取消")
    chat("我要提异议")
    chat("1")
    assert "没有提出" in chat("取消")
    assert "提出异议：" not in chat(WORDS)
    assert _all(session) == []
