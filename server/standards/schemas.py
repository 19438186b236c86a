"""Shapes of standards on the wire. Figures inside a document are written as plainly as they were entered: 12, 0.25."""

from typing import Annotated, Self

from pydantic import BaseModel, Field, JsonValue, model_validator

from server.identity.guard import Body
from server.organizations.models import FilingStatus
from server.presentation import Id, PageQuery, TimeOut
from server.standards.comparison import ChangeKind
from server.standards.models import DraftSource, StandardStatus
from server.standards.rules import Audience, StandardDocument
from server.text import Line

Year = Annotated[int, Field(ge=2018, le=2100)]
Revision = Annotated[int, Field(ge=1, le=1_000_000)]
Note = Annotated[Line, Field(max_length=255)]


class StandardPath(BaseModel):
    standard_id: Id


class VersionsQuery(PageQuery):
    year: Year | None = None
    audience: Audience | None = None


class InForceQuery(BaseModel):
    year: Year
    audience: Audience = Audience.members


class DiffQuery(BaseModel):
    """`against` is the earlier version."""

    against: Id


class DraftIn(Body):
    """What to begin with; `source_id` names the version when `source` is `version`."""

    year: Year
    audience: Audience = Audience.members
    source: DraftSource = DraftSource.default
    source_id: Id | None = None

    @model_validator(mode="after")
    def _names_its_source(self) -> Self:
        if (self.source is DraftSource.version) != (self.source_id is not None):
            raise ValueError("source_id 仅在 source 为 version 时填写")
        return self


class EditIn(Body):
    """A draft as edited. `revision` is the one the editor began from."""

    revision: Revision
    document: StandardDocument
    note: Note = ""


class CheckIn(Body):
    """A document to check in place of the saved one."""

    document: StandardDocument | None = None


class PublishIn(Body):
    """`revision` is the one the publisher has read."""

    revision: Revision


class ProblemOut(BaseModel):
    """`path` is the field to mend, `also` the other fields that may be at fault instead."""

    path: str
    message: str
    also: list[str]


class CheckOut(BaseModel):
    publishable: bool
    problems: list[ProblemOut]


class StandardLine(BaseModel):
    """One version in a list. `carried_from_year`: nobody published it for its year; it is that year's, and unfiled."""

    id: int
    organization_id: int
    organization_title: str
    year: int
    audience: Audience
    version: int
    title: str
    status: StandardStatus
    in_force: bool
    revision: int
    note: str
    source_id: int | None
    carried_from_year: int | None
    content_hash: str
    created_at: TimeOut
    updated_at: TimeOut
    published_at: TimeOut | None


class StandardOut(StandardLine):
    document: StandardDocument


class UnitOut(BaseModel):
    organization_id: int
    title: str


class PublishedOut(StandardOut):
    """`left_behind` are units below whose own standards no longer fit this one and must be revised."""

    left_behind: list[UnitOut]


class FieldChangeOut(BaseModel):
    field: str
    before: JsonValue
    after: JsonValue


class ChangeOut(BaseModel):
    """One difference. `part` is "" for the heading, else sections, items, negative_list or grades."""

    kind: ChangeKind
    part: str
    code: str
    title: str
    text_only: bool
    fields: list[FieldChangeOut]


class DiffOut(BaseModel):
    """`same_figures`: only wording differs, so that the later may correct the earlier in the middle of a year."""

    before_id: int
    after_id: int
    same_figures: bool
    changes: list[ChangeOut]


class StandardFilingOut(BaseModel):
    filing_id: int
    status: FilingStatus
    submitted_at: TimeOut
    remark: str
