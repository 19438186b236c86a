"""Quarters, bands, averages, waits and the hash of a bulletin."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.claims.models import EventKind
from server.jobs.rules import next_period
from server.organizations.models import Organization
from server.scheduling import quarterly
from server.statements.bulletins.form import form
from server.statements.bulletins.issuers import official_name
from server.statements.bulletins.rules import (
    Quarter,
    TimelineStep,
    average,
    content_hash,
    count_in,
    days,
    quarter_due,
    rate,
    snapshot_name,
    waits,
)
from server.statements.rules import Band

MAY = datetime(2026, 5, 1, tzinfo=UTC)


def test_a_quarter_knows_its_months_and_its_days() -> None:
    quarter = Quarter.parse("2026-Q3")
    assert quarter.months == ("2026-07", "2026-08", "2026-09")
    assert (quarter.begins, quarter.ends) == (date(2026, 7, 1), date(2026, 9, 30))
    assert quarter.title == "2026年第三季度"


@pytest.mark.parametrize(
    ("number", "last"),
    [(1, date(2028, 3, 31)), (2, date(2028, 6, 30)), (3, date(2028, 9, 30)), (4, date(2028, 12, 31))],
)
def test_each_quarter_ends_on_the_last_day_of_its_last_month(number: int, last: date) -> None:
    assert Quarter(2028, number).ends == last


@pytest.mark.parametrize("name", ["2026-Q0", "2026-Q5", "2026Q1", "1999-Q1", "2026-Q1 "])
def test_other_names_are_no_quarters(name: str) -> None:
    with pytest.raises(ValueError, match="not a quarter"):
        Quarter.parse(name)


def test_totals_begin_anew_each_year_so_the_first_quarter_has_none_before_it() -> None:
    assert Quarter(2026, 1).before is None
    assert Quarter(2026, 2).before == Quarter(2026, 1)


@pytest.mark.parametrize(
    ("on", "due"),
    [
        (date(2026, 1, 8), "2025-Q4"),
        (date(2026, 4, 8), "2026-Q1"),
        (date(2026, 7, 8), "2026-Q2"),
        (date(2026, 10, 8), "2026-Q3"),
        (date(2026, 12, 31), "2026-Q3"),
    ],
)
def test_what_is_due_is_the_quarter_that_has_ended(on: date, due: str) -> None:
    assert quarter_due(on).name == due


def test_the_schedule_has_four_days_a_year() -> None:
    trigger = quarterly(8, "03:00").trigger
    found, at = [], datetime(2025, 12, 31, tzinfo=UTC)
    for _ in range(4):
        period = next_period(trigger, at)
        assert period is not None
        found.append((at := period).strftime("%m-%d %H:%M"))
    assert found == ["01-07 19:00", "04-07 19:00", "07-07 19:00", "10-07 19:00"]


def test_bands_are_half_open() -> None:
    bands = [
        Band(Decimal(80), None),
        Band(Decimal(70), Decimal(80)),
        Band(None, Decimal(70)),
    ]
    assert count_in(bands, map(Decimal, ["80", "79.99", "70", "69.9999", "0"])) == [1, 2, 2]


@given(st.lists(st.decimals("0", "100", places=4), max_size=50))
def test_the_bands_of_the_form_hold_every_total_exactly_once(totals: list[Decimal]) -> None:
    assert sum(count_in([each.band for each in form().bands], totals)) == len(totals)


def test_figures_are_rounded_half_up_and_missing_where_there_is_nothing() -> None:
    assert average(Decimal("160.01"), 2) == Decimal("80.01")
    assert rate(1, 16) == Decimal("6.3")
    assert days(129_600, 1) == Decimal("1.5")
    assert (average(Decimal(0), 0), rate(0, 0), days(0, 0)) == (None, None, None)


def step(kind: EventKind, hours: int) -> TimelineStep:
    return TimelineStep(kind, MAY + timedelta(hours=hours))


def test_a_claim_waits_from_each_handing_in_to_the_decision() -> None:
    steps = [
        step(EventKind.submitted, 0),
        step(EventKind.returned, 10),
        step(EventKind.resubmitted, 20),
        step(EventKind.approved, 25),
        step(EventKind.reopened, 30),
        step(EventKind.rejected, 31),
    ]
    assert waits(steps, since=MAY, until=MAY + timedelta(days=9)) == [36_000, 18_000, 3_600]


def test_only_decisions_inside_the_quarter_count_and_withdrawn_claims_do_not() -> None:
    steps = [step(EventKind.submitted, 0), step(EventKind.withdrawn, 5)]
    assert waits(steps, since=MAY, until=MAY + timedelta(days=9)) == []
    steps = [step(EventKind.submitted, 0), step(EventKind.approved, 24)]
    assert waits(steps, since=MAY + timedelta(hours=24), until=MAY + timedelta(hours=25)) == [86_400]
    assert waits(steps, since=MAY, until=MAY + timedelta(hours=24)) == []


def test_the_hash_depends_on_what_is_said_and_not_on_the_order_of_keys() -> None:
    assert content_hash({"a": 1, "b": "九"}) == content_hash({"b": "九", "a": 1})
    assert content_hash({"a": 1}) != content_hash({"a": 2})
    assert snapshot_name("2026-Q3", "5be092d7c1f4aa") == "2026-Q3 / 5be0 92d7 c1f4"


@pytest.mark.parametrize(
    ("title", "head"),
    [
        ("计算机科学与技术学院党总支", ("中共山海学院", "计算机科学与技术学院总支部委员会")),
        ("机关分党委", ("中共山海学院", "机关委员会")),
        ("附属中学", ("中共山海学院", "附属中学")),
    ],
)
def test_an_issuer_signs_with_its_full_name(title: str, head: tuple[str, ...]) -> None:
    root = Organization(id=1, title="山海学院党委")
    assert official_name(Organization(id=2, title=title), root) == head
    assert official_name(root, root) == ("中共山海学院委员会组织部",)
