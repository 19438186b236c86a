"""What the tests of pushes look at again and again."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.days import SHANGHAI
from server.organizations.models import Category, Stage
from server.pushes.models import Push
from server.pushes.occasions import due
from server.pushes.rules import Occasion
from server.statements.models import Statement, StatementLine
from server.statements.rules import StatementStatus
from tests.cast import Cast, Person

SECRET_WORDS = "绝密事由"
"""Written wherever a reason is asked for; it must not be found in any push."""


def shanghai(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def all_pushes(session: Session, occasion: Occasion | None = None) -> Sequence[Push]:
    session.expire_all()
    query = select(Push).order_by(Push.id)
    return session.scalars(query if occasion is None else query.where(Push.occasion == occasion)).all()


def told(session: Session, cast: Cast, occasion: Occasion) -> list[str]:
    """Return the names of those who were told of an occasion, in alphabetical order of their keys, once per push."""
    names = {f"member:{person.member_id}": key for key, person in cast.people.items() if person.member_id}
    names |= {f"account:{person.account_id}": key for key, person in cast.people.items() if not person.member_id}
    return sorted(names[push.recipient] for push in all_pushes(session, occasion))


def prepared(session: Session, now: datetime) -> None:
    """Commit, and turn fan-outs and reminders out as the job does."""
    session.commit()
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    due.prepare(engine, now=now)


def make_statement(
    session: Session,
    cast: Cast,
    lines: dict[str, tuple[str, str | None, int | None]],
    *,
    status: StatementStatus = StatementStatus.frozen,
    period: str = "2026-05",
    negative: tuple[str, ...] = (),
) -> Statement:
    """Add a statement of the cast's branch; `lines`: total, change and position by key of the cast."""
    year, month = int(period[:4]), int(period[5:])
    until = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    statement = Statement(
        root_id=cast.root,
        organization_id=cast.branch,
        period=period,
        year=year,
        until=until,
        cutoff_at=cast.now,
        members=len(lines),
        exempt=1,
        hash="0" * 64,
        status=status,
        frozen_at=cast.now,
        confirm_by=date(2026, 6, 22),
    )
    session.add(statement)
    session.flush()
    for key, (total, change, position) in lines.items():
        session.add(_line(statement, cast.people[key], total, change, position, negative=key in negative))
    session.flush()
    return statement


def _line(
    statement: Statement, person: Person, total: str, change: str | None, position: int | None, *, negative: bool
) -> StatementLine:
    return StatementLine(
        statement_id=statement.id,
        member_id=person.member_id,
        category=Category.staff,
        stage=Stage.full,
        negative=negative,
        total=Decimal(total),
        change=Decimal(change) if change is not None else None,
        position=position,
        head_seq=1,
        head_hash="0" * 64,
    )
