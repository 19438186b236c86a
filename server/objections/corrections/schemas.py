"""The correction of an upheld objection on the wire."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field

from server.objections.rules import AttendanceRemedy, CorrectionKind
from server.objections.schemas import ObjectionDueOut, SeenIn
from server.points.schemas import DocumentNumber
from server.presentation import Id, PointsOut

Allowed = Annotated[Decimal, Field(ge=0, le=10_000, decimal_places=4)]


class UpheldCorrectionQuery(BaseModel):
    """What is to be done otherwise than it is filled in; `seq` chooses the entry where a month or a year is doubted."""

    seq: Id | None = None
    points: Allowed | None = None
    attendance: AttendanceRemedy | None = None
    paid_on: date | None = None
    times: Annotated[int, Field(ge=1, le=99)] | None = None
    document_number: DocumentNumber | None = None
    decided_on: date | None = None


class UpheldCorrectionIn(SeenIn, UpheldCorrectionQuery):
    """With the version alone it is done as it is filled in."""


class RemedyOut(BaseModel):
    points: PointsOut | None
    attendance: AttendanceRemedy | None
    paid_on: date | None
    times: int | None
    document_number: str | None
    decided_on: date | None


class RemedyChoiceOut(BaseModel):
    value: AttendanceRemedy
    title: str


class ComponentOut(BaseModel):
    """An entry among those that a month or a year consists of."""

    seq: int
    title: str
    on: date
    points: PointsOut


class FigureOut(BaseModel):
    """A line's or the year's points, as they are and as they would be."""

    label: str
    before: PointsOut
    after: PointsOut


class UpheldCorrectionOut(BaseModel):
    """What would be done at the source, and what comes of it.

    `kind` None: an entry of `components` is to be chosen first (`refusal` says so), or it was put right there before
    and only has to be noted. `in_steps`: another person confirms it at the source. `may_act`: the reader may do it now;
    else `refusal` says why not, in words. `figures` are empty where they stay as they are.
    """

    kind: CorrectionKind | None
    place: str | None
    words: str | None
    remedy: RemedyOut | None
    choices: list[RemedyChoiceOut]
    components: list[ComponentOut]
    figures: list[FigureOut]
    in_steps: bool
    to_correct: bool
    due: ObjectionDueOut | None
    may_act: bool
    refusal: str | None
    version: int
