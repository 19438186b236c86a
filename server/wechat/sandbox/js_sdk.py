"""Tickets for pages inside WeChat's own browser, and WeChat's check of a page that was signed with one."""

import hashlib
import secrets
from datetime import datetime

from server.wechat.sandbox.accounts import LIFETIME
from server.wechat.sandbox.errcodes import CallRefused
from server.wechat.sandbox.exchange import Ask, CallOutcome, Json
from server.wechat.sandbox.state import SandboxState

SIGNED = ("jsapi_ticket", "noncestr", "timestamp", "url")


def give_ticket(state: SandboxState, ask: Ask, now: datetime) -> CallOutcome:
    if ask.query.get("type") != "jsapi":
        raise CallRefused(40097)
    ticket = state.js_ticket
    ticket.fetches += 1
    if ticket.until is None or ticket.until <= now:
        ticket.text, ticket.until = secrets.token_urlsafe(64), now + LIFETIME
    seconds = int((ticket.until - now).total_seconds())
    return CallOutcome({"errcode": 0, "errmsg": "ok", "ticket": ticket.text, "expires_in": seconds})


def verifies(state: SandboxState, page: Json, now: datetime) -> bool:
    """Whether WeChat would let a page scan: `{"noncestr", "timestamp", "url", "signature"}`."""
    ticket = state.js_ticket
    if ticket.until is None or ticket.until <= now:
        return False
    values = {**page, "jsapi_ticket": ticket.text}
    text = "&".join(f"{name}={values.get(name)}" for name in SIGNED)
    return hashlib.sha1(text.encode(errors="replace"), usedforsecurity=False).hexdigest() == page.get("signature")
