"""The apps the sandbox plays and their access tokens, with the rules of `stable_token`."""

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from threading import Lock

from server.days import shanghai_date
from server.wechat.sandbox.errcodes import CallRefused

LIFETIME = timedelta(seconds=7200)
OVERLAP = timedelta(minutes=5)
"""How long before the last token ends WeChat gives the next one out; both work meanwhile."""

FORCED_PAUSE = timedelta(seconds=30)
FORCED_PER_DAY = 20

CALLBACK_TOKEN = "sandboxtoken"
CALLBACK_AES_KEY = "sandbox0123456789abcdefghijABCDEFGHIJ012345"
"""What the sandbox's accounts sign and seal their callbacks with: no more a secret than a persona's openid."""


class App(StrEnum):
    """By app id, or corp id."""

    miniprogram = "sandbox"
    official = "sandbox-official"
    work = "sandbox-work"


@dataclass(slots=True)
class AppTokens:
    """One app's counter for tokens. `good` maps a token to its end; `fetches` counts who asked."""

    good: dict[str, datetime] = field(default_factory=dict)
    latest: str = ""
    fetches: int = 0
    issued: int = 0
    forced_at: datetime | None = None
    forced_today: tuple[date, int] = (date.min, 0)


@dataclass(slots=True)
class JsTicket:
    """The official account's: the same one until its end. `fetches` counts who asked."""

    text: str = ""
    until: datetime | None = None
    fetches: int = 0


class Tokens:
    """All apps' tokens."""

    def __init__(self) -> None:
        self.forced_per_day = FORCED_PER_DAY
        self.by_app = {app: AppTokens() for app in App}
        self._lock = Lock()

    def stable(self, app: App, *, now: datetime, force: bool = False) -> tuple[str, int]:
        """Return the token and the seconds it has left. Raises CallRefused 45009."""
        with self._lock:
            app_tokens = self.by_app[app]
            app_tokens.fetches += 1
            if force and self._may_force(app_tokens, now):
                app_tokens.good.clear()
            end = app_tokens.good.get(app_tokens.latest)
            if end is None or end - now <= OVERLAP:
                end = _issue(app_tokens, now)
            return app_tokens.latest, int((end - now).total_seconds())

    def lasting(self, app: App, *, now: datetime) -> tuple[str, int]:
        """Return a token as 企业微信 does: the same one until its very end."""
        with self._lock:
            app_tokens = self.by_app[app]
            app_tokens.fetches += 1
            end = app_tokens.good.get(app_tokens.latest)
            if end is None or end <= now:
                end = _issue(app_tokens, now)
            return app_tokens.latest, int((end - now).total_seconds())

    def check(self, app: App, token: str, *, now: datetime) -> None:
        """Raise CallRefused unless the token belongs to this app and is still good."""
        end = self.by_app[app].good.get(token)
        if end is not None:
            if end <= now:
                raise CallRefused(42001)
            return
        if any(token in app_tokens.good for app_tokens in self.by_app.values()):
            raise CallRefused(48001)
        raise CallRefused(40014 if app is App.work else 40001)

    def _may_force(self, app_tokens: AppTokens, now: datetime) -> bool:
        """If forced again within half a minute, nothing is refreshed; beyond the day's limit it is refused."""
        if app_tokens.forced_at is not None and now - app_tokens.forced_at < FORCED_PAUSE:
            return False
        today = shanghai_date(now)
        used = app_tokens.forced_today[1] if app_tokens.forced_today[0] == today else 0
        if used >= self.forced_per_day:
            raise CallRefused(45009)
        app_tokens.forced_at, app_tokens.forced_today = now, (today, used + 1)
        return True


def _issue(app_tokens: AppTokens, now: datetime) -> datetime:
    """Make the next token, as long as WeChat's may be; yesterday's are forgotten."""
    app_tokens.good = {token: end for token, end in app_tokens.good.items() if end > now - timedelta(days=1)}
    app_tokens.latest = secrets.token_hex(256)
    app_tokens.good[app_tokens.latest] = now + LIFETIME
    app_tokens.issued += 1
    return app_tokens.good[app_tokens.latest]
