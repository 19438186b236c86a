"""The first start: months, dues and bulletins begin with the first full month after set-up, and it is said which."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.config import Settings
from server.dues import service as dues
from server.dues.outstanding import outstanding
from server.jobs import report, runs
from server.jobs.models import JobRun
from server.jobs.queries import past_of
from server.jobs.rules import due_periods
from server.jobs.table import JOBS
from server.organizations import service as organizations
from server.organizations.beginning import first_month
from server.organizations.models import Organization
from server.scheduling import CatchUp, daily
from server.statements import queries as statements
from server.statements.freezing.service import freeze
from server.statements.models import Bulletin, Statement
from server.statements.rules import month_before
from tests.cast import NOW, Cast
from tests.pushing import shanghai
from tests.refusing import refused

SET_UP = date(2026, 6, 18)


def began(session: Session, cast: Cast, on: date | None = SET_UP) -> None:
    for organization in session.scalars(select(Organization)):
        organization.began_on = on
    session.commit()


def periods(session: Session) -> set[str]:
    session.expire_all()
    found = set(session.scalars(select(Statement.period)))
    session.commit()
    return found


def at(moment: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.clock.now", lambda: moment)


@pytest.mark.parametrize(
    ("began_on", "first"),
    [
        (date(2026, 11, 30), date(2026, 12, 1)),
        (date(2026, 12, 1), date(2026, 12, 1)),
        (date(2026, 12, 2), date(2027, 1, 1)),
        (date(2028, 1, 31), date(2028, 2, 1)),
    ],
)
def test_the_first_full_month_lies_wholly_after_the_beginning(began_on: date, first: date) -> None:
    assert first_month(began_on) == first


def test_a_month_before_the_beginning_is_not_summed_up_and_the_first_full_one_is(
    session: Session, engine: Engine, cast: Cast
) -> None:
    began(session, cast)
    for month in (6, 7, 8):
        cutoff = shanghai(2026, month, 3, 2)
        freeze(engine, month_before(cutoff), now=cutoff)
    assert periods(session) == {"2026-07"}


def test_what_was_here_before_beginnings_were_recorded_keeps_its_months(
    session: Session, engine: Engine, cast: Cast
) -> None:
    began(session, cast, None)
    cutoff = shanghai(2026, 6, 3, 2)
    freeze(engine, month_before(cutoff), now=cutoff)
    assert periods(session) == {"2026-05"}


def test_a_branch_founded_later_begins_with_its_own_first_full_month(
    session: Session, engine: Engine, cast: Cast
) -> None:
    began(session, cast, date(2026, 1, 1))
    session.get_one(Organization, cast.branch).began_on = date(2026, 5, 2)
    session.commit()
    cutoff = shanghai(2026, 6, 3, 2)
    freeze(engine, month_before(cutoff), now=cutoff)
    assert cast.branch not in set(session.scalars(select(Statement.organization_id)))
    session.commit()
    assert periods(session) == {"2026-05"}


def test_a_scheduler_started_late_catches_up_from_the_beginning_and_publishes_nothing_before_it(
    session: Session, engine: Engine, cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    began(session, cast)
    at(shanghai(2026, 10, 10, 12), monkeypatch)
    for job in JOBS:
        if job.name in ("freeze_statements", "draw_up_bulletins"):
            runs.work_off(engine, settings, job)
    assert periods(session) == {"2026-07", "2026-08", "2026-09"}
    assert set(session.scalars(select(Bulletin.quarter))) == {"2026-Q3"}
    frozen = session.scalars(select(JobRun.period).where(JobRun.job == "freeze_statements")).all()
    assert len(frozen) == 4


def test_dues_of_before_are_neither_outstanding_nor_deducted(session: Session, cast: Cast) -> None:
    began(session, cast)
    assert outstanding(session, branch_ids=[cast.branch], month="2026-06") == {}
    assert outstanding(session, branch_ids=[cast.branch], month="2026-07")[cast.branch] == 4
    close: Callable[[str], object] = lambda month: dues.close_month(  # noqa: E731
        session,
        organization_id=cast.branch,
        month=month,
        due_cents=2000,
        account_id=cast.li_wei.account_id,
        now=NOW + timedelta(days=60),
    )
    refused("before_beginning", lambda: close("2026-06"))
    assert close("2026-07")


def test_it_is_said_which_month_is_the_first_until_it_comes(session: Session, engine: Engine, cast: Cast) -> None:
    began(session, cast, date(2026, 11, 30))
    words = "首次月汇总将于 2027 年 1 月 3 日生成（2026 年 12 月）"
    coming = [
        statements.coming(session, organization_id=cast.branch, now=now)
        for now in (shanghai(2026, 11, 30, 9), shanghai(2027, 1, 2, 23), shanghai(2027, 1, 3, 2))
    ]
    assert coming == [words, words, None]
    session.commit()
    (line,) = report.coming(engine, now=shanghai(2026, 12, 1))
    assert line.endswith(f"：{words}")


def test_an_organization_founded_through_the_service_begins_that_day(session: Session) -> None:
    root = organizations.create_root(session, title="明德大学党委", now=shanghai(2026, 11, 30, 23, 59))
    assert root.began_on == date(2026, 11, 30)


@pytest.mark.parametrize(("on", "first"), [(SET_UP, 18), (SET_UP + timedelta(days=1), 19), (None, 20)])
def test_what_counts_every_period_begins_in_the_night_of_the_beginning(
    session: Session, cast: Cast, on: date | None, first: int
) -> None:
    """Without a day of the beginning, it begins with the latest period."""
    began(session, cast, on)
    now = shanghai(2026, 6, 20, 10)
    past = past_of(session, "nightly", CatchUp.every, now=now)
    due = due_periods(daily("03:30").trigger, CatchUp.every, past, now=now, most=1)
    assert due == [shanghai(2026, 6, first, 3, 30)]
