"""Methods on the wire."""

from typing import Annotated

from pydantic import BaseModel, Field

from server.identity.guard import Body
from server.presentation import Id, TimeOut
from server.ratings.methods.models import MethodSource, MethodStatus
from server.ratings.methods.rules import MethodDocument

MethodYear = Annotated[int, Field(ge=2000, le=2099)]


class MethodPath(BaseModel):
    method_id: Id


class MethodInForceQuery(BaseModel):
    year: MethodYear


class MethodDraftIn(Body):
    year: MethodYear
    source: MethodSource = MethodSource.default


class MethodEditIn(Body):
    """`revision` is that of the draft which was read."""

    document: MethodDocument
    revision: Annotated[int, Field(ge=1)]


class MethodPublishIn(Body):
    revision: Annotated[int, Field(ge=1)]


class MethodFileIn(Body):
    """Nothing to say: what is filed is the version of the path."""


class MethodProblemOut(BaseModel):
    """`path` is the place in the document: grades.0.at_least."""

    path: str
    message: str


class MethodLineOut(BaseModel):
    id: int
    organization_id: int
    organization_title: str
    year: int
    version: int
    title: str
    status: MethodStatus
    in_force: bool
    revision: int
    content_hash: str
    updated_at: TimeOut
    published_at: TimeOut | None


class MethodOut(MethodLineOut):
    """`bands` are the grades in words, from the highest; `problems` keep a draft from being published; `filing_id`:
    where it was filed."""

    document: MethodDocument
    bands: list[str]
    problems: list[MethodProblemOut]
    filing_id: int | None
