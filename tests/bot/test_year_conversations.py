"""What is said of a branch's year over the callbacks: one's own result, how far the branch is, and what is on show."""

from datetime import UTC, date, datetime

import time_machine
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bot.replies.year_steps import NO_BRANCH, NOT_FOR_MEMBERS
from server.annual.results.queries import result_of
from server.annual.steps import showing, undoing
from server.annual.steps.rules import Track
from server.days import shanghai_date
from server.db import reading
from server.points.schemas import NEGATIVE_NOTE
from server.presentation import points_text
from server.publicity.models import Publicity
from server.publicity.rules import PublicityScope
from server.years.rules import YearState
from tests.annual import assembly, closed, drafted, report, reported, settings
from tests.bot.callbacks import Writer, writer_of
from tests.cast import Cast
from tests.days import at
from tests.two_persons import let_in_force, recorded
from tests.years import OLD

NOW = datetime(2027, 1, 20, 2, tzinfo=UTC)
"""Wednesday, 10:00 in Shanghai: the day after the report was noted."""

TOLD = f"您{OLD}年度的积分："
NOT_TOLD = f"您{OLD}年度的积分结果还没有通报"


def propose(session: Session, cast: Cast) -> Publicity:
    """王芳 proposes to show the branch's points for five working days from today on."""
    shown = showing.propose(
        session,
        organization_id=cast.branch,
        year=OLD,
        scope=PublicityScope.branch,
        place="明德楼一层公示栏",
        text="",
        first_day=shanghai_date(NOW),
        working_days=5,
        account_id=cast.wang_fang.account_id,
        now=NOW,
    )
    session.commit()
    return shown


def approve(session: Session, cast: Cast, shown: Publicity) -> None:
    """李伟 approves it."""
    showing.approve(
        session,
        organization_id=cast.branch,
        year=OLD,
        last_day=shown.last_day,
        account_id=cast.li_wei.account_id,
        now=NOW,
    )
    session.commit()


def test_a_result_is_told_once_the_meeting_has_heard_it(
    zhang_min: Writer, session: Session, engine: Engine, cast: Cast
) -> None:
    assert NOT_TOLD in zhang_min.write("年度积分")
    drafted(session, engine, cast)
    assert NOT_TOLD in zhang_min.write("我的年度积分")
    report(session, cast, assembly(session, cast))
    said = zhang_min.write("年度积分")
    with reading(engine) as book:
        found = result_of(book, cast.zhang_min.member_id, OLD)
    assert found is not None
    assert found.result.total is not None
    assert f"{TOLD}{points_text(found.result.total)} 分。" in said
    assert [line.partition("：")[2] for line in said.splitlines()[2:-1]] == [
        points_text(points) for _, points in found.sections
    ]
    assert "名次：第 1 名（同分并列）" in said
    assert f"annual-result?year={OLD}" in said
    assert zhang_min.write("去年的年度结果") == zhang_min.write(f"{OLD}年度积分") == said


def test_a_year_of_which_there_is_no_result_has_none(
    app: OpenAPI, zhang_min: Writer, session: Session, engine: Engine, cast: Cast
) -> None:
    assert zhang_min.write("2024年度积分") == "没有您2024年度的积分结果。"
    reported(session, engine, cast)
    assert NOT_TOLD in writer_of(app, cast.zhao_qiang).write("年度积分")


def test_the_year_that_runs_has_a_score_and_no_result(zhang_min: Writer) -> None:
    assert zhang_min.write("2027年度积分") == zhang_min.write("2027年度我的积分")


def test_a_result_taken_back_is_not_told(zhang_min: Writer, session: Session, engine: Engine, cast: Cast) -> None:
    reported(session, engine, cast)
    assert TOLD in zhang_min.write("年度积分")
    undoing.undo(
        session,
        organization_id=cast.branch,
        year=OLD,
        track=Track.points,
        to=YearState.closing,
        reason="漏记一次党课",
        account_id=cast.chen_jing.account_id,
        now=NOW,
    )
    session.commit()
    assert NOT_TOLD in zhang_min.write("年度积分")


def test_nobody_else_hears_of_a_negative_decision(
    app: OpenAPI, zhang_min: Writer, session: Session, engine: Engine, cast: Cast
) -> None:
    let_in_force(session, recorded(session, cast, by=cast.li_wei), cast.chen_jing)
    settings(session, cast.branch, points_publicized=True)
    reported(session, engine, cast)
    approve(session, cast, propose(session, cast))
    assert zhang_min.write("年度积分").startswith(f"{TOLD}{NEGATIVE_NOTE}。")
    others = [writer_of(app, person) for person in (cast.wang_fang, cast.li_wei, cast.chen_jing)]
    asked = ("年度积分", "公示到什么时候", "本支部年度工作到哪一步")
    said = "".join(writer.write(question) for writer in others for question in asked)
    assert NEGATIVE_NOTE not in said
    assert "张敏" not in said


def test_a_publicity_is_told_from_its_approval_to_its_end(
    zhang_min: Writer, session: Session, engine: Engine, cast: Cast
) -> None:
    settings(session, cast.branch, points_publicized=True)
    reported(session, engine, cast)
    nothing = "教工第一党支部目前没有公示。"
    assert zhang_min.write("公示到什么时候") == nothing
    shown = propose(session, cast)
    assert zhang_min.write("公示到什么时候") == nothing
    approve(session, cast, shown)
    said = zhang_min.write("积分公示到哪天")
    assert "公示到1月26日 周二（含当天）为止" in said
    assert "公示中，还剩 5 个工作日；1月20日 周三起，共 5 个工作日，地点：明德楼一层公示栏" in said
    with time_machine.travel(at(date(2027, 1, 26), "23:59")):
        assert "还剩 1 个工作日" in zhang_min.write("公示还有几天")
    with time_machine.travel(at(date(2027, 1, 27), "00:30")):
        over = zhang_min.write("公示结束了吗")
    assert over == "教工第一党支部目前没有公示，最近一次到1月26日 周二为止，已经结束。"


def test_a_publicity_is_told_in_its_branch_alone(app: OpenAPI, session: Session, engine: Engine, cast: Cast) -> None:
    settings(session, cast.branch, points_publicized=True)
    reported(session, engine, cast)
    approve(session, cast, propose(session, cast))
    assert writer_of(app, cast.zhao_qiang).write("公示") == "学生第一党支部目前没有公示。"


def test_the_secretary_hears_the_next_step_its_day_and_what_it_waits_for(
    app: OpenAPI, session: Session, engine: Engine, cast: Cast
) -> None:
    li_wei = writer_of(app, cast.li_wei)
    assert "目前：年度进行中\n下一步：停止申报" in li_wei.write("本支部年度工作到哪一步")
    drafted(session, engine, cast)
    said = li_wei.write("我们支部年度工作到哪一步了")
    assert said.startswith("教工第一党支部2026年度工作：\n目前：形成年度结果\n下一步：党员大会通报，应在")
    report(session, cast, assembly(session, cast))
    said = li_wei.write("年度工作进度")
    assert "目前：党员大会通报\n下一步：结果确定" in said
    assert "· 提出异议的期限到" in said
    assert f"organization={cast.branch}&year={OLD}" in said


def test_what_is_left_before_the_draft_is_named(app: OpenAPI, session: Session, engine: Engine, cast: Cast) -> None:
    closed(session, engine)
    said = writer_of(app, cast.li_wei).write("年度工作到哪了")
    assert "下一步：形成年度结果，应在1月15日" in said
    assert "· " in said


def test_the_year_that_runs_has_no_steps_yet(app: OpenAPI, cast: Cast) -> None:
    said = writer_of(app, cast.li_wei).write("2027年度工作到哪一步")
    assert said == "2027年度还没有结束，年度工作要到次年申报截止以后才开始。"


def test_who_may_not_see_the_steps_is_told_where_to_turn(app: OpenAPI, zhang_min: Writer, cast: Cast) -> None:
    question = "本支部年度工作到哪一步"
    assert zhang_min.write(question) == NOT_FOR_MEMBERS
    assert writer_of(app, cast.administrator).write(question) == NO_BRANCH


def test_who_holds_an_office_above_hears_of_their_own_branch(app: OpenAPI, cast: Cast) -> None:
    assert writer_of(app, cast.chen_jing).write("本支部年度工作到哪一步").startswith("学生第一党支部2026年度工作：")
    assert writer_of(app, cast.representative).write("年度工作进度") == NO_BRANCH
