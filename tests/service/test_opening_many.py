"""Opening the year of many newcomers writes, byte for byte, what opening them by the ordinary path writes."""

from datetime import date
from itertools import product
from typing import Any
from unittest import mock

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.organizations.models import Category, Member, Membership, Stage
from server.points import handlers, service
from server.points.ledger import newcomers
from server.points.ledger.due import openings_due
from server.points.models import LedgerHead, NegativeDecision, PointEntry, Score
from server.points.scores.rules import NegativeStatus
from server.points.verification import verify_ledger, verify_scores
from server.standards.default import default_document
from server.standards.rules import Audience
from tests.cast import NOW, Cast
from tests.exempting import exempt
from tests.standards import publish

LONG_AGO, NEW_YEAR, MARCH, APRIL = date(2019, 9, 1), date(2026, 1, 1), date(2026, 3, 5), date(2026, 4, 1)
BEGINNINGS = (LONG_AGO, NEW_YEAR, MARCH, date(2026, 12, 31), date(2027, 1, 1))
Rows = list[list[tuple[Any, ...]]]


@pytest.fixture
def everyone(session: Session, cast: Cast) -> list[int]:
    """People of every kind and beginning, the whole cast, and some for whom something is out of the ordinary."""
    for number, (category, stage, begins) in enumerate(product(Category, Stage, BEGINNINGS)):
        stay(session, member(session, cast, f"N{number}", category, stage), cast.branch, begins)
    member(session, cast, "without a branch")
    stay(session, member(session, cast, "gone before"), cast.branch, LONG_AGO, until=date(2025, 4, 1))
    away = stay(session, member(session, cast, "exempt"), cast.branch, LONG_AGO)
    exempt(session, cast, away, NEW_YEAR, until=MARCH)
    moved = stay(session, member(session, cast, "moved"), cast.branch, MARCH, until=APRIL)
    stay(session, moved, cast.foreign_branch, APRIL)
    zero(session, cast, stay(session, member(session, cast, "negative"), cast.branch, LONG_AGO))
    session.commit()
    return list(session.scalars(select(Member.id).order_by(Member.id)))


def member(
    session: Session, cast: Cast, number: str, category: Category = Category.student, stage: Stage = Stage.full
) -> int:
    person = Member(root_id=cast.root, work_number=number, name="新同志", category=category, stage=stage)
    person.created_at = person.updated_at = NOW
    session.add(person)
    session.flush()
    return person.id


def stay(session: Session, member_id: int, branch_id: int, begins: date, until: date | None = None) -> int:
    session.add(Membership(member_id=member_id, organization_id=branch_id, from_date=begins, until_date=until))
    session.flush()
    return member_id


def zero(session: Session, cast: Cast, member_id: int) -> None:
    decision = NegativeDecision(
        root_id=cast.root,
        organization_id=cast.branch,
        member_id=member_id,
        year=2026,
        category_code="N02",
        category_title="处分",
        clause="负面清单",
        document_number="1号",
        decided_on=MARCH,
        reason="决定",
        status=NegativeStatus.in_force,
        entered_by=cast.organization_department.account_id,
        entered_at=NOW,
    )
    session.add(decision)
    session.flush()


def ledger(session: Session) -> Rows:
    """Every entry, head and score as the database holds it."""
    tables = (kind.__table__ for kind in (PointEntry, LedgerHead, Score))
    return [[tuple(row) for row in session.execute(select(table).order_by(*table.primary_key))] for table in tables]


def opened_ordinarily(session: Session, member_ids: list[int]) -> Rows:
    """What the ordinary path writes; nothing of it stays."""
    with mock.patch.object(service, "open_ledgers", return_value=set()):
        service.open_year(session, member_ids=member_ids, year=2026, now=NOW)
    rows = ledger(session)
    session.rollback()
    assert ledger(session) == [[], [], []]
    return rows


def test_newcomers_get_the_entries_heads_and_scores_of_the_ordinary_path(session: Session, everyone: list[int]) -> None:
    expected = opened_ordinarily(session, everyone)
    assert newcomers.open_ledgers(session, everyone, 2026, now=NOW) == set(everyone)
    assert ledger(session) == expected
    assert all(expected)


def test_opening_again_adds_nothing_and_all_proofs_hold(session: Session, everyone: list[int]) -> None:
    service.open_year(session, member_ids=everyone, year=2026, now=NOW)
    session.commit()
    first = ledger(session)
    service.open_year(session, member_ids=everyone, year=2026, now=NOW)
    session.commit()
    assert ledger(session) == first
    assert list(verify_ledger(session)) == []
    assert list(verify_scores(session)) == []


def test_the_query_for_whom_openings_are_due_finds_just_whom_opening_opens(
    session: Session, cast: Cast, everyone: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handlers, "OPENED_AT_ONCE", 0)
    for audience in (Audience.members, Audience.activists):
        publish(session, cast.foreign_branch, default_document().model_copy(update={"audience": audience}))
    found = session.scalars(openings_due(year=2026, today=NEW_YEAR)).all()
    service.open_year(session, member_ids=everyone, year=2026, now=NOW)
    scored = session.scalars(select(Score.member_id).where(Score.section == "").order_by(Score.member_id)).all()
    assert sorted(found) == scored
    assert session.scalars(openings_due(year=2026, today=NEW_YEAR)).all() == []
    assert 20 < len(found) < len(everyone)


def test_only_those_without_a_ledger_are_newcomers(session: Session, everyone: list[int]) -> None:
    expected = opened_ordinarily(session, everyone)
    service.open_year(session, member_ids=everyone[::2], year=2026, now=NOW)
    assert newcomers.open_ledgers(session, everyone, 2026, now=NOW) == set(everyone[1::2])
    assert ledger(session) == expected


def test_where_another_was_first_the_ordinary_path_finishes(session: Session, everyone: list[int]) -> None:
    expected = opened_ordinarily(session, everyone)
    with mock.patch.object(newcomers, "_insert", side_effect=IntegrityError("", None, Exception())):
        service.open_year(session, member_ids=everyone, year=2026, now=NOW)
    assert ledger(session) == expected
