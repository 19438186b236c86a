"""Signing in, phone numbers and access tokens.

Codes: `sandbox:<openid>` signs in as that openid, `phone:<number>` shows that number.
"""

import hashlib
import re
from datetime import datetime

from server.wechat.sandbox.accounts import App
from server.wechat.sandbox.errcodes import CallRefused
from server.wechat.sandbox.exchange import Ask, CallOutcome
from server.wechat.sandbox.phones import OPENID
from server.wechat.sandbox.state import SandboxState

SECRET = "sandbox-secret"
_PHONE = re.compile(r"\+?[0-9]{5,15}")


def sign_in(state: SandboxState, ask: Ask, now: datetime) -> CallOutcome:
    _check_app(ask.query.get("appid"), ask.query.get("secret"), {App.miniprogram})
    openid = _openid(ask.query.get("js_code"))
    state.phones.at(App.miniprogram, openid).seen_at = now
    return CallOutcome({"session_key": _digest("session", openid), "openid": openid, "unionid": unionid_of(openid)})


def sign_in_by_browser(_state: SandboxState, ask: Ask, _now: datetime) -> CallOutcome:
    """What a 公众号 learns of a person who opens its page in WeChat: here always the unionid, too."""
    _check_app(ask.query.get("appid"), ask.query.get("secret"), {App.official})
    openid = _openid(ask.query.get("code"))
    body = {"access_token": _digest("page", openid), "expires_in": 7200, "refresh_token": "", "scope": "snsapi_base"}
    return CallOutcome({**body, "openid": openid, "unionid": unionid_of(openid)})


def _openid(code: str | None) -> str:
    if not code:
        raise CallRefused(41008)
    kind, _, openid = code.partition(":")
    if kind != "sandbox" or not OPENID.fullmatch(openid):
        raise CallRefused(40029)
    return openid


def stable_token(state: SandboxState, ask: Ask, now: datetime) -> CallOutcome:
    app = _check_app(ask.json.get("appid"), ask.json.get("secret"), {App.miniprogram, App.official})
    token, seconds = state.tokens.stable(app, now=now, force=ask.json.get("force_refresh") is True)
    return CallOutcome({"access_token": token, "expires_in": seconds})


def work_token(state: SandboxState, ask: Ask, now: datetime) -> CallOutcome:
    app = _check_app(ask.query.get("corpid"), ask.query.get("corpsecret"), {App.work})
    token, seconds = state.tokens.lasting(app, now=now)
    return CallOutcome({"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": seconds})


def phone_number(_state: SandboxState, ask: Ask, _now: datetime) -> CallOutcome:
    kind, _, number = str(ask.json.get("code", "")).partition(":")
    if kind != "phone" or not _PHONE.fullmatch(number):
        raise CallRefused(40029)
    info = {
        "phoneNumber": number,
        "purePhoneNumber": number.removeprefix("+86"),
        "countryCode": "86",
        "watermark": {"timestamp": 0, "appid": App.miniprogram},
    }
    return CallOutcome({"errcode": 0, "errmsg": "ok", "phone_info": info})


def unionid_of(openid: str) -> str:
    """Return the unionid the sandbox gives an openid: always the same one."""
    return "u" + _digest("union", openid)[:27]


def _check_app(app_id: object, secret: object, apps: set[App]) -> App:
    app = next((app for app in apps if app == app_id), None)
    if app is None:
        raise CallRefused(40013)
    if secret != SECRET:
        raise CallRefused(40125 if app is not App.work else 40001)
    return app


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
