"""起始分 when a category changes: lines that only one of them has are taken off and opened on the day of the change."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import app
from server.organizations.history import service as history
from server.organizations.models import Category, Membership
from server.points import handlers
from server.points import service as points
from server.points.models import PointEntry, Score, SourceKind
from server.points.service import Posting
from server.points.verification import verify_ledger, verify_scores
from server.standards.rules import StandardDocument
from server.years.rules import YearState
from tests.cast import NOW, YEAR_START, Cast, Person
from tests.settling import plain
from tests.standards import altered, publish
from tests.years import DRAFTING, moved_to

assert app.SUBSCRIPTIONS
JUNE = date(2026, 6, 1)
DIFFERING = ("B04", "B05", "B08")
STAFF = [("B04", "10"), ("B05", "8"), ("B08", "6")]
RETIRED = [("B05", "-8"), ("B05b", "6"), ("B08", "-6"), ("B08b", "8")]
"""What is taken off and added. The variants of B04, which open alike, keep their opening."""
Opening = tuple[str, str]


@pytest.fixture(autouse=True)
def _opened(session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A standard that has other lines for the retired, and a variant of one line; 张敏's year is opened by it."""
    monkeypatch.setattr(handlers, "OPENED_AT_ONCE", 0)  # the others' years are left to the job
    publish(session, cast.root, apart())
    points.open_year(session, member_ids=[cast.zhang_min.member_id], year=2026, now=NOW)
    session.commit()


def apart() -> StandardDocument:
    others = (Category.staff, Category.student)
    document = altered(
        B04={"line": "B04", "categories": others}, B05={"categories": others}, B08={"categories": others}
    )
    items = {item.code: item for item in document.items}
    theirs = [
        items[code].model_copy(update={"code": f"{code}b", "categories": (Category.retired,), "cap": Decimal(cap)})
        for code, cap in (("B04", 10), ("B05", 6), ("B08", 8))
    ]
    return document.model_copy(update={"items": (*document.items, *theirs)})


def retire(session: Session, person: Person, on: date = JUNE) -> None:
    change = {person.member_id: (Category.retired, on)}
    history.change_categories(session, change, account_id=person.account_id, now=NOW)


def correct(session: Session, cast: Cast, before: Category, category: Category) -> None:
    history.correct_category(
        session,
        member_id=cast.zhang_min.member_id,
        before=before,
        category=category,
        reason="名册录入有误",
        actor=cast.chen_jing.actor,
        now=NOW,
    )


def openings(session: Session, person: Person, on: date) -> list[Opening]:
    """Return the openings of a day for which the categories differ."""
    rows = select(PointEntry).where(PointEntry.member_id == person.member_id, PointEntry.occurred_on == on)
    found = session.scalars(rows.where(PointEntry.source_kind == SourceKind.opening))
    return sorted((each.item_code, plain(each.points)) for each in found if each.item_code[:3] in DIFFERING)


def base(session: Session, person: Person) -> str:
    return plain(session.get_one(Score, (person.member_id, 2026, "base")).points)


def check(session: Session) -> None:
    assert [*verify_ledger(session), *verify_scores(session)] == []


def test_the_new_category_opens_its_own_variants_from_its_day(session: Session, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    miss = Posting(member_id, "B05", date(2026, 4, 30), SourceKind.dues, 1, points=Decimal(-1))
    points.post(session, [miss], now=NOW)
    assert base(session, cast.zhang_min) == "57"
    retire(session, cast.zhang_min)
    assert openings(session, cast.zhang_min, YEAR_START) == STAFF
    assert openings(session, cast.zhang_min, JUNE) == RETIRED
    assert base(session, cast.zhang_min) == "58"
    check(session)


def test_the_same_change_again_adds_nothing(session: Session, cast: Cast) -> None:
    retire(session, cast.zhang_min)
    retire(session, cast.zhang_min)
    points.open_year(session, member_ids=[cast.zhang_min.member_id], year=2026, now=NOW)
    assert openings(session, cast.zhang_min, JUNE) == RETIRED


def test_a_category_that_opens_alike_adds_nothing(session: Session, cast: Cast) -> None:
    change = {cast.zhang_min.member_id: (Category.student, JUNE)}
    history.change_categories(session, change, account_id=None, now=NOW)
    assert openings(session, cast.zhang_min, JUNE) == []


def test_who_is_not_opened_yet_opens_as_what_they_are_at_the_end(session: Session, cast: Cast) -> None:
    retire(session, cast.wang_fang)
    assert openings(session, cast.wang_fang, JUNE) == []
    points.open_year(session, member_ids=[cast.wang_fang.member_id], year=2026, now=NOW)
    assert openings(session, cast.wang_fang, YEAR_START) == [("B04b", "10"), ("B05b", "6"), ("B08b", "8")]


def test_a_correction_rebases_since_the_year_began_and_back(session: Session, cast: Cast) -> None:
    correct(session, cast, Category.staff, Category.retired)
    assert openings(session, cast.zhang_min, YEAR_START) == sorted([*STAFF, *RETIRED])
    correct(session, cast, Category.retired, Category.staff)
    sums: dict[str, Decimal] = {}
    for code, worth in openings(session, cast.zhang_min, YEAR_START):
        sums[code] = sums.get(code, Decimal(0)) + Decimal(worth)
    assert {code: worth for code, worth in sums.items() if worth} == {code: Decimal(worth) for code, worth in STAFF}
    check(session)


def test_a_change_after_the_member_has_left_adds_nothing(session: Session, cast: Cast) -> None:
    held = select(Membership).where(Membership.member_id == cast.zhang_min.member_id)
    session.scalars(held).one().until_date = JUNE
    retire(session, cast.zhang_min)
    assert openings(session, cast.zhang_min, JUNE) == []


def test_a_year_whose_results_stand_keeps_its_openings(session: Session, cast: Cast) -> None:
    moved_to(session, cast.branch, YearState.drafted)
    change = {cast.zhang_min.member_id: (Category.retired, date(2027, 1, 1))}
    history.change_categories(session, change, account_id=None, now=DRAFTING)
    correct_at = {"member_id": cast.zhang_min.member_id, "before": Category.retired, "category": Category.student}
    history.correct_category(session, reason="录入有误", actor=cast.chen_jing.actor, now=DRAFTING, **correct_at)  # type: ignore[arg-type]
    assert openings(session, cast.zhang_min, YEAR_START) == STAFF
    rows = select(PointEntry).where(PointEntry.member_id == cast.zhang_min.member_id, PointEntry.year == 2026)
    assert {entry.occurred_on for entry in session.scalars(rows)} == {YEAR_START}
