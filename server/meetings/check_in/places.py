"""How many a ticket and a helper are good for (docs/adr/0031): who has a place, and who has to wait for the host.

A new ticket's first place is taken without looking, which is what nearly everyone needs. Where that is refused, since a
place is unique, what stands is read and the next place is taken, or none is left.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from server.meetings.models import Attendance
from server.meetings.rules import MOST_ACCOUNTS, MOST_HELPED, HoldReason, Via
from server.upserts import table_of

_attendances = table_of(Attendance)
_USED = select(
    _attendances.c.meeting_id, _attendances.c.ticket_id, _attendances.c.account_id, _attendances.c.ticket_place
).where(
    _attendances.c.meeting_id.in_(bindparam("meeting_ids", expanding=True)),
    _attendances.c.ticket_id.in_(bindparam("ticket_ids", expanding=True)),
)
_HELPED = select(_attendances.c.meeting_id, _attendances.c.account_id).where(
    _attendances.c.meeting_id.in_(bindparam("meeting_ids", expanding=True)),
    _attendances.c.account_id.in_(bindparam("account_ids", expanding=True)),
    _attendances.c.via == Via.helper,
)


@dataclass(frozen=True, slots=True)
class TakenPlaces:
    """The numbers that an attendance takes; None where nothing is counted."""

    ticket: int | None = None
    helper: int | None = None


UNCOUNTED = TakenPlaces()


@dataclass(frozen=True, slots=True)
class TicketUse:
    """A ticket in an account's hand, at a meeting; `unlimited`: its host lets any number share a phone."""

    meeting_id: int
    ticket_id: str
    account_id: int
    helps: bool
    unlimited: bool = False

    def first(self) -> TakenPlaces:
        """Return the places of a ticket and a helper that nobody has used yet."""
        return TakenPlaces(1, 1 if self.helps else None)


@dataclass(slots=True)
class TicketUsage:
    """What is taken of some tickets, by account, and how many some accounts have entered."""

    tickets: dict[tuple[int, str], dict[int, int | None]] = field(default_factory=lambda: defaultdict(dict))
    helped: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))

    def take(self, use: TicketUse) -> TakenPlaces | HoldReason:
        """Take the next places and return them, or why there is none; an `unlimited` use then goes without."""
        found = self._next(use)
        return UNCOUNTED if use.unlimited and isinstance(found, HoldReason) else found

    def _next(self, use: TicketUse) -> TakenPlaces | HoldReason:
        accounts = self.tickets[use.meeting_id, use.ticket_id]
        helper = (use.meeting_id, use.account_id)
        if use.helps and self.helped[helper] >= MOST_HELPED:
            return HoldReason.many_helped
        place = None
        if use.account_id not in accounts:
            if len(accounts) >= MOST_ACCOUNTS:
                return HoldReason.shared_ticket
            place = next(number for number in range(1, MOST_ACCOUNTS + 1) if number not in accounts.values())
            accounts[use.account_id] = place
        if not use.helps:
            return TakenPlaces(place)
        self.helped[helper] += 1
        return TakenPlaces(place, self.helped[helper])


def taken(session: Session, uses: Sequence[TicketUse]) -> TicketUsage:
    """Return what is taken of these tickets and by these helpers, as it stands now."""
    meeting_ids = sorted({use.meeting_id for use in uses})
    found = TicketUsage()
    tickets = {"meeting_ids": meeting_ids, "ticket_ids": sorted({use.ticket_id for use in uses})}
    for meeting_id, ticket_id, account_id, place in session.execute(_USED, tickets):
        accounts = found.tickets[meeting_id, ticket_id]
        accounts[account_id] = place or accounts.get(account_id)
    if helpers := sorted({use.account_id for use in uses if use.helps}):
        for meeting_id, account_id in session.execute(_HELPED, {"meeting_ids": meeting_ids, "account_ids": helpers}):
            found.helped[meeting_id, account_id] += 1
    return found
