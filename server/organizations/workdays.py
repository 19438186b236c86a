"""The days that a university counts otherwise than the national calendar, and what follows for working days."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import workdays
from server.audit import service as audit
from server.errors import not_found
from server.organizations.models import Organization, WorkdayOverride
from server.workdays import Overrides

AROUND = timedelta(days=366)


def overrides_of(session: Session, *, root_id: int, around: date) -> Overrides:
    """Return the overrides of the years before and after a day."""
    query = select(WorkdayOverride.day, WorkdayOverride.works).where(
        WorkdayOverride.root_id == root_id, WorkdayOverride.day.between(around - AROUND, around + AROUND)
    )
    return dict(session.execute(query).all())


def is_workday(session: Session, *, root_id: int, day: date) -> bool:
    """Whether a day is worked at this university."""
    return workdays.is_workday(day, overrides_of(session, root_id=root_id, around=day))


def workday_after(session: Session, *, root_id: int, day: date, count: int) -> date:
    """Return the `count`th working day after a day."""
    return workdays.workday_after(day, count, overrides_of(session, root_id=root_id, around=day))


def of_year(session: Session, *, root_id: int, year: int) -> Sequence[WorkdayOverride]:
    """Return a year's overrides in order."""
    in_year = WorkdayOverride.day.between(date(year, 1, 1), date(year, 12, 31))
    query = select(WorkdayOverride).where(WorkdayOverride.root_id == root_id, in_year)
    return session.scalars(query.order_by(WorkdayOverride.day)).all()


def override(
    session: Session, *, root_id: int, day: date, works: bool, note: str, account_id: int, now: datetime
) -> WorkdayOverride:
    """Say how a day counts; saying it again replaces what was said."""
    session.scalar(select(Organization.id).where(Organization.id == root_id).with_for_update())
    row = session.get(WorkdayOverride, (root_id, day)) or WorkdayOverride(root_id=root_id, day=day)
    row.works, row.note, row.changed_by, row.changed_at = works, note, account_id, now
    session.add(row)
    session.flush()
    _audit(session, row, "workday_override", account_id, now)
    return row


def forget(session: Session, *, root_id: int, day: date, account_id: int, now: datetime) -> None:
    """Let the national calendar decide again. Raises DomainError `not_found`."""
    row = session.get(WorkdayOverride, (root_id, day))
    if row is None:
        raise not_found("工作日设置")
    session.delete(row)
    session.flush()
    _audit(session, row, "workday_forget", account_id, now)


def _audit(session: Session, row: WorkdayOverride, action: str, account_id: int, now: datetime) -> None:
    audit.record(
        session,
        actor_id=account_id,
        action=action,
        subject_kind="organization",
        subject_id=row.root_id,
        root_id=row.root_id,
        detail={"day": row.day.isoformat(), "works": row.works},
        now=now,
    )
