"""Figures of the outbox for Prometheus, counted in the database: the same whichever worker is asked.

What is over is counted for the last hour only, so that a scrape costs as much as an hour's pushes and not as all pushes
ever.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from server.config import Settings
from server.pushes.channels import accounts
from server.pushes.models import ChannelPause, Push, PushAttempt, SubscriptionEntry, SubscriptionQuota
from server.pushes.rules import PushStatus

WINDOW = timedelta(hours=1)
UNDER_WAY = (PushStatus.waiting, PushStatus.sending)


def families(session: Session, settings: Settings, *, now: datetime) -> Iterator[GaugeMetricFamily]:
    yield missing_templates(settings)
    yield _counted(
        session,
        GaugeMetricFamily(
            "xianfeng_pushes",
            "Pushes done with within the last hour, and all that wait although their turn has come.",
            labels=["occasion", "channel", "status"],
        ),
        _pushes(now),
    )
    yield GaugeMetricFamily(
        "xianfeng_push_oldest_waiting_seconds",
        "How long the push at the head of the queue has been waiting for a sender.",
        value=_oldest_waiting(session, now),
    )
    yield _counted(
        session,
        GaugeMetricFamily(
            "xianfeng_push_attempts",
            "Calls to channels begun within the last hour, by how they ended.",
            labels=["channel", "result", "errcode"],
        ),
        _attempts(now),
    )
    yield _paused(session, now)
    yield _counted(
        session,
        GaugeMetricFamily(
            "xianfeng_subscription_balance",
            "Subscription messages that people still agree to.",
            labels=["template"],
        ),
        select(SubscriptionQuota.template, func.sum(SubscriptionQuota.balance)).group_by(SubscriptionQuota.template),
    )
    yield _counted(
        session,
        GaugeMetricFamily(
            "xianfeng_subscription_movements",
            "Subscription messages agreed to, used and lost within the last hour.",
            labels=["template", "change"],
        ),
        _movements(now),
    )


def missing_templates(settings: Settings) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "xianfeng_push_template_missing",
        "Templates that WeChat has not given us, on channels that are on: what needs them is not sent there.",
        labels=["channel", "template"],
    )
    for channel, keys in accounts.missing_templates(settings).items():
        for key in keys:
            family.add_metric([channel, key], 1)
    return family


def _pushes(now: datetime) -> Select[str, str | None, str, int]:
    waiting = and_(Push.status.in_(UNDER_WAY), Push.next_at <= now)
    kinds = (Push.occasion, Push.channel, Push.status)
    return select(*kinds, func.count()).where(or_(waiting, Push.finished_at > now - WINDOW)).group_by(*kinds)


def _oldest_waiting(session: Session, now: datetime) -> float:
    first = session.scalar(select(func.min(Push.next_at)).where(Push.status == PushStatus.waiting))
    return 0 if first is None else max((now - first).total_seconds(), 0)


def _paused(session: Session, now: datetime) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "xianfeng_push_channel_paused_seconds",
        "For how long WeChat told us to leave a channel alone.",
        labels=["channel", "errcode"],
    )
    for pause in session.scalars(select(ChannelPause).where(ChannelPause.until > now)):
        family.add_metric([str(pause.channel), str(pause.errcode)], (pause.until - now).total_seconds())
    return family


def _attempts(now: datetime) -> Select[str, str, int | None, int]:
    kinds = (PushAttempt.channel, PushAttempt.status, PushAttempt.errcode)
    return select(*kinds, func.count()).where(PushAttempt.started_at > now - WINDOW).group_by(*kinds)


def _movements(now: datetime) -> Select[str, str, int]:
    kinds = (SubscriptionEntry.template, SubscriptionEntry.change)
    amount = func.sum(func.abs(SubscriptionEntry.amount))
    return select(*kinds, amount).where(SubscriptionEntry.at > now - WINDOW).group_by(*kinds)


def _counted(session: Session, family: GaugeMetricFamily, query: Select[*tuple[Any, ...]]) -> GaugeMetricFamily:
    """Fill a family: a row's last column is the figure, the columns before it are its labels."""
    for *labels, figure in session.execute(query):
        family.add_metric(["" if label is None else str(label) for label in labels], float(figure))
    return family
