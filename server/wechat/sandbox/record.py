"""What arrived on which phone, and every call that was made: cheap to add to, read in pages."""

import json
from collections import deque
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import count, islice
from typing import Any

from server.wechat.sandbox.accounts import App
from server.wechat.sandbox.faults import PlayedCall

KEPT_PER_PHONE = 300
KEPT_ALTOGETHER = 20_000
KEPT_CALLS = 500


@dataclass(slots=True)
class PhoneMessage:
    """One message on one phone. `times`: its number among those with one key; `answered`: the caller got an answer.

    `own`: the person said it themselves.
    """

    seq: int
    at: datetime
    app: App
    call: PlayedCall
    openid: str
    template: str
    page: str
    content: dict[str, str]
    key: str
    times: int
    answered: bool = True
    own: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"at": self.at.isoformat()}


@dataclass(slots=True)
class CallMade:
    """One line of the log. `result` is WeChat's errcode, or a word where there was no answer with one."""

    seq: int
    at: datetime
    call: PlayedCall
    openid: str
    template: str
    content: str
    page: str
    result: str
    note: str
    message: int | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"at": self.at.isoformat()}


class SandboxRecord:
    """The newest messages and calls; every one of them when `unbounded`."""

    def __init__(self) -> None:
        self._unbounded = False
        self._messages: deque[PhoneMessage] = deque(maxlen=KEPT_ALTOGETHER)
        self._phones: dict[tuple[App, str], deque[PhoneMessage]] = {}
        self._calls: deque[CallMade] = deque(maxlen=KEPT_CALLS)
        self._message_seq = count(1)
        self._call_seq = count(1)

    @property
    def unbounded(self) -> bool:
        return self._unbounded

    @unbounded.setter
    def unbounded(self, value: bool) -> None:
        self._unbounded = value
        self._messages = deque(self._messages, None if value else KEPT_ALTOGETHER)
        kept = None if value else KEPT_PER_PHONE
        self._phones = {phone: deque(messages, kept) for phone, messages in self._phones.items()}

    def arrive(
        self,
        *,
        app: App,
        call: PlayedCall,
        openid: str,
        template: str,
        page: str,
        content: dict[str, str],
        key: str,
        now: datetime,
        own: bool = False,
    ) -> PhoneMessage:
        """Put a message on a phone."""
        key = key or _digest(template, page, content)
        messages = self._phones.get((app, openid))
        if messages is None:
            messages = self._phones[app, openid] = deque(maxlen=None if self._unbounded else KEPT_PER_PHONE)
        times = 1 + sum(each.key == key for each in messages)
        seq = next(self._message_seq)
        message = PhoneMessage(seq, now, app, call, openid, template, page, content, key, times, own=own)
        messages.append(message)
        self._messages.append(message)
        return message

    def note(self, made: CallMade) -> None:
        made.seq = next(self._call_seq)
        self._calls.append(made)

    def messages(self, *, after: int, limit: int) -> list[PhoneMessage]:
        """Return messages with a greater number, oldest first."""
        if not self._messages:
            return []
        start = max(0, after + 1 - self._messages[0].seq)
        return list(islice(self._messages, start, start + limit))

    def on_phone(self, app: App, openid: str, limit: int) -> list[PhoneMessage]:
        """Return a phone's newest messages, oldest first."""
        messages = self._phones.get((app, openid), deque())
        return list(islice(messages, max(0, len(messages) - limit), None))

    def calls(self, *, after: int = 0) -> list[dict[str, Any]]:
        """Return the calls with a greater number, each with the number of the try and how the first one ended."""
        tries: dict[tuple[str, ...], list[CallMade]] = {}
        lines = []
        for made in self._calls:
            earlier = tries.setdefault((made.call, made.openid, made.template, made.content, made.page), [])
            earlier.append(made)
            if made.seq > after:
                lines.append(made.as_json() | {"tries": len(earlier), "first_result": earlier[0].result})
            if made.message is not None:
                earlier.clear()
        return lines

    def counts(self) -> dict[str, int]:
        repeated = sum(message.times > 1 for message in self._messages)
        return {"messages": len(self._messages), "repeated": repeated, "phones": len(self._phones)}

    def clear(self) -> None:
        """Forget messages and calls; numbers go on, so that a reader sees nothing twice."""
        self._messages.clear()
        self._phones.clear()
        self._calls.clear()


def _digest(template: str, page: str, content: dict[str, str]) -> str:
    text = json.dumps([template, page, content], sort_keys=True, ensure_ascii=False)
    return blake2b(text.encode(errors="replace"), digest_size=12).hexdigest()
