"""What Prometheus reads, who may read it, and that the dashboard asks for nothing else."""

import hashlib
import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask_openapi3.openapi import OpenAPI
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from time_machine import travel

from server import config
from server.app import create_app
from server.jobs.models import JobRun
from server.pushes import quotas
from server.pushes.models import ChannelPause
from server.pushes.quotas import Spend
from server.pushes.rules import AttemptStatus, Channel, Occasion, PushStatus
from tests.cast import NOW, Cast
from tests.days import at
from tests.pushed import add_attempt, add_push

DASHBOARD = Path(__file__).parents[2] / "docs" / "dashboards" / "pushes.json"
MINUTE = timedelta(minutes=1)
TOKEN = "a token of a monitor"
PRODUCTION = {
    "XIANFENG_ENV": "production",
    "XIANFENG_SECRET_KEY": "zVq3oR7mXw1tLk9eHd5sYb2nGf8uJc4a",
    "XIANFENG_PHONE_KEYS": "new:" + hashlib.sha256(b"new").hexdigest(),
    "XIANFENG_DATABASE_URL": "mysql+pymysql://app@db/xianfeng",
    "XIANFENG_BASE_URL": "https://xianfeng.example.edu.cn/",
    "WECHAT_APP_ID": "wx1",
    "WECHAT_SECRET": "wechat secret",
}


def page(app: OpenAPI, **options: Any) -> str:
    response = app.test_client().get("/metrics", **options)
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_data(as_text=True)


def figures(text: str, name: str) -> dict[tuple[str, ...], float]:
    """Return a metric's samples by the values of its labels, in the order of the labels' names."""
    return {
        tuple(sample.labels[name] for name in sorted(sample.labels)): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    }


def test_pushes_are_counted_by_occasion_channel_and_status(app: OpenAPI, session: Session, cast: Cast) -> None:
    sent: dict[str, Any] = {"status": PushStatus.sent, "channel": Channel.subscription, "due_at": NOW - 59 * MINUTE}
    add_push(session, cast, cast.zhang_min, **sent)
    add_push(session, cast, cast.li_wei, **sent)
    add_push(session, cast, cast.wang_fang, **(sent | {"due_at": NOW - 61 * MINUTE}))
    add_push(session, cast, cast.he_hua, **(sent | {"due_at": NOW - 61 * MINUTE, "finished_at": NOW}))  # caught up
    add_push(session, cast, cast.sun_li, status=PushStatus.unreachable, occasion=Occasion.notice)
    add_push(session, cast, cast.zhou_yu, status=PushStatus.waiting, due_at=NOW - 7 * 24 * 60 * MINUTE)
    add_push(session, cast, cast.wu_gang, status=PushStatus.waiting, due_at=NOW + 60 * MINUTE)
    assert figures(page(app), "xianfeng_pushes") == {
        ("subscription", "month_score", "sent"): 3,
        ("", "notice", "unreachable"): 1,
        ("", "month_score", "waiting"): 1,
    }


def test_a_years_holidays_are_missing_from_november(app: OpenAPI, cast: Cast) -> None:
    with travel(at(date(2026, 11, 1), "00:30"), tick=False):
        assert figures(page(app), "xianfeng_holiday_years_missing") == {(): 1}


def test_the_head_of_the_queue_says_how_long_it_waits(app: OpenAPI, session: Session, cast: Cast) -> None:
    add_push(session, cast, cast.zhang_min, status=PushStatus.waiting, due_at=NOW + MINUTE)
    assert figures(page(app), "xianfeng_push_oldest_waiting_seconds") == {(): 0}
    with travel(NOW + 10 * MINUTE, tick=False):
        assert figures(page(app), "xianfeng_push_oldest_waiting_seconds") == {(): 540}


def test_attempts_are_counted_by_how_they_ended(app: OpenAPI, session: Session, cast: Cast) -> None:
    push = add_push(session, cast, cast.zhang_min)
    add_attempt(session, push, number=1, status=AttemptStatus.refused, errcode=43101)
    add_attempt(session, push, number=2, channel=Channel.official)
    add_attempt(session, push, number=3, channel=Channel.official, at=NOW - 61 * MINUTE)
    assert figures(page(app), "xianfeng_push_attempts") == {
        ("subscription", "43101", "refused"): 1,
        ("official", "", "sent"): 1,
    }


def test_a_channel_that_must_be_left_alone_says_for_how_long(app: OpenAPI, session: Session) -> None:
    for channel, until in ((Channel.official, NOW + 90 * MINUTE), (Channel.work, NOW - MINUTE)):
        session.add(ChannelPause(channel=channel, until=until, errcode=45009))
    session.commit()
    with travel(NOW, tick=False):
        assert figures(page(app), "xianfeng_push_channel_paused_seconds") == {("official", "45009"): 5400}


def test_balances_and_their_movements_are_summed(app: OpenAPI, session: Session, cast: Cast) -> None:
    push = add_push(session, cast, cast.zhang_min)
    identity = cast.zhang_min.actor.identity_id
    for who in (cast.zhang_min, cast.li_wei):
        quotas.accept(session, identity_id=who.actor.identity_id, templates=["score", "claim"], now=NOW)
    quotas.accept(session, identity_id=identity, templates=["score"], now=NOW - 61 * MINUTE)
    quotas.empty(session, [Spend(identity, "score", push.id)], now=NOW)
    session.commit()
    text = page(app)
    assert figures(text, "xianfeng_subscription_balance") == {("claim",): 2, ("score",): 1}
    assert figures(text, "xianfeng_subscription_movements") == {
        ("accepted", "claim"): 2,
        ("accepted", "score"): 2,
        ("emptied", "score"): 2,
    }


def test_jobs_say_what_failed_and_when_they_were_last_done(app: OpenAPI, session: Session) -> None:
    def ran(job: str, hours_ago: int, error: str | None) -> None:
        at = NOW - timedelta(hours=hours_ago)
        session.add(
            JobRun(
                job=job,
                period=at,
                started_at=at,
                finished_at=None if error else at,
                holder="then",
                attempts=1,
                error=error,
            )
        )

    ran("purge_photos", 48, "overtaken by the next")
    ran("purge_photos", 24, None)
    ran("settle_meetings", 2, None)
    ran("settle_meetings", 1, "OperationalError")
    session.commit()
    text = page(app)
    failed = figures(text, "xianfeng_job_runs_failed")
    assert (failed["purge_photos",], failed["settle_meetings",], failed["purge_meetings",]) == (0, 1, 0)
    assert figures(text, "xianfeng_job_last_success_timestamp_seconds") == {
        ("purge_photos",): (NOW - timedelta(hours=24)).timestamp(),
        ("settle_meetings",): (NOW - timedelta(hours=2)).timestamp(),
    }


def test_the_database_is_asked_every_fifteen_seconds_at_most(app: OpenAPI, session: Session, cast: Cast) -> None:
    with travel(NOW, tick=False) as traveller:
        assert figures(page(app), "xianfeng_pushes") == {}
        add_push(session, cast, cast.zhang_min)
        traveller.shift(14)
        assert figures(page(app), "xianfeng_pushes") == {}
        traveller.shift(1)
        assert len(figures(page(app), "xianfeng_pushes")) == 1


def test_no_name_and_no_word_of_a_push_is_told(app: OpenAPI, session: Session, cast: Cast) -> None:
    add_push(session, cast, cast.zhang_min, reason="43101")
    text = page(app)
    assert not re.search(r"张敏|zhang_min|62\.50|2026-05|月度", text)


@pytest.mark.sqlite_only
def test_in_the_sandbox_only_this_machine_may_read(app: OpenAPI) -> None:
    client = app.test_client()
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 401


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("header", "status"),
    [({}, 401), ({"Authorization": "Bearer another"}, 401), ({"Authorization": f"Bearer {TOKEN}"}, 200)],
)
def test_in_production_the_monitor_shows_its_token(
    engine: Engine, tmp_path: Path, header: dict[str, str], status: int
) -> None:
    settings = config.load({**PRODUCTION, "XIANFENG_DATA": str(tmp_path), "XIANFENG_METRICS_TOKEN": TOKEN})
    response = create_app(settings, engine).test_client().get("/metrics", headers=header)
    assert response.status_code == status


@pytest.mark.sqlite_only
def test_in_production_without_a_token_there_is_no_such_page(engine: Engine, tmp_path: Path) -> None:
    settings = config.load({**PRODUCTION, "XIANFENG_DATA": str(tmp_path)})
    assert create_app(settings, engine).test_client().get("/metrics").status_code == 404


@pytest.mark.sqlite_only
def test_a_short_token_is_refused_at_start(tmp_path: Path) -> None:
    with pytest.raises(config.ConfigurationError, match="XIANFENG_METRICS_TOKEN"):
        config.load({"XIANFENG_DATA": str(tmp_path), "XIANFENG_METRICS_TOKEN": "short"})


@pytest.mark.sqlite_only
def test_the_dashboard_asks_only_for_what_there_is(app: OpenAPI) -> None:
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    named = {name for query in queries for name in re.findall(r"xianfeng_\w+", query)}
    offered = {family.name for family in text_string_to_metric_families(page(app))}
    assert {"xianfeng_pushes", "xianfeng_push_attempts"} <= named
    assert named <= offered


def test_standards_that_nobody_published_are_counted_from_november_on(
    app: OpenAPI, session: Session, cast: Cast
) -> None:
    assert figures(page(app), "xianfeng_standards_awaited") == {("false", "2026"): 0, ("true", "2026"): 0}
    with travel(at(date(2026, 10, 31), "23:59"), tick=False):
        assert figures(page(app), "xianfeng_standards_awaited") == {("false", "2026"): 0, ("true", "2026"): 0}
    with travel(at(date(2026, 11, 1), "00:30"), tick=False):
        assert figures(page(app), "xianfeng_standards_awaited") == {("false", "2027"): 0, ("true", "2027"): 3}
