"""停止党籍 on the wire."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from server.identity.guard import Body
from server.identity.schemas import PlaceOut
from server.organizations.schemas import Words
from server.presentation import Id, TimeOut
from server.text import Line


class SuspensionIn(Body):
    """`on` is the first day; `document` the 文号 of the approval, `note` what was done to find the member."""

    on: date
    document: Annotated[Line, Field(min_length=2, max_length=100)]
    note: Words


class RestoreIn(Body):
    """`on` is the first day on which the member belongs to a branch again."""

    to_organization_id: Id
    group_id: Id | None = None
    on: date
    note: Words


class SuspensionOut(BaseModel):
    """`until_date` is exclusive, null while it holds; `branch` is the one the member belonged to."""

    id: int
    member_id: int
    name: str
    branch: PlaceOut
    from_date: date
    until_date: date | None
    document: str
    note: str
    ended_note: str | None
    recorded_by: str
    recorded_at: TimeOut
