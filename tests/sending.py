"""A sender, a sandbox of its own and pushes that are due, for the tests of what becomes of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Event
from typing import Any

import time_machine
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.config import Settings
from server.identity.models import WechatIdentity
from server.pushes import quotas
from server.pushes.models import Push, PushAttempt
from server.pushes.rules import PushStatus
from server.pushes.sending.configured_channels import ConfiguredChannels
from server.pushes.sending.sender import Sender
from server.wechat.sandbox.accounts import App
from server.wechat.sandbox.faults import FaultRule, PlayedCall, PlayedFault
from server.wechat.sandbox.listener import Listener
from server.wechat.sandbox.record import PhoneMessage
from server.wechat.sandbox.state import SandboxState
from tests.cast import MORNING as NOW
from tests.cast import Cast, Person
from tests.pushed import add_push
from tests.waiting import LONG

CONTENT = {"month": "2026年5月", "points": "62.50 分", "change": "+1.50", "hint": "点击查看明细"}
CALLS = {App.miniprogram: PlayedCall.subscribe, App.official: PlayedCall.template, App.work: PlayedCall.work}


@dataclass
class Played:
    """A database with the cast, a sandbox, and senders that find both."""

    engine: Engine
    cast: Cast
    settings: Settings
    wechat: SandboxState = field(default_factory=SandboxState)
    timeout_seconds: float = LONG

    def send(self, at: datetime = NOW, *, concurrency: int = 4) -> int:
        """Send what is due at a time; return how many calls were made."""
        with time_machine.travel(at, tick=True):
            return self.sender(concurrency).run(Event())

    def sender(self, concurrency: int = 4, engine: Engine | None = None) -> Sender:
        post = ConfiguredChannels(engine or self.engine, self.settings)
        for client in post.clients.values():
            client.transport.timeout_seconds = self.timeout_seconds
        return Sender(post, concurrency=concurrency)

    def know(self, person: Person, app: App) -> str:
        """Let a person have an address in another app; return it."""
        with Session(self.engine, expire_on_commit=False) as session:
            known = WechatIdentity.app_id == app.value, WechatIdentity.account_id == person.account_id
            identity = session.scalar(select(WechatIdentity).where(*known))
            if identity is None:
                openid = f"{app.value}-{person.account_id}"
                identity = WechatIdentity(app_id=app, openid=openid, account_id=person.account_id, created_at=NOW)
                session.add(identity)
                session.commit()
            return identity.openid

    def agree(self, person: Person, template: str = "score", times: int = 1) -> None:
        """A person taps 允许: WeChat knows, and so do we."""
        self.wechat.phones.agree(self.know(person, App.miniprogram), f"sandbox-{template}", times)
        with Session(self.engine) as session:
            for _ in range(times):
                identity_id = person.actor.identity_id
                quotas.accept(session, identity_id=identity_id, templates=[template], now=NOW)
            session.commit()

    def balance(self, person: Person, template: str = "score") -> int:
        with Session(self.engine) as session:
            return quotas.balances(session, [person.actor.identity_id]).get((person.actor.identity_id, template), 0)

    def push(self, to: Person, subject: str = "2026-05", **others: Any) -> int:
        values: dict[str, Any] = {"status": PushStatus.waiting, "content": CONTENT, "due_at": NOW} | others
        with Session(self.engine, expire_on_commit=False) as session:
            return add_push(session, self.cast, to, subject=subject, **values).id

    def row(self, push_id: int) -> Push:
        with Session(self.engine, expire_on_commit=False) as session:
            return session.get_one(Push, push_id)

    def attempts(self, push_id: int) -> list[tuple[str, str, int | None]]:
        """Return channel, how it ended and the errcode of each call for a push."""
        columns = (PushAttempt.channel, PushAttempt.status, PushAttempt.errcode)
        query = select(*columns).where(PushAttempt.push_id == push_id).order_by(PushAttempt.number)
        with Session(self.engine) as session:
            return [(str(channel), str(status), errcode) for channel, status, errcode in session.execute(query)]

    def arrived(self) -> list[PhoneMessage]:
        return self.wechat.record.messages(after=0, limit=100_000)

    def fail(self, fault: PlayedFault, app: App = App.miniprogram, *, times: int | None = 1) -> None:
        if fault is PlayedFault.time_out:
            self.timeout_seconds = 0.5  # of what no answer comes to, the end of the wait is waited for
        self.wechat.faults.add(FaultRule(fault, frozenset({CALLS[app]}), times=times))


@contextmanager
def played(engine: Engine, cast: Cast, settings: Settings) -> Iterator[Played]:
    play = Played(engine, cast, settings)
    listener = Listener(lambda: play.wechat)
    play.settings = replace(settings, sandbox_url=listener.base_url())
    yield play
    play.wechat.released.set()
    listener.stop()
