"""Short texts that we hand out and recognise again: values as JSON with a signature for one purpose. Pure."""

import base64
import hmac
import json
from collections.abc import Sequence
from typing import Any

_SIGNATURE_BYTES = 16


def write_signed(secret_key: bytes, purpose: str, values: Sequence[str | int]) -> str:
    """Return the values as text that cannot be forged, nor used for another purpose."""
    body = json.dumps(values, separators=(",", ":")).encode()
    return f"{_text(body)}.{_text(_signature(secret_key, purpose, body))}"


def read_signed(secret_key: bytes, purpose: str, text: str) -> list[Any] | None:
    """Return the values of a text that we signed for this purpose, or None."""
    encoded, _, signature = text.partition(".")
    try:
        body, claimed = _bytes(encoded), _bytes(signature)
    except ValueError:
        return None
    if not hmac.compare_digest(_signature(secret_key, purpose, body), claimed):
        return None
    values: list[Any] = json.loads(body)
    return values


def _signature(secret_key: bytes, purpose: str, body: bytes) -> bytes:
    return hmac.digest(secret_key, f"{purpose}\n".encode() + body, "sha256")[:_SIGNATURE_BYTES]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
