"""Working days on the wire."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from server.identity.guard import Body
from server.organizations.schemas import Line
from server.presentation import OrganizationPath, TimeOut

Year = Annotated[int, Field(ge=2000, le=2099)]


class WorkdayYearPath(OrganizationPath):
    year: Year


class WorkdayPath(OrganizationPath):
    day: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2099, 12, 31))]


class WorkdayIn(Body):
    """`works`: whether the day is worked; `note` says why it counts otherwise than in the national calendar."""

    works: bool
    note: Annotated[Line, Field(min_length=2, max_length=100)]


class WorkdayOut(BaseModel):
    day: date
    works: bool
    note: str
    changed_at: TimeOut


class WorkdayYearOut(BaseModel):
    """`known` false: the State Council's holidays of the year are not in the calendar yet, weekdays count; `notice`
    says so."""

    year: int
    known: bool
    notice: str | None
    items: list[WorkdayOut]
