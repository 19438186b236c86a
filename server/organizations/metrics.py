"""Figures of the calendar for Prometheus."""

from collections.abc import Iterator
from datetime import date

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.organizations.models import Organization
from server.organizations.workdays import calendar_of


def families(session: Session, *, today: date) -> Iterator[GaugeMetricFamily]:
    roots = session.scalars(select(Organization.id).where(Organization.parent_id.is_(None))).all()
    missing = [len(calendar_of(session, root_id=root_id, around=today).missing(today)) for root_id in roots]
    yield GaugeMetricFamily(
        "xianfeng_holiday_years_missing",
        "Years whose holidays are neither known nor entered: this one and, from November, the next.",
        value=max(missing, default=0),
    )
