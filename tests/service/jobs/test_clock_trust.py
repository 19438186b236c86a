"""A clock that is a year ahead makes everything old: what deletes by the clock waits, and says so."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from time_machine import Traveller

from bot.receive.models import Signature
from server.config import Settings
from server.db import reading
from server.identity.models import BindingAttempt
from server.jobs import runs
from server.jobs.table import JOBS
from server.models import Base
from server.scheduling import CatchUp
from tests.cast import MORNING as NOW
from tests.cast import Cast
from tests.pushed import add_attempt, add_push
from tests.service.jobs.recorder import DAY, Recorder, ran, stored

DELETING = [job for job in JOBS if job.deletes]


@pytest.fixture
def deleting() -> Recorder:
    recorder = Recorder(CatchUp.latest)
    recorder.job = replace(recorder.job, deletes=True)
    return recorder


def rows(engine: Engine) -> dict[str, int]:
    """Return how many rows each table has; the jobs' own records grow with every look."""
    with reading(engine) as session:
        return {
            table.name: session.scalars(select(func.count()).select_from(table)).one()
            for table in Base.metadata.sorted_tables
            if not table.name.startswith("job_")
        }


@pytest.fixture
def _today(session: Session, cast: Cast) -> None:
    """What a day leaves behind that is forgotten later."""
    add_attempt(session, add_push(session, cast, cast.zhang_min, due_at=NOW - 60 * DAY), at=NOW - DAY)
    session.add(Signature(app_id="wx1", key="", signature="0" * 40, seen_at=NOW))
    session.add(BindingAttempt(key="someone", wrong_tries=[], updated_at=NOW))
    session.commit()


@pytest.mark.usefixtures("_today")
@pytest.mark.parametrize("days", [31, 365])
def test_with_the_clock_far_ahead_no_purge_takes_a_row(
    engine: Engine, settings: Settings, clock: Traveller, days: int
) -> None:
    for job in DELETING:
        assert runs.work_off(engine, settings, job) == 1
    before = rows(engine)
    clock.shift(days * DAY)
    for job in DELETING:
        assert runs.work_off(engine, settings, job) == 0, job.name
        error = stored(engine, job.name)[-1].error
        assert error is not None
        local = (NOW + days * DAY).astimezone(ZoneInfo("Asia/Shanghai"))
        assert f"服务器时间是 {local:%Y-%m-%d %H:%M}，距上次清理已 {days} 天，时间可能有误，暂不清理" in error
    assert rows(engine) == before


@pytest.mark.usefixtures("_today")
def test_by_hand_they_take_what_is_old_all_the_same(engine: Engine, settings: Settings, clock: Traveller) -> None:
    clock.shift(365 * DAY)
    before = rows(engine)
    for job in DELETING:
        assert runs.run_by_hand(engine, settings, job, None) is not None
    gone = {name for name, count in rows(engine).items() if count < before[name]}
    assert gone == {"push_attempts", "pushes", "bot_signatures", "binding_attempts"}


def test_a_clock_set_right_again_goes_on_as_if_nothing_had_been(
    engine: Engine, settings: Settings, deleting: Recorder, clock: Traveller
) -> None:
    runs.work_off(engine, settings, deleting.job)
    clock.shift(365 * DAY)
    assert runs.work_off(engine, settings, deleting.job) == 0
    clock.move_to(NOW + DAY)
    assert runs.work_off(engine, settings, deleting.job) == 1


def test_after_a_long_outage_it_goes_on_within_a_week_or_at_once_by_hand(
    engine: Engine, settings: Settings, deleting: Recorder, clock: Traveller
) -> None:
    ran(engine, NOW - 40 * DAY)
    for day in range(8):
        assert runs.work_off(engine, settings, deleting.job) == (day == 7), day
        clock.shift(DAY)
    clock.shift(40 * DAY)
    assert runs.work_off(engine, settings, deleting.job) == 0
    assert runs.run_by_hand(engine, settings, deleting.job, None) is not None
    clock.shift(DAY)
    assert runs.work_off(engine, settings, deleting.job) == 1


def test_an_outage_of_two_weeks_holds_nothing_up(
    engine: Engine, settings: Settings, deleting: Recorder, clock: Traveller
) -> None:
    ran(engine, NOW - 14 * DAY)
    assert runs.work_off(engine, settings, deleting.job) == 1
