"""Days, months and years as people name them, seen from today. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.understanding.numbers import NUMBER, SPOKEN_DIGITS, value


class DayDirection(StrEnum):
    """Whether a day without a week or month is to come (a meeting) or is past (what one has done)."""

    ahead = "ahead"
    back = "back"


@dataclass(frozen=True, slots=True)
class Mention:
    """What was named, and the words that named it."""

    value: str
    words: str


_RELATIVE = {
    "大前天": -3,
    "大后天": 3,
    "前天": -2,
    "前儿": -2,
    "昨天": -1,
    "昨日": -1,
    "昨儿": -1,
    "昨晚": -1,
    "昨夜": -1,
    "今天": 0,
    "今日": 0,
    "今儿": 0,
    "今晚": 0,
    "今早": 0,
    "今晨": 0,
    "当天": 0,
    "明天": 1,
    "明日": 1,
    "明儿": 1,
    "明晚": 1,
    "明早": 1,
    "后天": 2,
    "后儿": 2,
    "后日": 2,
}
_PART = r"(?:个|早上|上午|中午|下午|晚上|早晨|傍晚|晚|一早)?"
_RELATIVE_DAY = re.compile(f"({'|'.join(_RELATIVE)})个?{_PART}")
_WEEKDAY = re.compile(
    rf"((?<!一)上上|(?<!一)下下|(?<!一)上|(?<!一)下|这|本)?个?(?:周|星期|礼拜|星其|"
    rf"礼拜)([一二三四五六日天末1-7])(?!次|年|期|个)(?:个)?{_PART}"
)
_WEEKDAYS = {each: number for number, each in enumerate("一二三四五六日")} | {"天": 6, "末": 5}
_WEEKS = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2}
_FULL = re.compile(r"(20\d\d)[年./\-](\d{1,2})[月./\-](\d{1,2})[日号]?")
_MONTH_DAY = re.compile(
    rf"(?:(今年|去年|明年))?({NUMBER})月({NUMBER})(?:[日号]|(?!\d|[分次个]))|"
    rf"(?<![\d.])(\d{{1,2}})[./\-](\d{{1,2}})(?![\d分.])[日号]?"
)
_DAY_ONLY = re.compile(rf"(下个?月|上个?月|这个?月|本月)?({NUMBER})[号日](?!线|楼|称)")
_AGO = re.compile(rf"({NUMBER})天(前|后)|(?:上|前)个?(?:星期|周|礼拜)(?:的)?今天")
_MONTH = re.compile(rf"(今年|去年|前年|20\d\d年)?的?({NUMBER})月份?(?!{NUMBER}[日号]|\d)")
_RELATIVE_MONTH = re.compile(
    r"((?:上上|上|这|本|当|(?<!一)下)(?=一?个?月))(?:一)?个?月(?!底?报|汇总)|(上上|上|这|本|当|(?<!一)下)个?月"
)
_MONTHS = {"上上": -2, "上": -1, "这": 0, "本": 0, "当": 0, "下": 1}
_YEAR = re.compile(
    r"(?<!\d)(20\d\d|二[零〇]二[一二三四五六七八九])年?(?!\d)|(今年|本年度?|这一?年|当年|去年|上一?年度?|"
    r"前年|明年)|(?<!\d)(2[0-9])年"
)
_YEARS = {"去年": -1, "上年": -1, "上一年": -1, "上年度": -1, "上一年度": -1, "前年": -2, "明年": 1}


def day_in(text: str, today: date, lean: DayDirection) -> Mention | None:
    """Return the first day named, as ISO, or None."""
    found = [(match.start(), named) for match, named in _days(text, today, lean) if named is not None]
    return min(found, key=lambda each: each[0])[1] if found else None


def month_in(text: str, today: date) -> Mention | None:
    """Return the month named, YYYY-MM; one without a year is the latest that has begun, or the next if none has."""
    if match := _RELATIVE_MONTH.search(text):
        return Mention(_shifted(today, _MONTHS[match[1] or match[2]]), match[0])
    for match in _MONTH.finditer(text):
        number = int(value(match[2]))
        if 1 <= number <= 12:
            year = _year_of(match[1], today) if match[1] else today.year
            return Mention(f"{year}-{number:02}", match[0])
    return None


def year_in(text: str, today: date) -> Mention | None:
    """Return the year named."""
    match = _YEAR.search(text)
    if match is None:
        return None
    words = match[1] or match[2] or f"20{match[3]}"
    return Mention(str(_year_of(words, today)), match[0])


def _year_of(words: str, today: date) -> int:
    digits = re.sub(r"\D", "", words.translate(SPOKEN_DIGITS)) if "二" in words or words[0].isdigit() else ""
    return int(digits) if digits else today.year + _YEARS.get(words, 0)


def _shifted(today: date, months: int) -> str:
    number = today.year * 12 + today.month - 1 + months
    return f"{number // 12}-{number % 12 + 1:02}"


Dated = tuple[re.Match[str], Mention | None]


def _days(text: str, today: date, lean: DayDirection) -> list[Dated]:
    """Every way of naming a day that occurs, the most exact first: it wins if two begin at one place."""
    found: list[Dated] = []
    readers: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date, DayDirection], date | None]], ...] = (
        (_FULL, _full),
        (_MONTH_DAY, _month_day),
        (_RELATIVE_DAY, _relative),
        (_WEEKDAY, _weekday),
        (_AGO, _ago),
        (_DAY_ONLY, _day_only),
    )
    for pattern, read in readers:
        for match in pattern.finditer(text):
            day = read(match, today, lean)
            found.append((match, Mention(day.isoformat(), match[0]) if day else None))
    return found


def _full(match: re.Match[str], today: date, lean: DayDirection) -> date | None:
    return _date(int(match[1]), int(match[2]), int(match[3]))


def _month_day(match: re.Match[str], today: date, lean: DayDirection) -> date | None:
    month, number = (match[2], match[3]) if match[2] else (match[4], match[5])
    if match[1]:
        return _date(_year_of(match[1], today), int(value(month)), int(value(number)))
    found = _date(today.year, int(value(month)), int(value(number)))
    if found is not None and lean is DayDirection.back and found > today + timedelta(days=31):
        return _date(found.year - 1, found.month, found.day)
    return found


def _relative(match: re.Match[str], today: date, lean: DayDirection) -> date:
    return today + timedelta(days=_RELATIVE[match[1]])


def _weekday(match: re.Match[str], today: date, lean: DayDirection) -> date:
    number = _WEEKDAYS[match[2]] if match[2] in _WEEKDAYS else int(match[2]) - 1
    monday = today - timedelta(days=today.weekday())
    if match[1]:
        return monday + timedelta(days=number, weeks=_WEEKS[match[1]])
    if lean is DayDirection.ahead:
        return today + timedelta(days=(number - today.weekday()) % 7)
    return today - timedelta(days=(today.weekday() - number) % 7)


def _ago(match: re.Match[str], today: date, lean: DayDirection) -> date:
    if match[1] is None:
        return today - timedelta(days=7)
    days = int(value(match[1]))
    return today + timedelta(days=-days if match[2] == "前" else days)


def _day_only(match: re.Match[str], today: date, lean: DayDirection) -> date | None:
    number = int(value(match[2]))
    if match[1]:
        return _in_month(_shifted(today, _MONTHS[match[1][0]]), number)
    found = _in_month(_shifted(today, 0), number)
    if lean is DayDirection.ahead and (found is None or found < today):
        return _in_month(_shifted(today, 1), number)
    if lean is DayDirection.back and (found is None or found > today):
        return _in_month(_shifted(today, -1), number)
    return found


def _in_month(month: str, day: int) -> date | None:
    return _date(int(month[:4]), int(month[5:]), day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
