"""People who were not reached and wait to be told."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from server.identity.rules import Actor, Permission, reach
from server.organizations.waiting import Mine, WaitingCount, WaitingKind
from server.pushes import unreachable


def _unreached(session: Session, actor: Actor, mine: Mine, today: date) -> Iterator[WaitingCount]:
    counts = {
        count.organization_id: count.unreachable + count.unknown
        for place in reach(actor, Permission.unreached_manage)
        for count in unreachable.counts(session, place)
    }
    for organization_id, count in counts.items():
        if count and mine.at(organization_id, Permission.unreached_manage):
            yield WaitingCount(organization_id, count)


KINDS = (WaitingKind(code="unreached", title="未送达待告知", place=70, counts=_unreached),)
