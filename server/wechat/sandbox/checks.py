"""Content safety: texts are judged at once, pictures later, by callback and by asking."""

import hashlib
from datetime import datetime

from server.wechat.sandbox.accounts import App
from server.wechat.sandbox.errcodes import CallRefused
from server.wechat.sandbox.exchange import Ask, CallOutcome, Json
from server.wechat.sandbox.phones import SEEN_WINDOW
from server.wechat.sandbox.state import MediaCheck, SandboxState

MAX_TEXT = 2500
RISKY = "沙盒违规"
REVIEW = "沙盒复核"
"""Words by which a test, or a visitor, gets the other answers."""

LABELS = {"pass": 100, "review": 20012, "risky": 20001}


def check_text(state: SandboxState, ask: Ask, now: datetime) -> CallOutcome:
    """msg_sec_check v2."""
    _check_common(state, ask, now)
    text = ask.json.get("content")
    if not isinstance(text, str) or not 0 < len(text) <= MAX_TEXT:
        raise CallRefused(44991)
    suggest = _verdict(text + ask.text("title") + ask.text("nickname") + ask.text("signature"))
    trace_id = _trace(text, now)
    return CallOutcome({"errcode": 0, "errmsg": "ok", "trace_id": trace_id, "result": _result(suggest), "detail": []})


def check_media(state: SandboxState, ask: Ask, now: datetime) -> CallOutcome:
    """media_check_async v2: takes the picture; see `answer_of`."""
    _check_common(state, ask, now)
    url = ask.text("media_url")
    if ask.json.get("media_type") not in (1, 2) or not url.startswith(("http://", "https://")):
        raise CallRefused(40097)
    trace_id = _trace(url + str(len(state.media_checks)), now)
    verdict = "risky" if "risky" in url else "review" if "review" in url else "pass"
    check = MediaCheck(trace_id, ask.text("openid"), url, now + state.media_delay, verdict)
    state.media_checks[trace_id] = check
    return CallOutcome({"errcode": 0, "errmsg": "ok", "trace_id": trace_id})


def answer_of(check: MediaCheck, now: datetime) -> Json | None:
    """Return the event WeChat sends when it has looked at a picture, or None before."""
    if now < check.ready_at:
        return None
    return {
        "ToUserName": "sandbox",
        "FromUserName": check.openid,
        "CreateTime": int(check.ready_at.timestamp()),
        "MsgType": "event",
        "Event": "wxa_media_check",
        "appid": App.miniprogram,
        "trace_id": check.trace_id,
        "version": 2,
        "result": _result(check.suggest),
        "errcode": 0,
        "errmsg": "ok",
    }


def _check_common(state: SandboxState, ask: Ask, now: datetime) -> None:
    """Version 2, a scene, and a person who was here in the last two hours."""
    if ask.json.get("version") != 2 or ask.json.get("scene") not in (1, 2, 3, 4):
        raise CallRefused(40097)
    phone = state.phones.known(App.miniprogram, ask.text("openid"))
    if phone.seen_at is None or now - phone.seen_at > SEEN_WINDOW:
        raise CallRefused(61010)


def _verdict(text: str) -> str:
    return "risky" if RISKY in text else "review" if REVIEW in text else "pass"


def _result(suggest: str) -> Json:
    return {"suggest": suggest, "label": LABELS[suggest]}


def _trace(text: str, now: datetime) -> str:
    return hashlib.sha256(f"{now.isoformat()} {text}".encode("utf-8", "replace")).hexdigest()[:32]
