"""What the ledger does when members come, move or change, and when a standard is published.

A standard published for a unit of up to `OPENED_AT_ONCE` members opens (or re-bases) their year at once. In larger
units that waits for each member's next posting, or for `open_year` in chunks; until then readers see what is due.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.clock import shanghai_date
from server.organizations.events import MembersJoined, MemberTransferred, StageChanged
from server.organizations.models import Membership, Organization
from server.points.service import OPENED_AT_ONCE, open_year
from server.standards.events import StandardPublished


def members_joined(session: Session, event: MembersJoined) -> None:
    open_year(session, member_ids=event.member_ids, year=shanghai_date(event.now).year, now=event.now)


def member_transferred(session: Session, event: MemberTransferred) -> None:
    """Re-base the openings where the new branch has another standard, by entries dated the day of the transfer."""
    open_year(session, member_ids=[event.member_id], year=event.on.year, now=event.now)


def stage_changed(session: Session, event: StageChanged) -> None:
    """Keep the openings; an activist who becomes probationary starts on the members' standard."""
    open_year(session, member_ids=[event.member_id], year=event.on.year, now=event.now)


def standard_published(session: Session, event: StandardPublished) -> None:
    organization = session.get_one(Organization, event.organization_id)
    below = select(Organization.id).where(Organization.path.startswith(organization.path, autoescape=True))
    members = select(Membership.member_id).where(Membership.organization_id.in_(below), Membership.until_date.is_(None))
    member_ids = session.scalars(members.distinct().limit(OPENED_AT_ONCE + 1)).all()
    if len(member_ids) <= OPENED_AT_ONCE:
        open_year(session, member_ids=member_ids, year=event.year, now=event.now)
