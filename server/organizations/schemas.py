"""Shapes of the tree on the wire."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from server.identity.guard import Body
from server.organizations.models import OrganizationKind
from server.organizations.rules import is_clean, normal_title
from server.presentation import Id, PageQuery


def _clean(text: str) -> str:
    if not is_clean(text):
        raise ValueError("含有无法识别的字符")
    return text


def _title(text: str) -> str:
    title = normal_title(_clean(text))
    if not 1 <= len(title) <= 128:
        raise ValueError("名称应为 1–128 个字")
    return title


def _words(text: str) -> str:
    return "\n".join(_clean(line) for line in text.replace("\t", " ").splitlines())


Title = Annotated[str, Field(min_length=1, max_length=128), AfterValidator(_title)]
Line = Annotated[str, AfterValidator(_clean)]
"""One line of text."""
Words = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_words)]
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


class SettingsIn(Body):
    """Only the settings named are changed. `manages_prospects`: 发展对象 and 积极分子 are managed too (一（三）)."""

    board_visibility: BoardVisibility | None = None
    manages_prospects: bool | None = None


class SettingsOut(BaseModel):
    model_config = ConfigDict(extra="ignore")

    board_visibility: BoardVisibility = BoardVisibility.own
    manages_prospects: bool = False


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
