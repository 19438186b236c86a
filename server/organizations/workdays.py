"""The days on which a university differs from the national calendar, and what follows for working days."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.subjects import AuditSubject
from server.errors import DomainError, not_found
from server.events import emit
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.events import WorkdaysChanged
from server.organizations.models import Organization, WorkdayOverride, WorkdayYear
from server.workdays import Calendar

AROUND = timedelta(days=366)


def calendar_of(session: Session, *, root_id: int, around: date) -> Calendar:
    """Return a university's calendar for the years before and after a day."""
    overrides = select(WorkdayOverride.day, WorkdayOverride.works).where(
        WorkdayOverride.root_id == root_id, WorkdayOverride.day.between(around - AROUND, around + AROUND)
    )
    years = select(WorkdayYear.year).where(WorkdayYear.root_id == root_id)
    return Calendar(dict(session.execute(overrides).all()), frozenset(session.scalars(years)))


def of_year(session: Session, *, root_id: int, year: int) -> Sequence[WorkdayOverride]:
    """Return a year's overrides in order."""
    in_year = WorkdayOverride.day.between(date(year, 1, 1), date(year, 12, 31))
    query = select(WorkdayOverride).where(WorkdayOverride.root_id == root_id, in_year)
    return session.scalars(query.order_by(WorkdayOverride.day)).all()


def override(
    session: Session, *, root_id: int, day: date, works: bool, note: str, account_id: int, now: datetime
) -> WorkdayOverride:
    """Set how a day counts; setting it again replaces the earlier setting."""
    lock_calendar(session, root_id)
    row = _set(session, root_id=root_id, day=day, works=works, note=note, account_id=account_id, now=now)
    _changed(session, root_id, "workday_override", account_id, now, day=day.isoformat(), works=works)
    return row


def forget(session: Session, *, root_id: int, day: date, account_id: int, now: datetime) -> None:
    """Let the national calendar decide again. Raises DomainError `not_found`."""
    lock_calendar(session, root_id)
    row = session.get(WorkdayOverride, (root_id, day))
    if row is None:
        raise not_found("工作日设置")
    session.delete(row)
    _changed(session, root_id, "workday_forget", account_id, now, day=day.isoformat(), works=row.works)


def enter_year(
    session: Session,
    *,
    root_id: int,
    year: int,
    note: str,
    off: Collection[date],
    worked: Collection[date],
    account_id: int,
    now: datetime,
) -> None:
    """Enter a year's announced days off and weekends worked; from now on the year is known. Safe to repeat.

    It replaces an earlier entry of the whole year; single days with a note of their own stay.

    Raises DomainError `wrong_year` or `day_twice`.
    """
    if strange := sorted(day for day in {*off, *worked} if day.year != year):
        raise DomainError(OrganizationErrorCode.wrong_year, f"{strange[0].isoformat()} 不在 {year} 年，请核对")
    if twice := sorted({*off} & {*worked}):
        raise DomainError(OrganizationErrorCode.day_twice, f"{twice[0].isoformat()} 既列为放假又列为上班，请核对")
    lock_calendar(session, root_id)
    for row in _entered(session, root_id, year):
        if row.day not in {*off, *worked}:
            session.delete(row)
    for days, works in ((off, False), (worked, True)):
        for day in days:
            _set(session, root_id=root_id, day=day, works=works, note=note, account_id=account_id, now=now)
    session.merge(WorkdayYear(root_id=root_id, year=year, note=note, entered_by=account_id, entered_at=now))
    _changed(session, root_id, "workday_year", account_id, now, year=year, off=len({*off}), worked=len({*worked}))


def forget_year(session: Session, *, root_id: int, year: int, account_id: int, now: datetime) -> None:
    """Remove a year that was entered; single days with a note of their own stay. Raises DomainError `not_found`."""
    lock_calendar(session, root_id)
    entry = year_entry(session, root_id=root_id, year=year)
    if entry is None:
        raise not_found("这一年的放假安排")
    for row in _entered(session, root_id, year):
        session.delete(row)
    session.delete(entry)
    _changed(session, root_id, "workday_year_forget", account_id, now, year=year)


def year_entry(session: Session, *, root_id: int, year: int) -> WorkdayYear | None:
    """Return how a year was entered as a whole, if it was."""
    return session.get(WorkdayYear, (root_id, year))


def _entered(session: Session, root_id: int, year: int) -> list[WorkdayOverride]:
    """Return the days that came with the year's announcement: they carry its note."""
    entry = year_entry(session, root_id=root_id, year=year)
    return [row for row in of_year(session, root_id=root_id, year=year) if entry and row.note == entry.note]


def lock_calendar(session: Session, root_id: int) -> None:
    """Let nobody else change a university's calendar, or hold it, before the transaction ends."""
    session.scalar(select(Organization.id).where(Organization.id == root_id).with_for_update())


def hold_calendar(session: Session, root_id: int) -> None:
    """Wait for whoever changes the calendar, and let nobody change it before the transaction ends.

    Take it before the locks of rows whose days are counted: who changes the calendar counts those anew.
    """
    session.execute(select(Organization.id).where(Organization.id == root_id).with_for_update(read=True))


def _set(
    session: Session, *, root_id: int, day: date, works: bool, note: str, account_id: int, now: datetime
) -> WorkdayOverride:
    row = session.get(WorkdayOverride, (root_id, day)) or WorkdayOverride(root_id=root_id, day=day)
    row.works, row.note, row.changed_by, row.changed_at = works, note, account_id, now
    session.add(row)
    return row


def _changed(session: Session, root_id: int, action: str, account_id: int, now: datetime, **detail: object) -> None:
    session.flush()
    audit.record(
        session,
        actor_id=account_id,
        action=action,
        subject_kind=AuditSubject.organization,
        subject_id=root_id,
        root_id=root_id,
        detail=detail,
        now=now,
    )
    emit(session, WorkdaysChanged(root_id, now))
