"""The course of a branch's year: whatever is done and undone, it goes its own way and no other."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.annual.steps.rules import (
    Consequence,
    Course,
    Progress,
    Track,
    consequences,
    falls,
    is_late,
    may_undo,
    next_step,
    undo_targets,
)
from server.organizations.rules import YearFlow
from server.workdays import Calendar
from server.years.rules import YearState, move_refusal
from tests.fuzzing import examples

S, F = YearState, YearFlow
PLAIN = Course()
SHOWN = Course(points_publicized=True)
STARS = Course(rates_stars=True)
TWO = Course(F.two_rounds, points_publicized=True, rates_stars=True)
COURSES = [
    Course(flow, points_publicized=shown, rates_stars=stars)
    for flow, shown, stars in product(F, (False, True), (False, True))
]
FINAL = (S.filed, S.archived)
AFTER_YEAR = date(2027, 1, 16)

Choice = tuple[Track, int]


def begun(course: Course) -> Progress:
    return Progress(S.open, S.reported if course.has_two_tracks else None)


def walked(course: Course) -> list[tuple[Track, YearState]]:
    """Every step that can be taken, until none can."""
    progress, found = begun(course), list[tuple[Track, YearState]]()
    while True:
        steps = [(track, step) for track in Track if (step := next_step(course, progress, track)) is not None]
        if not steps:
            return found
        found.append(steps[0])
        progress = progress.moved(*steps[0])


@pytest.mark.parametrize(
    ("course", "points"),
    [
        (PLAIN, [S.closing, S.drafted, S.reported, S.settled, S.filed, S.archived]),
        (SHOWN, [S.closing, S.drafted, S.reported, S.publicized, S.settled, S.filed, S.archived]),
        (STARS, list(YearState)[1:]),
        (Course(F.two_rounds), [S.closing, S.drafted, S.reported, S.settled, S.filed, S.archived]),
    ],
)
def test_a_year_on_one_track(course: Course, points: list[YearState]) -> None:
    assert walked(course) == [(Track.points, step) for step in points]


def test_in_two_rounds_stars_begin_when_the_points_are_filed_and_both_are_filed_before_the_archive() -> None:
    points = [S.closing, S.drafted, S.reported, S.publicized, S.settled, S.filed]
    stars = [S.stars_proposed, S.stars_reviewed, S.publicized, S.settled, S.filed]
    assert walked(TWO) == [
        *((Track.points, step) for step in points),
        *((Track.stars, step) for step in stars),
        (Track.points, S.archived),
    ]


@pytest.mark.parametrize("course", COURSES)
def test_every_step_is_one_that_the_year_allows(course: Course) -> None:
    progress = begun(course)
    for track, step in walked(course):
        before = progress.of(track)
        assert before is not None
        assert move_refusal(before, step, 2026, today=AFTER_YEAR) is None
        progress = progress.moved(track, step)


@settings(max_examples=examples(400), deadline=None)
@given(
    course=st.sampled_from(COURSES),
    choices=st.lists(st.tuples(st.sampled_from(Track), st.integers(0, 12)), max_size=60),
)
def test_any_steps_and_undos_keep_to_the_course(course: Course, choices: list[Choice]) -> None:
    """Drawn 0: the next step, otherwise an undo. A model keeps what was taken: it is always the course's beginning."""
    progress = begun(course)
    taken: dict[Track, list[YearState]] = {track: [] for track in Track}
    for track, choice in choices:
        targets = undo_targets(course, progress, track)
        if choice % 3 == 0 or not targets:
            step = next_step(course, progress, track)
            if step is not None:
                taken[track].append(step)
                progress = progress.moved(track, step)
        else:
            to = targets[choice % len(targets)]
            fallen = falls(course, progress, track, to)
            assert not set(fallen) & set(FINAL)
            for step in fallen:
                assert taken[track].pop() is step
            progress = progress.moved(track, to)
        for each in Track:
            assert tuple(taken[each]) == course.steps(each)[: len(taken[each])]
        assert progress.points is (taken[Track.points] or [S.open])[-1]
        if taken[Track.stars]:
            assert progress.points in FINAL
        if progress.points is S.archived and course.has_two_tracks:
            assert progress.stars is S.filed


@pytest.mark.parametrize("course", COURSES)
def test_nothing_is_undone_once_it_is_filed_nor_the_closing_ever(course: Course) -> None:
    for state in (S.open, S.closing, *FINAL):
        assert undo_targets(course, Progress(state), Track.points) == ()
    assert S.open not in undo_targets(course, Progress(S.reported), Track.points)


def test_an_undo_takes_back_every_later_step_the_latest_first() -> None:
    assert falls(SHOWN, Progress(S.publicized), Track.points, S.closing) == (S.publicized, S.reported, S.drafted)
    assert falls(SHOWN, Progress(S.publicized), Track.points, S.publicized) == ()
    assert falls(SHOWN, Progress(S.publicized), Track.points, S.stars_proposed) == ()


def test_the_stars_of_a_second_round_are_undone_down_to_their_beginning() -> None:
    progress = Progress(S.filed, S.stars_reviewed)
    assert undo_targets(TWO, progress, Track.stars) == (S.stars_proposed, S.reported)
    assert falls(TWO, progress, Track.stars, S.reported) == (S.stars_reviewed, S.stars_proposed)


def test_an_undo_says_what_comes_of_it() -> None:
    assert consequences([S.publicized, S.reported, S.drafted], shown=False, told=True) == (
        Consequence.results_withdrawn,
        Consequence.report_withdrawn,
        Consequence.publicity_withdrawn,
        Consequence.correction_if_changed,
    )
    assert consequences([S.reported], shown=True, told=True) == (
        Consequence.report_withdrawn,
        Consequence.publicity_withdrawn,
    )
    assert consequences([S.settled], shown=False, told=True) == ()
    assert consequences([S.drafted], shown=False, told=False) == (Consequence.results_withdrawn,)
    assert consequences([S.stars_reviewed], shown=False, told=True) == (Consequence.stars_withdrawn,)


@pytest.mark.parametrize(
    ("took", "leads", "supervises", "may"),
    [
        ([True, True], False, False, True),
        ([True, False], True, False, False),
        ([False, False], False, True, True),
    ],
)
def test_who_took_a_step_undoes_it_or_the_level_above(
    took: list[bool], leads: bool, supervises: bool, may: bool
) -> None:
    assert may_undo([S.reported, S.drafted], took=took, leads=leads, supervises=supervises) is may


@pytest.mark.parametrize("leads", [True, False])
def test_a_step_of_the_clock_is_undone_by_the_secretary(leads: bool) -> None:
    assert may_undo([S.settled], took=[False], leads=leads, supervises=False) is leads


def test_a_step_is_late_after_fifteen_working_days() -> None:
    calendar = Calendar()
    due = date(2026, 1, 4)  # a Sunday that is worked, in a month with 20 to 22 other working days
    last = calendar.workday_after(due, 15)
    assert last == date(2026, 1, 23)
    assert not is_late(due, last, calendar)
    assert is_late(due, date(2026, 1, 24), calendar)
