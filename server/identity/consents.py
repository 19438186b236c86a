"""Who agreed to which version of the privacy notice, and when."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import found_or_added
from server.errors import conflict
from server.identity import privacy_notice
from server.identity.error_codes import IdentityErrorCode
from server.identity.models import PrivacyConsent


def refuse_outdated(version: int) -> None:
    """Raise DomainError 409 `privacy_notice_changed` for any version but the current one."""
    current = privacy_notice.current().version
    if version != current:
        raise conflict(
            IdentityErrorCode.privacy_notice_changed, "个人信息使用说明有更新，请重新阅读后再同意", version=current
        )


def agree(session: Session, *, account_id: int, version: int, now: datetime) -> PrivacyConsent:
    """Note that a person agreed; agreeing again keeps the first time. Raises DomainError `privacy_notice_changed`."""
    refuse_outdated(version)
    query = select(PrivacyConsent).where(PrivacyConsent.account_id == account_id, PrivacyConsent.version == version)
    return found_or_added(session, query, lambda: PrivacyConsent(account_id=account_id, version=version, agreed_at=now))


def of(session: Session, account_id: int) -> list[PrivacyConsent]:
    """Return what a person agreed to, newest version first."""
    query = select(PrivacyConsent).where(PrivacyConsent.account_id == account_id)
    return list(session.scalars(query.order_by(PrivacyConsent.version.desc())))


def is_due(session: Session, account_id: int) -> bool:
    """Whether a person has yet to agree to the current version."""
    current = privacy_notice.current().version
    query = select(PrivacyConsent.id).where(PrivacyConsent.account_id == account_id, PrivacyConsent.version == current)
    return session.scalar(query) is None
