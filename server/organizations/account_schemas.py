"""Shapes of activation codes, 群众代表 and grants on the wire."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, model_validator

from server.identity.guard import Body
from server.identity.rules import Role
from server.organizations.member_schemas import Name, WorkNumber
from server.organizations.models import ResetStatus
from server.presentation import Id, PageQuery, TimeOut
from server.text import Line, Opaque


class CodeOut(BaseModel):
    """The code is shown only once."""

    code: str
    expires_at: TimeOut


class UnboundOut(BaseModel):
    unbound: int


class KeyResetPath(BaseModel):
    key_reset_id: Id


class KeyResetIn(Body):
    """Without a phone the account is unbound and gets a new code; with one, the account binds by that number."""

    reason: Annotated[Line, Field(min_length=2, max_length=200)]
    phone: Annotated[Line, Field(max_length=32)] | None = None


class KeyResetOut(BaseModel):
    """`phone` is the new number, masked. `may_confirm`: whether the caller is another person who may confirm it."""

    id: int
    member_id: int
    reason: str
    phone: str | None
    status: ResetStatus
    proposed_by: str
    proposed_at: TimeOut
    expires_at: TimeOut
    confirmed_by: str | None
    confirmed_at: TimeOut | None
    stopped_by: str | None
    stopped_at: TimeOut | None
    may_confirm: bool
    may_stop: bool


class KeyResetsOut(BaseModel):
    """`needs_two`: whether the account holds a role, so that two persons reset its keys."""

    member_name: str
    work_number: str
    needs_two: bool
    may_propose: bool
    items: list[KeyResetOut]
    next_cursor: str | None = None


class ConfirmedResetOut(KeyResetOut):
    """The code is shown only once; a new phone needs none."""

    code: str | None
    code_expires_at: TimeOut | None


class RepresentativePath(BaseModel):
    organization_id: Id
    account_id: Id


class RepresentativeIn(Body):
    name: Name
    work_number: WorkNumber


class RepresentativeCodeOut(BaseModel):
    account_id: int
    name: str
    code: str
    expires_at: TimeOut


class GrantPath(BaseModel):
    grant_id: Id


class GrantsQuery(PageQuery):
    include_ended: bool = False


class GrantIn(Body):
    """To a member, or to an account without one. `until_date` is exclusive; left out means open."""

    role: Role
    member_id: Id | None = None
    account_id: Id | None = None
    from_date: date
    until_date: date | None = None

    @model_validator(mode="after")
    def _one_receiver(self) -> Self:
        if (self.member_id is None) == (self.account_id is None):
            raise ValueError("member_id 与 account_id 应填且只填一项")
        return self


class GrantEndIn(Body):
    """The first day without the role; today or earlier ends it at once."""

    until_date: Annotated[date, Field()]


class GrantOut(BaseModel):
    id: int
    role: Role
    role_title: str
    organization_id: int
    account_id: int
    member_id: int | None
    name: str
    from_date: date
    until_date: date | None


class AuditQuery(PageQuery):
    """Narrow the trail to one account's acts, or to one subject."""

    actor_id: Id | None = None
    subject_kind: Annotated[Opaque, Field(min_length=1, max_length=32)] | None = None
    subject_id: Id | None = None


class AuditLineOut(BaseModel):
    """One act or look. `actor` is None if the system acted itself."""

    id: int
    at: TimeOut
    actor_id: int | None
    actor: str | None
    action: str
    subject_kind: str
    subject_id: int | None
    detail: dict[str, Any]
    request_id: str | None
