"""A deadline's day as the tests try it: the day before, its last minute, and half an hour after it in Shanghai."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from server.days import SHANGHAI

Deadline = pytest.MarkDecorator


def at(day: date, clock: str) -> datetime:
    """Return an instant of a day in Shanghai, `HH:MM`."""
    return datetime.combine(day, time.fromisoformat(clock), SHANGHAI).astimezone(UTC)


def until(day: date) -> Deadline:
    """Run a test with `now` and `in_time` around a last day. At 00:30 it is still that day in UTC."""
    moments = {
        "the day before": (at(day - timedelta(days=1), "12:00"), True),
        "23:59": (at(day, "23:59"), True),
        "00:30 after": (at(day + timedelta(days=1), "00:30"), False),
    }
    return pytest.mark.parametrize(("now", "in_time"), moments.values(), ids=moments.keys())
