"""Points on show: what is shown of whom, and what becomes of the year when it is taken down by itself."""

from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.annual.steps import clock, filing, showing
from server.publicity.models import Publicity
from server.publicity.rules import PublicityScope
from server.years.models import BranchYearStep
from server.years.rules import YearState
from tests.annual import REPORTING, by_clock, drafted, reported, settings, state
from tests.cast import Cast, Person
from tests.exempting import exempt
from tests.refusing import refused
from tests.years import OLD

S = YearState


@pytest.fixture
def shown(engine: Engine, session: Session, cast: Cast) -> Publicity:
    settings(session, cast.branch, points_publicized=True)
    reported(session, engine, cast)
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
    return row


def withdraw(session: Session, cast: Cast, by: Person) -> None:
    showing.withdraw(
        session,
        organization_id=cast.branch,
        year=OLD,
        reason="名单有误",
        account_id=by.account_id,
        now=REPORTING + timedelta(days=10),
    )
    session.commit()


def test_taken_down_by_itself_the_year_goes_back_to_its_report(session: Session, cast: Cast, shown: Publicity) -> None:
    assert state(session, cast.branch) is S.publicized
    withdraw(session, cast, cast.wang_fang)
    assert state(session, cast.branch) is S.reported
    assert session.scalar(select(Publicity.status).where(Publicity.id == shown.id)) == "withdrawn"
    last = session.scalars(select(BranchYearStep).order_by(BranchYearStep.id.desc()).limit(1)).one()
    assert (last.before, last.after, last.reason) == ("publicized", "reported", "名单有误")


def test_what_is_filed_is_not_taken_down(engine: Engine, session: Session, cast: Cast, shown: Publicity) -> None:
    later = REPORTING + timedelta(days=9)
    by_clock(session, clock.settle_due, engine, later)
    filing.file(session, organization_id=cast.branch, year=OLD, account_id=cast.li_wei.account_id, now=later)
    session.commit()
    refused("wrong_status", partial(withdraw, session, cast, cast.li_wei))
    session.rollback()
    assert (state(session, cast.branch), session.get_one(Publicity, shown.id).open) == (S.filed, True)


def test_who_is_not_measured_is_shown_in_number_only(engine: Engine, session: Session, cast: Cast) -> None:
    exempt(session, cast, cast.zhang_min.member_id, date(OLD, 6, 1))
    session.commit()
    edition = drafted(session, engine, cast)
    content = showing.content(session, edition.id)
    assert {entry.name for group in content.groups for entry in group.entries} == {"王芳", "李伟", "孙丽"}
    assert (content.unlisted, content.title) == (1, f"{OLD} 年度党员积分公示")
    assert all("不列入" not in text for text in content.texts())
