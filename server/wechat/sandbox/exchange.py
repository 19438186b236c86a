"""What comes in and what goes out, whichever server carries it."""

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from server.wechat.sandbox.record import PhoneMessage

Json = dict[str, Any]


@dataclass
class Ask:
    """One call. `path` is below the sandbox's prefix."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes = b""

    @cached_property
    def json(self) -> Json:
        """The body as an object; anything else counts as empty."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}

    def text(self, name: str) -> str:
        """Return a text of the body, or ''."""
        value = self.json.get(name)
        return value if isinstance(value, str) else ""


class Fate(StrEnum):
    """What happens to an answer."""

    answered = "answered"
    hangs = "hangs"  # nothing ever comes back
    dropped = "dropped"  # the connection ends at once


@dataclass(slots=True)
class SandboxReply:
    """One answer; it goes out after `delay_seconds`."""

    body: bytes = b""
    status: int = 200
    mimetype: str = "text/plain; charset=utf-8"
    fate: Fate = Fate.answered
    delay_seconds: float = 0.0


@dataclass(slots=True)
class PictureAnswer:
    """An answer of a call that is not JSON."""

    content: bytes
    mimetype: str


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """What a call came to: the body, a word for the log and the messages that arrived by it."""

    body: Json | PictureAnswer
    note: str = ""
    arrived: tuple[PhoneMessage, ...] = ()


def wechat_json(body: Json) -> SandboxReply:
    """Return JSON as WeChat labels it: text/plain."""
    return SandboxReply(json.dumps(body, ensure_ascii=False).encode(errors="replace"))


def plain_json(body: object, status: int = 200) -> SandboxReply:
    return SandboxReply(json.dumps(body, ensure_ascii=False).encode(errors="replace"), status, "application/json")
