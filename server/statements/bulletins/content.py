"""What a bulletin says, as frozen: figures, ids and the titles of organizations; no member's name.

`facts` are what the figures were made from besides statements, as they stood at `as_of`: attendance may be
corrected by hand later, and a branch may be renamed. With them and the statements every figure can be computed again.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, PlainSerializer

from server.statements.bulletins.rules import Quarter
from server.statements.rules import Band

Exact = Annotated[Decimal, PlainSerializer(lambda value: format(value.normalize(), "f"), return_type=str)]
"""A figure as text without trailing zeros, so that 85 and 85.00 give the same content."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BandData(_Frozen):
    title: str
    at_least: Exact | None
    below: Exact | None

    @property
    def band(self) -> Band:
        return Band(self.at_least, self.below)


class CountData(BandData):
    """A count appears in the table of branches, or else in the opening paragraph."""

    in_table: bool


class Form(_Frozen):
    """What is the same in every bulletin: the clause it rests on, the bands of the chart, the counts of the table."""

    basis: str
    bands: tuple[BandData, ...]
    counts: tuple[CountData, ...]


class MeetingFacts(_Frozen):
    """One meeting, as far as one branch owed attendance."""

    meeting_id: int
    on: date
    owed: int
    attended: int
    made_up: int
    on_leave: int


class BranchFacts(_Frozen):
    """A branch, its meetings of the quarter, and how long its claims waited before each decision, in total seconds."""

    organization_id: int
    title: str
    meetings: tuple[MeetingFacts, ...]
    decisions: int
    waited_seconds: int


class Facts(_Frozen):
    issuer_id: int
    issuer: tuple[str, ...]
    is_committee: bool
    form: Form
    branches: tuple[BranchFacts, ...]
    sections: dict[str, str]


class BulletinFigures(_Frozen):
    """`members` includes the not managed (`exempt`), `lines` all with points; `prospects` are lines, not members."""

    members: int
    exempt: int
    lines: int
    prospects: int
    negative: int
    average: Exact | None
    change: Exact | None
    bands: tuple[int, ...]
    counts: tuple[int, ...]
    meetings: int
    rate: Exact | None
    decisions: int
    review_days: Exact | None
    backdated: int

    @property
    def apart(self) -> int:
        """未参评, whatever the reason: no reader outside the annex learns how many of them are 另行通报."""
        return self.exempt + self.negative

    @property
    def rated(self) -> int:
        """参评: members with a total that counts."""
        return self.members - self.apart


class AnnexLine(_Frozen):
    """One member in the annex. Under a negative-list decision there are no figures: 另行通报."""

    member_id: int
    negative: bool
    sections: dict[str, Exact]
    total: Exact | None
    change: Exact | None


class BranchPart(_Frozen):
    """A branch's part; `statement_hash` names the statement it is based on."""

    organization_id: int
    title: str
    statement_id: int
    statement_hash: str
    figures: BulletinFigures
    lines: tuple[AnnexLine, ...]


class MissingBranch(_Frozen):
    """A branch whose month is not drawn up: it is named and left out of all figures."""

    organization_id: int
    title: str


class Content(_Frozen):
    """`compared_with` is the quarter that changes refer to."""

    version: int
    quarter: str
    until: date
    as_of: datetime
    compared_with: str | None
    total: BulletinFigures
    branches: tuple[BranchPart, ...]
    missing: tuple[MissingBranch, ...]
    facts: Facts

    @property
    def period(self) -> Quarter:
        return Quarter.parse(self.quarter)

    def branch(self, organization_id: int) -> BranchPart | None:
        return next((each for each in self.branches if each.organization_id == organization_id), None)

    def concerns(self, organization_id: int) -> bool:
        """Whether a branch is in this bulletin, if only as missing."""
        return organization_id in {
            *(each.organization_id for each in self.branches),
            *(each.organization_id for each in self.missing),
        }

    def stored(self) -> dict[str, Any]:
        """Return the content as it is stored and hashed."""
        return self.model_dump(mode="json")
