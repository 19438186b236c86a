"""Prints on the wire."""

from typing import Annotated

from pydantic import BaseModel, Field

from server.annual.prints.rules import PrintForm, PrintFormat, PrintStatus
from server.identity.guard import Body
from server.presentation import Id, TimeOut
from server.text import Opaque


class PrintPath(BaseModel):
    print_id: Id


class PrintIn(Body):
    """`register_entries` is 附件一 with the entries behind it; `zip` and `word` have a file for each paper."""

    form: PrintForm
    format: PrintFormat = PrintFormat.pdf


class PrintFileQuery(BaseModel):
    """What a signed link carries."""

    number: Annotated[int, Field(ge=1, le=10_000)]
    expires: Annotated[int, Field(ge=0, le=2**63 - 1)]
    signature: Annotated[Opaque, Field(min_length=1, max_length=64)]


class PrintFileOut(BaseModel):
    """`url` is relative to the server and opens the file for five minutes."""

    number: int
    name: str
    bytes: int
    url: str


class PrintOut(BaseModel):
    """`made` of `papers` are ready; `files` as soon as it is done. `problem` says why it failed."""

    id: int
    organization_id: int
    year: int
    form: PrintForm
    format: PrintFormat
    title: str
    status: PrintStatus
    papers: int
    made: int
    problem: str | None
    asked_by: str
    asked_at: TimeOut
    finished_at: TimeOut | None
    kept_until: TimeOut
    files: list[PrintFileOut]


class PrintsOut(BaseModel):
    """All that are still kept, the latest first."""

    items: list[PrintOut]
