"""How often one caller may try (docs/adr/0024).

Failures are counted by what failed, and by the network they came from, generously enough for a campus behind one
address. Each scope counts separately. Successes are not counted there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask import current_app, request
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server import clock
from server.db import reading, transaction
from server.error_codes import CoreErrorCode
from server.errors import DomainError
from server.identity import counters, service
from server.identity.guard import bearer_token
from server.presentation import when_again
from server.proxies import network_of

FAILED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY)
MINUTE, TEN_MINUTES, HOUR = timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1)
View = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` within a window that the first one begins. `whose` names the one it counts, or None."""

    scope: str
    most: int
    window: timedelta
    whose: Callable[[], str | None]


def failures(*limits: Limit) -> tuple[Callable[[View], View], ...]:
    """Return decorators for a route whose failures count. If a limit is spent, a call is refused and not counted."""

    def decorate(view: View) -> View:
        @wraps(view)
        def limited(**path: Any) -> Any:
            engine: Engine = current_app.extensions["engine"]
            keyed = _keyed(limits)
            _refuse_if_spent(engine, keyed, clock.now())
            try:
                return view(**path)
            except DomainError as refusal:
                if refusal.status in FAILED:
                    _count(engine, keyed, clock.now())
                raise

        return limited

    return (decorate,)


def calls(limit: Limit) -> tuple[Callable[[View], View], ...]:
    """Return decorators for a route where every call counts."""

    def decorate(view: View) -> View:
        @wraps(view)
        def limited(**path: Any) -> Any:
            now = clock.now()
            for each, count in _count(current_app.extensions["engine"], _keyed([limit]), now):
                if count.tries > each.most:
                    raise _refusal("操作太频繁", count.ends_at, now)
            return view(**path)

        return limited

    return (decorate,)


Keyed = dict[str, Limit]


def _keyed(limits: Any) -> Keyed:
    named = [(limit, limit.whose()) for limit in limits]
    return {counters.key_of(limit.scope, whose): limit for limit, whose in named if whose is not None}


def _refuse_if_spent(engine: Engine, keyed: Keyed, now: datetime) -> None:
    with reading(engine) as session:
        counts = counters.read(session, keyed, now=now)
    for key, limit in keyed.items():
        if key in counts and counts[key].tries >= limit.most:
            raise _refusal("失败次数过多", counts[key].ends_at, now)


def _count(engine: Engine, keyed: Keyed, now: datetime) -> list[tuple[Limit, counters.AttemptCount]]:
    def work(session: Session) -> list[tuple[Limit, counters.AttemptCount]]:
        ordered = sorted(keyed.items())
        return [(limit, counters.add(session, key, window=limit.window, now=now)) for key, limit in ordered]

    return transaction(engine, work) if keyed else []


def _refusal(what: str, until: datetime, now: datetime) -> DomainError:
    when, seconds = when_again(until, now=now)
    return DomainError(
        CoreErrorCode.too_many_requests,
        f"{what}，请 {when}再试",
        status=HTTPStatus.TOO_MANY_REQUESTS,
        detail={"retry_after_seconds": seconds},
    )


def network() -> str:
    """Return the network the request comes from."""
    return network_of(request.remote_addr)


def caller() -> str | None:
    """Return who is signed in, with whichever token, or None; the guard refuses the others."""
    try:
        return str(service.authenticate(current_app.extensions["engine"], bearer_token(), now=clock.now()).identity_id)
    except DomainError:
        return None


def _sent(field: str) -> Callable[[], str | None]:
    """Return a function that reads a field of the body."""

    def read() -> str | None:
        body = request.get_json(silent=True)
        value = body.get(field) if isinstance(body, dict) else None
        return value if isinstance(value, str) else None

    return read


def _guessing(scope: str, field: str, most: int) -> tuple[Callable[[View], View], ...]:
    """Return decorators for a route opened by a secret: `most` failures a minute from one network."""
    return failures(
        Limit(f"{scope}: {field}", 5, TEN_MINUTES, _sent(field)), Limit(f"{scope}: network", most, MINUTE, network)
    )


sign_in = _guessing("sign-in", "code", 600)
official_sign_in = _guessing("sign-in in WeChat's browser", "code", 600)
login_link = _guessing("login link", "secret", 600)
board = _guessing("board", "key", 600)
screen = _guessing("screen", "key", 120)
"""Eight digits open a screen: guessing is slowed where it could succeed."""

binding = calls(Limit("binding", 20, MINUTE, caller))
export = calls(Limit("export", 10, HOUR, caller))
upload = calls(Limit("upload", 60, MINUTE, caller))
"""Each is a value for the `decorators` of `Api.guarded`."""
