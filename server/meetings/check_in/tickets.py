"""Signed tickets: what a fresh code is exchanged for, before anyone has signed in. Pure.

A ticket says when which meeting's code was seen; it is good for ten minutes, so that a cold start or a first binding
does not cost members their check-in. The database knows nothing of it until it is used.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from server.meetings.signed import read_signed, write_signed

PURPOSE = "check-in ticket"
TICKET_LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Ticket:
    """`ticket_id` is random; `scanned_at` is when the code was exchanged; `digits`: typed rather than scanned.

    `beyond`: whoever got it had had more tickets for this meeting than anyone needs.
    """

    public_id: str
    ticket_id: str
    scanned_at: datetime
    digits: bool = False
    beyond: bool = False

    def expires_at(self) -> datetime:
        return self.scanned_at + TICKET_LIFETIME

    def has_expired(self, at: datetime) -> bool:
        """Whether it no longer counts; at its last instant it still does."""
        return at > self.expires_at()


def write_ticket(secret_key: bytes, ticket: Ticket) -> str:
    """Return the ticket as text that cannot be forged."""
    micros = round(ticket.scanned_at.timestamp() * 1_000_000)
    marks = [int(ticket.digits), int(ticket.beyond)]
    return write_signed(secret_key, PURPOSE, [ticket.public_id, ticket.ticket_id, micros, *marks])


def read_ticket(secret_key: bytes, text: str) -> Ticket | None:
    """Return what a ticket says, or None where it is not one of ours; whether it has expired is for the caller."""
    values = read_signed(secret_key, PURPOSE, text)
    if values is None:
        return None
    public_id, ticket_id, micros, digits, *beyond = values  # a ticket of the version before has no `beyond`
    scanned_at = datetime.fromtimestamp(micros // 1_000_000, UTC).replace(microsecond=micros % 1_000_000)
    return Ticket(public_id, ticket_id, scanned_at, bool(digits), any(beyond))
