"""Shapes of members and their moves on the wire."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator

from server.identity.guard import Body
from server.identity.schemas import PrivacyVersion
from server.names import LONGEST_NAME, is_name, normal_name
from server.organizations.models import Category, Stage
from server.organizations.rules import is_work_number, normal_work_number
from server.organizations.schemas import Words
from server.presentation import Id, PageQuery
from server.text import Line, Opaque


class Gender(StrEnum):
    male = "男"
    female = "女"


def _name(text: str) -> str:
    name = normal_name(text)
    if not is_name(name) or len(name) > LONGEST_NAME:
        raise ValueError("应填姓名，不超过 64 个字")
    return name


def _work_number(text: str) -> str:
    number = normal_work_number(text)
    if not is_work_number(number):
        raise ValueError("工号/学号应为 1–32 位数字或字母")
    return number


Name = Annotated[Line, Field(min_length=1, max_length=64), AfterValidator(_name)]
WorkNumber = Annotated[Line, Field(min_length=1, max_length=32), AfterValidator(_work_number)]
Phone = Annotated[Line, Field(max_length=32)]
Duty = Annotated[Line, Field(max_length=64)]


class MembersQuery(PageQuery):
    """`search` is the beginning of a name or of a work number; `bound`: only those with a WeChat, or without."""

    search: Annotated[Line, Field(max_length=64)] | None = None
    stage: Stage | None = None
    category: Category | None = None
    bound: bool | None = None


class MemberIn(Body):
    """`from_date`: since when the member has belonged to the branch; today if left out."""

    name: Name
    work_number: WorkNumber
    gender: Gender | None = None
    phone: Phone | None = None
    category: Category
    stage: Stage
    duty: Duty | None = None
    joined_on: date | None = None
    full_member_on: date | None = None
    group_id: Id | None = None
    from_date: date | None = None


class MemberChange(Body):
    """Only the given fields are changed; null empties what may be empty. The factories only keep fields optional.

    `category_from`: the first day on which the member is of the new category; today if left out.
    """

    name: Annotated[Name, Field(default_factory=str)]
    gender: Gender | None = None
    phone: Phone | None = None
    category: Annotated[Category, Field(default_factory=lambda: Category.staff)]
    category_from: date | None = None
    stage: Annotated[Stage, Field(default_factory=lambda: Stage.full)]
    duty: Duty | None = None
    joined_on: date | None = None
    full_member_on: date | None = None
    group_id: Id | None = None

    @model_validator(mode="after")
    def _day_of_a_category(self) -> Self:
        if self.category_from is not None and "category" not in self.model_fields_set:
            raise ValueError("变更日期只用于人员类别，请一并填写人员类别")
        return self


class CategoryCorrectionIn(Body):
    """`before` is the category that was recorded wrongly."""

    before: Category
    category: Category
    reason: Annotated[Words, Field(min_length=2, max_length=200)]


class StageCorrectionIn(Body):
    """`before` is the stage that was recorded wrongly."""

    before: Stage
    stage: Stage
    reason: Annotated[Words, Field(min_length=2, max_length=200)]


class MemberOut(BaseModel):
    """A line in a list."""

    id: int
    name: str
    gender: str | None
    work_number: str
    category: Category
    stage: Stage
    duty: str | None
    organization_id: int
    organization_title: str
    group_id: int | None
    group_title: str | None
    bound: bool


class MembershipOut(BaseModel):
    organization_id: int
    organization_title: str
    group_id: int | None
    group_title: str | None
    from_date: date
    until_date: date | None


class FormerKindsOut(BaseModel):
    """What the member was until a day, exclusive."""

    category: Category
    stage: Stage
    until_date: date


class MemberDetailOut(BaseModel):
    """`former_kinds` are what they were before, latest first."""

    id: int
    name: str
    gender: str | None
    work_number: str
    phone: str | None
    category: Category
    stage: Stage
    duty: str | None
    joined_on: date | None
    full_member_on: date | None
    bound: bool
    exempt: bool
    former_kinds: list[FormerKindsOut]
    memberships: list[MembershipOut]


class TransferIn(Body):
    to_organization_id: Id
    group_id: Id | None = None
    on: date


class LeaveIn(Body):
    on: date
    note: Words


class PhoneBindingIn(Body):
    phone_code: Annotated[Opaque, Field(min_length=1, max_length=256)]
    privacy_version: PrivacyVersion


class ActivationIn(Body):
    name: Annotated[Line, Field(min_length=1, max_length=64)]
    work_number: Annotated[Line, Field(min_length=1, max_length=32)]
    code: Annotated[Line, Field(min_length=1, max_length=32)]
    privacy_version: PrivacyVersion


class BoundOut(BaseModel):
    bound: Literal[True] = True
    account_id: int
    member_id: int | None
    name: str
