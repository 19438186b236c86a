"""How long a reply of the bot takes, from the sealed post to the sealed answer, beside a callback with no reply.

In this process, through the whole app, on SQLite with the demo's 600 members; each reply is durable when it is given.
"""

import secrets
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from statistics import median, quantiles

from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bot.messages import ChatChannel
from bot.receive.accounts import app_id_of, envelope_of
from scripts.bench.databases import disk_directory, migrated
from scripts.bench.lines import Line, measured
from scripts.demo.writing import FULL
from scripts.seed_demo import fill
from server import clock, config
from server.app import create_app
from server.db import make_engine
from server.identity.models import Account, WechatIdentity
from server.wechat.envelope import Envelope
from server.wechat.sandbox.accounts import App
from server.wechat.sandbox.courier import post_of, sealed, words_in

BENCH = "bot_reply"
QUESTIONS = ("我多少分了", "为啥扣我分", "还能得什么分", "我排第几", "上个月积分", "我的申报", "最近有什么会", "帮助")
PEOPLE = 40
REPLIES = {"default": 480, "full": 2_400}
WARM = 16
GOAL_MS = 300


def run(size: str) -> Iterator[Line]:
    """Yield the median and the 99th percentile of a reply, and the median of an empty callback."""
    with disk_directory() as directory:
        settings = config.load({"XIANFENG_DATA": str(directory)})
        migrated(settings.database_url)
        fill(settings, FULL)  # puts another file in the database's place: opened only afterwards
        engine = make_engine(settings.database_url)
        app = create_app(settings, engine)
        openids = _followers(engine, app_id_of(settings, ChatChannel.official))
        envelope = envelope_of(settings, ChatChannel.official)
        assert envelope is not None
        replies, empty = _measured(app, envelope, openids, REPLIES[size])
        engine.dispose()
    middle, nothing, p99 = median(replies), median(empty), quantiles(replies, n=100)[98]
    yield measured(BENCH, "empty_callback", nothing * 1000, "ms", database="sqlite")
    yield measured(
        BENCH,
        "reply",
        middle * 1000,
        "ms",
        database="sqlite",
        against=f"empty callback: {nothing * 1000:.2f} ms",
        ratio=middle / nothing,
    )
    goal = f"< {GOAL_MS} ms"
    yield measured(BENCH, "reply_p99", p99 * 1000, "ms", database="sqlite", goal=goal, met=p99 * 1000 < GOAL_MS)


def _followers(engine: Engine, app_id: str) -> Sequence[str]:
    """Let members of the demo follow the account; return their openids there."""
    with Session(engine) as session:
        members = select(Account.id).where(Account.member_id.is_not(None)).order_by(Account.id).limit(PEOPLE)
        account_ids = session.scalars(members).all()
        openids = [f"bench-{account_id}" for account_id in account_ids]
        session.add_all(
            WechatIdentity(app_id=app_id, openid=openid, account_id=account_id, created_at=clock.now())
            for openid, account_id in zip(openids, account_ids, strict=True)
        )
        session.commit()
    return openids


def _measured(app: Flask, envelope: Envelope, openids: Sequence[str], times: int) -> tuple[list[float], list[float]]:
    """Return the seconds of each reply and of each empty callback; the two take turns."""
    replies: list[float] = []
    empty: list[float] = []
    asked = [(openid, question) for question in QUESTIONS for openid in openids]
    for number, (openid, question) in enumerate(islice(cycle(asked), times + WARM)):
        text = {"MsgType": "text", "Content": question, "MsgId": str(secrets.randbits(60))}
        taken, said = _posted(app, envelope, openid, text)
        idle, _ = _posted(app, envelope, openid, {"MsgType": "event", "Event": "VIEW", "EventKey": "x"})
        if not said:
            raise RuntimeError(f"no answer to {question}")
        if number >= WARM:
            replies.append(taken)
            empty.append(idle)
    return replies, empty


def _posted(app: Flask, envelope: Envelope, openid: str, fields: dict[str, str]) -> tuple[float, str]:
    """Return how long the callback took, and the words it answered."""
    now = clock.now()
    query, body = sealed(envelope, post_of(App.official, openid, fields, now=now), now=now)
    environ = EnvironBuilder("/wechat/official", method="POST", query_string=query, data=body).get_environ()
    began = time.perf_counter()
    answer, status, _ = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    taken = time.perf_counter() - began
    if status != "200 OK":
        raise RuntimeError(status)
    return taken, words_in(envelope, b"".join(answer), now=now)
