"""A member's line in a branch's month."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.objections.matters import ObjectionMatter
from server.objections.rules import Hand
from server.presentation import points_text
from server.statements.models import Statement, StatementLine
from server.statements.rules import StatementStatus, period_title


def describe(session: Session, subject_id: int, member_id: int) -> ObjectionMatter | None:
    """Describe a member's line in a confirmed statement by the statement's id."""
    statement = session.get(Statement, subject_id)
    line = session.get(StatementLine, (subject_id, member_id))
    if statement is None or line is None or statement.status != StatementStatus.confirmed:
        return None
    confirmed = {} if statement.confirmed_by is None else {statement.confirmed_by: Hand.decided}
    return ObjectionMatter(
        organization_id=statement.organization_id,
        year=statement.year,
        title=f"{period_title(statement.period)}积分汇总",
        details=() if line.negative else (("累计积分", points_text(line.total)),),
        path=f"/api/v1/statements/{statement.id}",
        hands=confirmed,
    )


def recent(session: Session, member_id: int, most: int) -> Sequence[int]:
    """Return the ids of the latest confirmed statements that have a line of a member's."""
    query = (
        select(Statement.id)
        .join(StatementLine, StatementLine.statement_id == Statement.id)
        .where(StatementLine.member_id == member_id, Statement.status == StatementStatus.confirmed)
    )
    return session.scalars(query.order_by(Statement.until.desc(), Statement.id.desc()).limit(most)).all()
