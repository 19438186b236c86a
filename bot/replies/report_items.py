"""Which item of a member's own standard a sentence speaks of. Pure: hints, never a decision; the member confirms."""

import re
from collections.abc import Sequence

from bot.understanding.lexicon import ITEM_WORDS, LINE_WORDS
from server.standards.rules import Item

_LEVELS = re.compile(r"级|赛|奖|刊|项目|课题")


def fitting(items: Sequence[Item], *, hint: str | None, text: str) -> list[Item]:
    """Return the items that may be meant: by the code hinted at, else by the words of the default's lines or titles."""
    if hint is not None and (named := [item for item in items if hint in (item.code, item.line_code)]):
        return named
    codes = {code for code, words in (ITEM_WORDS | LINE_WORDS).items() if any(word in text for word in words)}
    found = [item for item in items if {item.code, item.line_code} & codes]
    return found or [item for item in items if _alike(item.title, text)]


def level_in(text: str, item: Item) -> str | None:
    """Return the one level that a sentence names: 省级 is of 省部级; None where it names none or several."""
    named = [level.code for level in item.levels if _names(text, level.title)]
    return named[0] if len(named) == 1 else None


def _names(text: str, title: str) -> bool:
    if title in text:
        return True
    kinds = title.removesuffix("级")
    return any(re.search(rf"{re.escape(each)}(?:{_LEVELS.pattern})", text) for each in kinds if each not in "家")


def _alike(title: str, text: str) -> bool:
    """Whether a sentence shares two neighbouring pairs of characters with a title."""
    pairs = {title[start : start + 2] for start in range(len(title) - 1)}
    return sum(pair in text for pair in pairs) >= 2
