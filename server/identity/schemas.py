"""What sign-in takes and tells."""

from typing import Annotated

from pydantic import BaseModel, Field

from server.identity.guard import Body
from server.identity.rules import Role
from server.presentation import TimeOut


class SignInIn(Body):
    code: Annotated[str, Field(min_length=1, max_length=200, description="wx.login 得到的 code")]


class SignInOut(BaseModel):
    token: str
    expires_at: TimeOut
    bound: bool
    name: str | None
    member_id: int | None


class PlaceOut(BaseModel):
    id: int
    title: str


class RoleOut(BaseModel):
    role: Role
    title: str
    organization: PlaceOut


class MeOut(BaseModel):
    """The caller. `organization` is his own group or branch, `organizations` that and all above it, root first."""

    bound: bool
    account_id: int | None
    member_id: int | None
    name: str | None
    organization: PlaceOut | None
    organizations: list[PlaceOut]
    roles: list[RoleOut]


class PersonaOut(BaseModel):
    openid: str
    code: Annotated[str, Field(description="可直接用于 POST /auth/wechat")]
    name: str
    role: str
    organization: str | None


class PersonasOut(BaseModel):
    items: list[PersonaOut]
