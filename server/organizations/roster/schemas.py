"""Shapes of a roster import on the wire."""

from typing import Annotated, Any

from flask_openapi3.models.file import FileStorage
from pydantic import BaseModel, ConfigDict, Field, field_validator
from werkzeug.datastructures import FileStorage as UploadedFile

from server.identity.rules import Role
from server.organizations.roster.models import ImportStatus
from server.organizations.roster.plan import Action
from server.presentation import Id, TimeOut


class ImportPath(BaseModel):
    import_id: Id


class RosterForm(BaseModel):
    """One file; `create_missing` also founds 总支, 支部 and 小组 that the file names and the tree lacks."""

    model_config = ConfigDict(extra="forbid")

    file: Annotated[FileStorage, Field(description="名册：.xlsx、.xlsm、.xls 或 .csv，不超过 10 MB、20,000 行")]
    create_missing: bool = False

    @field_validator("file", mode="before")
    @classmethod
    def _is_file(cls, value: Any) -> Any:
        if not isinstance(value, UploadedFile):
            raise ValueError("should be an uploaded file")
        return value


class SuggestedGrantOut(BaseModel):
    """A role that a 职务 suggests; roles are only given explicitly."""

    row: int
    sheet: str | None = None
    name: str
    branch: str | None
    duty: str
    role: Role


class RosterSummaryOut(BaseModel):
    rows: int
    new: int
    changed: int
    moved: int
    unchanged: int
    errors: int
    warnings: int = 0
    notes: list[str]
    new_organizations: list[str]
    suggested_grants: list[SuggestedGrantOut]


class RosterResultOut(BaseModel):
    """What has been applied so far."""

    new: int = 0
    changed: int = 0
    moved: int = 0
    unchanged: int = 0
    errors: int = 0


class RosterProblemOut(BaseModel):
    """`warning`: the row is taken anyway; `sheet` is set if several were read."""

    row: int
    sheet: str | None
    column: str | None
    message: str
    warning: bool
    text: str


class RosterImportOut(BaseModel):
    """`rows_total` is how many rows change something; `problems` are the first 100, the report has them all."""

    id: int
    organization_id: int
    file_name: str
    create_missing: bool
    status: ImportStatus
    rows_total: int
    rows_done: int
    percent: int
    summary: RosterSummaryOut
    result: RosterResultOut
    problems: list[RosterProblemOut]
    created_at: TimeOut
    finished_at: TimeOut | None


class RosterPreviewOut(BaseModel):
    row: int
    sheet: str | None = None
    name: str
    work_number: str
    action: Action
    branch: str | None
    group: str | None
    changes: list[str]
