"""A branch's year on the wire: how far it has come, what is left, who may do what next."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field

from server.annual.steps.rules import Consequence, CorrectionWay, Doer, ToldWay, Track, YearAction
from server.identity.guard import Body
from server.identity.schemas import PlaceOut
from server.organizations.rules import YearFlow
from server.organizations.schemas import Words
from server.presentation import Id, TimeOut
from server.publicity.rules import PublicityScope
from server.text import Line, Lines
from server.years.rules import YearState

MOST_MEMBERS = 1_000

Year = Annotated[int, Field(ge=2000, le=2099)]


class BranchYearPath(BaseModel):
    organization_id: Id
    year: Year


class StepStanding(StrEnum):
    done = "done"
    next = "next"
    ahead = "ahead"


class MissingOut(BaseModel):
    """What a step still lacks; `page` is the app's page of the act, `kind` a word for it. Kinds may be added."""

    kind: str
    words: str
    page: str | None


class LeftOut(BaseModel):
    """What is left of a year before it can be drafted. `blocks`: the draft waits for it; otherwise it is only shown.

    `count`: how many there are; `page`: the app's page where it is done. Kinds may be added.
    """

    kind: str
    words: str
    count: int
    page: str | None
    blocks: bool


class StepOut(BaseModel):
    """One step of a track. `done_by` is null where the clock took it; `due` is null where nothing is due yet.

    `due_note` says how the due day is counted, or that it was moved.
    """

    track: Track
    step: YearState
    title: str
    state: StepStanding
    who: Doer
    due: date | None
    due_note: str | None
    late: bool
    done_at: TimeOut | None
    done_by: str | None
    missing: list[MissingOut]


class UndoOptionOut(BaseModel):
    """What going back to a step takes with it: `falls` are the steps, the latest first, `words` what comes of it."""

    track: Track
    to: YearState
    title: str
    falls: list[YearState]
    consequences: list[Consequence]
    words: list[str]
    allowed: bool


class StandingEditionOut(BaseModel):
    """The results that stand; filing, publicity and forms are of this edition."""

    id: int
    edition: int
    drawn_at: TimeOut


class ReportOut(BaseModel):
    """The members' meeting that heard the results; `expected` and `present` are 应到 and 实到."""

    meeting_id: int
    held_on: date
    expected: int
    present: int
    told: int
    reported_at: TimeOut


class DelegateOut(BaseModel):
    """代办: who takes the secretary's steps instead, appointed by the level above."""

    account_id: int
    name: str
    reason: str
    appointed_at: TimeOut


class HistoryOut(BaseModel):
    """A move of the year; `by` is null for the clock. `claim_until` is set where the cut-off was moved."""

    track: Track
    before: YearState
    after: YearState
    at: TimeOut
    by: str | None
    reason: str | None
    claim_until: date | None


class CorrectionOut(BaseModel):
    """更正通报. `owed`: figures that members were told have changed, and nothing goes on until they are told so;
    `members` of them are concerned. `edition_id` is of the edition that a 更正通报 can be printed of, the one that is
    owed or was made last. `lines` have changed on show and are still to be publicized by themselves, from the same
    routes as the list. `lacks`: what an edition that supersedes the filed one lacks before it is filed anew.
    """

    owed: bool
    members: int
    edition_id: int | None
    lines: int
    lacks: list[str]


class BranchYearOut(BaseModel):
    """A branch's year. `stars_state` is null unless stars take a track of their own.

    `filing_id` is of the edition that stands, for whoever may read filings; `publicity_id` of the publicity that is
    proposed, runs or has ended.
    """

    organization: PlaceOut
    year: int
    state: YearState
    stars_state: YearState | None
    flow: YearFlow
    cut_off: date
    edition: StandingEditionOut | None
    report: ReportOut | None
    correction: CorrectionOut
    publicity_id: int | None
    filing_id: int | None
    delegate: DelegateOut | None
    steps: list[StepOut]
    left: list[LeftOut]
    actions: list[YearAction]
    undo: list[UndoOptionOut]
    history: list[HistoryOut]


class TakeStepIn(Body):
    """Nothing but the wish: what the step needs is looked at again in the same transaction."""


class ToldIn(Body):
    member_id: Id
    way: ToldWay
    on: date


class ReportIn(Body):
    """The meeting at which the results were told, and how those who were not there were told."""

    meeting_id: Id
    told: Annotated[list[ToldIn], Field(default_factory=list, max_length=MOST_MEMBERS)]


class TellCorrectionIn(Body):
    """更正通报: when and how the members concerned were told that figures changed, and why they did."""

    told_on: date
    way: CorrectionWay
    words: Words


class PublicityIn(Body):
    """What is shown is the edition that stands; `place` is where it hangs, `text` stands above the names."""

    scope: PublicityScope = PublicityScope.branch
    place: Annotated[Line, Field(min_length=1, max_length=100)]
    text: Annotated[Lines, Field(max_length=1_000)] = ""
    first_day: date
    working_days: Annotated[int, Field(ge=1, le=30)] = 5


class ApprovePublicityIn(Body):
    """`last_day` is the one that the approver saw."""

    last_day: date


class WithdrawPublicityIn(Body):
    reason: Words


class UndoStepsIn(Body):
    """`to` is the step that stays; for the stars of a second round `reported` is their beginning."""

    track: Track = Track.points
    to: YearState
    reason: Words


class CutOffIn(Body):
    until: date
    reason: Words


class DelegateIn(Body):
    """`account_id` null ends the 代办."""

    account_id: Id | None
    reason: Words


class RemindIn(Body):
    """The branches to remind; left out: all that are late."""

    organization_ids: Annotated[list[Id] | None, Field(max_length=MOST_MEMBERS)] = None


class BranchesRemindedOut(BaseModel):
    """How many officers are told who were not told today before."""

    reminded: int


class BranchStandingOut(BaseModel):
    """A branch seen from above; `next` is what it has to do and by when."""

    organization: PlaceOut
    state: YearState
    stars_state: YearState | None
    next: YearState | None
    next_title: str | None
    due: date | None
    late: bool
    delegate: str | None
    filed: bool


class BranchesOut(BaseModel):
    """`not_filed` are those a summary drawn now leaves out, in words: 未含×支部."""

    items: list[BranchStandingOut]
    filed: int
    not_filed: int
    words: str | None
