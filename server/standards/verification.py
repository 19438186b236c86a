"""Proof that published standards have not changed since."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.standards.models import Standard, StandardStatus
from server.standards.versions import altered
from server.verifying import Findings, Verification


def verify_standards(session: Session) -> Findings:
    """Yield every published version whose document is no longer the one its hash was made of."""
    for standard_id in altered(session):
        yield f"积分标准 {standard_id}：内容与发布时的校验值不符"
    published = select(func.count()).select_from(Standard).where(Standard.status == StandardStatus.published)
    return session.scalar(published) or 0


STANDARDS = Verification(
    "standards", "积分标准", "个已发布版本", "内容都与发布时相同", lambda session, _: verify_standards(session)
)
