"""Confirming a month: by the secretary or deputy or whoever is above, or by itself when the time for it has passed."""

from datetime import date, datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.clock import shanghai_date
from server.db import reading, transaction
from server.errors import conflict
from server.events import emit
from server.statements.events import StatementConfirmed
from server.statements.models import Statement
from server.statements.rules import StatementStatus

AT_ONCE = 200


def confirm(session: Session, *, statement_id: int, account_id: int, now: datetime) -> Statement:
    """Let the month stand. Raises DomainError 409 `already_confirmed`."""
    statement = _locked(session, statement_id)
    if statement.status == StatementStatus.confirmed:
        raise conflict("already_confirmed", "这期月汇总已经确认过，支部已可查看")
    _settle(session, statement, account_id, now)
    return statement


def confirm_overdue(engine: Engine, *, now: datetime) -> int:
    """Confirm what nobody confirmed in its working days, one transaction each; return how many.

    Safe to run again and beside itself or a secretary: whoever comes second finds it confirmed.
    """
    confirmed = 0
    while ids := _overdue(engine, shanghai_date(now)):
        for statement_id in ids:
            confirmed += transaction(engine, lambda session, one=statement_id: _by_itself(session, one, now))  # type: ignore[misc]
    return confirmed


def _overdue(engine: Engine, today: date) -> list[int]:
    query = select(Statement.id).where(Statement.status == StatementStatus.frozen, Statement.confirm_by < today)
    with reading(engine) as session:
        return list(session.scalars(query.order_by(Statement.id).limit(AT_ONCE)))


def _by_itself(session: Session, statement_id: int, now: datetime) -> bool:
    statement = _locked(session, statement_id)
    if statement.status == StatementStatus.confirmed:
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
        subject_kind="statement",
        subject_id=statement.id,
        root_id=statement.root_id,
        detail={"period": statement.period, "hash": statement.hash},
        now=now,
    )
    emit(session, StatementConfirmed(statement.id, now))
