"""Our own thin WeChat client: the few calls we make, with WeChat's answers checked before they are used."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, TypeGuard, TypeVar

from flask import Flask, current_app, g
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.config import Settings
from server.errors import DomainError
from server.privacy import normal_phone
from server.wechat.error_codes import WechatErrorCode
from server.wechat.errors import TOKEN_REFUSED, refused, unavailable
from server.wechat.tokens import TokenStore
from server.wechat.transport import Transport, is_integer, through_proxy

T = TypeVar("T")
SANDBOX_APP_ID = "sandbox"
SANDBOX_OFFICIAL_ID = "sandbox-official"
SANDBOX_SECRET = "sandbox-secret"
WECHAT_BASE_URL = "https://api.weixin.qq.com"
LONGEST_MESSAGE_ID = 128
_ID = re.compile(r"[\x21-\x7e]{1,64}")


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who a sign-in code stands for. WeChat's `session_key` stays out: we have no use for it."""

    openid: str
    unionid: str | None


@dataclass(frozen=True, slots=True)
class SendResult:
    """WeChat's answer to a message it was given: `errcode` 0 for taken, and the id by which it refers to it later.

    Not every answer has an id: 小程序's subscribe/send often leaves it out
    (https://developers.weixin.qq.com/community/develop/doc/0006ca06b2c38868be44ab04a61400).
    """

    errcode: int
    message_id: str | None = None


class WechatClient:
    """Talks to WeChat, or to the sandbox: only the base URL differs. Every method raises WechatError."""

    def __init__(self, transport: Transport, tokens: TokenStore, *, app_id: str, secret: str) -> None:
        self.transport = transport
        self.tokens = tokens
        self.app_id = app_id
        self._secret = secret

    def sign_in(self, code: str) -> SignIn:
        """Return the openid behind a mini-program's sign-in code. `wechat_code_invalid` is 401 here."""
        params = {"appid": self.app_id, "secret": self._secret, "js_code": code, "grant_type": "authorization_code"}
        return _known(self.transport.call("GET", "/sns/jscode2session", params=params))

    def sign_in_by_browser(self, code: str) -> SignIn:
        """Return the openid behind the code that a 公众号 gave WeChat's browser; the unionid if WeChat tells it."""
        params = {"appid": self.app_id, "secret": self._secret, "code": code, "grant_type": "authorization_code"}
        return _known(self.transport.call("GET", "/sns/oauth2/access_token", params=params))

    def phone_number(self, code: str) -> str:
        """Return the 11 digits of the number a user has agreed to show. Raises also DomainError `phone_unsupported`."""
        answer = self.post("/wxa/business/getuserphonenumber", {"code": code})
        info = answer.get("phone_info")
        number = info.get("purePhoneNumber") if isinstance(info, dict) else None
        if not isinstance(number, str):
            raise unavailable()
        phone = normal_phone(number)
        if phone is None:
            raise DomainError(WechatErrorCode.phone_unsupported, "仅支持中国大陆手机号，请使用激活码绑定")
        return phone

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to a call that WeChat carried out."""
        answer = self.authorized(path, body)
        if errcode := answer.get("errcode", 0):
            raise refused(errcode)
        return answer

    def get(self, path: str, params: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
        """Return what was asked for. Raises WechatError."""
        answer = call_authorized(self.transport, self.tokens, "GET", path, params=params)
        if errcode := answer.get("errcode", 0):
            raise refused(errcode)
        return answer

    def send(self, path: str, body: Mapping[str, Any]) -> SendResult:
        """Send a message and return what WeChat says of it."""
        return send_result(self.authorized(path, body))

    def media(self, media_id: str, *, max_bytes: int) -> bytes:
        """Return a file that a person sent. Raises WechatError."""
        return download_authorized(self.transport, self.tokens, media_id, max_bytes)

    def follower(self, openid: str) -> str | None:
        """Return the unionid of a follower of the official account, if WeChat knows one. Raises WechatError."""
        unionid = self.get("/cgi-bin/user/info", {"openid": openid, "lang": "zh_CN"}).get("unionid")
        return unionid if _is_id(unionid) else None

    def authorized(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Post with the access token; a refused token is renewed and the call made once more."""
        return post_authorized(self.transport, self.tokens, path, body)


def _known(answer: Mapping[str, Any]) -> SignIn:
    if errcode := answer.get("errcode", 0):
        raise refused(errcode, bad_code=HTTPStatus.UNAUTHORIZED)
    openid, unionid = answer.get("openid"), answer.get("unionid") or None
    if not _is_id(openid) or (unionid is not None and not _is_id(unionid)):
        raise unavailable()
    return SignIn(openid, unionid)


def post_authorized(transport: Transport, tokens: TokenStore, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Post with a token of `tokens`; when it is refused, once more with another. Raises WechatError."""
    return call_authorized(transport, tokens, "POST", path, body=body)


def call_authorized(
    transport: Transport,
    tokens: TokenStore,
    method: str,
    path: str,
    *,
    params: Mapping[str, str] = MappingProxyType({}),
    body: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Call with a token of `tokens`; when it is refused, once more with another. Raises WechatError."""
    token = tokens.current()
    answer = transport.call(method, path, params={"access_token": token, **params}, body=body)
    if answer.get("errcode", 0) in TOKEN_REFUSED:
        token = tokens.after_refusal(token)
        answer = transport.call(method, path, params={"access_token": token, **params}, body=body)
    return answer


def download_authorized(transport: Transport, tokens: TokenStore, media_id: str, max_bytes: int) -> bytes:
    """Fetch what a person sent, of an official account or of 企业微信. Raises WechatError."""

    def fetched(token: str) -> bytes | dict[str, Any]:
        params = {"access_token": token, "media_id": media_id}
        return transport.download("/cgi-bin/media/get", params=params, max_bytes=max_bytes)

    token = tokens.current()
    got = fetched(token)
    if isinstance(got, dict) and got.get("errcode", 0) in TOKEN_REFUSED:
        got = fetched(tokens.after_refusal(token))
    if isinstance(got, dict):
        raise refused(got.get("errcode", 0))
    return got


def errcode_of(answer: Mapping[str, Any]) -> int:
    """Return WeChat's errcode for a message. Raises WechatError if the answer has none."""
    errcode = answer.get("errcode")
    if not is_integer(errcode):
        raise unavailable(maybe_done=True)
    return errcode


def send_result(answer: Mapping[str, Any]) -> SendResult:
    """Return what an answer says of a message. Raises WechatError."""
    message_id = answer.get("msgid")
    known = isinstance(message_id, str | int) and not isinstance(message_id, bool) and message_id not in ("", 0)
    return SendResult(errcode_of(answer), str(message_id)[:LONGEST_MESSAGE_ID] if known else None)


def install(app: Flask, settings: Settings) -> None:
    """Give the app its WeChat client; in the sandbox also the stand-in which that client talks to."""
    engine: Engine = app.extensions["engine"]
    if not settings.sandbox:
        base_url = settings.wechat_base_url or WECHAT_BASE_URL
        transport = Transport(lambda: base_url, http=through_proxy(base_url))
        app.extensions["wechat"] = client_of(engine, transport, settings.wechat_app_id, settings.wechat_secret)
        if settings.official_app_id:
            official = client_of(engine, transport, settings.official_app_id, settings.official_secret)
            app.extensions["wechat_official"] = official
        return
    from server.wechat.sandbox import views

    listener = views.install(app)
    transport = Transport(lambda: settings.sandbox_url or listener.base_url())
    app.extensions["wechat"] = client_of(engine, transport, SANDBOX_APP_ID, SANDBOX_SECRET)
    app.extensions["wechat_official"] = client_of(engine, transport, SANDBOX_OFFICIAL_ID, SANDBOX_SECRET)


def client_of(engine: Engine, transport: Transport, app_id: str, secret: str) -> WechatClient:
    tokens = TokenStore(engine, transport, app_id=app_id, secret=secret)
    return WechatClient(transport, tokens, app_id=app_id, secret=secret)


def current_client() -> WechatClient:
    client: WechatClient = current_app.extensions["wechat"]
    return client


def official_client() -> WechatClient:
    """Return the client of the 公众号. Raises DomainError 404 `no_official_account`."""
    client: WechatClient | None = current_app.extensions.get("wechat_official")
    if client is None:
        raise DomainError(WechatErrorCode.no_official_account, "请在微信小程序里登录", status=HTTPStatus.NOT_FOUND)
    return client


def ask_once(session: Session, ask: Callable[[WechatClient], T]) -> T:
    """Return `ask(client)`, asked once per request even if the view runs again after a refused commit.

    WeChat's codes work once, and nobody may wait for WeChat while holding a lock: call this before the view's first
    statement, in a route with `idempotent=False`.
    """
    if session.in_transaction():
        raise RuntimeError("ask WeChat before the first statement of the transaction")
    if "wechat_answer" not in g:
        g.wechat_answer = ask(current_client())
    answer: T = g.wechat_answer
    return answer


def _is_id(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and _ID.fullmatch(value) is not None
