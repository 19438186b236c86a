"""The outbox to a sandbox in a process of its own, beside bare loops that make the same calls."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, time
from statistics import median
from threading import Event
from time import perf_counter
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from sqlalchemy import Engine, func, insert, select
from sqlalchemy.orm import Session

from scripts.bench.databases import each_database
from scripts.bench.lines import Line, measured
from scripts.sandbox import sandbox
from server import clock, config
from server.db import make_engine, transaction
from server.identity.models import Account, WechatIdentity
from server.organizations.models import Organization, OrganizationKind
from server.pushes import outbox
from server.pushes.channels.subscription import channel
from server.pushes.channels.table import ADAPTERS
from server.pushes.models import Push, PushPreference, SubscriptionQuota
from server.pushes.outbox import Draft
from server.pushes.rules import Channel, Occasion, PushStatus
from server.pushes.sending import claiming
from server.pushes.sending.configured_channels import ConfiguredChannels
from server.pushes.sending.sender import Sender
from server.wechat.client import SANDBOX_APP_ID, WechatClient

BENCH = "push"
SIZES = {"default": 2_000, "full": 10_000}
ROUNDS = 3
CONCURRENCY = 64
LATENCIES_MS = (0, 30)
"""As fast as the sandbox can, and with the delay of a call over the country."""

GOAL = 0.8
Call = Callable[[Mapping[str, Any]], int]
"""Sends a body and returns the errcode."""


def run(size: str) -> Iterator[Line]:
    """Yield how fast the outbox is emptied, against the bare calls, on each database."""
    for name, url, directory in each_database():
        engine = make_engine(url)
        with sandbox() as sandbox_url:
            settings = replace(config.load({"XIANFENG_DATA": str(directory)}), sandbox_url=sandbox_url)
            bench = _Bench(engine, settings, SIZES[size])
            for latency in LATENCIES_MS:
                requests.put(f"{sandbox_url}/settings", json={"latency_ms": latency}, timeout=5)
                yield from bench.lines(name, latency)
        engine.dispose()


class _Bench:
    """People who agreed to more messages than they get. Each round sends as many pushes as there are people."""

    def __init__(self, engine: Engine, settings: config.Settings, count: int) -> None:
        self.engine = engine
        self.configured = ConfiguredChannels(engine, settings)
        self.client: WechatClient = self.configured.clients[Channel.subscription]
        self.sandbox_url = settings.sandbox_url
        self.count = count
        self.rounds = 0
        self.root_id, self.account_ids = transaction(engine, self._people)
        openids = [_openid(account_id) for account_id in self.account_ids]
        consents: dict[str, Any] = {"openids": openids, "templates": ["sandbox-score"], "times": 1000}
        requests.post(f"{self.sandbox_url}/phones/agree", json=consents, timeout=60)

    def lines(self, database: str, latency_ms: int) -> Iterator[Line]:
        """Yield the outbox against a simple loop, and against our own client in such a loop."""
        rounds = [(self._bare(self._plain_call()), self._bare(self._own_call), self._outbox()) for _ in range(ROUNDS)]
        plain, own, outbox = (median(rates) for rates in zip(*rounds, strict=True))
        ratio = median(sent / bare for bare, _, sent in rounds)
        yield measured(
            BENCH,
            f"rate_{latency_ms}ms",
            outbox,
            "pushes/s",
            database=database,
            against=f"a bare keep-alive loop of requests: {plain:,.0f}/s",
            ratio=ratio,
            goal=f">= {GOAL:.0%} of the bare loop",
            met=ratio >= GOAL,
        )
        yield measured(
            BENCH,
            f"client_rate_{latency_ms}ms",
            own,
            "calls/s",
            database=database,
            against=f"the same loop of requests: {plain:,.0f}/s",
            ratio=median(own / bare for bare, own, _ in rounds),
        )

    def _bare(self, call: Call) -> float:
        """Make the calls of one round with nothing around them; return calls per second."""
        bodies = self._bodies()
        assert call(bodies[0]) == 0  # everything that is fetched once is there now
        with ThreadPoolExecutor(CONCURRENCY) as pool:
            begun = perf_counter()
            errcodes = list(pool.map(call, bodies))
            seconds = perf_counter() - begun
        assert set(errcodes) == {0}
        return len(bodies) / seconds

    def _own_call(self, body: Mapping[str, Any]) -> int:
        return ADAPTERS[Channel.subscription].send(self.client, body).errcode

    def _plain_call(self) -> Call:
        """Return the call as the most used library makes it, over connections that stay open."""
        http = requests.Session()
        http.trust_env = False
        http.mount("http://", HTTPAdapter(pool_maxsize=CONCURRENCY))
        url, params = f"{self.sandbox_url}{channel.PATH}", {"access_token": self.client.tokens.current()}

        def call(body: Mapping[str, Any]) -> int:
            return int(http.post(url, params=params, json=body, timeout=5).json()["errcode"])

        return call

    def _bodies(self) -> Sequence[Mapping[str, Any]]:
        """Return what the sender would send in a round, and leave everything as it is."""
        with Session(self.engine) as session:
            self._enqueue(session)
            claimed = claiming.claim(session, self.configured, most=self.count, now=clock.now())
            session.rollback()
        return [channel.body(call.message) for call in claimed.calls]

    def _outbox(self) -> float:
        """Send the round that waits; return pushes per second, from the first claim to the last commit."""
        transaction(self.engine, self._enqueue)
        sender = Sender(self.configured, concurrency=CONCURRENCY)
        begun = perf_counter()
        made = sender.run(Event())
        seconds = perf_counter() - begun
        with Session(self.engine) as session:
            ours = (Push.status == PushStatus.sent, Push.subject == self._subject)
            sent = session.scalar(select(func.count()).where(*ours))
        assert (made, sent) == (self.count, self.count)
        return made / seconds

    def _enqueue(self, session: Session) -> None:
        """Write a new round."""
        self.rounds += 1
        now = clock.now()
        content = {"points": "62.50 分", "change": "+1.50", "hint": "点击查看明细"}
        drafts = [
            Draft(
                root_id=self.root_id,
                organization_id=self.root_id,
                occasion=Occasion.month_score,
                subject=self._subject,
                title="您的月度积分",
                content={"month": f"第{self.rounds}轮", **content},
                page="/pages/score/month",
                due_at=now,
                account_id=account_id,
            )
            for account_id in self.account_ids
        ]
        outbox.enqueue(session, drafts, now=now)

    @property
    def _subject(self) -> str:
        return f"round:{self.rounds}"

    def _people(self, session: Session) -> tuple[int, Sequence[int]]:
        now = clock.now()
        root = Organization(
            kind=OrganizationKind.party_committee, title="党委", path="/1/", settings={}, created_at=now, parent_id=None
        )
        session.add(root)
        session.flush()
        root.root_id = root.id
        session.flush()
        ids = range(1, self.count + 1)
        session.execute(
            insert(Account), [{"id": i, "root_id": root.id, "name": f"党员{i}", "created_at": now} for i in ids]
        )
        identities = [
            {"id": i, "app_id": SANDBOX_APP_ID, "openid": _openid(i), "account_id": i, "created_at": now} for i in ids
        ]
        session.execute(insert(WechatIdentity), identities)
        quota = {"template": "score", "balance": 1000, "updated_at": now}
        session.execute(insert(SubscriptionQuota), [{"identity_id": i, **quota} for i in ids])
        session.execute(insert(PushPreference), [_awake(i, now) for i in ids])
        return root.id, list(ids)


def _awake(account_id: int, now: datetime) -> dict[str, Any]:
    """No quiet hours: a benchmark is also run at night."""
    return {
        "recipient": f"account:{account_id}",
        "quiet_from": time(0),
        "quiet_until": time(0),
        "hides_figures": False,
        "muted": [],
        "updated_at": now,
    }


def _openid(account_id: int) -> str:
    return f"bench-{account_id}"
