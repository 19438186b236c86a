"""公示有误 with a name becomes an objection: in time and late, of points and of stars, and who may not enter it."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.annual.steps import showing
from server.feedback import present, service, taking
from server.feedback.models import Feedback
from server.feedback.rules import FeedbackKind, FeedbackStatus
from server.objections import queries
from server.objections.models import Objection
from server.objections.rules import ObjectionStatus, ObjectionSubject, ObjectionVia
from server.publicity.models import Publicity
from server.publicity.rules import PublicityScope
from tests import annual
from tests.annual import REPORTING
from tests.cast import Cast
from tests.refusing import refused
from tests.reporting import KEY, REPORTER, VAULT, named, reported
from tests.years import OLD

ON_SHOW = datetime(2027, 1, 21, 2, tzinfo=UTC)
OVER = datetime(2027, 1, 29, 2, tzinfo=UTC)
"""Two days after the list was taken down."""

SAID = "2027 年 1 月 21 日 10:00 已在反映情况中提出"
WORDS = "公示的年度积分少了 6 月的志愿服务。"


@pytest.fixture
def shown(engine: Engine, session: Session, cast: Cast) -> Publicity:
    annual.settings(session, cast.branch, points_publicized=True)
    annual.reported(session, engine, cast)
    row = showing.propose(
        session,
        scope=PublicityScope.branch,
        place="明德楼公示栏",
        text="",
        first_day=date(2027, 1, 20),
        working_days=5,
        organization_id=cast.branch,
        year=OLD,
        account_id=cast.wang_fang.account_id,
        now=REPORTING,
    )
    showing.approve(
        session,
        organization_id=cast.branch,
        year=OLD,
        last_day=row.last_day,
        account_id=cast.li_wei.account_id,
        now=REPORTING,
    )
    session.commit()
    assert row.last_day == date(2027, 1, 26)
    return row


def _doubted(session: Session, cast: Cast, shown: Publicity, name: str | None) -> tuple[Feedback, str]:
    """Return a doubt of the list, given to 陈静 of the 总支 or whoever is free, and its query code."""
    row, code = reported(
        session,
        cast,
        publicity_id=shown.id,
        kind=FeedbackKind.publicity_error,
        words=WORDS,
        name=name,
        now=ON_SHOW,
    )
    return named(session, row, cast.sun_li, cast.sun_li, now=ON_SHOW), code


def _entered(session: Session, cast: Cast, row: Feedback, *, now: datetime = ON_SHOW) -> Objection:
    by = cast.sun_li.account_id
    return service.enter_objection(session, VAULT, row.id, version=row.version, account_id=by, now=now)


def test_in_time_it_is_the_members_own_objection_to_their_line(session: Session, cast: Cast, shown: Publicity) -> None:
    row, code = _doubted(session, cast, shown, "张 敏")
    objection = _entered(session, cast, row)
    assert (objection.member_id, objection.subject_kind, objection.subject_id) == (
        cast.zhang_min.member_id,
        ObjectionSubject.result,
        shown.subject_id,
    )
    assert (objection.via, objection.late_reason, objection.words) == (ObjectionVia.paper, None, WORDS)
    assert (objection.status, objection.entered_by) == (ObjectionStatus.submitted, cast.sun_li.account_id)
    assert [each.words for each in queries.story_of(session, objection.id)] == [SAID]
    told = present.progress(session, taking.with_code(session, KEY, code))
    assert (told.status, told.status_title, told.due) == (FeedbackStatus.objection, "已转为异议办理", None)
    assert told.steps[-1].title == "转为异议办理"


def test_late_it_says_that_it_was_said_in_time(session: Session, cast: Cast, shown: Publicity) -> None:
    row, _ = _doubted(session, cast, shown, "张敏")
    objection = _entered(session, cast, row, now=OVER)
    assert objection.late_reason == SAID
    assert [each.words for each in queries.story_of(session, objection.id)] == [SAID]


@pytest.mark.parametrize("name", [None, REPORTER])
def test_without_a_name_of_a_member_there_it_stays_a_feedback(
    session: Session, cast: Cast, shown: Publicity, name: str | None
) -> None:
    row, _ = _doubted(session, cast, shown, name)
    refused("not_on_the_list", lambda: _entered(session, cast, row))
    assert row.status == FeedbackStatus.investigating
    assert session.scalars(select(Objection.id)).all() == []


def test_once_entered_it_is_not_entered_again(session: Session, cast: Cast, shown: Publicity) -> None:
    row, _ = _doubted(session, cast, shown, "张敏")
    _entered(session, cast, row)
    refused("wrong_status", lambda: _entered(session, cast, row))
    assert len(session.scalars(select(Objection.id)).all()) == 1
