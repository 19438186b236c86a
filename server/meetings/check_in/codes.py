"""The rotating code behind the QR: what the screen shows for ten seconds at a time. Pure.

A code is `<step>.<mac>`: the number of the ten seconds since 1970, and the first 66 bits of an HMAC-SHA-256 over it,
under a key of the meeting's own. It counts for `STEPS_THAT_COUNT` steps, its own the first of them. The
key is derived from the server's secret, so that nothing from which codes could be computed lies in the database or
reaches a browser.
"""

import base64
import hashlib
import hmac
import re
from datetime import UTC, datetime
from urllib.parse import unquote

STEP_SECONDS = 10
STEPS_THAT_COUNT = 3
"""The current step and those before it. How long phones take from the scan to the exchange: docs/check-in.md."""

MAC_LENGTH = 11
"""Base64 characters of the MAC: 66 bits."""

DIGITS = 6
_CODE = re.compile(rf"(0|[1-9]\d{{0,11}})\.([A-Za-z0-9_-]{{{MAC_LENGTH}}})", re.ASCII)
_BARE = re.compile(r"([A-Za-z0-9_-]{1,16})\.(\d{1,12}\.[A-Za-z0-9_-]{1,32})", re.ASCII)
_PLACE = re.compile(r"(?:.*/c/)?([A-Za-z0-9_-]{1,16})/?", re.ASCII)
_PARAMETER = re.compile(r"[?&](?:amp;)?t=(\d{1,12}\.[A-Za-z0-9_-]{1,32})", re.ASCII)
_WORD = re.compile(r"[!-~]+")


def meeting_key(secret_key: bytes, public_id: str) -> bytes:
    """Return the meeting's own key (32 bytes)."""
    return hmac.new(secret_key, f"meeting code\n{public_id}".encode(), hashlib.sha256).digest()


def step_at(instant: datetime) -> int:
    """Return the number of the step an instant falls in."""
    return int(instant.timestamp()) // STEP_SECONDS


def step_start(step: int) -> datetime:
    return datetime.fromtimestamp(step * STEP_SECONDS, UTC)


def code_of(key: bytes, step: int) -> str:
    """Return the code of a step: `<step>.<mac>`."""
    return f"{step}.{_mac(key, step)}"


def digits_of(key: bytes, step: int) -> str:
    """Return the six digits of a step, for typing into the chat."""
    value = int.from_bytes(hmac.digest(key, f"digits\n{step}".encode(), "sha256")[:8])
    return f"{value % 10**DIGITS:0{DIGITS}}"


def payload_url(base_url: str, public_id: str, code: str) -> str:
    """Return the URL behind the QR."""
    return f"{base_url}/c/{public_id}?t={code}"


def payload_in(text: str) -> tuple[str, str] | None:
    """Return the meeting's public id and the code in what a QR held: a URL, `<meeting>?t=<code>` or `<meeting>.<code>`.

    Who hands a URL on adds to it (`&from=timeline`, `#rd`, a second `?`) or leaves it encoded: only path and `t` count.
    """
    text = text.strip()
    if (bare := _BARE.fullmatch(text)) is not None:
        return bare[1], bare[2]
    address = text if "?" in text else unquote(text)
    place, mark, query = address.partition("#")[0].partition("?")
    found, code = _PLACE.fullmatch(place), _PARAMETER.search(mark + unquote(query))
    return (found[1], code[1]) if found and code else None


def payload_link_in(text: str) -> str | None:
    """Return the first address of a code in what a person wrote, words around it or not."""
    return next((word for word in _WORD.findall(text) if "/c/" in unquote(word) and payload_in(word)), None)


def is_genuine(key: bytes, code: str) -> bool:
    """Whether the code was ever, or will ever be, one of this meeting's."""
    match = _CODE.fullmatch(code)
    if match is None:
        return False
    return hmac.compare_digest(_mac(key, int(match[1])), match[2])


def is_current(key: bytes, code: str, *, at: datetime) -> bool:
    """Whether the code counts at that instant: it is genuine and of one of the steps that count."""
    return is_genuine(key, code) and int(code.partition(".")[0]) in _steps_at(at)


def are_current_digits(key: bytes, digits: str, *, at: datetime) -> bool:
    """Whether six digits count at that instant."""
    return any(hmac.compare_digest(digits_of(key, step).encode(), digits.encode()) for step in _steps_at(at))


def _steps_at(instant: datetime) -> range:
    """Return the steps whose codes count at that instant."""
    now = step_at(instant)
    return range(now - STEPS_THAT_COUNT + 1, now + 1)


def _mac(key: bytes, step: int) -> str:
    digest = hmac.digest(key, f"qr\n{step}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode()[:MAC_LENGTH]
