"""What one cell copied from Excel says: an amount, a month, a day. Pure.

What has two meanings is refused, never guessed.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

MAX_CENTS = 10_000_000

_CENTURY = 2000
_YEARS = range(_CENTURY, 2101)
_SERIAL_ZERO = date(1899, 12, 30)
"""The day before Excel's first, counted with the 29 February 1900 that Excel believes in."""

_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_SHORTEST_NAME = 3
_DIGITS = {ord(han): str(digit) for digit, han in enumerate("〇一二三四五六七八九")} | {ord("零"): "0", ord("○"): "0"}
_HAN_YEAR = re.compile(r"[〇零○一二三四五六七八九]{4}(?=年)")
_HAN_MONTH = re.compile(r"(十?[一二三四五六七八九]|十)(?=月)")

_NOTHING = re.compile(r"[-‐‑‒–—―−]+")
"""Excel's accounting format writes nought as a dash."""

_SIGN = re.compile(r"^(?:¥|RMB|CNY|人民币)\s*|\s*元整?$", re.IGNORECASE)
_AMOUNT = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+", re.ASCII)
_NEGATIVE = re.compile(r"[-−]\s*[\d.,]+|\([\d.,]+\)", re.ASCII)

_TAIL = re.compile(
    r"\s*(?:星期|周)[一二三四五六日天]$|[\sT]*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[AP]M)?$", re.IGNORECASE
)
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?", re.ASCII)
_TOGETHER = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4}|\d{2}(?=年))[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", re.ASCII)
_THREE_SHORT = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_DAY_NAMED = re.compile(r"(\d{1,2})[-\s]([a-z]+)[-\s](\d{2}|\d{4})", re.ASCII | re.IGNORECASE)
_YEAR_MONTH = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})|(\d{2}))月?份?|(\d{2})年(\d{1,2})月份?", re.ASCII)
_MONTH_YEAR = re.compile(r"(\d{1,2})[-/.](\d{4})", re.ASCII)
_NAMED = re.compile(r"([a-z]+)(?:-(\d{2})|[-\s.]+(\d{4}))?|(\d{4})[-\s]([a-z]+)", re.ASCII | re.IGNORECASE)
_MONTH_ALONE = re.compile(r"(\d{1,2})(?:月(?:份|\d{1,2}日)?)?", re.ASCII)


class UnreadableCell(ValueError):
    """Why a cell cannot be read, in words for people."""


@dataclass(frozen=True, slots=True)
class Period:
    """The year, and perhaps the month, for cells that leave it out."""

    year: int
    month: int | None = None


def cents(text: str) -> int:
    """Read an amount in 分; a dash is nought. Raises UnreadableCell."""
    plain = unicodedata.normalize("NFKC", text).strip()
    while plain != (bare := _SIGN.sub("", plain)):
        plain = bare
    if _NOTHING.fullmatch(plain):
        return 0
    if _NEGATIVE.fullmatch(plain):
        raise UnreadableCell(f"“{text[:20]}”是负数，退还党费请用更正")
    amount = Decimal(plain.replace(",", "")) * 100 if _AMOUNT.fullmatch(plain) else None
    if amount is None or amount % 1 or amount > MAX_CENTS:
        raise UnreadableCell(f"“{text[:20]}”不是金额，应如 20 或 20.50，最多两位小数")
    return int(amount)


def month(text: str, period: Period | None) -> str:
    """Read a month as YYYY-MM; `period` completes what leaves the year, or all of it, out. Raises UnreadableCell."""
    if not text:
        if period is None or period.month is None:
            raise UnreadableCell("没有写月份")
        return f"{period.year}-{period.month:02}"
    found = {each for each in _months(_plain_day(text)) if 1 <= each[1] <= len(_NAMES)}
    if not found:
        raise UnreadableCell(f"“{text[:20]}”看不出是哪一个月，应如 2026-07，一行写一个月")
    if len(found) > 1:
        raise UnreadableCell(f"“{text[:20]}”有不止一种读法，请写成 2026-07 这样")
    ((year, number),) = found
    if year is None:
        if period is None:
            raise UnreadableCell(f"“{text[:20]}”没有写年份")
        year = period.year
    if year not in _YEARS:
        raise UnreadableCell(f"“{text[:20]}”的年份不对")
    return f"{year}-{number:02}"


def day(text: str) -> date | None:
    """Read a day; empty or a dash is none. Raises UnreadableCell."""
    plain = _plain_day(text)
    if not plain or _NOTHING.fullmatch(plain):
        return None
    found = {each for each in _days(plain) if each.year in _YEARS}
    if len(found) > 1:
        raise UnreadableCell(f"“{text[:20]}”有不止一种读法，请写成 2026-07-15 这样")
    if not found:
        raise UnreadableCell(f"“{text[:20]}”不是日期，应如 2026-07-15（写明年份）")
    return found.pop()


def _plain_day(text: str) -> str:
    plain = re.sub(r"\s*([年月日])\s*", r"\1", unicodedata.normalize("NFKC", text)).strip()
    plain = _HAN_YEAR.sub(lambda found: found[0].translate(_DIGITS), plain)
    plain = _HAN_MONTH.sub(_han_month, plain)
    while plain != (bare := _TAIL.sub("", plain)):
        plain = bare
    return plain


def _han_month(found: re.Match[str]) -> str:
    units = found[0].removeprefix("十").translate(_DIGITS) or "0"
    return str(int(units) + 10 * found[0].startswith("十"))


def _months(plain: str) -> Iterator[tuple[int | None, int]]:
    """Yield every year and month that the text may mean."""
    for each in _days(plain):
        yield each.year, each.month
    if match := _YEAR_MONTH.fullmatch(plain):
        number = match[2] or match[3] or match[5]
        yield _year(match[1] or match[4]), int(number)
        if plain.endswith(".1"):
            yield _year(match[1]), 10  # 2026.10 as a number loses its nought
    if match := _MONTH_YEAR.fullmatch(plain):
        yield int(match[2]), int(match[1])
    if (match := _NAMED.fullmatch(plain)) and (number := _number(match[1] or match[5])):
        year = match[2] or match[3] or match[4]
        yield _year(year) if year else None, number
    if match := _MONTH_ALONE.fullmatch(plain):
        yield None, int(match[1])


def _days(plain: str) -> Iterator[date]:
    """Yield every day that the text may mean."""
    if match := _SERIAL.fullmatch(plain):
        yield _SERIAL_ZERO + timedelta(days=int(match[1]))
    if match := _TOGETHER.fullmatch(plain) or _YEAR_FIRST.fullmatch(plain):
        yield from _date(_year(match[1]), int(match[2]), int(match[3]))
    if match := _YEAR_LAST.fullmatch(plain):
        yield from _date(int(match[3]), int(match[1]), int(match[2]))
        yield from _date(int(match[3]), int(match[2]), int(match[1]))
    if match := _THREE_SHORT.fullmatch(plain):
        first, second, third = (int(part) for part in match.groups())
        yield from _date(_CENTURY + first, second, third)
        yield from _date(_CENTURY + third, first, second)
        yield from _date(_CENTURY + third, second, first)
    if match := _DAY_NAMED.fullmatch(plain):
        yield from _date(_year(match[3]), _number(match[2]), int(match[1]))


def _date(year: int, number: int, on: int) -> Iterator[date]:
    try:
        yield date(year, number, on)
    except ValueError:
        return


def _year(digits: str) -> int:
    return int(digits) if len(digits) > len("26") else _CENTURY + int(digits)


def _number(name: str) -> int:
    """Return the number of an English month, whole or shortened, 0 for any other word."""
    found = (number for number, full in enumerate(_NAMES, start=1) if full.startswith(name.lower()))
    return next(found, 0) if len(name) >= _SHORTEST_NAME else 0
