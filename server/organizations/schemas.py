"""Shapes of the tree on the wire."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from server.identity.guard import Body
from server.organizations.models import OrganizationKind
from server.organizations.rules import YearFlow, normal_title
from server.presentation import Id, PageQuery
from server.text import Line, Lines, half_width


def _title(text: str) -> str:
    title = normal_title(text)
    if not 1 <= len(title) <= 128:
        raise ValueError("名称应为 1–128 个字")
    return title


Title = Annotated[Line, Field(min_length=1, max_length=128), AfterValidator(_title)]
Words = Annotated[Lines, Field(min_length=1, max_length=500)]
"""Some sentences: a note, a reason."""


class GroupPath(BaseModel):
    group_id: Id


class ChildrenQuery(PageQuery):
    include_closed: bool = False


class OrganizationIn(Body):
    kind: OrganizationKind
    title: Title


class TitleIn(Body):
    title: Title


class BoardVisibility(StrEnum):
    """What members of a branch see of each other's scores."""

    own = "own"
    scores = "scores"
    full = "full"


def _office_telephone(text: str) -> str:
    number = half_width(text).strip()
    if number and not OFFICE_TELEPHONE.fullmatch(number):
        raise ValueError("办公电话应为带区号的固定电话，如 0535-5550158；不能填个人手机号")
    return number


OFFICE_TELEPHONE = re.compile(r"0\d{2,3}[- ]?\d{3,4}[- ]?\d{4}(?:(?:-| ?转 ?)\d{1,6})?")
"""A landline with its area code and perhaps an extension; a private number is for nobody to read in public."""

OfficeTelephone = Annotated[Line, Field(max_length=40), AfterValidator(_office_telephone)]


class SettingsIn(Body):
    """Only the settings named are changed. `manages_prospects`: 发展对象 and 积极分子 are managed too (一（三）).

    `head_officers`: the accounts of the two who are sent the university's daily heads; an empty list removes the names.
    `board_names_outside`: the board that passers-by see, on a screen or a poster, has whole names.
    `office_telephone`: printed where people may object; "" removes it.

    How branches end their years, unless an organization nearer to them says otherwise. `points_publicized`: points are
    put on show (视情况); a branch may say so for itself. Set above, for the branches below: `year_flow`; `draft_due`:
    MM-DD of the next year by which results are drafted; `report_days`, `review_days`, `filing_days`: working days for
    the meeting in the spring term, 审核 and 备案.
    """

    board_visibility: BoardVisibility | None = None
    board_names_outside: bool | None = None
    manages_prospects: bool | None = None
    head_officers: Annotated[list[Id], Field(max_length=2)] | None = None
    office_telephone: OfficeTelephone | None = None
    year_flow: YearFlow | None = None
    points_publicized: bool | None = None
    draft_due: Annotated[str, Field(pattern=r"^0[1-3]-(0[1-9]|1\d|2[0-8])$")] | None = None
    report_days: Annotated[int, Field(ge=1, le=60)] | None = None
    review_days: Annotated[int, Field(ge=1, le=60)] | None = None
    filing_days: Annotated[int, Field(ge=1, le=60)] | None = None


class SettingsOut(BaseModel):
    model_config = ConfigDict(extra="ignore")

    board_visibility: BoardVisibility = BoardVisibility.own
    board_names_outside: bool = False
    manages_prospects: bool = False
    head_officers: list[int] = []
    office_telephone: str = ""
    year_flow: YearFlow | None = None
    points_publicized: bool | None = None
    draft_due: str | None = None
    report_days: int | None = None
    review_days: int | None = None
    filing_days: int | None = None


class OrganizationOut(BaseModel):
    id: int
    parent_id: int | None
    kind: OrganizationKind
    title: str
    ancestor_ids: list[int]
    supervising_organization_id: int | None
    settings: SettingsOut
    closed_on: date | None


def settings_out(settings: dict[str, Any]) -> SettingsOut:
    return SettingsOut.model_validate(settings)
