"""Standards that wait to be published."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.identity.rules import RULES, Permission
from server.organizations.officers import Officers
from server.organizations.waiting import WaitingItem, WaitingKind
from server.standards.awaited import awaited


def _owed(session: Session, officers: Officers, now: datetime) -> Iterator[WaitingItem]:
    """A standard that its organization has yet to publish; officers below are told too, but nobody in their place."""
    today = shanghai_date(now)
    roles = RULES[Permission.standard_manage].roles
    for each in awaited(session, root_id=officers.root_id, today=today):
        place = each.organization_id
        if officers.places is None or place in officers.places:
            in_turn = [o for o in officers.in_turn(place, roles) if each.own or o.organization_id == place]
            yield WaitingItem(place, place, date(each.year, 1, 1), in_turn, each.words(today))


KINDS = (
    WaitingKind(
        code="standards", title="积分标准待发布", place=50, turns=_owed, digest=("months", "年度积分标准未发布")
    ),
)
