"""A page inside WeChat's own browser may use WeChat's scanner once the official account has signed its address."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask, current_app
from sqlalchemy import Engine

from server.config import Settings
from server.wechat.client import SANDBOX_OFFICIAL_ID, SANDBOX_SECRET, WechatClient, call_authorized
from server.wechat.tokens import Ask, TokenStore
from server.wechat.transport import Transport

TICKET_PATH = "/cgi-bin/ticket/getticket"
MARGIN = timedelta(seconds=5)
"""WeChat checks a signature at once: a ticket is useful to its very end."""


@dataclass(frozen=True, slots=True)
class PageSignature:
    """What `wx.config` wants. `timestamp` in whole seconds."""

    app_id: str
    timestamp: int
    nonce: str
    signature: str


class JsSdk:
    """Signs for one official account. Its ticket is kept beside the tokens: fetched once for all workers."""

    def __init__(self, engine: Engine, transport: Transport, *, app_id: str, secret: str) -> None:
        self.app_id = app_id
        tokens = TokenStore(engine, transport, app_id=app_id, secret=secret)
        self._tickets = TokenStore(
            engine, transport, app_id=f"{app_id} jsapi", secret="", ask=_ask_ticket(tokens), margin=MARGIN
        )

    def sign(self, url: str, *, nonce: str, timestamp: int) -> PageSignature:
        """Sign a page's address, which is without its fragment. Raises WechatError."""
        signature = signature_of(self._tickets.current(), url, nonce=nonce, timestamp=timestamp)
        return PageSignature(self.app_id, timestamp, nonce, signature)


def signature_of(ticket: str, url: str, *, nonce: str, timestamp: int) -> str:
    """Return WeChat's SHA-1 over the four values, in order of their names."""
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def _ask_ticket(tokens: TokenStore) -> Ask:
    """Return how a ticket is asked for: with the account's token. A ticket cannot be given up."""

    def ask(transport: Transport, _key: str, _secret: str, _force: bool) -> dict[str, Any]:
        answer = call_authorized(transport, tokens, "GET", TICKET_PATH, params={"type": "jsapi"})
        return {**answer, "access_token": answer.get("ticket")}

    return ask


def install(app: Flask, settings: Settings) -> None:
    """Give the app its signer; without an official account it has none."""
    client: WechatClient = app.extensions["wechat"]
    app_id, secret = settings.official_app_id, settings.official_secret
    if settings.sandbox:
        app_id, secret = SANDBOX_OFFICIAL_ID, SANDBOX_SECRET
    engine: Engine = app.extensions["engine"]
    app.extensions["js_sdk"] = JsSdk(engine, client.transport, app_id=app_id, secret=secret) if app_id else None


def current_js_sdk() -> JsSdk | None:
    js_sdk: JsSdk | None = current_app.extensions["js_sdk"]
    return js_sdk
