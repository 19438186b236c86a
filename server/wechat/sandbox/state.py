"""All that one sandbox remembers."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, RLock

from urllib3 import PoolManager

from server.days import shanghai_date
from server.wechat.sandbox.accounts import JsTicket, Tokens
from server.wechat.sandbox.errcodes import CallRefused
from server.wechat.sandbox.faults import FaultRule, Faults, PlayedCall, PlayedFault
from server.wechat.sandbox.menus import Menus
from server.wechat.sandbox.phones import Phones
from server.wechat.sandbox.record import SandboxRecord
from server.wechat.sandbox.tags import Tags
from server.wechat.transport import POOL

__all__ = ["CallLimits", "PlayedCall", "PlayedFault", "SandboxState"]


@dataclass(slots=True)
class CallLimits:
    """How many calls of a kind the sandbox takes in a day and in a minute; a kind that is not named has no end."""

    per_day: dict[PlayedCall, int] = field(default_factory=dict)
    per_minute: dict[PlayedCall, int] = field(default_factory=dict)
    _made: Counter[tuple[PlayedCall, str]] = field(default_factory=Counter)

    def count(self, call: PlayedCall, now: datetime) -> None:
        """Count a call. Raises CallRefused 45009 or 45011."""
        for limits, span, errcode in (
            (self.per_day, shanghai_date(now).isoformat(), 45009),
            (self.per_minute, now.strftime("%Y-%m-%dT%H:%M"), 45011),
        ):
            if call in limits:
                if self._made[call, span] >= limits[call]:
                    raise CallRefused(errcode)
                self._made[call, span] += 1


@dataclass(slots=True)
class MediaCheck:
    """A picture being looked at; the answer is known from `ready_at` on."""

    trace_id: str
    openid: str
    media_url: str
    ready_at: datetime
    suggest: str = "pass"


@dataclass(frozen=True, slots=True)
class Media:
    """A picture that a person sent to an account."""

    content: bytes
    mimetype: str


@dataclass(slots=True)
class SandboxState:
    """One per sandbox. `released` ends every time-out at once. `lock` guards phones, record and limits.

    `product_url` is where callbacks are posted to, through `http`.
    """

    faults: Faults = field(default_factory=Faults)
    tokens: Tokens = field(default_factory=Tokens)
    js_ticket: JsTicket = field(default_factory=JsTicket)
    phones: Phones = field(default_factory=Phones)
    record: SandboxRecord = field(default_factory=SandboxRecord)
    limits: CallLimits = field(default_factory=CallLimits)
    templates: dict[str, frozenset[str]] = field(default_factory=dict)
    media_checks: dict[str, MediaCheck] = field(default_factory=dict)
    media_delay: timedelta = timedelta(seconds=2)
    media: dict[str, Media] = field(default_factory=dict)
    menus: Menus = field(default_factory=Menus)
    tags: Tags = field(default_factory=Tags)
    product_url: str = ""
    http: PoolManager = field(default_factory=lambda: PoolManager(**POOL))
    latency_ms: int = 0
    released: Event = field(default_factory=Event)
    lock: RLock = field(default_factory=RLock)

    def fail(self, call: PlayedCall, fault: PlayedFault, *, times: int) -> None:
        """Let the next calls of a kind fail, whatever was set for that kind before."""
        self.faults.replace(call, FaultRule(fault, frozenset({call}), times=times))

    def heal(self) -> None:
        self.faults.clear()
