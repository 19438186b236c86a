"""Monthly statements on the wire."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from server.presentation import Id, Page, PointsOut, TimeOut
from server.statements.rules import StatementStatus


class StatementPath(BaseModel):
    statement_id: Id


class StatementYearQuery(BaseModel):
    year: Annotated[int, Field(ge=2000, le=2099)]


class StatementOut(BaseModel):
    """`confirmed_by` null with `confirmed_at`: confirmed automatically, as its working days had passed.

    `confirm_note` says if `confirm_by` is not certain because holidays in between are not announced yet.
    """

    id: int
    organization_id: int
    period: str
    title: str
    until: date
    cutoff_at: TimeOut
    members: int
    exempt: int | None = Field(description="不列入的人数，仅干部可见")
    average: PointsOut | None
    median: PointsOut | None
    hash: str
    status: StatementStatus
    frozen_at: TimeOut
    confirm_by: date
    confirm_note: str | None
    confirmed_at: TimeOut | None
    confirmed_by: str | None


class StatementsOut(Page[StatementOut]):
    """`coming`: which month is the first and when it comes, as long as there is no statement."""

    coming: str | None


class StatementSectionOut(BaseModel):
    section: str
    points: PointsOut


class StatementBackdatedOut(BaseModel):
    """补记: what was posted since the previous statement for an earlier month; points before any cap."""

    month: str
    entries: int
    points: PointsOut


class StatementLateLineOut(BaseModel):
    """A member's late entries by month, points before any cap; `total` is the year's total with them."""

    member_id: int
    name: str
    months: list[StatementBackdatedOut]
    entries: int
    points: PointsOut
    total: PointsOut


class StatementLateOut(BaseModel):
    """年末补记: what was posted for the year after this December was frozen, live until the year is closed.

    Sums are for the branch; `lines` are those the reader may see.
    """

    members: int
    entries: int
    points: PointsOut
    lines: list[StatementLateLineOut]


class StatementLineOut(BaseModel):
    """Under a negative-list decision total and change are null, `note` says 另行通报, and there is no position."""

    member_id: int
    name: str
    total: PointsOut | None
    change: PointsOut | None
    position: int | None
    note: str | None
    sections: list[StatementSectionOut]
    backdated: list[StatementBackdatedOut]
    head_seq: int
    head_hash: str


class StatementBandOut(BaseModel):
    """Totals from `at_least` to below `below`; null: open on that side."""

    at_least: PointsOut | None
    below: PointsOut | None
    count: int


class StatementDetailOut(StatementOut):
    """`lines`: everyone's for officers; for members as the branch decided, at least the reader's own.

    `apart`: how many are 未参评, whatever the reason.
    """

    apart: int
    lines: list[StatementLineOut]
    distribution: list[StatementBandOut]
    late: StatementLateOut | None


class StatementMonthOut(BaseModel):
    statement_id: int
    period: str
    title: str
    status: StatementStatus
    line: StatementLineOut
    late: StatementLateLineOut | None


class StatementHistoryOut(BaseModel):
    """`coming` as in `StatementsOut`, of the member's branch."""

    items: list[StatementMonthOut]
    coming: str | None


class StatementDeviationOut(BaseModel):
    what: str
    member_id: int | None
    stored: str
    computed: str


class StatementVerificationOut(BaseModel):
    """Whether the ledger as of the cutoff gives the same figures and hash; `first` names the first difference."""

    statement_id: int
    hash: str
    matches: bool
    first: StatementDeviationOut | None
