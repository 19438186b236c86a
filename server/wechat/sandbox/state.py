"""What the sandbox remembers: the access token it last gave out and how it was told to fail."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Event, Lock


class Call(StrEnum):
    """The WeChat calls the sandbox plays, by the last part of their path."""

    sign_in = "jscode2session"
    token = "stable_token"
    phone = "getuserphonenumber"


class Fault(StrEnum):
    """How a call fails."""

    time_out = "time_out"
    busy = "busy"
    token_refused = "token_refused"
    quota = "quota"
    nonsense = "nonsense"


ERRCODES = {Fault.busy: -1, Fault.token_refused: 40001, Fault.quota: 45009}
MESSAGES = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40013: "invalid appid",
    40029: "invalid code",
    40125: "invalid appsecret",
    41008: "missing code",
    45009: "reach max api daily quota limit",
    47001: "data format error",
}


@dataclass(slots=True)
class SandboxState:
    """One per app. `released` ends every time-out at once; a fault is used up after `times` calls."""

    faults: dict[Call, tuple[Fault, int]] = field(default_factory=dict)
    released: Event = field(default_factory=Event)
    _generation: int = 0
    _lock: Lock = field(default_factory=Lock)

    def fail(self, call: Call, fault: Fault, *, times: int) -> None:
        with self._lock:
            self.faults[call] = (fault, times)

    def heal(self) -> None:
        with self._lock:
            self.faults.clear()

    def next_fault(self, call: Call) -> Fault | None:
        """Return how this call is to fail, or None, and count it."""
        with self._lock:
            fault, times = self.faults.get(call, (None, 0))
            if fault is None:
                return None
            if times > 1:
                self.faults[call] = (fault, times - 1)
            else:
                del self.faults[call]
            return fault

    def access_token(self, *, renew: bool = False) -> str:
        """Return the token in force, as long as WeChat's may be."""
        with self._lock:
            self._generation += renew
            return hashlib.sha256(f"sandbox {self._generation}".encode()).hexdigest() * 8
