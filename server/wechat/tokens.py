"""The access token: one database row per app, fetched by one worker at a time (`stable_token`)."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server import clock, leases
from server.db import reading, transaction
from server.leases import HeldLease, LeaseLost
from server.wechat.errors import WechatError, refused, unavailable
from server.wechat.models import AccessToken
from server.wechat.transport import Transport, is_integer

MARGIN = timedelta(minutes=4)
"""WeChat hands out the next token five minutes before the last one ends, and both work meanwhile."""

MAX_TOKEN_LENGTH = 2048
_PAUSE_SECONDS = 0.05
_REMEMBERED = timedelta(seconds=5)
"""How long a store goes without reading the row: a sender of hundreds a second would read it for each message."""

Ask = Callable[[Transport, str, str, bool], dict[str, Any]]
"""Asks for a token with transport, app id and secret; the last says whether to give up the old one."""


def ask_stable(transport: Transport, app_id: str, secret: str, force: bool) -> dict[str, Any]:
    """Ask for the token of a mini-program or an official account."""
    body = {"grant_type": "client_credential", "appid": app_id, "secret": secret, "force_refresh": force}
    return transport.call("POST", "/cgi-bin/stable_token", params={}, body=body)


class TokenStore:
    """Gives the token in force and fetches the next one when it is less than `margin` from its end.

    Its errors are never `maybe_done`: without a token nothing was asked of WeChat.
    """

    def __init__(
        self,
        engine: Engine,
        transport: Transport,
        *,
        app_id: str,
        secret: str,
        ask: Ask = ask_stable,
        margin: timedelta = MARGIN,
    ) -> None:
        self._engine = engine
        self._transport = transport
        self._app_id = app_id
        self._secret = secret
        self._ask = ask
        self._margin = margin
        self._remembered: tuple[str, datetime, datetime] | None = None
        self._lease = f"wechat_token:{app_id}"
        self._lasts = timedelta(seconds=transport.timeout_seconds * 2 + 5)

    def current(self) -> str:
        """Return a token that WeChat should accept. Raises WechatError."""
        now = clock.now()
        if self._remembered is not None:
            token, since, until = self._remembered
            if since <= now < until:
                return token
        with _nothing_was_asked():
            row = self._row()
            if row is None or row.expires_at is None or not _good_until(row, now + self._margin):
                return self._next(refused_token=None)
        self._remembered = row.token, now, min(now + _REMEMBERED, row.expires_at - self._margin)
        return row.token

    def after_refusal(self, token: str) -> str:
        """Return another token than the one WeChat has just refused. Raises WechatError."""
        self._remembered = None
        with _nothing_was_asked():
            row = self._row()
            if row is not None and row.token != token and _good_until(row, clock.now()):
                return row.token
            return self._next(refused_token=token)

    def _next(self, refused_token: str | None) -> str:
        """Fetch under the lease, or wait for the worker that holds it; an old token still good is used meanwhile."""
        give_up = time.monotonic() + self._lasts.total_seconds() + 1
        while (held := leases.take(self._engine, self._lease, lasts=self._lasts)) is None:
            row = self._row()
            if row is not None and row.token != refused_token and _good_until(row, clock.now()):
                return row.token
            if time.monotonic() > give_up:
                raise unavailable()
            time.sleep(_PAUSE_SECONDS)
        try:
            return self._fetch_and_keep(held, refused_token)
        finally:
            leases.release(self._engine, held)

    def _fetch_and_keep(self, held: HeldLease, refused_token: str | None) -> str:
        row = self._row()
        if row is not None and row.token != refused_token and _good_until(row, clock.now() + self._margin):
            return row.token  # another worker fetched it just before we took the lease
        token, lifetime = self._fetch(force=False)
        if token == refused_token:
            token, lifetime = self._fetch(force=True)
        with suppress(LeaseLost):  # the worker that took over keeps its own
            transaction(self._engine, partial(self._keep, held=held, token=token, expires_at=clock.now() + lifetime))
        return token

    def _fetch(self, *, force: bool) -> tuple[str, timedelta]:
        answer = self._ask(self._transport, self._app_id, self._secret, force)
        if errcode := answer.get("errcode", 0):
            raise refused(errcode)
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not 0 < len(token) <= MAX_TOKEN_LENGTH:
            raise unavailable()
        if not is_integer(seconds) or not 0 < seconds <= 86_400:
            raise unavailable()
        return token, timedelta(seconds=seconds)

    def _row(self) -> AccessToken | None:
        with reading(self._engine) as session:
            return session.get(AccessToken, self._app_id)

    def _keep(self, session: Session, *, held: HeldLease, token: str, expires_at: datetime) -> None:
        leases.lock(session, held)
        session.merge(AccessToken(app_id=self._app_id, token=token, expires_at=expires_at))


@contextmanager
def _nothing_was_asked() -> Iterator[None]:
    try:
        yield
    except WechatError as error:
        error.maybe_done = False
        raise


def _good_until(row: AccessToken, instant: datetime) -> bool:
    return bool(row.token) and row.expires_at is not None and row.expires_at > instant
