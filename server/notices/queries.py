"""Read notices: one, and those of an organization."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import not_found
from server.notices.models import Notice
from server.notices.rules import NoticeStatus


def found(session: Session, notice_id: int) -> Notice:
    """Return a notice. Raises DomainError `not_found`."""
    notice = session.get(Notice, notice_id)
    if notice is None:
        raise not_found("通知")
    return notice


def of_organization(
    session: Session, organization_id: int, *, status: NoticeStatus | None, before_id: int | None, limit: int
) -> list[Notice]:
    """Return the notices of an organization, newest first."""
    query = select(Notice).where(Notice.organization_id == organization_id)
    if status is not None:
        query = query.where(Notice.status == status)
    if before_id is not None:
        query = query.where(Notice.id < before_id)
    return list(session.scalars(query.order_by(Notice.id.desc()).limit(limit)))
