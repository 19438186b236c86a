"""Setting and closing due days, and moving the open ones when the calendar changes."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.db import found_or_added
from server.deadlines.events import DeadlineMoved
from server.deadlines.models import Deadline, DeadlineMove, DeadlineSubject
from server.deadlines.queries import categories_in, terms_of
from server.deadlines.rules import Basis, VacationEffect, moved_day
from server.events import emit
from server.organizations.models import Category
from server.organizations.workdays import hold_calendar


def set_deadline(
    session: Session,
    *,
    root_id: int,
    organization_id: int,
    subject: DeadlineSubject,
    subject_id: int,
    kind: str,
    counted_from: date | None = None,
    working_days: int | None = None,
    due_on: date | None = None,
    stretches: bool = True,
    pauses: bool = False,
    now: datetime,
) -> Deadline:
    """Give a subject a due day: `working_days` after `counted_from`, or the day `due_on`.

    `stretches` False is for periods set by Party regulations: no vacation moves them. `pauses`: days of a vacation do
    not count at all. One subject has one due day of a kind: the same again changes nothing, another basis moves it, and
    one that was closed is open again. It waits for whoever changes the calendar, and holds them up.
    """
    basis = _basis(counted_from, working_days, due_on, stretches=stretches, pauses=pauses)
    hold_calendar(session, root_id)
    categories = categories_in(session, organization_id, on=shanghai_date(now))

    def begin() -> Deadline:
        return Deadline(
            root_id=root_id,
            organization_id=organization_id,
            subject_kind=subject,
            subject_id=subject_id,
            kind=kind,
            counted_from=basis.counted_from,
            working_days=basis.working_days,
            effect=basis.effect,
            categories=",".join(sorted(categories)),
            due_on=_due_on(session, root_id, categories, basis),
            open=True,
            set_at=now,
        )

    same = (Deadline.subject_kind == subject, Deadline.subject_id == subject_id, Deadline.kind == kind)
    row = found_or_added(session, select(Deadline).where(*same), begin)
    if row.basis != basis or not row.open:
        row.counted_from, row.working_days, row.effect = basis.counted_from, basis.working_days, basis.effect
        row.categories = ",".join(sorted(categories))
        row.open, row.closed_at = True, None
        _move(session, row, _due_on(session, root_id, categories, basis), reason="期限改定", account_id=None, now=now)
    session.flush()
    return row


def close_deadline(
    session: Session, *, subject: DeadlineSubject, subject_id: int, kind: str | None = None, now: datetime
) -> None:
    """Close a subject's due day, or all of them: they move no more. What is closed or was never set is left as is."""
    query = select(Deadline).where(
        Deadline.subject_kind == subject, Deadline.subject_id == subject_id, Deadline.open.is_(True)
    )
    if kind is not None:
        query = query.where(Deadline.kind == kind)
    for row in session.scalars(query.order_by(Deadline.id).with_for_update()):
        row.open, row.closed_at = None, now
    session.flush()


def recount(session: Session, *, root_id: int, reason: str, account_id: int | None, now: datetime) -> None:
    """Count a university's open due days anew, and note and tell those that move.

    A publicity whose last day is over has ended; it does not go on.
    """
    today = shanghai_date(now)
    open_ones = select(Deadline).where(Deadline.root_id == root_id, Deadline.open.is_(True)).order_by(Deadline.id)
    for row in session.scalars(open_ones.with_for_update().execution_options(populate_existing=True)).all():
        if row.effect == VacationEffect.pauses and row.due_on < today:
            continue
        counted = _due_on(session, root_id, row.category_set, row.basis)
        old = row.due_on
        if _move(session, row, moved_day(old, counted, today=today), reason=reason, account_id=account_id, now=now):
            emit(
                session,
                DeadlineMoved(
                    deadline_id=row.id,
                    organization_id=row.organization_id,
                    subject=DeadlineSubject(row.subject_kind),
                    subject_id=row.subject_id,
                    kind=row.kind,
                    old_day=old,
                    new_day=row.due_on,
                    reason=reason,
                    now=now,
                ),
            )


def _basis(
    counted_from: date | None, working_days: int | None, due_on: date | None, *, stretches: bool, pauses: bool
) -> Basis:
    effect = VacationEffect.pauses if pauses else VacationEffect.shifts if stretches else VacationEffect.none
    if due_on is not None and counted_from is None and working_days is None:
        return Basis(due_on, None, effect)
    if due_on is None and counted_from is not None and working_days is not None:
        return Basis(counted_from, working_days, effect)
    raise ValueError("a due day is counted in working days after a day, or is a day")


def _due_on(session: Session, root_id: int, categories: Iterable[Category], basis: Basis) -> date:
    around = basis.counted_from
    return basis.due_on(terms_of(session, root_id=root_id, categories=frozenset(categories), around=around))


def _move(session: Session, row: Deadline, day: date, *, reason: str, account_id: int | None, now: datetime) -> bool:
    """Move a due day and note it; return whether it moved."""
    if row.due_on == day:
        return False
    moved = DeadlineMove(deadline_id=row.id, old_day=row.due_on, new_day=day, reason=reason, at=now)
    moved.account_id = account_id
    row.due_on = day
    session.add(moved)
    session.flush()
    return True
