"""Texts within WeChat's limits: long ones are cut by code point, characters not allowed are left out. Pure."""

import re

from server.pushes.catalogue import FieldKind
from server.text import readable_line

HIDDEN = "请打开小程序查看"
EMPTY = "无"
_LONGEST = {
    FieldKind.thing: 20,
    FieldKind.phrase: 5,
    FieldKind.character_string: 32,
    FieldKind.number: 32,
    FieldKind.name: 10,
    FieldKind.amount: 16,
    FieldKind.date: 64,
    FieldKind.time: 64,
}
_FOREIGN = {
    FieldKind.phrase: re.compile(r"[^㐀-鿿豈-﫿]"),
    FieldKind.character_string: re.compile(r"[^\x20-\x7e]"),
    FieldKind.number: re.compile(r"[^0-9.-]"),
}
"""The characters that WeChat refuses in each kind of field."""

_INSTEAD = {FieldKind.character_string: "-", FieldKind.number: "0"}


def fitted(kind: FieldKind, text: str) -> str:
    """Return a text that WeChat accepts in a field of this kind; a blank one becomes 无."""
    line = readable_line(text)
    if kind in _FOREIGN:
        line = _FOREIGN[kind].sub("", line).strip()
    return line[: _LONGEST[kind]].strip() or _INSTEAD.get(kind, EMPTY)


def cut(text: str, longest: int) -> str:
    """Return one line of at most `longest` characters; a blank one becomes 无."""
    return readable_line(text)[:longest].strip() or EMPTY
