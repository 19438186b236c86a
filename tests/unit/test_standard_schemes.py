"""Schemes as data: the notice's default, and one built quite differently."""

from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest

from server.organizations.models import Category, Stage
from server.points.scores.rules import Fact, YearScore, score
from server.standards.default import default_document
from server.standards.rules import Method, Sharing, StandardDocument
from server.standards.validation import problems

MEMBERS = list(product(Category, (Stage.full, Stage.probationary)))


@pytest.fixture(scope="module")
def scheme() -> StandardDocument:
    """60 基础 + 30 加分 + 10 测评, a section that deducts, and grades."""
    source = Path(__file__).parents[1] / "data" / "scheme_60_30_10.json"
    return StandardDocument.model_validate_json(source.read_bytes())


@pytest.mark.parametrize(("category", "stage"), MEMBERS)
def test_the_default_gives_every_member_70_base_points_and_30_to_contribute(category: Category, stage: Stage) -> None:
    document = default_document()
    lines = {item.line_code: item for item in document.items_for(category, stage)}
    sums = {
        section.code: sum(item.cap for item in lines.values() if item.section == section.code)
        for section in document.sections
    }
    assert sums == {"base": 70, "contribution": 30}


def test_the_default_uses_the_table_of_the_design() -> None:
    rows = {item.code: (item.method.value, str(item.points), str(item.cap)) for item in default_document().items}
    assert rows["B01"] == ("deduct", "3", "12")
    assert rows["B06a"] == ("earn", "0.25", "8")
    assert rows["B06b"] == ("earn", "1", "8")
    assert rows["C01c"] == ("earn", "2", "8")
    assert all(item.floor == 0 for item in default_document().items)


def test_a_scheme_of_60_30_10_with_deductions_and_grades_is_valid_as_data_alone(scheme: StandardDocument) -> None:
    assert problems(scheme) == []
    assert [section.cap for section in scheme.sections] == [60, 30, 10, 0]
    assert [section.floor for section in scheme.sections] == [0, 0, 0, -20]
    assert {item.method for item in scheme.items} == set(Method)
    assert {item.sharing for item in scheme.items} == set(Sharing)


@pytest.mark.parametrize(
    ("total", "grade"),
    [
        ("100", "优秀"),
        ("90", "优秀"),
        ("89.99", "合格"),
        ("75", "合格"),
        ("74.99", "基本合格"),
        ("60", "基本合格"),
        ("59.99", "不合格"),
        ("0", "不合格"),
    ],
)
def test_its_grades_are_half_open(scheme: StandardDocument, total: str, grade: str) -> None:
    found = scheme.grade_for(Decimal(total))
    assert found is not None
    assert found.title == grade


def test_the_default_has_stars_and_no_grades() -> None:
    assert default_document().grade_for(Decimal(95)) is None


def year_of(scheme: StandardDocument, *facts: tuple[str, str], attended: int = 8) -> YearScore:
    """Score a staff member's year: full openings, 8 of 10 lessons (or `attended`), and these facts."""
    opened = [
        (item.code, item.cap, True)
        for item in scheme.items
        if item.method is Method.deduct and item.applies_to(Category.staff, Stage.full)
    ]
    posted = [*opened, *((code, Decimal(points), False) for code, points in facts)]
    entries = [
        Fact(seq=seq, item_code=code, occurred_on=date(2026, 3, 5), points=points, opening=opening)
        for seq, (code, points, opening) in enumerate(posted, start=1)
    ]
    lessons = Fact(seq=len(entries) + 1, item_code="J02a", occurred_on=date(2026, 3, 6), owed=10, attended=attended)
    return score(scheme, [*entries, lessons], category=Category.staff, stage=Stage.full)


def test_its_year_adds_base_bonus_and_appraisal(scheme: StandardDocument) -> None:
    year = year_of(scheme, ("G01", "10"), ("G03", "6"), ("P01", "5.4"), ("P02", "3.6"))
    assert year.figures == {"": Decimal("77.00"), "base": 52, "bonus": 16, "appraisal": 9, "deduction": 0}
    assert scheme.grade_for(year.total) == scheme.grades[1]


def test_its_deductions_only_take_from_the_total_and_stop_at_their_floor(scheme: StandardDocument) -> None:
    criticised = [("K01", "-5")] * 4
    absent = [("K02", "-2")] * 4
    year = year_of(scheme, *criticised, *absent)
    assert year.line("K01").points == -15
    assert year.line("K02").points == -8
    assert year.section("deduction").points == -20
    assert year.total == 52 - 20


def test_its_bonus_stops_at_30_and_its_month_at_the_months_cap(scheme: StandardDocument) -> None:
    year = year_of(scheme, ("G01", "15"), ("G02", "12"), ("G04", "2"), ("G04", "2"), ("G04", "2"), ("J05", "5"))
    assert year.line("G04").points == 4
    assert year.section("bonus").points == 30
    assert year.line("J05").points == 1


def test_its_tasks_keep_the_floor_of_the_line(scheme: StandardDocument) -> None:
    assert year_of(scheme, *[("J04", "-2.5")] * 4).line("J04").points == 2
