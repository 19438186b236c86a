"""The course of a branch's year: which step follows, who takes it, and what falls with one that is undone. Pure.

A branch's year has one track, or two where a 总支 files points and stars apart (docs/adr/0044). The second begins where
the points were reported, and takes the steps that follow from there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from server.organizations.rules import YearFlow
from server.workdays import Calendar
from server.years.rules import YearState

LATE_AFTER = 15
"""A 代办 may be appointed so many working days after a step was due."""

OBJECTION_DAYS = 5
"""Where nothing is publicized, objections are open for so many working days after the report."""

CORRECTION_DAYS = 3
"""Working days for which what changed after the members knew it may be doubted anew (year.md §5)."""

MAKEUPS_AFTER_CUT_OFF = 3
"""补课 of the year ends so many days after the cut-off at the latest."""


class Track(StrEnum):
    """`stars` is a track of its own in two rounds only."""

    points = "points"
    stars = "stars"


class ToldWay(StrEnum):
    """How members who were not at the meeting were told: by their 党小组, or at home (上门)."""

    group = "group"
    visit = "visit"


class CorrectionWay(StrEnum):
    """How members were told that figures have changed."""

    meeting = "meeting"
    group = "group"
    visit = "visit"
    notice = "notice"


class Doer(StrEnum):
    """Who takes a step."""

    clock = "clock"
    secretary = "secretary"
    supervisor = "supervisor"


DOERS = {
    YearState.closing: Doer.clock,
    YearState.drafted: Doer.secretary,
    YearState.reported: Doer.secretary,
    YearState.stars_proposed: Doer.secretary,
    YearState.stars_reviewed: Doer.supervisor,
    YearState.publicized: Doer.secretary,
    YearState.settled: Doer.clock,
    YearState.filed: Doer.secretary,
    YearState.archived: Doer.clock,
}

STEP_TITLES = {
    YearState.open: "年度进行中",
    YearState.closing: "停止申报",
    YearState.drafted: "形成年度结果",
    YearState.reported: "党员大会通报",
    YearState.stars_proposed: "提出星级建议",
    YearState.stars_reviewed: "上级审核星级",
    YearState.publicized: "公示",
    YearState.settled: "结果确定",
    YearState.filed: "报上级备案",
    YearState.archived: "归档",
}

_POINTS = (YearState.closing, YearState.drafted, YearState.reported)
_STARS = (YearState.stars_proposed, YearState.stars_reviewed, YearState.publicized)
_END = (YearState.settled, YearState.filed)


@dataclass(frozen=True, slots=True)
class Course:
    """The way a branch goes with a year, fixed when it drafts. `rates_stars`: stars are proposed at all."""

    flow: YearFlow = YearFlow.one_round
    points_publicized: bool = False
    rates_stars: bool = False

    @property
    def has_two_tracks(self) -> bool:
        return self.rates_stars and self.flow is YearFlow.two_rounds

    def steps(self, track: Track = Track.points) -> tuple[YearState, ...]:
        """Return the steps of a track in order; a track that the branch does not take has none."""
        if track is Track.stars:
            return (*_STARS, *_END) if self.has_two_tracks else ()
        if self.rates_stars and not self.has_two_tracks:
            return (*_POINTS, *_STARS, *_END, YearState.archived)
        publicized = (YearState.publicized,) if self.points_publicized else ()
        return (*_POINTS, *publicized, *_END, YearState.archived)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the tracks have come; `stars` is None where there is one track, `reported` before its first step."""

    points: YearState = YearState.open
    stars: YearState | None = None

    def of(self, track: Track) -> YearState | None:
        return self.points if track is Track.points else self.stars

    def moved(self, track: Track, to: YearState) -> "Progress":
        return replace(self, points=to) if track is Track.points else replace(self, stars=to)


def next_step(course: Course, progress: Progress, track: Track = Track.points) -> YearState | None:
    """Return the one step that may follow on a track, or None: at its end, or while it waits for the other track."""
    state = progress.of(track)
    if state is None:
        return None
    if track is Track.stars and progress.points not in (YearState.filed, YearState.archived):
        return None
    steps = course.steps(track)
    following = steps[steps.index(state) + 1 :] if state in steps else steps
    if not following:
        return None
    waits = following[0] is YearState.archived and course.has_two_tracks and progress.stars is not YearState.filed
    return None if waits else following[0]


def falls(course: Course, progress: Progress, track: Track, to: YearState) -> tuple[YearState, ...]:
    """Return the steps that an undo takes back, the latest first; nothing where it is not possible.

    Undone is down to any earlier step of the track, never the closing itself (a branch that needs longer has its
    cut-off moved) and nothing once it is filed.
    """
    state, steps = progress.of(track), course.steps(track)
    if state is None or state not in steps or state in (YearState.filed, YearState.archived):
        return ()
    earlier = steps[: steps.index(state)]
    start = (YearState.reported,) if track is Track.stars else ()
    if to not in (*start, *earlier):
        return ()
    fallen = steps[steps.index(to) + 1 if to in steps else 0 : steps.index(state) + 1]
    return tuple(reversed(fallen))


def undo_targets(course: Course, progress: Progress, track: Track) -> tuple[YearState, ...]:
    """Return what a track can be undone to, the nearest first."""
    start = (YearState.reported,) if track is Track.stars else ()
    return tuple(to for to in reversed((*start, *course.steps(track))) if falls(course, progress, track, to))


class YearAction(StrEnum):
    """What the caller may do now; the routes are called alike."""

    draft = "draft"
    report = "report"
    correct = "correct"
    publicity = "publicity"
    publicity_approve = "publicity_approve"
    publicity_withdraw = "publicity_withdraw"
    file = "file"
    undo = "undo"
    cut_off = "cut_off"
    delegate = "delegate"
    delegate_end = "delegate_end"


class Consequence(StrEnum):
    """What else an undo takes back or makes necessary."""

    results_withdrawn = "results_withdrawn"
    report_withdrawn = "report_withdrawn"
    stars_withdrawn = "stars_withdrawn"
    publicity_withdrawn = "publicity_withdrawn"
    correction_if_changed = "correction_if_changed"


CONSEQUENCE_WORDS = {
    Consequence.results_withdrawn: "年度结果撤回，可继续补记或更正，之后重新形成",
    Consequence.report_withdrawn: "党员大会通报的登记撤回，须重新登记",
    Consequence.stars_withdrawn: "星级建议和审核撤回，须重新提出",
    Consequence.publicity_withdrawn: "公示撤回，须重新公示满规定的工作日",
    Consequence.correction_if_changed: "已向党员通报的积分如有改变，须先作更正通报，才能办理下一步",
}


def consequences(fallen: Iterable[YearState], *, shown: bool, told: bool) -> tuple[Consequence, ...]:
    """Return what an undo brings with it, in the order of the steps.

    `shown`: a publicity runs or is proposed; `told`: members have been told figures of the year.
    """
    fallen = set(fallen)
    found = {
        Consequence.results_withdrawn: YearState.drafted in fallen,
        Consequence.report_withdrawn: YearState.reported in fallen,
        Consequence.stars_withdrawn: bool(fallen & {YearState.stars_proposed, YearState.stars_reviewed}),
        Consequence.publicity_withdrawn: shown or YearState.publicized in fallen,
        Consequence.correction_if_changed: told and YearState.drafted in fallen,
    }
    return tuple(consequence for consequence, holds in found.items() if holds)


def may_undo(fallen: Sequence[YearState], *, took: Sequence[bool], leads: bool, supervises: bool) -> bool:
    """Whether somebody may take these steps back.

    `took`: they took the step themselves. A step of the clock is undone by the secretary; the level above undoes any.
    """
    if supervises:
        return True
    return all(own or (leads and DOERS[step] is Doer.clock) for step, own in zip(fallen, took, strict=True))


def is_late(due: date, today: date, calendar: Calendar) -> bool:
    """Whether a step was due so long ago that a 代办 may be appointed."""
    return today > calendar.workday_after(due, LATE_AFTER)


@dataclass(frozen=True, slots=True)
class StepTerms:
    """When steps are due: `draft_due` is MM-DD of the next year, the others are working days.

    《实施方案》 names no days; these are our defaults, which a 党委 or 总支 sets otherwise.
    """

    draft_due: str = "01-15"
    report_days: int = 10
    review_days: int = 5
    filing_days: int = 3

    def draft_day(self, year: int) -> date:
        month, day = self.draft_due.split("-")
        return date(year + 1, int(month), int(day))
