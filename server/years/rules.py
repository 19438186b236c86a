"""A branch's year: its states, the steps between them, and whether a fact of it may still be entered (docs/adr/0038).

Pure. A branch's year has a member's result when the member belonged to the branch last in that year.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.error_codes import CoreErrorCode, ErrorCode
from server.years.error_codes import YearErrorCode

DEFAULT_CUT_OFF = "01-10"
"""《实施方案》 names no day; the university sets another as MM-DD of the next year."""


class YearState(StrEnum):
    """The states in their order. A branch that does not put stars on show, or publicizes nothing, leaves some out."""

    open = "open"
    closing = "closing"
    drafted = "drafted"
    reported = "reported"
    stars_proposed = "stars_proposed"
    stars_reviewed = "stars_reviewed"
    publicized = "publicized"
    settled = "settled"
    filed = "filed"
    archived = "archived"


_FOLLOWING = {
    YearState.open: {YearState.closing},
    YearState.closing: {YearState.drafted},
    YearState.drafted: {YearState.reported},
    YearState.reported: {YearState.stars_proposed, YearState.publicized, YearState.settled},
    YearState.stars_proposed: {YearState.stars_reviewed},
    YearState.stars_reviewed: {YearState.publicized},
    YearState.publicized: {YearState.settled},
    YearState.settled: {YearState.filed},
    YearState.filed: {YearState.archived},
}
_ORDER = list(YearState)
_FINAL = {YearState.filed, YearState.archived}
DRAFTED = frozenset(_ORDER[_ORDER.index(YearState.drafted) :])
"""The states in which the results stand: nothing is posted into the year without a warrant."""


def is_drafted(state: YearState) -> bool:
    """Whether the results stand, and with them what a year in which nothing was owed comes to."""
    return state in DRAFTED


@dataclass(frozen=True, slots=True)
class YearStanding:
    """A branch's year: its state and its last day for claims."""

    state: YearState
    cut_off: date

    @property
    def drafted(self) -> bool:
        return is_drafted(self.state)


def may_have_ended(year: int, *, today: date) -> bool:
    """Whether a year's state can be other than open: no branch closes a year that still runs."""
    return year < today.year


def entry_refusal(state: YearState) -> ErrorCode | None:
    """Return why a fact of a year in this state may not be entered. The one rule, whatever the fact is."""
    return YearErrorCode.year_drafted if is_drafted(state) else None


def claim_refusal(state: YearState, *, claimed_on: date, cut_off: date) -> ErrorCode | None:
    """Return why a fact first claimed on `claimed_on` may not be claimed; the cut-off day itself is in time."""
    return entry_refusal(state) or (YearErrorCode.past_cut_off if claimed_on > cut_off else None)


def drafted_words(year: int) -> str:
    """Return the message for `year_drafted`."""
    return f"所在党支部{year}年度积分已形成年度结果，不能再记入或更改{year}年度的事项；确有错误的，请提出异议"


def cut_off_day(year: int, setting: str = DEFAULT_CUT_OFF) -> date:
    """Return the last day for claims of `year`; `setting` is MM-DD of the next year."""
    month, day = setting.split("-")
    return date(year + 1, int(month), int(day))


def cut_off_refusal(state: YearState, year: int, *, until: date, today: date) -> ErrorCode | None:
    """Return why a branch's cut-off cannot be moved to a day: it lies ahead, in the next year, before the draft."""
    if refusal := entry_refusal(state):
        return refusal
    return CoreErrorCode.wrong_status if until < today or until.year != year + 1 else None


def move_refusal(before: YearState, to: YearState, year: int, *, today: date) -> ErrorCode | None:
    """Return why a year cannot be moved from one state to another.

    Forward it goes step by step once the year is over. Back it goes to any earlier state until it is filed; a filing
    that was returned leads back to `settled`.
    """
    if not may_have_ended(year, today=today):
        return YearErrorCode.year_not_over
    back = _ORDER.index(to) < _ORDER.index(before)
    undone = back and before not in _FINAL
    returned = before is YearState.filed and to is YearState.settled
    if to in _FOLLOWING.get(before, ()) or undone or returned:
        return None
    return CoreErrorCode.wrong_status


class WarrantKind(StrEnum):
    upheld_objection = "upheld_objection"
    negative_decision = "negative_decision"


@dataclass(frozen=True, slots=True)
class Warrant:
    """What allows an entry into a year whose results stand, by its id: an upheld objection or a negative decision."""

    kind: WarrantKind
    subject_id: int
