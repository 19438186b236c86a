"""When the steps of a branch's year are due (year.md §3). The deadlines move with the calendar by themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from server.annual.steps.courses import Way
from server.annual.steps.rules import CORRECTION_DAYS, OBJECTION_DAYS, Course, Track, is_late
from server.days import shanghai_date
from server.deadlines.models import Deadline, DeadlineSubject
from server.deadlines.queries import DueDay, deadline_of, deadlines_of, terms_of_organization
from server.deadlines.rules import Terms, VacationEffect
from server.deadlines.service import close_deadline, set_deadline
from server.organizations.workdays import calendar_of
from server.years.models import BranchYear
from server.years.rules import YearState

WINDOW = "objections"
"""The kind of the deadline until which objections are open where nothing is publicized."""


def kind_of(track: Track, step: YearState) -> str:
    """Return the kind of a step's deadline."""
    return str(step) if track is Track.points else f"{track}_{step}"


@dataclass(frozen=True, slots=True)
class Span:
    """A due day as it is counted: a number of working days after a day, or the day itself."""

    counted_from: date | None = None
    working_days: int | None = None
    due_on: date | None = None


def span_of(way: Way, step: YearState, *, today: date, terms: Terms) -> Span | None:
    """Return when a step is due that follows today, or None for one without a due day."""
    match step:
        case YearState.drafted:
            return Span(due_on=way.terms.draft_day(way.branch_year.year))
        case YearState.reported:
            return _meeting(terms, today, way.terms.report_days)
        case YearState.stars_reviewed:
            return Span(today, way.terms.review_days)
        case YearState.filed:
            return Span(today, way.terms.filing_days)
        case _:
            return None


def _meeting(terms: Terms, today: date, days: int) -> Span:
    """By the last teaching day, or else within so many working days of the next term."""
    if (vacation := terms.vacation_on(today)) is not None:
        return Span(due_on=terms.day_of_term(vacation.first, days))
    ahead = min((each.first for each in terms.vacations if each.first > today), default=None)
    if ahead is None:
        return Span(today, days)
    last = terms.last_teaching_day(date.fromordinal(ahead.toordinal() - 1))
    return Span(due_on=last if last > today else terms.day_of_term(ahead, days))


def follow(session: Session, way: Way, track: Track, step: YearState, *, now: datetime) -> None:
    """Close the due day of a step that was taken, and set that of the next."""
    branch_year, today = way.branch_year, shanghai_date(now)
    close_deadline(
        session,
        subject=DeadlineSubject.branch_year,
        subject_id=branch_year.id,
        kind=kind_of(track, step),
        now=now,
    )
    if track is Track.points and step is YearState.settled:
        _close(session, branch_year, WINDOW, now)
    steps = way.course.steps(track)
    following = steps[steps.index(step) + 1 :][:1]
    for each in following:
        terms = terms_of_organization(session, branch_year.organization_id, around=today)
        _set(session, branch_year, kind_of(track, each), span_of(way, each, today=today, terms=terms), now)
    if step is YearState.reported and has_window(way.course):
        _set(session, branch_year, WINDOW, Span(today, OBJECTION_DAYS), now)


def go_back(
    session: Session, way: Way, track: Track, to: YearState, fallen: tuple[YearState, ...], *, now: datetime
) -> None:
    """Close what was due after a step to which a track went back; the step that follows it is due anew."""
    branch_year, today = way.branch_year, shanghai_date(now)
    steps = way.course.steps(track)
    after = steps[steps.index(fallen[0]) + 1 :][:1]
    for step in (*after, *fallen[:-1]):
        _close(session, branch_year, kind_of(track, step), now)
    terms = terms_of_organization(session, branch_year.organization_id, around=today)
    first = fallen[-1]
    _set(session, branch_year, kind_of(track, first), span_of(way, first, today=today, terms=terms), now)
    if track is Track.stars or not has_window(way.course):
        return
    if to is YearState.reported:  # as a publicity, it starts again in full
        _set(session, branch_year, WINDOW, Span(today, OBJECTION_DAYS), now)
    else:
        _close(session, branch_year, WINDOW, now)


def after_correction(session: Session, way: Way, *, now: datetime) -> None:
    """Keep the window for objections open for three working days from a 更正通报 on, where it would end before."""
    branch_year, today = way.branch_year, shanghai_date(now)
    if not has_window(way.course) or way.progress.points is not YearState.reported:
        return
    window = window_of(session, branch_year)
    terms = terms_of_organization(session, branch_year.organization_id, around=today)
    if window is None or window.due_on < terms.after(today, CORRECTION_DAYS, VacationEffect.shifts):
        _set(session, branch_year, WINDOW, Span(today, CORRECTION_DAYS), now)


def has_window(course: Course) -> bool:
    """Whether nothing is put on show after the report, so that objections have a window of their own."""
    return YearState.publicized not in course.steps(Track.points)


def window_of(session: Session, branch_year: BranchYear) -> Deadline | None:
    """Return the deadline until which objections are open, where it has been set."""
    return deadline_of(session, DeadlineSubject.branch_year, branch_year.id, WINDOW)


def due_days(session: Session, branch_year_ids: list[int]) -> Mapping[int, dict[str, DueDay]]:
    """Return the due days of branches' years by kind, with how they moved; two statements."""
    found = deadlines_of(session, DeadlineSubject.branch_year, branch_year_ids)
    return {each: {due.row.kind: due for due in days} for each, days in found.items()}


def late(session: Session, branch_year: BranchYear, track: Track, step: YearState, *, today: date) -> bool:
    """Whether a step has been due for so long that somebody else may be appointed to take it."""
    row = deadline_of(session, DeadlineSubject.branch_year, branch_year.id, kind_of(track, step))
    if row is None or not row.open:
        return False
    return is_late(row.due_on, today, calendar_of(session, root_id=branch_year.root_id, around=today))


def _set(session: Session, branch_year: BranchYear, kind: str, span: Span | None, now: datetime) -> None:
    if span is None:
        return
    set_deadline(
        session,
        root_id=branch_year.root_id,
        organization_id=branch_year.organization_id,
        subject=DeadlineSubject.branch_year,
        subject_id=branch_year.id,
        kind=kind,
        counted_from=span.counted_from,
        working_days=span.working_days,
        due_on=span.due_on,
        now=now,
    )


def _close(session: Session, branch_year: BranchYear, kind: str, now: datetime) -> None:
    close_deadline(session, subject=DeadlineSubject.branch_year, subject_id=branch_year.id, kind=kind, now=now)
