"""Confirming a month: by the secretary, the deputy or someone above, or automatically once its time has passed."""

from datetime import date, datetime
from functools import partial

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.days import shanghai_date
from server.db import reading, transaction
from server.errors import conflict, not_found
from server.events import emit
from server.organizations.events import WorkdaysChanged
from server.organizations.models import Organization
from server.organizations.workdays import calendar_of
from server.statements.error_codes import StatementErrorCode
from server.statements.events import StatementConfirmed
from server.statements.models import Statement
from server.statements.rules import MONTHLY, StatementStatus, confirm_by_of
from server.workdays import Calendar

AT_ONCE = 200


def confirm(session: Session, *, statement_id: int, account_id: int, now: datetime) -> Statement:
    """Confirm a month. Raises DomainError 409 `already_confirmed`, 404 for what is no month."""
    statement = _locked(session, statement_id)
    if statement.status == StatementStatus.confirmed:
        raise conflict(StatementErrorCode.already_confirmed, "这期月汇总已经确认过，支部已可查看")
    if statement.status not in MONTHLY:
        raise not_found("月汇总")
    _settle(session, statement, account_id, now)
    return statement


def confirm_overdue(engine: Engine, *, now: datetime) -> int:
    """Confirm what nobody confirmed within its working days, one transaction each; return how many.

    On working days only, so that nobody is told of a month on a holiday, announced or not. Safe to run again, and
    alongside itself or a secretary: whoever comes second finds it confirmed.
    """
    today, confirmed = shanghai_date(now), 0
    with reading(engine) as session:
        roots = session.scalars(select(Organization.id).where(Organization.parent_id.is_(None))).all()
    for root_id in roots:
        calendar = transaction(engine, partial(recount, root_id=root_id, today=today))
        while calendar.is_surely_workday(today) and (ids := _overdue(engine, root_id, today)):
            for statement_id in ids:
                confirmed += transaction(engine, partial(_by_itself, statement_id=statement_id, now=now))
    return confirmed


def workdays_changed(session: Session, event: WorkdaysChanged) -> None:
    """Recount the open deadlines: a university has changed its working days."""
    recount(session, root_id=event.root_id, today=shanghai_date(event.now))


def recount(session: Session, *, root_id: int, today: date) -> Calendar:
    """Recount the deadlines for confirming a university's frozen months by its present calendar, and return that."""
    calendar = calendar_of(session, root_id=root_id, around=today)
    waiting = (Statement.root_id == root_id, Statement.status == StatementStatus.frozen)
    for frozen_at in session.scalars(select(Statement.frozen_at).where(*waiting).distinct()).all():
        due = confirm_by_of(calendar, frozen_at)
        moved = (*waiting, Statement.frozen_at == frozen_at, Statement.confirm_by != due)
        session.execute(update(Statement).where(*moved).values(confirm_by=due))
    return calendar


def _overdue(engine: Engine, root_id: int, today: date) -> list[int]:
    waiting = (Statement.status == StatementStatus.frozen, Statement.confirm_by < today)
    query = select(Statement.id).where(Statement.root_id == root_id, *waiting)
    with reading(engine) as session:
        return list(session.scalars(query.order_by(Statement.id).limit(AT_ONCE)))


def _by_itself(session: Session, *, statement_id: int, now: datetime) -> bool:
    statement = _locked(session, statement_id)
    if statement.status != StatementStatus.frozen:
        return False
    _settle(session, statement, None, now)
    return True


def _locked(session: Session, statement_id: int) -> Statement:
    return session.get_one(Statement, statement_id, with_for_update=True, populate_existing=True)


def _settle(session: Session, statement: Statement, account_id: int | None, now: datetime) -> None:
    statement.status = StatementStatus.confirmed
    statement.confirmed_at, statement.confirmed_by = now, account_id
    session.flush()
    audit.record(
        session,
        actor_id=account_id,
        action="statement_confirm",
        detail={"period": statement.period, "hash": statement.hash},
        now=now,
        **audit.of(statement),
    )
    emit(session, StatementConfirmed(statement.id, now))
