"""What is said of stars over the callbacks: nothing before they are on show, then how many and why."""

import time_machine
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.bot.callbacks import writer_of
from tests.cast import Cast
from tests.rating import HALF, PROPOSED, SHOWN, agreed, heard, method, proposed, shown, tried
from tests.years import OLD

NOW = PROPOSED


def test_stars_are_told_once_they_are_on_show_with_the_why(
    app: OpenAPI, engine: Engine, session: Session, cast: Cast
) -> None:
    """王芳 has 93 points and no place: the bot says so, and nothing before the first day."""
    method(session, cast, HALF)
    meeting_id = heard(session, engine, cast, totals={"zhang_min": "95", "wang_fang": "93"})
    agreed(session, cast, proposed(session, cast, tried(session, cast), meeting_id))
    shown(session, cast)
    session.rollback()
    wang_fang = writer_of(app, cast.wang_fang)
    assert wang_fang.write("我几星") == f"您{OLD}年度的星级还没有公示，公示之日起可以查看。"
    with time_machine.travel(SHOWN, tick=False):
        told = wang_fang.write("我几星")
        assert f"您{OLD}年度评为四星。" in told
        assert "正在公示" in told
        why = wang_fang.write("为什么是四星")
        assert "年度积分93.00分，五星为90分（含）以上" in why
        assert "人数已达上限" in why
        assert "张敏" not in told + why
