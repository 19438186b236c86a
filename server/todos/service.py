"""待办: what waits with one officer, counted by kind and organization."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from server.claims.models import Claim, ClaimOpinion
from server.claims.reviewers import not_his
from server.claims.rules import ClaimStatus
from server.clock import shanghai_date
from server.dues.outstanding import months_agreed, outstanding
from server.dues.rules import last_day
from server.identity.rules import RULES, Actor, Permission, reach
from server.organizations.models import Organization
from server.organizations.workdays import calendar_of
from server.pushes import unreachable
from server.todos.officers import Officers
from server.todos.rules import ORDER, TodoKind, dues_months
from server.todos.turns import Turn, turns

COUNTED_IN_WORKDAYS = (TodoKind.statements, TodoKind.holidays)


@dataclass(frozen=True, slots=True)
class Todo:
    """How many things of a kind wait in an organization, and of them the first by day with its words (see `Turn`).

    党费 has the month's last day there; what has no order has neither.
    """

    kind: TodoKind
    organization_id: int
    count: int
    first_id: int | None = None
    first_day: date | None = None
    words: str | None = None


def todos_of(session: Session, actor: Actor, *, now: datetime) -> list[Todo]:
    """Return what waits with an officer, in the order of its kinds; nothing with who holds no office."""
    if actor.account_id is None or actor.root_id is None or not actor.grants:
        return []
    today = shanghai_date(now)
    mine = _Mine(actor.account_id, Officers(session, actor.root_id, today, places=_places(session, actor)))
    found = [
        *_decisions(session, mine, now),
        *_dues(session, actor, mine, today),
        *_unreached(session, actor, mine),
        *_opinions(session, actor),
    ]
    return sorted(found, key=lambda todo: (ORDER.index(todo.kind), todo.organization_id))


@dataclass(frozen=True, slots=True)
class _Mine:
    """Whether it is this account's turn."""

    account_id: int
    officers: Officers

    def __contains__(self, turn: Turn) -> bool:
        return any(officer.account_id == self.account_id for officer in turn.officers)

    def at(self, organization_id: int, permission: Permission) -> bool:
        in_turn = self.officers.in_turn(organization_id, RULES[permission].roles)
        return any(officer.account_id == self.account_id for officer in in_turn)


def _places(session: Session, actor: Actor) -> Collection[int] | None:
    """The organizations at and below which he holds an office; None for the whole tree."""
    held = {grant.organization_id for grant in actor.grants}
    if actor.root_id in held:
        return None
    paths = session.scalars(select(Organization.path).where(Organization.id.in_(held))).all()
    below = or_(*(Organization.path.startswith(path, autoescape=True) for path in paths))
    return session.scalars(select(Organization.id).where(below)).all()


def _decisions(session: Session, mine: _Mine, now: datetime) -> Iterator[Todo]:
    waiting = [turn for turn in turns(session, mine.officers, now=now) if turn in mine]
    calendar = calendar_of(session, root_id=mine.officers.root_id, around=shanghai_date(now))
    waiting.sort(key=lambda turn: (turn.kind, turn.organization_id, turn.day, turn.subject_id))
    for (kind, organization_id), together in groupby(waiting, key=lambda turn: (turn.kind, turn.organization_id)):
        first, *others = together
        note = calendar.note(first.day, first.day) if kind in COUNTED_IN_WORKDAYS else None
        yield Todo(kind, organization_id, 1 + len(others), first.subject_id, first.day, first.words or note)


def _dues(session: Session, actor: Actor, mine: _Mine, today: date) -> Iterator[Todo]:
    """The earliest month that is not registered: one after another. What may be paid later waits until then."""
    waiting = {place for place in reach(actor, Permission.dues_record) if mine.at(place, Permission.dues_record)}
    months = dues_months(today)
    earlier = months_agreed(session, branch_ids=waiting, due_months=months)
    for month in (*earlier, *months):
        counts = outstanding(session, branch_ids=waiting, month=month, latest=months[-1])
        for organization_id, count in counts.items():
            yield Todo(TodoKind.dues, organization_id, count, first_day=last_day(month))
            waiting.remove(organization_id)


def _unreached(session: Session, actor: Actor, mine: _Mine) -> Iterator[Todo]:
    counts = {
        count.organization_id: count.unreachable + count.unknown
        for place in reach(actor, Permission.unreached_manage)
        for count in unreachable.counts(session, place)
    }
    for organization_id, count in counts.items():
        if count and mine.at(organization_id, Permission.unreached_manage):
            yield Todo(TodoKind.unreached, organization_id, count)


def _opinions(session: Session, actor: Actor) -> Iterator[Todo]:
    """Claims under verification on which this 群众代表 has not said anything yet."""
    places = reach(actor, Permission.claim_comment)
    said = select(ClaimOpinion.id).where(ClaimOpinion.claim_id == Claim.id, ClaimOpinion.account_id == actor.account_id)
    query = (
        select(Claim.organization_id, func.count(), func.min(Claim.id))
        .where(
            Claim.organization_id.in_(places), Claim.status == ClaimStatus.submitted, ~said.exists(), *not_his(actor)
        )
        .group_by(Claim.organization_id)
    )
    for organization_id, count, first_id in session.execute(query) if places else ():
        yield Todo(TodoKind.opinions, organization_id, count, first_id)
