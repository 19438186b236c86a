"""The only reader of the current time. Instants are UTC; days and years are Shanghai's."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return the current instant, aware, in UTC."""
    return datetime.now(UTC)


def shanghai_date(instant: datetime) -> date:
    """Return the calendar day in Shanghai on which `instant` falls."""
    return instant.astimezone(SHANGHAI).date()
