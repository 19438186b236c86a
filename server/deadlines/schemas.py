"""Vacations and due days on the wire."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from server.identity.guard import Body
from server.organizations.models import Category
from server.organizations.workday_schemas import Day, Year
from server.presentation import Id, OrganizationPath, TimeOut
from server.text import Line

Title = Annotated[Line, Field(min_length=2, max_length=30)]


class VacationsPath(OrganizationPath):
    year: Year


class VacationPath(BaseModel):
    vacation_id: Id


class VacationChangeIn(Body):
    """First and last day included."""

    title: Title
    first_day: Day
    last_day: Day


class VacationIn(VacationChangeIn):
    category: Category = Field(description="教工或学生；离退休没有假期")


class VacationOut(BaseModel):
    id: int
    category: Category
    title: str
    first_day: date
    last_day: date
    entered_by: str
    entered_at: TimeOut


class VacationsOut(BaseModel):
    items: list[VacationOut]


class StripDayOut(BaseModel):
    """`why` says why a day does not count: 休息日, 寒假."""

    day: date
    counts: bool
    why: str | None


class DeadlineMoveOut(BaseModel):
    """`by` is null where nobody's act says who."""

    old_day: date
    new_day: date
    reason: str
    by: str | None
    at: TimeOut
