"""The hashes of statements, pinned: whoever changes what a version covers breaks every month that is frozen."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from server.models import Base
from server.organizations.models import Category, Stage
from server.statements.freezing.sealing import COVERED, UNKNOWN, seals
from server.statements.models import Statement, StatementBackdated, StatementLine, StatementSection
from server.statements.rules import StatementStatus

D = Decimal
HASHES = {
    1: [
        "dcb6169d0738883de9ae481e9aa550281f358b933d3436c9a9cb48fabefcdc9a",
        "252fecfe532aa7bbb1c60ca15c930bfef50a07811d7404b612e7fcb8dc82379c",
        "ee5bf96f159eff02ab49a6ef9179b458c8648abd11784e91621d762b87f5d6de",
    ],
    2: [
        "7aaf32aeb981cd876a00793103f83e7e18c87ac85258a0ca06a40c4ad34b83ac",
        "5d6d671b12de27aa84afec089b4311ccc4798d1dc3d342c0c5d1dc66af628778",
        "6f4cbe8512f0b16935d6d47f9c8f79a40a9e5a52461e3b449f11e6eac79f9bd7",
    ],
}


@pytest.fixture
def session() -> Iterator[Session]:
    """A session of a database of its own, where ids are the same every time and refer to nobody."""
    engine = create_engine("sqlite://")
    kinds = (Statement, StatementLine, StatementSection, StatementBackdated)
    Base.metadata.create_all(engine, tables=[Base.metadata.tables[kind.__tablename__] for kind in kinds])
    with Session(engine) as opened:
        yield opened


def three_months(session: Session, version: int) -> list[Statement]:
    """Add November with two lines, December with a 补记, and a closing statement of nobody; return them sealed."""
    december = datetime(2026, 12, 2, 18, 0, tzinfo=UTC)
    january = datetime(2027, 1, 2, 18, 0, tzinfo=UTC)
    terms = [
        ("2026-11", date(2026, 11, 30), december, None, D("61.5")),
        ("2026-12", date(2026, 12, 31), january, 1, D("60.1234")),
        ("2026-closing", date(2026, 12, 31), january, 2, None),
    ]
    statements = [
        Statement(
            **{"id": number, "root_id": 1, "organization_id": 3, "period": period, "year": 2026, "until": until},
            **{"cutoff_at": cutoff_at, "previous_id": before, "members": 2 if average else 0, "exempt": number - 1},
            **{"average": average, "median": average, "hash": "", "hash_version": version},
            **{"status": StatementStatus.frozen, "frozen_at": cutoff_at, "confirm_by": cutoff_at.date()},
        )
        for number, (period, until, cutoff_at, before, average) in enumerate(terms, 1)
    ]
    who = {"standard_id": 2, "category": Category.student, "stage": Stage.full, "negative": False}
    session.add_all(
        [
            *statements,
            StatementLine(
                **{"statement_id": 1, "member_id": 8, **who, "total": D("63.25"), "position": 1},
                **{"head_seq": 9, "head_hash": "a" * 64},
            ),
            StatementLine(
                **{"statement_id": 1, "member_id": 11, "category": Category.staff, "stage": Stage.full},
                **{"negative": True, "total": D(0), "head_seq": 0, "head_hash": "0" * 64},
            ),
            StatementLine(
                **{"statement_id": 2, "member_id": 8, **who, "total": D("60.1234"), "change": D("-3.1266")},
                **{"position": 1, "previous_id": 1, "head_seq": 10, "head_hash": "b" * 64},
            ),
            StatementSection(statement_id=1, member_id=8, section="base", points=D("58")),
            StatementSection(statement_id=1, member_id=8, section="contribution", points=D("5.25")),
            StatementBackdated(statement_id=2, member_id=8, month="2026-11", entries=2, points=D("-0.5")),
        ]
    )
    session.flush()
    for statement in statements:
        statement.hash = seals(session, [statement])[statement.id]
        session.flush()
    return statements


@pytest.mark.parametrize("version", COVERED)
def test_what_a_version_covers_stays_as_it_was(session: Session, version: int) -> None:
    assert [statement.hash for statement in three_months(session, version)] == HASHES[version]


def test_statements_of_several_versions_are_sealed_together(session: Session) -> None:
    statements = three_months(session, 2)
    statements[0].hash_version = 1
    statements[2].hash_version = 3
    assert seals(session, statements) == {1: HASHES[1][0], 2: HASHES[2][1], 3: UNKNOWN}
