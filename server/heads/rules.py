"""A daily head: 32 characters that say the day, the state of the books, and that we issued them. Pure.

`260612-XXXXXX-XXXXXX-XXXXXX-XXXX`: the day, then Crockford's Base32, which has no letter that looks like a digit. The
first 16 of those are the tag of the books (80 bits), the last 6 (30 bits) prove that day and tag were issued here. So
a mistyped head can be told from one that the books no longer lead to.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ALIKE = str.maketrans("ILO", "110")
TAG, PROOF = 16, 6
GROUPS = (6, 6, 6, 4)
NOTHING = "-"
"""What replaces a hash if the row is gone."""


@dataclass(frozen=True, slots=True)
class Head:
    """A head as it is read: the Shanghai day, the tag and the proof."""

    day: date
    tag: str
    proof: str

    def __str__(self) -> str:
        letters, parts, start = self.tag + self.proof, [f"{self.day:%y%m%d}"], 0
        for size in GROUPS:
            parts.append(letters[start : start + size])
            start += size
        return "-".join(parts)


class Books:
    """The part of a root's books that a head covers, added row by row in a fixed order; `tag` sums it up."""

    def __init__(self, key: bytes, root_id: int, day: date) -> None:
        self._mac = hmac.new(key, f"books|{root_id}|{day.isoformat()}\n".encode(), hashlib.sha256)

    def add(self, kind: str, subject_id: int, position: int, found: str | None) -> None:
        """Add where a chain stood, and the hash there."""
        self._mac.update(f"{kind}|{subject_id}|{position}|{found or NOTHING}\n".encode())

    @property
    def tag(self) -> str:
        return _base32(self._mac.digest(), TAG)


def issue(key: bytes, root_id: int, day: date, tag: str) -> Head:
    """Return the head of a tag."""
    proof = hmac.new(key, f"head|{root_id}|{day.isoformat()}|{tag}".encode(), hashlib.sha256).digest()
    return Head(day, tag, _base32(proof, PROOF))


def key_of(head: Head, keys: Sequence[bytes], root_id: int) -> bytes | None:
    """Return the key under which this head was issued for the root, or None."""
    for key in keys:
        if hmac.compare_digest(str(issue(key, root_id, head.day, head.tag)), str(head)):
            return key
    return None


def read(text: str) -> Head | None:
    """Read a head as somebody typed it: in small letters, full width, with or without dashes. None if it is no head."""
    plain = unicodedata.normalize("NFKC", text).upper().translate(ALIKE)
    letters = "".join(each for each in plain if each.isalnum())
    digits, rest = letters[:6], letters[6:]
    if len(rest) != TAG + PROOF or not set(rest) <= set(ALPHABET):
        return None
    try:
        day = date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError:
        return None
    return Head(day, rest[:TAG], rest[TAG:])


def _base32(digest: bytes, letters: int) -> str:
    number = int.from_bytes(digest, "big") >> (len(digest) * 8 - letters * 5)
    return "".join(ALPHABET[(number >> 5 * place) & 31] for place in reversed(range(letters)))
