"""A branch's frozen month as the tests of boards want it, without drawing it up."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from statistics import median

from sqlalchemy.orm import Session

from server.organizations.models import Category, Member, Organization, Stage
from server.organizations.schemas import BoardVisibility
from server.points.models import PointEntry
from server.statements.models import Statement, StatementBackdated, StatementLine, StatementSection
from server.statements.rules import StatementStatus
from tests.cast import Cast

CONFIRMED_AT = datetime(2026, 6, 3, 0, 40, tzinfo=UTC)
"""Wednesday, 3 June 2026, 8:40 in Shanghai."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a line is to say. Without a position he is 另行通报."""

    member_id: int
    base: str
    contribution: str
    position: int | None = None
    change: str | None = None
    backdated: tuple[tuple[str, str], ...] = ()
    head_seq: int = 20
    head_hash: str = "3aa1100e" * 8

    @property
    def total(self) -> Decimal:
        return Decimal(self.base) + Decimal(self.contribution)


def cast_lines(cast: Cast) -> list[Told]:
    """张敏 third, 王芳 and 李伟 first together, 孙丽 另行通报."""
    return [
        Told(cast.zhang_min.member_id, "62.00", "14.00", 3, "-1.00", (("2026-04", "0.50"),)),
        Told(cast.wang_fang.member_id, "64.25", "20.00", 1, "2.00"),
        Told(cast.li_wei.member_id, "64.25", "20.00", 1, None),
        Told(cast.sun_li.member_id, "60.00", "0.00"),
    ]


def make_statement(
    session: Session,
    *,
    organization_id: int,
    root_id: int,
    standard_id: int,
    lines: Sequence[Told],
    period: str = "2026-05",
    until: date = date(2026, 5, 31),
    confirmed_at: datetime | None = CONFIRMED_AT,
    confirmed_by: int | None = None,
    exempt: int = 1,
) -> Statement:
    """Add a month of a branch and commit; `confirmed_at` None leaves it to be confirmed."""
    totals = [line.total for line in lines if line.position is not None]
    statement = Statement(
        root_id=root_id,
        organization_id=organization_id,
        period=period,
        year=until.year,
        until=until,
        cutoff_at=datetime(2026, 6, 2, 18, tzinfo=UTC),
        members=len(lines),
        exempt=exempt,
        average=(sum(totals, Decimal(0)) / len(totals)).quantize(Decimal("0.01")) if totals else None,
        median=median(totals) if totals else None,
        hash=secrets.token_hex(32),
        status=StatementStatus.confirmed if confirmed_at else StatementStatus.frozen,
        frozen_at=datetime(2026, 6, 2, 18, 1, tzinfo=UTC),
        confirm_by=date(2026, 6, 5),
        confirmed_at=confirmed_at,
        confirmed_by=confirmed_by if confirmed_at else None,
    )
    session.add(statement)
    session.flush()
    for line in lines:
        _add_line(session, statement.id, standard_id, line)
    session.commit()
    return statement


def cast_statement(session: Session, cast: Cast, **changes: object) -> Statement:
    """Add the month of 张敏's branch."""
    arguments: dict[str, object] = {"lines": cast_lines(cast), "confirmed_by": cast.li_wei.account_id} | changes
    return make_statement(
        session,
        organization_id=cast.branch,
        root_id=cast.root,
        standard_id=cast.standard_id,
        **arguments,  # type: ignore[arg-type]
    )


def show(session: Session, cast: Cast, visibility: BoardVisibility, *, names_outside: bool = False) -> None:
    """Have the branch decide what its members see, and whether passers-by see whole names."""
    settings = {"board_visibility": visibility, "board_names_outside": names_outside}
    session.get_one(Organization, cast.branch).settings = settings
    session.commit()


def line_at_head(line: Told, entries: Sequence[PointEntry]) -> Told:
    """Have a line stand where these entries of the member's chain end."""
    return replace(line, head_seq=entries[-1].seq, head_hash=entries[-1].hash)


def _add_line(session: Session, statement_id: int, standard_id: int, line: Told) -> None:
    member = session.get_one(Member, line.member_id)
    session.add(
        StatementLine(
            statement_id=statement_id,
            member_id=line.member_id,
            standard_id=standard_id,
            category=Category(member.category),
            stage=Stage(member.stage),
            negative=line.position is None,
            total=Decimal(0) if line.position is None else line.total,
            change=Decimal(line.change) if line.change else None,
            position=line.position,
            head_seq=line.head_seq,
            head_hash=line.head_hash,
        )
    )
    for section, points in (("base", line.base), ("contribution", line.contribution)):
        session.add(
            StatementSection(
                statement_id=statement_id, member_id=line.member_id, section=section, points=Decimal(points)
            )
        )
    for month, points in line.backdated:
        session.add(
            StatementBackdated(
                statement_id=statement_id, member_id=line.member_id, month=month, entries=1, points=Decimal(points)
            )
        )
    session.flush()
