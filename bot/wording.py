"""How days, times and points read in a chat. Pure."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from server.days import SHANGHAI
from server.presentation import points_text

_WEEKDAYS = "一二三四五六日"


def spoken_day(day: date, *, today: date) -> str:
    """Return a day as people say it: 6月24日 周三, with the year where it is another."""
    year = "" if day.year == today.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日 周{_WEEKDAYS[day.weekday()]}"


def spoken_moment(instant: datetime, *, today: date) -> str:
    """Return an instant in Shanghai: 6月24日 周三 14:30."""
    local = instant.astimezone(SHANGHAI)
    return f"{spoken_day(local.date(), today=today)} {local:%H:%M}"


def spoken_month(month: str, *, today: date) -> str:
    """Return a month YYYY-MM: 5月, with the year where it is another."""
    year, number = month.split("-")
    return f"{int(number)}月" if int(year) == today.year else f"{year}年{int(number)}月"


def signed(points: Decimal) -> str:
    """Return points with their sign: +1.00, −2.00."""
    return f"−{points_text(-points)}" if points < 0 else f"+{points_text(points)}"


def short(text: str, most: int = 24) -> str:
    """Return a text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def numbered(lines: Sequence[str]) -> list[str]:
    return [f"{number}. {line}" for number, line in enumerate(lines, start=1)]
