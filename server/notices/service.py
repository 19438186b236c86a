"""Write, publish and withdraw notices; note who has read them; remind the others."""

from datetime import datetime
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict, not_found
from server.events import emit
from server.notices import recipients
from server.notices.error_codes import NoticeErrorCode
from server.notices.events import NoticePublished, UnreadReminded
from server.notices.models import Notice, NoticeReading
from server.notices.queries import found
from server.notices.rules import (
    NoticeAction,
    NoticeAudience,
    NoticeStatus,
    next_reminder_at,
    next_status,
)
from server.organizations.models import OrganizationKind
from server.organizations.service import get_open
from server.presentation import spoken_time


def write(
    session: Session,
    *,
    organization_id: int,
    title: str,
    body: str,
    audience: NoticeAudience,
    account_id: int,
    now: datetime,
) -> Notice:
    """Add a draft. Raises DomainError `organization_closed`, or `not_by_a_group`: its branch does."""
    organization = get_open(session, organization_id)
    if organization.kind == OrganizationKind.group:
        raise DomainError(NoticeErrorCode.not_by_a_group, "党小组的通知请由所在支部发布")
    notice = Notice(
        root_id=organization.root_id,
        organization_id=organization_id,
        title=title,
        body=body,
        audience=audience,
        status=NoticeStatus.draft,
        written_by=account_id,
        created_at=now,
    )
    session.add(notice)
    session.flush()
    write_line(session, notice, "notice_write", account_id, now)
    return notice


def change(
    session: Session,
    notice_id: int,
    *,
    version: int,
    title: str,
    body: str,
    audience: NoticeAudience,
    account_id: int,
    now: datetime,
) -> Notice:
    """Replace a draft's words. Raises 409 `stale_version` or `already_published`."""
    notice = draft(session, notice_id)
    if notice.version != version:
        raise conflict(CoreErrorCode.stale_version, "这份通知刚被改过，请刷新后再改", version=notice.version)
    notice.title, notice.body, notice.audience = title, body, audience
    notice.version += 1
    session.flush()
    write_line(session, notice, "notice_change", account_id, now)
    return notice


def publish(session: Session, notice_id: int, *, account_id: int, now: datetime) -> Notice:
    """Publish a draft; publishing again changes nothing. A published notice can be withdrawn, not rewritten."""
    notice = _locked(session, notice_id)
    if notice.status == NoticeStatus.published:
        return notice
    _move(notice, NoticeAction.publish)
    notice.published_by, notice.published_at = account_id, now
    session.flush()
    write_line(session, notice, "notice_publish", account_id, now)
    emit(session, NoticePublished(notice.id, now))
    return notice


def withdraw(session: Session, notice_id: int, *, reason: str, account_id: int, now: datetime) -> Notice:
    """Withdraw a notice: it stays, marked with the reason, for those who have read it. Safe to repeat."""
    notice = _locked(session, notice_id)
    if notice.status == NoticeStatus.withdrawn:
        return notice
    _move(notice, NoticeAction.withdraw)
    notice.withdrawn_reason = reason
    session.flush()
    write_line(session, notice, "notice_withdraw", account_id, now)
    return notice


def note_read(session: Session, notice_id: int, *, member_id: int, now: datetime, told_by: int | None = None) -> None:
    """Note that a member has read a notice, or was told of it by an officer; the first time counts.

    Raises DomainError `not_found` for a notice that is not for them, 409 `not_published`.
    """
    notice = found(session, notice_id)
    if not recipients.is_for(session, notice, member_id=member_id, now=now):
        raise not_found("通知")
    if notice.status == NoticeStatus.draft:
        raise conflict(CoreErrorCode.not_published, "这份通知还没有发布")
    session.scalar(select(Notice.id).where(Notice.id == notice_id).with_for_update())
    if session.get(NoticeReading, (notice_id, member_id)) is None:
        session.add(NoticeReading(notice_id=notice_id, member_id=member_id, read_at=now, told_by=told_by))
        session.flush()
        if told_by is not None:
            write_line(session, notice, "notice_told", told_by, now)


def remind(session: Session, notice_id: int, *, account_id: int, now: datetime) -> int:
    """Have those who have not read it reminded; return how many they are.

    Raises 409 `not_published`, `all_have_read`, or 429 `reminded_recently`: at most once in twelve hours.
    """
    notice = _locked(session, notice_id)
    if notice.status != NoticeStatus.published:
        raise conflict(CoreErrorCode.not_published, "只有已发布的通知才能提醒")
    if (later := next_reminder_at(notice.reminded_at, now)) is not None:
        message = f"刚提醒过，{spoken_time(later)}之后可以再提醒"
        raise DomainError(NoticeErrorCode.reminded_recently, message, status=HTTPStatus.TOO_MANY_REQUESTS)
    unread = recipients.counts(session, notice, now=now)
    waiting = sum(place.unread for place in unread)
    if waiting == 0:
        raise conflict(NoticeErrorCode.all_have_read, "所有人都已阅读，不用提醒")
    notice.reminded_at = now
    session.flush()
    write_line(session, notice, "notice_remind", account_id, now)
    emit(session, UnreadReminded(notice.id, now))
    return waiting


def draft(session: Session, notice_id: int) -> Notice:
    """Return a draft, locked. Raises 409 `already_published` if it is no longer a draft."""
    notice = _locked(session, notice_id)
    if notice.status != NoticeStatus.draft:
        raise conflict(CoreErrorCode.already_published, "这份通知已经发布，不能再改；如有错误，请撤回后另发")
    return notice


def _locked(session: Session, notice_id: int) -> Notice:
    query = select(Notice).where(Notice.id == notice_id).with_for_update().execution_options(populate_existing=True)
    notice = session.scalar(query)
    if notice is None:
        raise not_found("通知")
    return notice


def _move(notice: Notice, action: NoticeAction) -> None:
    following = next_status(NoticeStatus(notice.status), action)
    if following is None:
        raise conflict(CoreErrorCode.wrong_status, "这份通知已经撤回", status=notice.status)
    notice.status = following


def write_line(session: Session, notice: Notice, action: str, account_id: int, now: datetime) -> None:
    """Leave an audit line of what was done with a notice."""
    audit.record(
        session,
        actor_id=account_id,
        action=action,
        now=now,
        **audit.of(notice),
    )
