"""Messages to people: subscribe/send, template/send and custom/send, with the rules WeChat has for each."""

import re
from datetime import datetime

from server.wechat.sandbox.accounts import App
from server.wechat.sandbox.errcodes import CallRefused
from server.wechat.sandbox.exchange import Ask, CallOutcome
from server.wechat.sandbox.faults import PlayedCall
from server.wechat.sandbox.fields import checked
from server.wechat.sandbox.phones import answer_once
from server.wechat.sandbox.record import PhoneMessage
from server.wechat.sandbox.state import SandboxState

MAX_TEXT_BYTES = 2048
_TEMPLATE_ID = re.compile(r"sandbox-[a-z0-9_-]{1,48}")
_PAGE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_/.-]{0,127}(\?[^\s#]{0,512})?")


def send_subscribed(state: SandboxState, ask: Ask, now: datetime) -> CallOutcome:
    """Send one agreed message of a template: it uses up one consent."""
    openid = ask.text("touser")
    phone = state.phones.known(App.miniprogram, openid)
    template = _template(ask)
    page = _page(ask.json.get("page"))
    content = checked(ask.json.get("data"), state.templates.get(template))
    left = phone.agreed.get(template, 0)
    if phone.refuses or left <= 0:
        raise CallRefused(43101)
    phone.agreed[template] = left - 1
    message = state.record.arrive(
        app=App.miniprogram,
        call=PlayedCall.subscribe,
        openid=openid,
        template=template,
        page=page,
        content=content,
        key=ask.text("client_msg_id"),
        now=now,
    )
    return _arrived(message, f"余额 {left} → {left - 1}")


def send_template(state: SandboxState, ask: Ask, now: datetime) -> CallOutcome:
    """A template message of the official account, for those who follow it."""
    openid = ask.text("touser")
    phone = state.phones.known(App.official, openid)
    if not phone.follows:
        raise CallRefused(43004)
    template = _template(ask)
    target = ask.json.get("miniprogram")
    page = _page(target.get("pagepath")) if isinstance(target, dict) else ask.text("url")
    content = checked(ask.json.get("data"), state.templates.get(template))
    if phone.refuses:
        raise CallRefused(43101)
    message = state.record.arrive(
        app=App.official,
        call=PlayedCall.template,
        openid=openid,
        template=template,
        page=page,
        content=content,
        key=ask.text("client_msg_id"),
        now=now,
    )
    return _arrived(message)


def send_custom(state: SandboxState, ask: Ask, now: datetime) -> CallOutcome:
    """A 客服消息: allowed only for so long, and so often, after the person's own message."""
    openid = ask.text("touser")
    phone = state.phones.known(App.official, openid)
    text = _custom_text(ask)
    left = answer_once(phone, now)
    message = state.record.arrive(
        app=App.official,
        call=PlayedCall.custom,
        openid=openid,
        template="",
        page="",
        content={"text": text},
        key="",
        now=now,
    )
    return CallOutcome({"errcode": 0, "errmsg": "ok"}, f"还可回复 {left} 条", (message,))


def _custom_text(ask: Ask) -> str:
    kind = ask.text("msgtype")
    body = ask.json.get(kind) if kind else None
    if not isinstance(body, dict):
        raise CallRefused(40097)
    text = body.get("content", body.get("title", f"[{kind}]"))
    if not isinstance(text, str) or not text or len(text.encode("utf-8", "replace")) > MAX_TEXT_BYTES:
        raise CallRefused(44991)
    return text


def _template(ask: Ask) -> str:
    template = ask.text("template_id")
    if not _TEMPLATE_ID.fullmatch(template):
        raise CallRefused(40037)
    return template


def _page(value: object) -> str:
    """Return a page path of the mini-program, without a leading slash; '' when none is given."""
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or not _PAGE.fullmatch(value):
        raise CallRefused(41030)
    return value


def _arrived(message: PhoneMessage, note: str = "") -> CallOutcome:
    return CallOutcome({"errcode": 0, "errmsg": "ok", "msgid": 10_000_000_000 + message.seq}, note, (message,))
