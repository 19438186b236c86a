"""What counts as text, one rule for every field that people write: of one line, or of several. Pure.

What only looks the same is made the same silently: NFC, ends of lines, padding, the marks of direction that come
with copied text. What no paper can show is refused with a message. Joiners and selectors belong to the letters before
them, in emoji as in Mongolian, Tibetan and Uyghur: they stay.
"""

import json
import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

STORED = {"stored": True}
"""The context in which a model reads what is in the database: it was checked when it came in."""

_EQUIVALENTS = Path(__file__).with_name("equivalent_ideographs.json")
_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
"""Ends of lines as Word, Excel and the web write them."""

_PLANE_ENDS = "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
_UNREADABLE = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_PLANE_ENDS}]")
_DROPPED = re.compile("[\u00ad\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc]")
"""Formats of where the text was copied from: directions embedded, soft hyphens, byte order marks, anchors."""

_BLANK = "\u034f\u115f\u1160\u2065\u2800\u3164\uffa0\ufff0-\ufff8\U00013441\U00013442\U0001d159"
"""Letters and symbols that Unicode draws as nothing: Hangul fillers, the empty Braille cell and their like."""

_PADDING = rf"[\s{_BLANK}\u061c\u200b\u200e\u200f]+"
_ENDS = re.compile(rf"\A{_PADDING}|{_PADDING}\Z")
_LOOKS_BLANK = re.compile(f"[{_BLANK}]")
_TRAILING = re.compile(r"[^\S\n]+(?=\n)")
_FOLDED = re.compile(r"[^\S\n]*[\n\t]\s*")
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
_DASHES = re.compile(r"[\u058a\u2010-\u2015\u2043\u2212\u02d7\u2500\u2501\u2e3a\u2e3b\u30fc\uff70\u301c\u3030]+")


def lines(raw: str) -> str:
    """Return a text as it is stored, "" where there is nothing to see. Raises ValueError in words for people."""
    text = _BREAKS.sub("\n", raw)
    if (found := _UNREADABLE.search(text)) is not None:
        raise ValueError(f"含有无法识别的字符（第 {found.start() + 1} 个），请删去后重填")
    text = unicodedata.normalize("NFC", _DROPPED.sub("", text))
    text = _ENDS.sub("", _TRAILING.sub("", text))
    return text if any(map(_is_seen, text)) else ""


def line(raw: str) -> str:
    """Return a text of one line: breaks and tabs become spaces. Raises ValueError as `lines`."""
    return _FOLDED.sub(" ", lines(raw))


def readable(text: str) -> str:
    """Return what a document can hold of a text that was never checked: from an old row, a chat, a file's name."""
    return _UNREADABLE.sub("", _BREAKS.sub("\n", text))


def readable_line(text: str) -> str:
    """Return `readable` text in one line."""
    return _FOLDED.sub(" ", readable(text)).strip()


def plain_code(raw: str) -> str:
    """Return a code, a number or a secret as it was given out: half-width, without spaces, with one kind of dash."""
    return half_width(compact(raw))


def half_width(raw: str) -> str:
    """Return a text in half-width letters and digits, with one kind of dash, its spaces kept."""
    normal = unicodedata.normalize("NFKC", raw)
    seen = (each for each in _DASHES.sub("-", normal) if each.isspace() or unicodedata.category(each) not in _UNSEEN)
    return "".join(seen)


def compact(raw: str) -> str:
    """Return a text half-width, without spaces and what cannot be seen.

    NFKC twice: it writes ¨ as a space and a mark, which joins the letter before once the space is gone.
    """
    normal = unicodedata.normalize("NFKC", raw)
    seen = "".join(each for each in normal if unicodedata.category(each) not in _UNSEEN and not each.isspace())
    return unified(unicodedata.normalize("NFKC", seen))


def unified(text: str) -> str:
    """Return a text with ideographs for the radicals and strokes that PDF files put for them: ⽅ → 方, ⺠ → 民."""
    return text.translate(_equivalents())


@lru_cache(maxsize=1)
def _equivalents() -> dict[int, str]:
    """Return Unicode's Equivalent_Unified_Ideograph; NFKC knows only some of it."""
    table: dict[str, str] = json.loads(_EQUIVALENTS.read_text("utf-8"))["ideographs"]
    return str.maketrans(table)


def _is_seen(character: str) -> bool:
    category = unicodedata.category(character)
    return (category in ("Cn", "Co") or category[0] not in "CZM") and not _LOOKS_BLANK.match(character)


def _as_line(text: str, info: ValidationInfo) -> str:
    return text if info.context == STORED else line(text)


def _as_lines(text: str, info: ValidationInfo) -> str:
    return text if info.context == STORED else lines(text)


Line = Annotated[str, AfterValidator(_as_line), Field(json_schema_extra={"format": "line"})]
"""One line that people write."""

Lines = Annotated[str, AfterValidator(_as_lines), Field(json_schema_extra={"format": "lines"})]
"""What people write that may go over several lines."""

Opaque = Annotated[str, Field(pattern=r"^[\x20-\x7e]*$")]
"""What machines wrote and only machines read: a cursor, a signature, a secret."""
