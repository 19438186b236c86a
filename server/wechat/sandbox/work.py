"""企业微信: messages of an application, without quota; it can hold back repetitions itself."""

import re
from datetime import datetime, timedelta

from server.wechat.sandbox.accounts import App
from server.wechat.sandbox.errcodes import CallRefused
from server.wechat.sandbox.exchange import Ask, CallOutcome, Json
from server.wechat.sandbox.faults import PlayedCall
from server.wechat.sandbox.phones import USER_ID
from server.wechat.sandbox.record import PhoneMessage
from server.wechat.sandbox.state import SandboxState

MAX_USERS = 1000
ROBOT_KEY = re.compile(r"[0-9a-f-]{36}")
MAX_TEXT_BYTES = 2048
MAX_ITEMS = 10
MAX_INTERVAL = 4 * 3600

Card = tuple[str, str, dict[str, str]]
"""Title, page and fields of a message."""


def send(state: SandboxState, ask: Ask, now: datetime) -> CallOutcome:
    """Send to one or several user ids; those it does not know, or without a licence, come back as such."""
    if not isinstance(ask.json.get("agentid"), int) or isinstance(ask.json.get("agentid"), bool):
        raise CallRefused(56001)
    card = _card(ask)
    asked = [each for each in ask.text("touser").split("|") if each][:MAX_USERS]
    valid = [each for each in asked if USER_ID.fullmatch(each) and not state.phones.at(App.work, each).gone]
    if not valid:
        raise CallRefused(81013)
    licensed = [each for each in valid if state.phones.at(App.work, each).licensed]
    delivered = [_deliver(state, ask, user, card, now) for user in licensed]
    arrived = tuple(message for message in delivered if message is not None)
    body = {
        "errcode": 0,
        "errmsg": "ok",
        "invaliduser": "|".join(each for each in asked if each not in valid),
        "unlicenseduser": "|".join(each for each in valid if each not in licensed),
        "msgid": f"sandbox-{arrived[0].seq}" if arrived else "sandbox-0",
        "response_code": "",
    }
    return CallOutcome(body, "" if arrived else "重复内容，未再送达", arrived)


def say_in_group(state: SandboxState, ask: Ask, now: datetime) -> CallOutcome:
    """webhook/send: a robot says something in its group. Any key is a robot's, except those of robots that are gone."""
    key = ask.query.get("key", "")
    if not ROBOT_KEY.fullmatch(key) or state.phones.at(App.work, key).gone:
        raise CallRefused(93000)
    title, page, content = _card(ask)
    message = state.record.arrive(
        app=App.work, call=PlayedCall.robot, openid=key, template=title, page=page, content=content, key="", now=now
    )
    return CallOutcome({"errcode": 0, "errmsg": "ok"}, "群里可见", (message,))


def _deliver(state: SandboxState, ask: Ask, user: str, card: Card, now: datetime) -> PhoneMessage | None:
    """Put the message on a phone, or return None when 企业微信 holds it back as a repetition."""
    if ask.json.get("enable_duplicate_check") == 1:
        interval = ask.json.get("duplicate_check_interval", 1800)
        seconds = min(interval, MAX_INTERVAL) if isinstance(interval, int) else 1800
        since = now - timedelta(seconds=seconds)
        earlier = state.record.on_phone(App.work, user, MAX_USERS)
        if any(each.at > since and (each.template, each.page, each.content) == card for each in earlier):
            return None
    title, page, content = card
    return state.record.arrive(
        app=App.work, call=PlayedCall.work, openid=user, template=title, page=page, content=content, key="", now=now
    )


def _card(ask: Ask) -> Card:
    """Return title, page and fields of a message. Raises CallRefused."""
    kind = ask.text("msgtype")
    body = ask.json.get(kind) if kind else None
    if not isinstance(body, dict):
        raise CallRefused(40097)
    if kind in ("text", "markdown"):
        return "", "", {"text": _short(body.get("content"), MAX_TEXT_BYTES)}
    if kind == "textcard":
        title = _short(body.get("title"), 128)
        return title, _short(body.get("url"), 2048), {"text": _short(body.get("description"), 512)}
    if kind == "miniprogram_notice":
        return _text(body, "title", 12), _optional(body.get("page")), _items(body)
    raise CallRefused(40097)


def _items(body: Json) -> dict[str, str]:
    """Return the lines of a 小程序通知消息: at most ten, keys ≤ 10 and values ≤ 30 characters."""
    items = body.get("content_item", [])
    if not isinstance(items, list) or len(items) > MAX_ITEMS or not all(isinstance(each, dict) for each in items):
        raise CallRefused(47003, "content_item")
    lines = {_text(each, "key", 10): _text(each, "value", 30) for each in items}
    description = body.get("description")
    return ({"说明": _text(body, "description", 12)} if description else {}) | lines


def _text(body: Json, name: str, limit: int) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= limit:
        raise CallRefused(47003, name)
    return value


def _short(value: object, limit: int) -> str:
    if not isinstance(value, str) or not 0 < len(value.encode("utf-8", "replace")) <= limit:
        raise CallRefused(44991)
    return value


def _optional(value: object) -> str:
    return value if isinstance(value, str) else ""
