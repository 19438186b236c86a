"""What a sentence names: days, months, points, kinds of meeting, items, reasons. Pure readers, one per slot."""

import re
from collections.abc import Mapping
from datetime import date

from bot.understanding import days, lexicon, numbers
from bot.understanding.cues import BY_SOUND, SlotReader  # noqa: F401
from bot.understanding.days import DayDirection
from bot.understanding.saying import Saying
from bot.understanding.sounds import sounds

Found = Mapping[str, str]
NOTHING: Found = {}


def month(saying: Saying, today: date) -> Found:
    named = days.month_in(saying.text, today)
    return {"month": named.value} if named else NOTHING


def year(saying: Saying, today: date) -> Found:
    """A year that is only part of a month does not count as a year of its own."""
    named = days.year_in(saying.text, today)
    of_month = days.month_in(saying.text, today)
    if named is None or (of_month is not None and named.words in of_month.words):
        return NOTHING
    return {"year": named.value}


def day_ahead(saying: Saying, today: date) -> Found:
    named = days.day_in(saying.text, today, DayDirection.ahead)
    return {"day": named.value} if named else NOTHING


def day_back(saying: Saying, today: date) -> Found:
    named = days.day_in(saying.text, today, DayDirection.back)
    return {"day": named.value} if named else NOTHING


def points(saying: Saying, today: date) -> Found:
    found = numbers.points_in(saying.text)
    return {"points": numbers.plain(found)} if found is not None else NOTHING


_DEDUCTED = re.compile(r"扣|口了|口我|少了?|减|掉|丢|降|低了|没了")
_EARNED = re.compile(r"加|给(?!我看|我查|我发|看|查|我说|说|我讲|讲|我列|我解|解|一下)|涨|增|多了")


def direction(saying: Saying, today: date) -> Found:
    said = saying.plain.replace("多少", "").replace("至少", "").replace("几分", "")
    if _DEDUCTED.search(said) or " kou fen " in saying.sounds:
        return {"direction": "deducted"}
    return {"direction": "earned"} if _EARNED.search(said) else NOTHING


def meeting_kind(saying: Saying, today: date) -> Found:
    found = _first(lexicon.KIND_WORDS, saying)
    return {"meeting_kind": found} if found else NOTHING


def item(saying: Saying, today: date) -> Found:
    found = _first(lexicon.ITEM_WORDS, saying)
    return {"item": found} if found else NOTHING


def code(saying: Saying, today: date) -> Found:
    found = numbers.code_in(saying.text)
    return {"code": found} if found else NOTHING


_QUANTITY = re.compile(rf"(?<!第)({numbers.NUMBER})个?(?:学时|课时|次(?!日|序|性))")


def quantity(saying: Saying, today: date) -> Found:
    match = _QUANTITY.search(saying.text)
    return {"quantity": numbers.plain(numbers.value(match[1]))} if match else NOTHING


def leave_kind(saying: Saying, today: date) -> Found:
    """The kind that was named, or that a plain reason implies: one's own illness, the family's needs."""
    text = saying.plain
    for kind, words in lexicon.LEAVE_WORDS.items():
        if any(word in text for word in words):
            return {"leave_kind": kind}
    if any(word in text for word in lexicon.FAMILY):
        return {"leave_kind": "personal"}
    ill = any(word in text for word in lexicon.ILLNESS) or re.search("[疼痛炎吐]|发烫|晕", text)
    return {"leave_kind": "sick"} if ill else NOTHING


def _first(table: Mapping[str, tuple[str, ...]], saying: Saying) -> str | None:
    """Return what a word stands for: first as written, then by its sound."""
    for value, words in table.items():
        if any(_has(saying.plain, word) for word in words):
            return value
    for value, words in table.items():
        if any(len(word) > 2 and "~" not in word and sounds(word) in saying.sounds for word in words):
            return value
    return None


def _has(text: str, word: str) -> bool:
    before, gap, after = word.partition("~")
    if not gap:
        return word in text
    place = text.find(before)
    return place >= 0 and after in text[place + len(before) : place + len(before) + 6 + len(after)]


def month_but_no_day(saying: Saying, today: date) -> Found:
    """A month, unless it is only part of a day."""
    return NOTHING if day_ahead(saying, today) else month(saying, today)


def meeting_kind_of_leave(saying: Saying, today: date) -> Found:
    return NOTHING if re.search("报|交的|材料", saying.plain) else meeting_kind(saying, today)


def item_of_claim(saying: Saying, today: date) -> Found:
    return NOTHING if re.search("假", saying.plain) else item(saying, today)


def day_of_leave(saying: Saying, today: date) -> Found:
    """A day of a meeting, not of a claim."""
    return NOTHING if re.search("报|交的|材料", saying.plain) else day_ahead(saying, today)
