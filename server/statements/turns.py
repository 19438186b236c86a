"""Months that wait to be confirmed."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.identity.rules import RULES, Permission
from server.organizations.officers import Officers
from server.organizations.waiting import WaitingItem, WaitingKind, within
from server.statements.models import Statement
from server.statements.rules import StatementStatus


def _frozen(session: Session, officers: Officers, now: datetime) -> Iterator[WaitingItem]:
    query = select(Statement.id, Statement.organization_id, Statement.confirm_by).where(
        Statement.root_id == officers.root_id,
        Statement.status == StatementStatus.frozen,
        *within(officers, Statement.organization_id),
    )
    roles = RULES[Permission.statement_confirm].roles
    for statement_id, organization_id, confirm_by in session.execute(query):
        in_turn = officers.in_turn(organization_id, roles)
        yield WaitingItem(organization_id, statement_id, confirm_by, in_turn)


KINDS = (
    WaitingKind(
        code="statements",
        title="月汇总待确认",
        place=40,
        turns=_frozen,
        digest=("months", "待确认 {} 份"),
        in_workdays=True,
    ),
)
