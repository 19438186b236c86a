"""The calendar of Shanghai, by which days, months and years begin and end. Pure; instants are UTC."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def shanghai_date(instant: datetime) -> date:
    """Return the calendar day in Shanghai on which `instant` falls."""
    return instant.astimezone(SHANGHAI).date()


def day_start(day: date) -> datetime:
    """Return the first instant of a day."""
    return at_time(day, time())


def day_end(day: date) -> datetime:
    """Return the first instant after a day."""
    return day_start(day + timedelta(days=1))


def at_time(day: date, hour: time) -> datetime:
    """Return the instant at which clocks in Shanghai show `hour` on a day."""
    return datetime.combine(day, hour, SHANGHAI).astimezone(UTC)
