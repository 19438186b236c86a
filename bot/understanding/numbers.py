"""Numbers as people write them: 2, ２, 两, 十二, 一分半, 半, 零点五. Pure."""

import re
from decimal import Decimal

DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
"""What a single character counts."""

NUMBER = r"(?:\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百]+(?:点[零〇一二三四五六七八九]+)?|半)"
"""A pattern of one number."""

_POINTS = re.compile(rf"(?<![每哪几\d.])({NUMBER})个?(?:积?分(?!钟|之)|fen)(半)?")
SPOKEN_DIGITS = str.maketrans("零〇一二两三四五六七八九幺", "0012234567891")


def value(text: str) -> Decimal:
    """Return what a match of `NUMBER` says."""
    if text == "半":
        return Decimal("0.5")
    if text[0].isdigit():
        return Decimal(text)
    whole, _, part = text.partition("点")
    fraction = "".join(str(DIGITS[each]) for each in part)
    return Decimal(f"{_whole(whole)}.{fraction or 0}")


def plain(number: Decimal) -> str:
    """Return a number without needless zeros: 1.5, 2."""
    return f"{number.normalize():f}"


def points_in(text: str) -> Decimal | None:
    """Return the first number of points said: 2分, 两分, 一分半, 半分, 0.5分."""
    match = _POINTS.search(text)
    if match is None or (match[1] == "十" and text[match.end() :][:1] in "感满高遗"):
        return None
    return value(match[1]) + (Decimal("0.5") if match[2] else Decimal(0))


def code_in(text: str) -> str | None:
    """Return six digits standing alone, also spoken or with spaces between."""
    squeezed = re.sub(r"(?<=[\d零〇一二三四五六七八九幺])[\s\-]+(?=[\d零〇一二三四五六七八九幺])", "", text)
    match = re.search(
        r"(?<![\d零〇一二三四五六七八九幺])[\d零〇一二三四五六七八九幺]{6}(?![\d零〇一二三四五六七八九幺])", squeezed
    )
    return match[0].translate(SPOKEN_DIGITS) if match else None


def _whole(text: str) -> int:
    if not set(text) & set("十百"):
        return int("".join(str(DIGITS[each]) for each in text))
    total, current = 0, 0
    for each in text:
        if each in DIGITS:
            current = DIGITS[each]
        else:
            unit = 10 if each == "十" else 100
            total, current = total + (current or 1) * unit, 0
    return total + current
