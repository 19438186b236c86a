"""待办: what waits for one officer, counted by kind and organization."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import astuple, dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.identity.rules import RULES, Actor, Permission
from server.organizations.models import Organization
from server.organizations.officers import Officers
from server.organizations.waiting import WaitingCount, WaitingItem
from server.organizations.workdays import calendar_of
from server.todos.registry import kinds, turns


@dataclass(frozen=True, slots=True)
class Todo:
    """How many things of a kind (its code) wait in an organization; the rest is as in `WaitingCount`."""

    kind: str
    organization_id: int
    count: int
    first_id: int | None = None
    first_day: date | None = None
    words: str | None = None


def todos_of(session: Session, actor: Actor, *, now: datetime) -> list[Todo]:
    """Return what waits for an officer, in the order of the kinds; nothing for someone without an office."""
    if actor.account_id is None or actor.root_id is None or not actor.grants:
        return []
    today = shanghai_date(now)
    mine = _Mine(actor.account_id, Officers(session, actor.root_id, today, places=_places(session, actor)))
    waiting = _turns(session, mine, now)
    found = []
    for kind in kinds():
        counts = kind.counts(session, actor, mine, today) if kind.counts is not None else waiting.get(kind.code, ())
        ordered = sorted(counts, key=lambda count: count.organization_id)
        found += [Todo(kind.code, *astuple(count)) for count in ordered]
    return found


@dataclass(frozen=True, slots=True)
class _Mine:
    """Whether it is this account's turn."""

    account_id: int
    officers: Officers

    def __contains__(self, turn: WaitingItem) -> bool:
        return any(officer.account_id == self.account_id for officer in turn.officers)

    def at(self, organization_id: int, permission: Permission) -> bool:
        in_turn = self.officers.in_turn(organization_id, RULES[permission].roles)
        return any(officer.account_id == self.account_id for officer in in_turn)


def _places(session: Session, actor: Actor) -> Collection[int] | None:
    """The organizations at and below which the officer holds an office; None for the whole tree."""
    held = {grant.organization_id for grant in actor.grants}
    if actor.root_id in held:
        return None
    paths = session.scalars(select(Organization.path).where(Organization.id.in_(held))).all()
    below = or_(*(Organization.path.startswith(path, autoescape=True) for path in paths))
    return session.scalars(select(Organization.id).where(below)).all()


def _turns(session: Session, mine: _Mine, now: datetime) -> dict[str, list[WaitingCount]]:
    """Return the things whose turn is the officer's, counted by kind and organization."""
    calendar = calendar_of(session, root_id=mine.officers.root_id, around=shanghai_date(now))
    waiting = defaultdict[tuple[str, int], list[WaitingItem]](list)
    in_workdays = {kind.code for kind in kinds() if kind.in_workdays}
    for kind, turn in turns(session, mine.officers, now=now):
        if turn in mine:
            waiting[kind.code, turn.organization_id].append(turn)
    found = defaultdict[str, list[WaitingCount]](list)
    for (code, organization_id), together in waiting.items():
        first = min(together, key=lambda turn: (turn.day, turn.subject_id))
        note = calendar.note(first.day, first.day) if code in in_workdays else None
        found[code].append(
            WaitingCount(organization_id, len(together), first.subject_id, first.day, first.words or note)
        )
    return found
