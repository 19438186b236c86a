"""Category and stage by day: what held on a day, a change from a day on, and when one is refused."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.organizations.history.rules import FormerPeriod, Kinds, KindsHistory, change_refusal
from server.organizations.models import Category, Stage

STAFF, RETIRED = Kinds(Category.staff, Stage.full), Kinds(Category.retired, Stage.full)
MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
DAY = timedelta(days=1)
RETIRED_IN_JUNE = KindsHistory(RETIRED, (FormerPeriod(JUNE, STAFF),))


def test_without_a_change_the_same_holds_on_every_day() -> None:
    history = KindsHistory(STAFF)
    assert {history.on(day) for day in (date.min, MAY, date.max)} == {STAFF}
    assert history.holds_since("category") == date.min


def test_a_change_holds_from_its_day_on() -> None:
    history = KindsHistory(STAFF).changed(JUNE, category=Category.retired)
    assert history == RETIRED_IN_JUNE
    assert (history.on(JUNE - DAY), history.on(JUNE)) == (STAFF, RETIRED)
    assert (history.holds_since("category"), history.holds_since("stage")) == (JUNE, date.min)


def test_a_correction_since_ever_leaves_no_period() -> None:
    assert KindsHistory(STAFF).changed(date.min, category=Category.retired) == KindsHistory(RETIRED)


def test_a_change_taken_back_on_its_day_leaves_no_period() -> None:
    assert RETIRED_IN_JUNE.changed(JUNE, category=Category.staff) == KindsHistory(STAFF)


def test_a_change_of_one_field_keeps_later_changes_of_the_other() -> None:
    history = RETIRED_IN_JUNE.changed(MAY, stage=Stage.probationary)
    assert history.former == (
        FormerPeriod(MAY, STAFF),
        FormerPeriod(JUNE, Kinds(Category.staff, Stage.probationary)),
    )
    assert history.latest == Kinds(Category.retired, Stage.probationary)


@given(
    st.lists(
        st.tuples(st.dates(MAY, JULY), st.sampled_from(["category", "stage"]), st.integers(0, 2)),
        max_size=6,
    ),
    st.dates(MAY - DAY, JULY + DAY),
)
def test_changes_say_of_every_day_what_the_last_of_them_up_to_it_says(
    changes: list[tuple[date, str, int]], day: date
) -> None:
    values: dict[str, list[Any]] = {"category": list(Category), "stage": list(Stage)}
    history, expected = KindsHistory(STAFF), {"category": Category.staff, "stage": Stage.full}
    for on, field, which in changes:
        history = history.changed(on, **{field: values[field][which]})
        if on <= day:
            expected[field] = values[field][which]
    assert history.on(day) == Kinds(**expected)  # type: ignore[arg-type]
    ends = [period.until for period in history.former]
    assert ends == sorted(set(ends))
    kinds = [*(period.kinds for period in history.former), history.latest]
    assert all(one != other for one, other in pairwise(kinds))


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (JULY + DAY, "晚于今天"),
        (date(2024, 12, 31), "上一年度"),
        (JUNE - DAY, "2026-06-01"),
        (JUNE, None),
        (JULY, None),
    ],
)
def test_a_change_lies_in_this_year_or_the_last_and_not_before_the_last_change(on: date, words: str | None) -> None:
    refusal = change_refusal(on=on, today=JULY, since=JUNE)
    assert refusal is None if words is None else words in (refusal or "")


def test_a_change_may_lie_in_the_last_year() -> None:
    assert change_refusal(on=date(2025, 1, 1), today=JULY, since=date.min) is None
