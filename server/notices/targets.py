"""A notice in a path stands for the organization that wrote it."""

from sqlalchemy.orm import Session

from server.identity.access import TargetParameter
from server.identity.rules import Target
from server.notices.models import Notice
from server.organizations.queries import ancestor_ids


def of_notice(session: Session, notice_id: int) -> Target | None:
    notice = session.get(Notice, notice_id)
    return Target(ancestor_ids(session, notice.organization_id)) if notice else None


notice_target = TargetParameter("notice_id", of_notice)
