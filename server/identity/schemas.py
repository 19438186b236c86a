"""What sign-in takes and returns."""

from typing import Annotated

from pydantic import BaseModel, Field

from server.identity.guard import Body
from server.identity.rules import Role
from server.presentation import TimeOut
from server.text import Line, Opaque

PrivacyVersion = Annotated[int, Field(ge=1, le=9999, description="所同意的个人信息使用说明的版本")]


class SignInIn(Body):
    code: Annotated[Opaque, Field(min_length=1, max_length=200, description="wx.login 得到的 code")]


class LinkIn(Body):
    secret: Annotated[Line, Field(min_length=1, max_length=200, description="登录链接中 # 之后的部分")]


class SignInOut(BaseModel):
    token: str
    expires_at: TimeOut
    bound: bool
    name: str | None
    member_id: int | None


class OfficialSignInQuery(BaseModel):
    state: Annotated[str, Field(pattern="^[A-Za-z0-9]{16,64}$", description="本次登录的随机数，授权返回时须一致")]


class OfficialSignInOut(BaseModel):
    """`address`: where WeChat's browser goes and comes back from with `code` and `state`."""

    address: str | None


class SignPageQuery(BaseModel):
    url: Annotated[Line, Field(min_length=1, max_length=2000, description="页面地址，# 之前的部分")]


class PageSignatureOut(BaseModel):
    """What `wx.config` needs besides the list of calls."""

    app_id: str
    timestamp: int
    nonce: str
    signature: str


class PlaceOut(BaseModel):
    id: int
    title: str


class RoleOut(BaseModel):
    role: Role
    title: str
    organization: PlaceOut


class MeOut(BaseModel):
    """The caller. `organization` is their own group or branch, `organizations` that and all above it, root first.

    `privacy_due`: they have an account, and have yet to agree to the current privacy notice.
    """

    bound: bool
    account_id: int | None
    member_id: int | None
    name: str | None
    organization: PlaceOut | None
    organizations: list[PlaceOut]
    roles: list[RoleOut]
    privacy_due: bool


class PrivacyQuery(BaseModel):
    version: PrivacyVersion | None = None


class ConsentIn(Body):
    version: PrivacyVersion


class ConsentOut(BaseModel):
    version: int
    agreed_at: TimeOut


class ConsentsOut(BaseModel):
    items: list[ConsentOut]


class PersonaOut(BaseModel):
    openid: str
    code: Annotated[str, Field(description="可直接用于 POST /auth/wechat")]
    name: str
    role: str
    organization: str | None


class PersonasOut(BaseModel):
    items: list[PersonaOut]
