"""Scores, explanations, entries and decisions on the wire."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field

from server.identity.guard import Body
from server.organizations.schemas import Words
from server.points.models import SourceKind
from server.points.scores.rules import NegativeAction, NegativeStatus, Remark
from server.presentation import Id, MemberPath, PageQuery, PointsOut, TimeOut
from server.standards.rules import Method
from server.text import Line

Year = Annotated[int, Field(ge=2000, le=2199)]
Figure = Annotated[Decimal, Field(ge=0, le=10_000, decimal_places=2, max_digits=7)]
ItemCode = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,15}$")]
DocumentNumber = Annotated[Line, Field(min_length=1, max_length=64)]
NEGATIVE_NOTE = "另行通报"


class EntryPath(MemberPath):
    seq: Id


class NegativeDecisionPath(BaseModel):
    negative_decision_id: Id


class YearQuery(BaseModel):
    """`year` defaults to the current one."""

    year: Year | None = None


class EntriesQuery(PageQuery):
    year: Year | None = None


class ScoresQuery(PageQuery):
    year: Year | None = None


class SectionPoints(BaseModel):
    code: str
    points: PointsOut


class ScoreOut(BaseModel):
    """A year in figures. `total` is null and `note` 另行通报 while a negative-list decision is in force."""

    member_id: int
    year: int
    total: PointsOut | None
    note: str | None
    sections: list[SectionPoints]
    updated_at: TimeOut | None


class MemberScoreOut(BaseModel):
    member_id: int
    name: str
    work_number: str
    total: PointsOut | None
    note: str | None
    sections: list[SectionPoints]


class DetailOut(BaseModel):
    label: str
    text: str


class SourceOut(BaseModel):
    """What stands behind an entry; `path` leads to it in this API."""

    kind: SourceKind
    id: int
    title: str | None
    path: str | None
    details: list[DetailOut]
    photo_ids: list[int]


class QuantitiesOut(BaseModel):
    owed: int
    attended: int
    made_up: int
    excused: int


class EntryOut(BaseModel):
    """One line of the ledger 积分台账, as posted; `hash` ties it to the entry before."""

    seq: int
    year: int
    item_code: str
    points: PointsOut
    quantities: QuantitiesOut
    level: str | None
    achievement: str | None
    occurred_on: date
    posted_at: TimeOut
    source_kind: SourceKind
    source_id: int
    revision: int
    reverses_seq: int | None
    clause: str
    text: str | None
    prev_hash: str
    hash: str


class ExplainedEntryOut(BaseModel):
    """`counted` + `uncounted` (未计入) = `points`; both are null for a reversal and for what it took back."""

    seq: int
    item_code: str
    item_title: str
    points: PointsOut
    counted: PointsOut | None
    uncounted: PointsOut | None
    quantities: QuantitiesOut
    level: str | None
    achievement: str | None
    occurred_on: date
    posted_at: TimeOut
    reverses_seq: int | None
    reversed_by: int | None
    clause: str
    text: str | None
    decided_by: str | None
    source: SourceOut


class LineOut(BaseModel):
    """A line of the standard. `opening` is 起始分, `earned` what came on top; `uncounted` was kept out by the cap."""

    code: str
    title: str
    clause: str
    method: Method
    cap: PointsOut
    floor: PointsOut
    opening: PointsOut
    earned: PointsOut
    points: PointsOut
    uncounted: PointsOut
    quantities: QuantitiesOut | None
    remark: Remark | None
    entries: list[ExplainedEntryOut]


class SectionOut(BaseModel):
    code: str
    title: str
    clause: str
    cap: PointsOut
    opening: PointsOut
    earned: PointsOut
    points: PointsOut
    uncounted: PointsOut
    lines: list[LineOut]


class StillPossibleOut(BaseModel):
    item_code: str
    title: str
    points: PointsOut
    sentence: str


class ExplanationOut(BaseModel):
    member_id: int
    year: int
    standard_id: int
    standard_title: str
    total: PointsOut | None
    total_cap: PointsOut
    note: str | None
    sections: list[SectionOut]
    still_possible: list[StillPossibleOut]


class DecisionIn(Body):
    """`times` for what happened more than once; `figure` for a measured item; `level` for one with levels."""

    item_code: ItemCode
    occurred_on: date
    times: Annotated[int, Field(ge=1, le=100)] = 1
    figure: Figure | None = None
    level: ItemCode | None = None
    reason: Words
    document_number: DocumentNumber | None = None


class ReasonIn(Body):
    reason: Words


class NegativeDecisionIn(Body):
    year: Year
    category_code: ItemCode
    document_number: DocumentNumber
    decided_on: date
    reason: Words


class NegativeConfirmationIn(Body):
    """What the second person reads on their own paper."""

    document_number: DocumentNumber
    decided_on: date


class ProposedChangeIn(Body):
    """The change that was seen as proposed."""

    change_id: Id


class ProposedChangeOut(BaseModel):
    """A change that waits for a second person. `mine`: the caller proposed it, so that another must confirm it."""

    id: int
    action: NegativeAction
    reason: str
    name: str
    proposed_at: TimeOut
    mine: bool


class NegativeDecisionOut(BaseModel):
    """A decision. Until it is confirmed only its author (`mine`) sees 文号 and day: another types them from paper.

    `name` is who entered it; both are for the deciding organizations.
    """

    id: int
    member_id: int
    year: int
    category_code: str
    category_title: str
    clause: str
    document_number: str | None
    decided_on: date | None
    reason: str
    status: NegativeStatus
    mine: bool
    name: str | None
    proposed: ProposedChangeOut | None
    entered_at: TimeOut
    confirmed_at: TimeOut | None
    changed_at: TimeOut | None
    change_reason: str | None


class NegativeDecisionsOut(BaseModel):
    items: list[NegativeDecisionOut]
    next_cursor: str | None = None
