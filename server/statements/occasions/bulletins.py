"""季通报: 总支每季度将党员积分情况进行通报. Members are told that it is out; figures and names stay in the app."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.identity.models import Account, Grant
from server.identity.rules import RULES, Permission
from server.organizations.models import Membership, Organization
from server.pushes import fanouts, pages
from server.pushes.fanouts import FanoutPart
from server.pushes.models import Fanout
from server.pushes.occasions import wording
from server.pushes.occasions.drafting import DraftedMessage, HomePlace, to_member
from server.pushes.rules import Occasion
from server.statements.events import BulletinPublished
from server.statements.models import Bulletin


def published(session: Session, event: BulletinPublished) -> None:
    bulletin = session.get_one(Bulletin, event.bulletin_id)
    fanouts.add(
        session,
        root_id=bulletin.root_id,
        occasion=Occasion.bulletin,
        subject=str(bulletin.id),
        subject_id=bulletin.id,
        due_at=event.now,
        now=event.now,
    )


def draft(session: Session, fanout: Fanout, limit: int, now: datetime) -> FanoutPart:
    """Draft for the next members below; those who may acknowledge it for a branch are asked to do so."""
    bulletin = session.get_one(Bulletin, fanout.subject_id)
    publisher, on = session.get_one(Organization, bulletin.organization_id), shanghai_date(now)
    rows = session.execute(
        select(Membership.member_id, Organization.id)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(
            Organization.path.startswith(publisher.path, autoescape=True),
            Membership.holds_on(on),
            Membership.member_id > fanout.after_id,
        )
        .order_by(Membership.member_id)
        .limit(limit)
    ).all()
    asked = _acknowledging(session, publisher.path, on)
    message = DraftedMessage(Occasion.bulletin, str(bulletin.id), pages.bulletin(bulletin.id), due_at=fanout.due_at)
    title, published_at = f"{wording.quarter(bulletin.quarter)}党员积分通报", bulletin.published_at or fanout.due_at
    drafts = [
        to_member(
            message,
            member_id,
            HomePlace(bulletin.root_id, branch_id),
            wording.bulletin(title, publisher.title, published_at, acknowledges=member_id in asked),
        )
        for member_id, branch_id in rows
    ]
    return FanoutPart(drafts, rows[-1][0] if len(rows) == limit else None)


def _acknowledging(session: Session, path: str, on: date) -> set[int]:
    """Return the members who may acknowledge for a branch below."""
    below = select(Organization.id).where(Organization.path.startswith(path, autoescape=True))
    query = (
        select(Account.member_id)
        .join(Grant, Grant.account_id == Account.id)
        .where(
            Grant.holds_on(on),
            Grant.role.in_(RULES[Permission.bulletin_acknowledge].roles),
            Grant.organization_id.in_(below),
            Account.member_id.is_not(None),
        )
    )
    return {member_id for member_id in session.scalars(query) if member_id is not None}
