"""Entering, changing and removing a university's vacations."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.subjects import AuditSubject
from server.deadlines.error_codes import DeadlineErrorCode
from server.deadlines.events import VacationsChanged
from server.deadlines.models import Vacation
from server.deadlines.rules import LONGEST_VACATION
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict, not_found
from server.events import emit
from server.organizations.models import Category
from server.organizations.workdays import lock_calendar

CATEGORY_WORDS = {Category.staff: "教工", Category.student: "学生"}


def enter(
    session: Session,
    *,
    root_id: int,
    category: Category,
    title: str,
    first_day: date,
    last_day: date,
    account_id: int,
    now: datetime,
) -> Vacation:
    """Enter a vacation; the same again changes nothing. Open due days are counted anew.

    Raises DomainError 422 `no_vacation`, `invalid_dates`, `vacation_too_long`, 409 `vacations_overlap`.
    """
    lock_calendar(session, root_id)
    if category not in CATEGORY_WORDS:
        raise DomainError(DeadlineErrorCode.no_vacation, "离退休党员没有寒暑假，请选择教工或学生")
    _check(first_day, last_day)
    same = (Vacation.root_id == root_id, Vacation.category == category, Vacation.first_day == first_day)
    row = session.scalar(select(Vacation).where(*same, Vacation.last_day == last_day, Vacation.title == title))
    if row is not None:
        return row
    _refuse_overlap(session, root_id, category, first_day, last_day, but=None)
    row = Vacation(root_id=root_id, category=category, title=title, first_day=first_day, last_day=last_day)
    row.entered_by, row.entered_at = account_id, now
    session.add(row)
    _changed(session, row, "vacation_enter", words=f"录入{_words(row)}", account_id=account_id, now=now)
    return row


def change(
    session: Session,
    *,
    vacation_id: int,
    title: str,
    first_day: date,
    last_day: date,
    account_id: int,
    now: datetime,
) -> Vacation:
    """Give a vacation other days or another name. Raises as `enter`, and `not_found`."""
    row = _locked(session, vacation_id)
    _check(first_day, last_day)
    if (row.title, row.first_day, row.last_day) == (title, first_day, last_day):
        return row
    _refuse_overlap(session, row.root_id, Category(row.category), first_day, last_day, but=row.id)
    before = _words(row)
    row.title, row.first_day, row.last_day = title, first_day, last_day
    row.entered_by, row.entered_at = account_id, now
    _changed(session, row, "vacation_change", words=f"{before}改为{_words(row)}", account_id=account_id, now=now)
    return row


def forget(session: Session, *, vacation_id: int, account_id: int, now: datetime) -> None:
    """Remove a vacation that was entered by mistake. Raises DomainError `not_found`."""
    row = _locked(session, vacation_id)
    session.delete(row)
    _changed(session, row, "vacation_forget", words=f"撤销{_words(row)}", account_id=account_id, now=now)


def _locked(session: Session, vacation_id: int) -> Vacation:
    row = session.get(Vacation, vacation_id)
    if row is None:
        raise not_found("假期")
    lock_calendar(session, row.root_id)
    found = session.scalar(select(Vacation).where(Vacation.id == vacation_id).execution_options(populate_existing=True))
    if found is None:
        raise not_found("假期")
    return found


def _check(first_day: date, last_day: date) -> None:
    if last_day < first_day:
        raise DomainError(CoreErrorCode.invalid_dates, "假期的最后一天不能早于第一天")
    if last_day - first_day >= LONGEST_VACATION:
        message = f"一次假期不能超过 {LONGEST_VACATION.days} 天，请核对起止日期"
        raise DomainError(DeadlineErrorCode.vacation_too_long, message)


def _refuse_overlap(
    session: Session, root_id: int, category: Category, first_day: date, last_day: date, *, but: int | None
) -> None:
    overlapping = select(Vacation).where(
        Vacation.root_id == root_id,
        Vacation.category == category,
        Vacation.first_day <= last_day,
        Vacation.last_day >= first_day,
    )
    if but is not None:
        overlapping = overlapping.where(Vacation.id != but)
    if (other := session.scalars(overlapping.order_by(Vacation.first_day)).first()) is not None:
        message = f"与已录入的{_words(other)}重叠，请核对；要改日期请修改原来的一条"
        raise conflict(DeadlineErrorCode.vacations_overlap, message)


def _words(row: Vacation) -> str:
    days = f"{row.first_day.isoformat()} 至 {row.last_day.isoformat()}"
    return f"{CATEGORY_WORDS[Category(row.category)]}{row.title}（{days}）"


def _changed(session: Session, row: Vacation, action: str, *, words: str, account_id: int, now: datetime) -> None:
    session.flush()
    audit.record(
        session,
        actor_id=account_id,
        action=action,
        subject_kind=AuditSubject.organization,
        subject_id=row.root_id,
        root_id=row.root_id,
        detail={
            "category": row.category,
            "title": row.title,
            "first_day": row.first_day.isoformat(),
            "last_day": row.last_day.isoformat(),
        },
        now=now,
    )
    emit(session, VacationsChanged(row.root_id, words, account_id, now))
