"""How calls are told to fail: the next few times, always, for one recipient, or at random from a seed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from random import Random
from threading import Lock


class PlayedCall(StrEnum):
    """The WeChat calls the sandbox plays, by the last part of their path where that tells them apart."""

    sign_in = "jscode2session"
    token = "stable_token"
    js_ticket = "getticket"
    phone = "getuserphonenumber"
    subscribe = "subscribe_send"
    template = "template_send"
    custom = "custom_send"
    work_token = "work_gettoken"
    work = "work_send"
    text_check = "msg_sec_check"
    media_check = "media_check_async"
    qr = "getwxacodeunlimit"
    media = "media_get"
    follower = "user_info"
    menu = "menu"
    tags = "tags"
    robot = "webhook_send"
    callback = "callback"  # the other way round: WeChat posts to the product


SENDS = frozenset({PlayedCall.subscribe, PlayedCall.template, PlayedCall.custom, PlayedCall.work, PlayedCall.robot})


class PlayedFault(StrEnum):
    """How a call fails."""

    time_out = "time_out"  # the call is carried out and never answered
    dropped = "dropped"  # the connection ends before the call is carried out
    busy = "busy"
    token_refused = "token_refused"
    refused = "refused"
    quota = "quota"
    too_fast = "too_fast"
    bad_fields = "bad_fields"
    unauthorized = "unauthorized"
    nonsense = "nonsense"  # the call is carried out, a gateway answers with a page of its own
    slow = "slow"  # the answer is right, and late


ERRCODES = {
    PlayedFault.busy: -1,
    PlayedFault.token_refused: 40001,
    PlayedFault.refused: 43101,
    PlayedFault.quota: 45009,
    PlayedFault.too_fast: 45011,
    PlayedFault.bad_fields: 47003,
    PlayedFault.unauthorized: 48001,
}


@dataclass(slots=True)
class FaultRule:
    """One way to fail. `times` None: each time. `openid`: only that recipient. `share`: so many of a hundred calls."""

    fault: PlayedFault
    calls: frozenset[PlayedCall]
    times: int | None = None
    openid: str | None = None
    share: float | None = None
    seed: int = 0
    milliseconds: int = 0
    id: int = 0
    hits: int = 0
    _random: Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)

    def strikes(self, call: PlayedCall, recipient: str | None) -> bool:
        """Whether this call fails by this rule; counts the call."""
        if call not in self.calls or (self.openid is not None and self.openid != recipient):
            return False
        if self.share is not None and self._random.random() * 100 >= self.share:
            return False
        self.hits += 1
        if self.times is not None:
            self.times -= 1
        return True


class Faults:
    """The rules in force; the first that strikes decides."""

    def __init__(self) -> None:
        self._rules: list[FaultRule] = []
        self._ids = count(1)
        self._lock = Lock()

    def __iter__(self) -> Iterator[FaultRule]:
        with self._lock:
            return iter(list(self._rules))

    def add(self, rule: FaultRule) -> FaultRule:
        with self._lock:
            rule.id = next(self._ids)
            self._rules.append(rule)
        return rule

    def replace(self, call: PlayedCall, rule: FaultRule) -> None:
        """Let `rule` be the only one for this call alone."""
        with self._lock:
            self._rules = [each for each in self._rules if each.calls != {call}]
        self.add(rule)

    def remove(self, rule_id: int) -> bool:
        with self._lock:
            before = len(self._rules)
            self._rules = [rule for rule in self._rules if rule.id != rule_id]
            return len(self._rules) < before

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def strike(self, call: PlayedCall, recipient: str | None = None) -> FaultRule | None:
        """Return the rule by which this call fails, or None; a rule is gone once it is used up."""
        if not self._rules:
            return None
        with self._lock:
            rule = next((rule for rule in self._rules if rule.strikes(call, recipient)), None)
            if rule is not None and rule.times == 0:
                self._rules.remove(rule)
            return rule
