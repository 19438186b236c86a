"""What must hold on every evening of the turn of the year. Each yields sentences about what does not."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from http import HTTPStatus
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from scripts.january.days import CUT_OFF, NEW_YEAR, YEAR
from server import verifications
from server.config import Settings
from server.days import SHANGHAI, shanghai_date
from server.db import reading
from server.organizations.models import Member, Membership
from server.organizations.workdays import calendar_of
from server.points.ledger.openings import openings
from server.points.models import PointEntry, SourceKind
from server.points.scores.timelines import MemberTimelines
from server.pushes.models import Fanout, Push
from server.pushes.rules import Occasion, PushStatus
from server.standards.rules import AUDIENCE_STAGES, Audience
from server.statements.models import Statement, StatementLine
from server.statements.rules import CONFIRM_WORKDAYS

AT_ONCE = 500
DECEMBER = f"{YEAR - 1}-12"
OLD_YEAR = YEAR - 1


@dataclass(frozen=True, slots=True)
class Evening:
    """What a look needs. `schedulers`: whether any ran today; `readers` open a branch's pages by its id."""

    engine: Engine
    settings: Settings
    root_id: int
    day: date
    schedulers: bool
    readers: Mapping[int, Callable[[], FlaskClient]]


def verified(evening: Evening, _session: Session) -> Iterator[str]:
    """Every proof holds: ledger, scores, statements, bulletins, standards; and no photo's file is gone."""
    for each in verifications.verify(evening.engine, evening.settings):
        if each.found:
            yield f"{each.verification.name}: {len(each.found)}, first {each.found[0]}"


def opened(evening: Evening, session: Session) -> Iterator[str]:
    """From 1 January on everyone who is managed has a standard for the new year, and its opening points."""
    if evening.day < NEW_YEAR or not evening.schedulers:
        return
    unmeasured: list[int] = []
    unopened: list[int] = []
    members = _measurable(session, evening.day)
    for start in range(0, len(members), AT_ONCE):
        part = members[start : start + AT_ONCE]
        standing, stored = MemberTimelines(session, part), _openings(session, part)
        for member_id in part:
            standard_id = standing.year_standard_id(member_id, YEAR)
            if standing.first_day_in(member_id, YEAR) is None or standing.is_exempt(member_id, evening.day):
                continue
            if standard_id is None:
                unmeasured.append(member_id)
                continue
            member = standing.member(member_id)
            due = openings(standing.document(standard_id), member.category, member.stage)
            if stored.get(member_id, {}) != due:
                unopened.append(member_id)
    yield from _some(unmeasured, f"without a standard for {YEAR}")
    yield from _some(unopened, f"without (or with other than) the opening points of {YEAR}")


def _measurable(session: Session, day: date) -> Sequence[int]:
    """Return the members, but not the activists, who belong to a branch today."""
    belongs = Membership.holds_on(day)
    query = select(Member.id).join(Membership, Membership.member_id == Member.id).where(belongs)
    return session.scalars(query.where(Member.stage.in_(AUDIENCE_STAGES[Audience.members])).order_by(Member.id)).all()


def _openings(session: Session, member_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    sums = select(PointEntry.member_id, PointEntry.item_code, func.sum(PointEntry.points))
    of_year = sums.where(PointEntry.member_id.in_(member_ids), PointEntry.year == YEAR)
    found: dict[int, dict[str, Any]] = {}
    query = of_year.where(PointEntry.source_kind == SourceKind.opening)
    for member_id, item_code, points in session.execute(query.group_by(PointEntry.member_id, PointEntry.item_code)):
        if points:
            found.setdefault(member_id, {})[item_code] = points
    return found


def measured(_evening: Evening, session: Session) -> Iterator[str]:
    """Nobody has a line in a month, and so a push about it, without a standard that measured them."""
    lines = select(StatementLine.member_id).join(Statement, Statement.id == StatementLine.statement_id)
    found = session.scalars(lines.where(StatementLine.standard_id.is_(None))).all()
    yield from _some(found, "frozen without a standard")
    told = select(Push.member_id).where(Push.occasion == Occasion.month_score, Push.member_id.in_(found))
    yield from _some(session.scalars(told).all(), "told of such a month")


def worked(evening: Evening, session: Session) -> Iterator[str]:
    """The clock confirms a month on a working day only, and only after three whole ones."""
    calendar = calendar_of(session, root_id=evening.root_id, around=NEW_YEAR)
    by_clock = select(Statement).where(Statement.confirmed_at.is_not(None), Statement.confirmed_by.is_(None))
    for statement in session.scalars(by_clock):
        assert statement.confirmed_at is not None
        on, frozen_on = shanghai_date(statement.confirmed_at), shanghai_date(statement.frozen_at)
        if not calendar.is_workday(on):
            yield f"{statement.period} of {statement.organization_id} was confirmed on {on}, a holiday"
        elif on <= calendar.workday_after(frozen_on, CONFIRM_WORKDAYS):
            yield f"{statement.period} of {statement.organization_id}, frozen on {frozen_on}, was confirmed on {on}"


def untouched(evening: Evening, session: Session) -> Iterator[str]:
    """No job takes back, or opens anew, what was posted for the old year: nobody here asked for it."""
    if evening.day < NEW_YEAR:
        return
    after = [PointEntry.year == OLD_YEAR, PointEntry.posted_at >= _midnight(NEW_YEAR)]
    undone = or_(PointEntry.reverses_seq.is_not(None), PointEntry.source_kind == SourceKind.opening)
    yield from _some(
        session.scalars(select(PointEntry.member_id).where(*after, undone)).all(),
        f"with entries of {OLD_YEAR} reversed or opened in {YEAR}",
    )


def added(evening: Evening, session: Session) -> Iterator[str]:
    """What was posted for the old year after its December was drawn up stands beside that month as 年末补记."""
    for organization_id, statement_id, entries in session.execute(_late_entries()):
        if organization_id not in evening.readers:
            continue
        answer = evening.readers[organization_id]().get(f"/api/v1/statements/{statement_id}")
        shown = ((answer.get_json() or {}).get("late") or {}).get("entries")
        if answer.status_code != HTTPStatus.OK or shown != entries:
            yield f"December of {organization_id} shows {shown} of {entries} late entries ({answer.status_code})"


def _late_entries() -> Select[int, int, int]:
    late = and_(PointEntry.member_id == StatementLine.member_id, PointEntry.seq > StatementLine.head_seq)
    return (
        select(Statement.organization_id, Statement.id, func.count())
        .join(StatementLine, StatementLine.statement_id == Statement.id)
        .join(PointEntry, and_(late, PointEntry.year == OLD_YEAR, PointEntry.source_kind != SourceKind.opening))
        .where(Statement.period == DECEMBER)
        .group_by(Statement.organization_id, Statement.id)
    )


def reminded(evening: Evening, session: Session) -> Iterator[str]:
    """Before the last day for the old year's claims is over, everyone who was in it and is still here was told."""
    if evening.day != CUT_OFF or not evening.schedulers:
        return
    told = select(Push.member_id).where(Push.occasion == Occasion.year_end)
    were_here = select(Membership.member_id).where(Membership.from_date < NEW_YEAR)
    left_out = set(_measurable(session, evening.day)) & set(session.scalars(were_here)) - set(session.scalars(told))
    yield from _some(sorted(left_out), "not told of the last day for claims")


def visible(evening: Evening, session: Session) -> Iterator[str]:
    """While a scheduler runs, nothing waits longer than a day, and every unsent push has a reason."""
    silent = (PushStatus.unreachable, PushStatus.expired, PushStatus.unknown)
    without = select(Push.id).where(Push.status.in_(silent), or_(Push.reason.is_(None), Push.reason == ""))
    yield from _some(session.scalars(without).all(), "pushes not sent, without a reason")
    if evening.schedulers:
        yesterday = _midnight(evening.day)
        left = select(Fanout.id).where(Fanout.done_at.is_(None), Fanout.due_at < yesterday)
        yield from _some(session.scalars(left).all(), "causes of yesterday that became nothing")


INVARIANTS: Mapping[str, Callable[[Evening, Session], Iterator[str]]] = {
    each.__name__: each for each in (verified, opened, measured, worked, untouched, added, reminded, visible)
}


def look(evening: Evening) -> dict[str, list[str]]:
    """Return what does not hold this evening, by invariant."""
    found: dict[str, list[str]] = {}
    for name, holds in INVARIANTS.items():
        with reading(evening.engine) as session:
            if sentences := list(holds(evening, session)):
                found[name] = sentences
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _some(ids: Sequence[int | None], what: str) -> Iterator[str]:
    if ids:
        yield f"{len(ids)} {what}, first {ids[0]}"
