"""How due days are counted: the examples of the year 2027, and what must hold of any."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.deadlines.rules import (
    DAY_OFF,
    Basis,
    StripDay,
    Terms,
    VacationEffect,
    VacationRange,
    counted_words,
    fits_into_term,
    listed,
    moved_day,
    next_start,
    strip,
)
from server.organizations.models import Category
from server.workdays import ONE_DAY, Calendar
from tests.fuzzing import examples

NONE, SHIFTS, PAUSES = VacationEffect.none, VacationEffect.shifts, VacationEffect.pauses
WINTER = VacationRange(Category.staff, "寒假", date(2027, 1, 23), date(2027, 2, 23))
"""The last teaching day is 22 January, a Friday; the spring term begins on 24 February, a Wednesday."""

FESTIVAL = {date(2027, 2, day): False for day in range(5, 12)} | {date(2027, 2, 13): True}
SCHOOL = Terms(Calendar(FESTIVAL, frozenset({2027})), (WINTER,))
WITHOUT = Terms(SCHOOL.calendar)


def january(day: int) -> date:
    return date(2027, 1, day)


def february(day: int) -> date:
    return date(2027, 2, day)


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        (january(15), 2, january(19)),
        (january(15), 5, january(22)),
        (january(18), 5, february(26)),  # 25 January, in the vacation
        (january(19), 5, february(26)),
        (january(21), 5, february(26)),
        (february(22), 2, february(26)),  # 24 February: what came in on 20 February is due on the 26th, too
        (february(22), 3, february(26)),
        (february(23), 4, date(2027, 3, 1)),
        (date(2027, 3, 3), 2, date(2027, 3, 5)),
        (date(2027, 3, 5), 5, date(2027, 3, 12)),
    ],
)
def test_an_answer_is_due_after_so_many_working_days_or_on_the_third_of_term(
    received: date, days: int, due: date
) -> None:
    assert Basis(received, days, SHIFTS).due_on(SCHOOL) == due


def test_a_publicity_goes_on_after_the_vacation_with_the_days_that_are_left() -> None:
    assert Basis(january(19), 5, PAUSES).due_on(SCHOOL) == february(25)
    assert Basis(january(19), 5, PAUSES).due_on(WITHOUT) == january(26)


def test_a_publicity_of_march_is_wholly_within_term() -> None:
    assert Basis(date(2027, 2, 28), 5, PAUSES).due_on(SCHOOL) == date(2027, 3, 5)
    assert fits_into_term(SCHOOL, date(2027, 3, 1), 5)


def test_a_period_set_by_party_regulations_knows_no_vacation() -> None:
    assert Basis(january(19), 5, NONE).due_on(SCHOOL) == january(26)
    assert Basis(january(30), None, NONE).due_on(SCHOOL) == january(30)


def test_a_day_that_was_set_moves_out_of_a_vacation() -> None:
    assert Basis(january(15), None, SHIFTS).due_on(SCHOOL) == january(15)
    assert Basis(january(23), None, SHIFTS).due_on(SCHOOL) == february(26)
    assert Basis(february(23), None, SHIFTS).due_on(SCHOOL) == february(26)
    assert Basis(february(24), None, SHIFTS).due_on(SCHOOL) == february(24)


def test_the_tenth_working_day_of_term_and_the_last_teaching_day() -> None:
    assert SCHOOL.day_of_term(january(23), 10) == date(2027, 3, 9)
    assert SCHOOL.last_teaching_day(february(10)) == january(22)
    assert SCHOOL.last_teaching_day(january(17)) == january(15)


def test_two_vacations_that_touch_are_one() -> None:
    later = VacationRange(Category.student, "延期返校", date(2027, 2, 20), date(2027, 3, 1))
    both = Terms(SCHOOL.calendar, (WINTER, later))
    assert both.day_of_term(january(25)) == date(2027, 3, 4)
    assert Basis(january(20), 5, PAUSES).due_on(both) == date(2027, 3, 4)
    assert both.vacation_on(february(21)) is later


def test_what_does_not_fit_before_the_vacation_begins_with_the_term() -> None:
    assert fits_into_term(SCHOOL, january(18), 5)
    assert not fits_into_term(SCHOOL, january(19), 5)
    assert next_start(SCHOOL, january(18), 5) == january(18)
    assert next_start(SCHOOL, january(19), 5) == february(24)
    assert next_start(SCHOOL, january(16), 3) == january(18)


def test_a_strip_says_of_each_day_whether_it_counts_and_why_not() -> None:
    days = strip(SCHOOL, january(21), january(24), PAUSES)
    assert days == (
        StripDay(january(21), True, None),
        StripDay(january(22), True, None),
        StripDay(january(23), False, "寒假"),
        StripDay(january(24), False, "寒假"),
    )
    assert strip(SCHOOL, january(23), january(25), SHIFTS) == (
        StripDay(january(23), False, DAY_OFF),
        StripDay(january(24), False, DAY_OFF),
        StripDay(january(25), True, None),
    )


@pytest.mark.parametrize(
    ("basis", "words"),
    [
        (Basis(january(15), 2, SHIFTS), "2 个工作日，不计 1 月 16、17 日"),
        (Basis(january(18), 3, SHIFTS), "3 个工作日"),
        (
            Basis(january(19), 5, SHIFTS),
            "5 个工作日，不计 1 月 23、24 日，1 月 26 日遇寒假，顺延到开学第三个工作日",
        ),
        (Basis(january(19), 5, PAUSES), "5 个工作日，寒假期间暂停"),
        (Basis(date(2027, 2, 28), 5, PAUSES), "5 个工作日"),
        (Basis(january(15), None, SHIFTS), "1 月 15 日"),
        (Basis(january(30), None, SHIFTS), "1 月 30 日遇寒假，顺延到开学第三个工作日"),
        (Basis(january(30), None, NONE), "1 月 30 日"),
    ],
)
def test_pages_say_how_a_due_day_is_counted(basis: Basis, words: str) -> None:
    assert counted_words(SCHOOL, basis, basis.due_on(SCHOOL)) == words


def test_days_are_listed_with_each_month_said_once() -> None:
    assert listed([february(6), january(31), january(30)]) == "1 月 30、31 日、2 月 6 日"


def test_nobody_is_late_at_once_by_what_is_entered_today() -> None:
    told, today = january(22), january(20)
    assert moved_day(told, january(25), today=today) == january(25)
    assert moved_day(told, january(21), today=today) == january(21)
    assert moved_day(told, january(19), today=today) == today
    assert moved_day(january(15), january(14), today=today) == january(15)
    assert moved_day(january(15), january(18), today=today) == january(18)


DAYS = st.dates(date(2026, 11, 1), date(2027, 6, 30))
VACATIONS = st.lists(
    st.builds(
        lambda first, length, category: VacationRange(category, "假期", first, first + timedelta(days=length)),
        DAYS,
        st.integers(0, 40),
        st.sampled_from([Category.staff, Category.student]),
    ),
    max_size=4,
)
TERMS = st.builds(lambda vacations: Terms(SCHOOL.calendar, tuple(vacations)), VACATIONS)
COUNTS = st.integers(1, 30)
EFFECTS = st.sampled_from(VacationEffect)


@settings(max_examples=examples(200))
@given(terms=TERMS, day=DAYS, count=COUNTS, effect=EFFECTS)
def test_a_vacation_never_shortens_a_period_and_no_due_day_is_early(
    terms: Terms, day: date, count: int, effect: VacationEffect
) -> None:
    due = Basis(day, count, effect).due_on(terms)
    assert due >= Basis(day, count, effect).due_on(WITHOUT) >= day + count * ONE_DAY
    assert terms.calendar.is_workday(due)
    assert effect is NONE or terms.vacation_on(due) is None
    fixed = Basis(day, None, effect).due_on(terms)
    assert fixed == day or (fixed > day and terms.vacation_on(day) and effect is SHIFTS)


@settings(max_examples=examples(200))
@given(terms=TERMS, day=DAYS, count=COUNTS, effect=EFFECTS)
def test_what_comes_in_later_or_takes_longer_is_never_due_earlier(
    terms: Terms, day: date, count: int, effect: VacationEffect
) -> None:
    due = Basis(day, count, effect).due_on(terms)
    assert Basis(day + ONE_DAY, count, effect).due_on(terms) >= due
    assert Basis(day, count + 1, effect).due_on(terms) >= due


@settings(max_examples=examples(200))
@given(terms=TERMS, first=DAYS, count=COUNTS)
def test_a_publicity_has_exactly_its_days_and_the_strip_shows_them(terms: Terms, first: date, count: int) -> None:
    last = Basis(first - ONE_DAY, count, PAUSES).due_on(terms)
    days = strip(terms, first, last, PAUSES)
    assert sum(each.counts for each in days) == count
    assert all((each.why is None) is each.counts for each in days)
    assert days[-1].counts


@settings(max_examples=examples(100))
@given(terms=TERMS, day=DAYS, count=st.integers(1, 10))
def test_the_next_start_fits_and_no_earlier_working_day_does(terms: Terms, day: date, count: int) -> None:
    start = next_start(terms, day, count)
    assert start >= day
    assert terms.counts(start, PAUSES)
    assert fits_into_term(terms, start, count)
    earlier = [day + number * ONE_DAY for number in range((start - day).days)]
    assert not [each for each in earlier if terms.counts(each, PAUSES) and fits_into_term(terms, each, count)]


@given(old=DAYS, counted=DAYS, today=DAYS)
def test_an_open_due_day_never_moves_into_the_past(old: date, counted: date, today: date) -> None:
    moved = moved_day(old, counted, today=today)
    assert moved >= counted
    assert moved >= min(old, today)
    assert moved in (counted, old, today)
