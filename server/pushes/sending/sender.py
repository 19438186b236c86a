"""The sender: a few pushes are `sending` at a time, each called once by a thread, results and claims in one commit.

While some calls are under way, the results of finished ones are stored together with the next claims: neither the
database nor WeChat waits for the other.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event, Thread, main_thread
from time import monotonic

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server import clock
from server.config import Settings
from server.db import transaction
from server.pushes import receipts
from server.pushes.rules import Overtaken
from server.pushes.sending import claiming, results, rules
from server.pushes.sending.claiming import ChannelCall, Claimed
from server.pushes.sending.configured_channels import ConfiguredChannels
from server.pushes.sending.results import SendOutcome
from server.pushes.sending.rules import AnswerVerdict
from server.wechat.errors import WechatError

log = structlog.get_logger()
_GATHER_SECONDS = 0.1
"""How long a commit waits for more results after the first."""


class Sender:
    """Sends what is due. Any number of senders may run at once, here and elsewhere."""

    def __init__(self, configured: ConfiguredChannels, *, concurrency: int) -> None:
        self._configured = configured
        self._concurrency = concurrency
        self._ended: SimpleQueue[SendOutcome] = SimpleQueue()

    def run(self, stop: Event) -> int:
        """Send until nothing is due or `stop` is set, finish the calls under way, and return how many were made."""
        self._catch_up()
        made = under_way = 0
        outcomes: Sequence[SendOutcome] = ()
        with ThreadPoolExecutor(self._concurrency, thread_name_prefix="push") as pool:
            while True:
                room = 0 if _stopped(stop) else self._concurrency - under_way
                claimed = self._step(outcomes, room)
                for call in claimed.calls:
                    self._begin(pool, call)
                made += len(claimed.calls)
                under_way += len(claimed.calls)
                if under_way == 0 and claimed.looked_at == 0:
                    return made
                outcomes = self._gathered(under_way)
                under_way -= len(outcomes)

    def _begin(self, pool: ThreadPoolExecutor, call: ChannelCall) -> None:
        try:
            pool.submit(self._make, call)
        except RuntimeError:  # the process is about to end: nothing went out
            self._ended.put(SendOutcome(call, AnswerVerdict.backoff))

    def _catch_up(self) -> None:
        """Give up what dead senders left, and apply what WeChat has reported since the last time."""
        for step in (results.recover, receipts.apply):
            while transaction(self._configured.engine, partial(step, now=clock.now())) >= results.AT_ONCE:
                continue

    def _step(self, outcomes: Sequence[SendOutcome], room: int) -> Claimed:
        """Store results and claim the next, in one transaction; if someone was faster, again with a look first."""
        now = clock.now()

        def work(session: Session, *, wary: bool) -> Claimed:
            results.settle(session, self._configured, outcomes, now=now, wary=wary)
            return claiming.claim(session, self._configured, most=room, now=now) if room else Claimed((), 0)

        try:
            return transaction(self._configured.engine, partial(work, wary=False))
        except Overtaken:
            return transaction(self._configured.engine, partial(work, wary=True))

    def _gathered(self, under_way: int) -> Sequence[SendOutcome]:
        """Return most outcomes of the calls under way, or those that come within a moment of the first."""
        if under_way == 0:
            return ()
        ended = [self._ended.get()]
        until = monotonic() + _GATHER_SECONDS
        enough = max(under_way * 3 // 4, 1)
        try:
            while len(ended) < enough and (left := until - monotonic()) > 0:
                ended.append(self._ended.get(timeout=left))
            while len(ended) < under_way:
                ended.append(self._ended.get_nowait())
        except Empty:
            pass
        return ended

    def _make(self, call: ChannelCall) -> None:
        self._ended.put(self._outcome(call))

    def _outcome(self, call: ChannelCall) -> SendOutcome:
        adapter = self._configured.adapters[call.channel]
        try:
            body = adapter.body(call.message)
        except Exception:
            log.exception("push_not_written", channel=call.channel, push=call.push_id)
            return SendOutcome(call, AnswerVerdict.misconfigured)
        try:
            said = adapter.send(self._configured.clients[call.channel], body)
        except WechatError as error:
            return SendOutcome(
                call, AnswerVerdict.unknown if error.maybe_done else AnswerVerdict.backoff, error.errcode
            )
        except Exception:
            log.exception("push_call_failed", channel=call.channel, push=call.push_id)
            return SendOutcome(call, AnswerVerdict.unknown)
        return SendOutcome(call, rules.verdict(call.channel, said.errcode), said.errcode, said.message_id)


def _stopped(stop: Event) -> bool:
    """Whether to claim no more: it was asked to stop, or the process is about to end."""
    return stop.is_set() or not main_thread().is_alive()


def send_due(engine: Engine, settings: Settings, *, stop: Event | None = None) -> int:
    """Send what is due and return how many calls were made.

    It runs in a thread that the process waits for at its end: a call cut off would be `unknown` for good.
    """
    sender = Sender(ConfiguredChannels(engine, settings), concurrency=settings.push_concurrency)
    made: list[int] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            made.append(sender.run(stop or Event()))
        except BaseException as error:
            errors.append(error)

    thread = Thread(target=work, name="send-pushes")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return made[0]
