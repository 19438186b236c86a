"""Conversations with the bot as the tests hold them: one transaction per message, as a channel opens it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bot.answering import answer
from bot.messages import ChatChannel, Incoming, Kind
from server.config import Settings
from server.db import transaction
from tests.cast import NOW, Person


@dataclass
class Chat:
    """One person's conversation; `now` moves on by a second with each message.

    What the test's own session has written is committed before it, and read anew after it.
    """

    session: Session
    engine: Engine
    settings: Settings
    openid: str
    now: datetime = NOW
    channel: ChatChannel = ChatChannel.terminal
    said: list[str] = field(default_factory=list)

    def __call__(self, text: str = "", **changes: object) -> str:
        """Send a text, or whatever `changes` make of it, and return all that comes back."""
        self.now += timedelta(seconds=1)
        key = f"{self.openid}-{len(self.said)}"
        message = Incoming(self.channel, "sandbox", self.openid, key, Kind.text, self.now, text=text)
        for name, value in changes.items():
            object.__setattr__(message, name, value)
        return self.send(message)

    def send(self, message: Incoming) -> str:
        def work(session: Session) -> str:
            replies = answer(session, settings=self.settings, incoming=message, now=self.now)
            return "\n".join(reply.text for reply in replies)

        self.session.commit()
        said = transaction(self.engine, work)
        self.session.expire_all()
        self.said.append(said)
        return said

    def picture(self, content: bytes) -> str:
        return self("", kind=Kind.image, picture=content)

    def event(self, name: str, scene: str = "") -> str:
        return self("", kind=Kind.event, event=name, scene=scene)

    def after(self, **time: float) -> "Chat":
        self.now += timedelta(**time)
        return self


Chats = Callable[[Person], Chat]
