"""Statements put straight into a test's database, as a freeze would leave them, for bulletins to rest on."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from server.documents.layout import DATA
from server.documents.typesetting import TypesettingJob, compiled
from server.errors import DomainError
from server.organizations.models import Category, Stage
from server.statements.bulletins import service
from server.statements.bulletins.rules import Quarter
from server.statements.models import Bulletin, Statement, StatementBackdated, StatementLine, StatementSection
from server.statements.rules import StatementStatus
from tests.cast import Cast, Person

Q1, Q2 = Quarter(2026, 1), Quarter(2026, 2)
DUE = datetime(2026, 7, 7, 19, 0, tzinfo=UTC)
"""8 July 2026, 03:00 in Shanghai."""

EMPTY_CHART = {"form": "bars", "marks": [], "most": 1, "line": None}


def _without_fonts() -> bool:
    try:
        compiled([TypesettingJob(DATA / "chart.typ", {"chart": EMPTY_CHART}, {"format": "pdf"})])
    except DomainError as refusal:
        if refusal.code != "no_chinese_font":
            raise
        return True
    return False


needs_fonts = pytest.mark.skipif(_without_fonts(), reason="no Chinese fonts: apt install fonts-noto-cjk")


def make_statement(
    session: Session,
    cast: Cast,
    organization_id: int,
    totals: Mapping[int, str | None],
    *,
    period: str = "2026-06",
    exempt: int = 0,
    prospects: tuple[int, ...] = (),
    backdated: Mapping[int, int] | None = None,
) -> Statement:
    """Add a branch's month: the totals of members by id, None for one under a negative-list decision."""
    year, month = map(int, period.split("-"))
    until = date(year + month // 12, month % 12 + 1, 1).toordinal() - 1
    known = [Decimal(total) for total in totals.values() if total is not None]
    statement = Statement(
        root_id=cast.root,
        organization_id=organization_id,
        period=period,
        year=year,
        until=date.fromordinal(until),
        cutoff_at=DUE,
        members=len(totals),
        exempt=exempt,
        average=sum(known, Decimal(0)) / len(known) if len(known) == 1 else None,
        hash=f"{organization_id:064}",
        status=StatementStatus.confirmed,
        frozen_at=DUE,
        confirm_by=date.fromordinal(until + 6),
    )
    session.add(statement)
    session.flush()
    for member_id, total in totals.items():
        _add_line(session, cast, statement.id, member_id, total, prospect=member_id in prospects)
    for member_id, entries in (backdated or {}).items():
        session.add(_backdated(statement.id, member_id, entries))
    session.commit()
    return statement


def _add_line(
    session: Session, cast: Cast, statement_id: int, member_id: int, total: str | None, *, prospect: bool
) -> None:
    points = Decimal(total or 0)
    session.add(
        StatementLine(
            statement_id=statement_id,
            member_id=member_id,
            standard_id=cast.standard_id,
            category=Category.staff,
            stage=Stage.activist if prospect else Stage.full,
            negative=total is None,
            total=points,
            change=None,
            position=None,
            head_seq=3,
            head_hash="0" * 64,
        )
    )
    base = min(points, Decimal(60))
    for section, part in (("base", base), ("contribution", points - base)):
        session.add(StatementSection(statement_id=statement_id, member_id=member_id, section=section, points=part))


def _backdated(statement_id: int, member_id: int, entries: int) -> StatementBackdated:
    return StatementBackdated(
        statement_id=statement_id, member_id=member_id, month="2026-04", entries=entries, points=Decimal(2)
    )


def of(*people: tuple[Person, str | None]) -> dict[int, str | None]:
    return {person.member_id: total for person, total in people}


def both_branches(session: Session, cast: Cast) -> None:
    """June of both branches of the 总支, and of its first branch in March, too."""
    first = of((cast.zhang_min, "85.25"), (cast.wang_fang, "80"), (cast.li_wei, "69.99"), (cast.sun_li, None))
    make_statement(session, cast, cast.branch, first, exempt=1, backdated={cast.zhang_min.member_id: 2})
    make_statement(session, cast, cast.other_branch, of((cast.zhao_qiang, "90"), (cast.zhou_yu, "60")))
    earlier = of((cast.zhang_min, "40"), (cast.wang_fang, "42"))
    make_statement(session, cast, cast.branch, earlier, period="2026-03")


def drawn(session: Session, cast: Cast, *, at: int | None = None, now: datetime = DUE) -> Bulletin:
    """Draw up the second quarter of the 总支."""
    bulletin = service.draw_up_draft(session, organization_id=at or cast.general_branch, quarter=Q2, as_of=DUE, now=now)
    assert bulletin is not None
    session.commit()
    return bulletin


def published(session: Session, cast: Cast, *, number: str = "计科总支〔2026〕18号") -> Bulletin:
    bulletin = drawn(session, cast)
    account_id = cast.chen_jing.account_id
    service.describe(
        session, bulletin.id, document_number=number, remarks="请及时审核。", account_id=account_id, now=DUE
    )
    service.publish(session, bulletin.id, account_id=account_id, now=DUE)
    session.commit()
    return bulletin
