"""Answers messages on threads of its own, while the request waits no longer than WeChat does.

A message is written down, worked on and answered in time; or it is acknowledged, and the answer follows as a
message of ours. Should the process die in between, `upkeep.py` goes on.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from functools import partial
from threading import Lock
from time import monotonic

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot import answering, pictures
from bot.messages import ChatChannel, Kind
from bot.receive import deliveries, follow_ups, followers, rules
from bot.receive.deliveries import DeliveryAnswer, Race
from bot.receive.models import Delivery
from bot.receive.parsing import ReceivedMessage
from bot.receive.rules import DeliveryStatus
from server import clock
from server.config import Settings
from server.db import is_retryable, transaction
from server.errors import DomainError
from server.pushes.channels import accounts
from server.wechat.client import WechatClient
from server.wechat.errors import WechatError
from server.wechat.work import WorkClient

log = structlog.get_logger()
THREADS = 16


class Responder:
    """One per process. Raises what the database raises if a message could not even be written down."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine = engine
        self.settings = settings
        self.answer_seconds = rules.ANSWER_SECONDS
        self._clients: dict[ChatChannel, WechatClient | WorkClient] = {}
        self._pool: ThreadPoolExecutor | None = None
        self._lock = Lock()

    def answer(self, heard: ReceivedMessage, *, signature: str) -> tuple[str, int]:
        """Return what goes back with the post, '' for nothing, and the message's id. Raises Replayed."""
        give_up = monotonic() + self.answer_seconds
        now = heard.incoming.received_at

        def admit(session: Session) -> tuple[Delivery, bool]:
            delivery = deliveries.admit(session, heard, signature=signature, now=now)
            return delivery, deliveries.is_alone(session, delivery.app_id)

        delivery, alone = transaction(self.engine, admit)
        if delivery.status != DeliveryStatus.received:
            repeated = now - delivery.received_at <= rules.REPEATED_WITHIN
            return delivery.answer if repeated else "", delivery.id
        race = Race(alone=alone)
        work = self._submit(delivery.id, heard, race)
        try:
            return work.result(max(give_up - monotonic(), 0)), delivery.id
        except NotYet:
            return (race.promise if race.is_late(True) else work.result()), delivery.id

    def work_on(self, delivery_id: int, heard: ReceivedMessage, race: Race) -> str:
        """Answer a message unless it has been; return what goes back. What must wait is left to the job."""
        try:
            heard = self._prepared(heard)
            answer = transaction(self.engine, partial(self._answer, delivery_id=delivery_id, heard=heard, race=race))
        except DBAPIError as error:
            if is_retryable(error):
                log.warning("bot_database_busy", delivery=delivery_id)
                return race.promise
            log.exception("bot_delivery_failed", delivery=delivery_id)
            answer = self.give_up(delivery_id, heard, race)
        except Exception:
            log.exception("bot_delivery_failed", delivery=delivery_id)
            answer = self.give_up(delivery_id, heard, race)
        if race.is_late(False):
            self.follow_up(delivery_id)
        return answer

    def give_up(self, delivery_id: int, heard: ReceivedMessage, race: Race) -> str:
        """Say that nothing was done, unless it was after all; return what goes back."""

        def work(session: Session) -> str:
            delivery = deliveries.locked(session, delivery_id)
            if delivery.status == DeliveryStatus.received:
                failed = DeliveryAnswer([rules.NOT_DONE], DeliveryStatus.failed)
                deliveries.finish(session, delivery, failed, race=race, tapped=heard.tapped, now=clock.now())
            return delivery.answer

        return transaction(self.engine, work)

    def follow_up(self, delivery_id: int | None = None) -> int:
        """Send what follows one answer, or all that is due."""
        return follow_ups.send(self.engine, self.client_of, delivery_id=delivery_id)

    def follow_up_later(self, delivery_id: int) -> None:
        """Send it once the answer is on its way."""
        self._threads().submit(self.follow_up, delivery_id)

    def client_of(self, channel: ChatChannel) -> WechatClient | WorkClient:
        """Return an account's client; made once, since it remembers its token."""
        with self._lock:
            client = self._clients.get(channel)
            if client is None:
                opened = accounts.official if channel is ChatChannel.official else accounts.corporation
                client = self._clients[channel] = opened(self.engine, self.settings)
            return client

    def _submit(self, delivery_id: int, heard: ReceivedMessage, race: Race) -> Future[str]:
        return self._threads().submit(self.work_on, delivery_id, heard, race)

    def _threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="bot")
            return self._pool

    def _prepared(self, heard: ReceivedMessage) -> ReceivedMessage:
        """Do what takes long before any lock is held: ask WeChat who this is and for the picture, and decode that."""
        incoming = heard.incoming
        client = self.client_of(incoming.channel)
        if isinstance(client, WechatClient):
            followers.introduce(self.engine, client, incoming, now=incoming.received_at)
        if incoming.kind is not Kind.image or not heard.media_id:
            return heard
        try:
            picture = client.media(heard.media_id, max_bytes=self.settings.max_photo_bytes)
        except WechatError as error:
            log.warning("picture_missing", errcode=error.errcode)
            return heard
        with suppress(DomainError):  # the conversation tells why a picture is no good
            pictures.decoded(picture)
        return heard.with_picture(picture)

    def _answer(self, session: Session, *, delivery_id: int, heard: ReceivedMessage, race: Race) -> str:
        delivery = deliveries.locked(session, delivery_id)
        if delivery.status != DeliveryStatus.received:
            return delivery.answer
        now = clock.now()
        replies = answering.answer(session, settings=self.settings, incoming=heard.incoming, now=now)
        said = DeliveryAnswer([reply.text for reply in replies])
        deliveries.finish(session, delivery, said, race=race, tapped=heard.tapped, now=now)
        return delivery.answer
