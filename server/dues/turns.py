"""Payments that wait to be registered."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from server.dues.outstanding import months_agreed, outstanding
from server.dues.rules import last_day, months_to_register
from server.identity.rules import Actor, Permission, reach
from server.organizations.waiting import Mine, WaitingCount, WaitingKind


def _unregistered(session: Session, actor: Actor, mine: Mine, today: date) -> Iterator[WaitingCount]:
    """The earliest month that is not registered, one at a time. What may be paid later waits until then."""
    waiting = {place for place in reach(actor, Permission.dues_record) if mine.at(place, Permission.dues_record)}
    months = months_to_register(today)
    earlier = months_agreed(session, branch_ids=waiting, due_months=months)
    for month in (*earlier, *months):
        counts = outstanding(session, branch_ids=waiting, month=month, latest=months[-1])
        for organization_id, count in counts.items():
            yield WaitingCount(organization_id, count, first_day=last_day(month))
            waiting.remove(organization_id)


KINDS = (WaitingKind(code="dues", title="党费待登记", place=60, counts=_unregistered),)
