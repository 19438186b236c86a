"""Standards that are due in figures for Prometheus."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.organizations.models import Organization
from server.standards.awaited import awaited, year_awaited


def families(session: Session, *, now: datetime) -> Iterator[GaugeMetricFamily]:
    today = shanghai_date(now)
    roots = session.scalars(select(Organization.id).where(Organization.parent_id.is_(None))).all()
    counts = Counter(each.carried for root_id in roots for each in awaited(session, root_id=root_id, today=today))
    family = GaugeMetricFamily(
        "xianfeng_standards_awaited",
        "Organizations without a published standard for the year, by whether last year's is carried forward for it.",
        labels=["year", "carried"],
    )
    for carried in (True, False):
        family.add_metric([str(year_awaited(today)), str(carried).lower()], counts[carried])
    yield family
