"""Signed tickets: what a fresh code is exchanged for, before anyone has signed in. Pure.

A ticket says when which meeting's code was seen; it is good for ten minutes, so that a cold start or a first binding
does not cost the member his check-in. The database knows nothing of it until it is used.
"""

import base64
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

TICKET_LIFETIME = timedelta(minutes=10)
_SIGNATURE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Ticket:
    """`ticket_id` is random; `scanned_at` is when the code was exchanged; `digits`: typed rather than scanned."""

    public_id: str
    ticket_id: str
    scanned_at: datetime
    digits: bool = False

    def expires_at(self) -> datetime:
        return self.scanned_at + TICKET_LIFETIME

    def has_expired(self, at: datetime) -> bool:
        """Whether it no longer counts; at its last instant it still does."""
        return at > self.expires_at()


def write_ticket(secret_key: bytes, ticket: Ticket) -> str:
    """Return the ticket as text that cannot be forged."""
    micros = round(ticket.scanned_at.timestamp() * 1_000_000)
    body = json.dumps([ticket.public_id, ticket.ticket_id, micros, int(ticket.digits)], separators=(",", ":")).encode()
    return f"{_text(body)}.{_text(_signature(secret_key, body))}"


def read_ticket(secret_key: bytes, text: str) -> Ticket | None:
    """Return what a ticket says, or None where it is not one of ours; whether it has expired is for the caller."""
    encoded, _, signature = text.partition(".")
    try:
        body, claimed = _bytes(encoded), _bytes(signature)
    except ValueError:
        return None
    if not hmac.compare_digest(_signature(secret_key, body), claimed):
        return None
    public_id, ticket_id, micros, digits = json.loads(body)
    scanned_at = datetime.fromtimestamp(micros // 1_000_000, UTC).replace(microsecond=micros % 1_000_000)
    return Ticket(public_id, ticket_id, scanned_at, bool(digits))


def _signature(secret_key: bytes, body: bytes) -> bytes:
    return hmac.digest(secret_key, b"check-in ticket\n" + body, "sha256")[:_SIGNATURE_BYTES]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
