"""Take other people out of a person's export: their names and phone numbers, wherever someone wrote them."""

import re
from collections.abc import Iterable

SOMEONE = "（他人）"
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


class Redactor:
    """Knows everyone's names, and who the text belongs to: that person's own name and number stay.

    Names are looked up in a set at every place of a text, the longest first: ten thousand cost no more than ten.
    """

    def __init__(self, names: Iterable[str], *, own_name: str, own_phone: str | None) -> None:
        self._own = own_name
        self._phone = own_phone
        self._names = frozenset(name for name in names if len(name) > 1) | {own_name}
        self._lengths = sorted({len(name) for name in self._names}, reverse=True)

    def clean(self, text: str) -> str:
        """Return the text without anybody else in it."""
        return _PHONE.sub(self._hide_phone, self._without_names(text))

    def _without_names(self, text: str) -> str:
        cleaned = []
        at = 0
        while at < len(text):
            found = self._name_at(text, at)
            if found is None:
                cleaned.append(text[at])
                at += 1
            else:
                cleaned.append(found if found == self._own else SOMEONE)
                at += len(found)
        return "".join(cleaned)

    def _name_at(self, text: str, at: int) -> str | None:
        pieces = (text[at : at + length] for length in self._lengths)
        return next((piece for piece in pieces if piece in self._names), None)

    def _hide_phone(self, found: re.Match[str]) -> str:
        return found[0] if found[0] == self._phone else SOMEONE
