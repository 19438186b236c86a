"""When jobs run and which periods are due: month ends, leap days, outages, a clock that was set back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.jobs.rules import (
    Past,
    Unfinished,
    due_periods,
    is_period,
    latest_period,
    next_period,
    periods_between,
    trusts_clock,
    wait_after,
)
from server.jobs.table import JOBS
from server.scheduling import CatchUp, Schedule, daily, every_minutes, monthly, quarterly

SHANGHAI = ZoneInfo("Asia/Shanghai")
SCHEDULES = [
    *(every_minutes(5), every_minutes(30), daily("03:30"), daily("00:00")),
    *(
        monthly(3, "02:00"),
        monthly(31, "09:00"),
        monthly(29, "00:00"),
        monthly("last", "23:55"),
    ),
]

schedules = st.sampled_from(SCHEDULES)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


def shanghai(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def days(periods: Iterator[datetime]) -> list[str]:
    return [f"{period.astimezone(SHANGHAI):%m-%d %H:%M}" for period in periods]


@given(schedules, instants)
def test_the_next_period_is_the_first_one_later(schedule: Schedule, now: datetime) -> None:
    following = next_period(schedule.trigger, now)
    assert following is not None
    assert following > now
    assert is_period(schedule.trigger, following)
    assert not is_period(schedule.trigger, following - timedelta(seconds=30))
    assert next_period(schedule.trigger, following - timedelta(microseconds=1)) == following


@given(schedules, instants)
def test_no_period_lies_between_the_latest_and_now(schedule: Schedule, now: datetime) -> None:
    latest = latest_period(schedule.trigger, now)
    assert latest is not None
    assert latest <= now
    following = next_period(schedule.trigger, latest)
    assert following is not None
    assert following > now


@given(schedules, instants, st.integers(0, 40))
def test_periods_between_two_instants_are_all_there_once_in_order(
    schedule: Schedule, after: datetime, outage: int
) -> None:
    until = after + timedelta(days=min(outage, 3) if "分钟" in schedule.title else outage)
    periods = list(periods_between(schedule.trigger, after, until))
    assert all(one < other for one, other in pairwise(periods))
    assert all(after < period <= until for period in periods)
    last = periods[-1] if periods else after
    following = next_period(schedule.trigger, last)
    assert following is not None
    assert following > until


@given(schedules, instants, st.data())
def test_cutting_an_outage_anywhere_changes_nothing(schedule: Schedule, after: datetime, data: st.DataObject) -> None:
    until = after + timedelta(days=2)
    cut = data.draw(st.datetimes(after.replace(tzinfo=None), until.replace(tzinfo=None), timezones=st.just(UTC)))
    halves = [*periods_between(schedule.trigger, after, cut), *periods_between(schedule.trigger, cut, until)]
    assert halves == list(periods_between(schedule.trigger, after, until))


def test_a_month_without_the_day_is_left_out_and_the_last_day_is_found() -> None:
    year = (shanghai(2027, 1, 1), shanghai(2027, 7, 1))
    assert days(periods_between(monthly(31, "09:00").trigger, *year)) == ["01-31 09:00", "03-31 09:00", "05-31 09:00"]
    ends = ["01-31 23:55", "02-28 23:55", "03-31 23:55", "04-30 23:55", "05-31 23:55", "06-30 23:55"]
    assert days(periods_between(monthly("last", "23:55").trigger, *year)) == ends


def test_a_leap_day_is_a_day_like_any_other() -> None:
    february = (shanghai(2028, 2, 28), shanghai(2028, 3, 1, 12))
    assert days(periods_between(daily("03:30").trigger, *february)) == ["02-28 03:30", "02-29 03:30", "03-01 03:30"]
    assert days(periods_between(monthly(29, "00:00").trigger, *february)) == ["02-29 00:00"]


def test_a_year_changes_between_two_periods() -> None:
    turn = (shanghai(2026, 12, 31, 23, 49), shanghai(2027, 1, 1, 0, 5))
    expected = ["12-31 23:50", "12-31 23:55", "01-01 00:00", "01-01 00:05"]
    assert days(periods_between(every_minutes(5).trigger, *turn)) == expected
    assert next_period(monthly(3, "02:00").trigger, shanghai(2026, 12, 3, 2)) == shanghai(2027, 1, 3, 2)


def test_schedules_are_shanghais() -> None:
    assert next_period(daily("03:30").trigger, datetime(2026, 6, 17, 19, 29, tzinfo=UTC)) == datetime(
        2026, 6, 17, 19, 30, tzinfo=UTC
    )
    quarter = next_period(quarterly(1, "03:30").trigger, datetime(2026, 6, 17, tzinfo=UTC))
    assert quarter == datetime(2026, 6, 30, 19, 30, tzinfo=UTC)


def test_minutes_have_to_divide_the_hour() -> None:
    with pytest.raises(ValueError, match="divide"):
        every_minutes(7)


# What is due


def due(schedule: Schedule, rule: CatchUp, past: Past, now: datetime, most: int = 100) -> list[datetime]:
    return due_periods(schedule.trigger, rule, past, now=now, most=most)


@given(schedules, instants, st.sampled_from(CatchUp))
def test_a_job_that_never_ran_begins_with_its_latest_period(schedule: Schedule, now: datetime, rule: CatchUp) -> None:
    assert due(schedule, rule, Past(), now) == [latest_period(schedule.trigger, now)]


@given(schedules, instants, st.integers(0, 3))
def test_an_outage_is_caught_up_in_full_however_little_is_done_at_once(
    schedule: Schedule, last_looked: datetime, outage: int
) -> None:
    last = latest_period(schedule.trigger, last_looked)
    assert last is not None
    now, done = last_looked + timedelta(days=outage), []
    while periods := due(schedule, CatchUp.every, Past(last), now, most=7):
        done += periods
        last = periods[-1]
    assert done == list(periods_between(schedule.trigger, latest_period(schedule.trigger, last_looked) or now, now))


def test_forty_days_missed_are_forty_periods_in_order_or_the_latest_alone() -> None:
    last, now = shanghai(2027, 1, 30, 3, 30), shanghai(2027, 3, 11, 12)
    every = due(daily("03:30"), CatchUp.every, Past(last), now)
    assert len(every) == 40
    assert (every[0], every[-1]) == (shanghai(2027, 1, 31, 3, 30), shanghai(2027, 3, 11, 3, 30))
    assert every == sorted(every)
    assert due(daily("03:30"), CatchUp.latest, Past(last), now) == [shanghai(2027, 3, 11, 3, 30)]


@given(schedules, instants, st.timedeltas(timedelta(0), timedelta(days=400)), st.sampled_from(CatchUp))
def test_a_clock_set_back_runs_nothing_that_has_run(
    schedule: Schedule, now: datetime, back: timedelta, rule: CatchUp
) -> None:
    """All periods up to `now` have run; the clock then says less, and comes back to `now`."""
    ran = latest_period(schedule.trigger, now)
    assert ran is not None
    behind = latest_period(schedule.trigger, now - back)
    assert due(schedule, rule, Past(behind), now - back) == []
    assert due(schedule, rule, Past(ran), now) == []


@given(schedules, instants, st.sampled_from(CatchUp))
def test_a_clock_behind_every_known_run_runs_nothing(schedule: Schedule, now: datetime, rule: CatchUp) -> None:
    assert due(schedule, rule, Past(ahead=True), now) == []


def failed(period: datetime, *, attempts: int, started_at: datetime) -> Unfinished:
    return Unfinished(period, started_at, attempts, failed=True)


def died(period: datetime) -> Unfinished:
    return Unfinished(period, period, 1, failed=False)


DAY = daily("03:30")
FIRST, SECOND, THIRD = (shanghai(2026, 6, day, 3, 30) for day in (16, 17, 18))
NOON = shanghai(2026, 6, 18, 12)


@pytest.mark.parametrize("rule", CatchUp)
def test_a_run_that_died_is_due_again_at_once(rule: CatchUp) -> None:
    assert due(DAY, rule, Past(THIRD, [died(THIRD)]), NOON) == [THIRD]


@pytest.mark.parametrize("rule", CatchUp)
def test_a_run_that_failed_waits_longer_each_time(rule: CatchUp) -> None:
    third = failed(THIRD, attempts=3, started_at=NOON)
    past = Past(THIRD, [third])
    assert due(DAY, rule, past, NOON + timedelta(minutes=4) - timedelta(seconds=1)) == []
    assert due(DAY, rule, past, NOON + timedelta(minutes=4)) == [THIRD]


def test_the_wait_grows_to_an_hour_and_stays_there() -> None:
    minutes = [wait_after(attempts).total_seconds() / 60 for attempts in (1, 2, 3, 4, 5, 6, 7, 8, 9, 1000)]
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]


def test_where_every_period_counts_later_ones_wait_for_the_one_that_failed() -> None:
    waiting = Past(SECOND, [failed(FIRST, attempts=7, started_at=NOON - timedelta(minutes=1))])
    assert due(DAY, CatchUp.every, waiting, NOON) == []
    assert due(DAY, CatchUp.every, waiting, NOON + timedelta(hours=1)) == [FIRST, THIRD]


def test_where_only_the_latest_counts_a_new_period_overtakes_the_one_that_failed() -> None:
    waiting = Past(SECOND, [failed(SECOND, attempts=7, started_at=NOON)])
    assert due(DAY, CatchUp.latest, waiting, NOON) == [THIRD]


# The table


def test_jobs_have_names_of_their_own_that_fit_their_column() -> None:
    names = [job.name for job in JOBS]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and len(name) <= 40 for name in names)


def test_a_job_that_runs_many_times_a_day_does_not_keep_its_records_for_ever() -> None:
    day = (shanghai(2026, 6, 18), shanghai(2026, 6, 19))
    often = [job for job in JOBS if len(list(periods_between(job.when.trigger, *day))) > 2]
    assert often
    assert all(job.keeps is not None for job in often)


@pytest.mark.parametrize(
    ("pause", "watched", "trusted"),
    [
        (timedelta(days=30), None, True),
        (timedelta(days=30, seconds=1), None, False),
        (timedelta(days=365), timedelta(0), False),
        (timedelta(days=365), timedelta(days=7, seconds=-1), False),
        (timedelta(days=365), timedelta(days=7), True),
    ],
)
def test_after_a_long_pause_nothing_is_deleted_until_the_clock_has_gone_on_for_a_week(
    pause: timedelta, watched: timedelta | None, trusted: bool
) -> None:
    now = shanghai(2026, 6, 18)
    assert trusts_clock(now - pause, None if watched is None else now - watched, now=now) is trusted


def test_a_job_that_has_never_deleted_anything_may_begin() -> None:
    assert trusts_clock(None, None, now=shanghai(2026, 6, 18))


def test_every_job_that_purges_minds_the_clock_and_keeps_the_record_it_needs_for_it() -> None:
    assert {job.name for job in JOBS if job.deletes} == {job.name for job in JOBS if job.name.startswith("purge_")}
    assert not [job.name for job in JOBS if job.deletes and job.keeps is not None]
