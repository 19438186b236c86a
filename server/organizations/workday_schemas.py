"""Working days on the wire."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from server.identity.guard import Body
from server.presentation import OrganizationPath, TimeOut
from server.text import Line

Year = Annotated[int, Field(ge=2000, le=2099)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2099, 12, 31))]
Note = Annotated[Line, Field(min_length=2, max_length=100)]


class WorkdayYearPath(OrganizationPath):
    year: Year


class WorkdayPath(OrganizationPath):
    day: Day


class WorkdayIn(Body):
    """`works`: whether the day is worked; `note` says why it differs from the national calendar."""

    works: bool
    note: Note


class WorkdayYearIn(Body):
    """A year's announced days off and the weekends worked for them; `note` names the announcement."""

    off: Annotated[list[Day], Field(min_length=1, max_length=366)]
    worked: Annotated[list[Day], Field(max_length=366)]
    note: Note


class WorkdayOut(BaseModel):
    day: date
    works: bool
    note: str
    changed_at: TimeOut


class WorkdayYearOut(BaseModel):
    """`known` false: the State Council's arrangement for the year is neither in the calendar nor entered; `notice` says
    how days are counted until then."""

    year: int
    known: bool
    notice: str | None
    announcement: str | None = Field(description="全年录入的依据；没有整年录入为空")
    items: list[WorkdayOut]
