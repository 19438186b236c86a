"""Someone who hears the callbacks in place of the conversation, and what the responder has written down of them."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot.messages import Incoming, Reply
from bot.receive.models import Delivery, FollowUp
from bot.receive.responder import Responder
from server.config import Settings
from tests.waiting import LONG

TEXT = {"MsgType": "text", "Content": "x", "MsgId": "1"}


class Ear:
    """Stands in for the conversation: hears, waits if it is told to, and says what it is told to."""

    def __init__(self) -> None:
        self.heard: list[Incoming] = []
        self.says: Sequence[str] = ("好的",)
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.hook: Callable[[Session], None] = lambda session: None

    def answer(self, session: Session, *, settings: Settings, incoming: Incoming, now: datetime) -> tuple[Reply, ...]:
        self.may_go_on.wait(LONG)
        self.heard.append(incoming)
        self.hook(session)
        return tuple(Reply(text) for text in self.says)


def settled(responder: Responder) -> None:
    """Wait for what the responder's threads still do."""
    pool = responder._pool
    if pool is not None:
        pool.shutdown(wait=True)
        responder._pool = None


def deliveries(engine: Engine) -> list[Delivery]:
    with Session(engine, expire_on_commit=False) as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def follow_ups(engine: Engine) -> list[tuple[str, str]]:
    with Session(engine) as session:
        return [(str(each.status), each.text) for each in session.scalars(select(FollowUp).order_by(FollowUp.id))]
