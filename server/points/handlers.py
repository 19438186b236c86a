"""What the ledger does when members come, move, change or leave, and when a standard is published.

What happens in one year may concern the next, whose standard is often published before it begins. A publication opens
(or re-bases) up to `OPENED_AT_ONCE` members at once; those of a larger unit are left to the job `open_years`, and until
then readers see what is due.
"""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.organizations.events import (
    CategoriesChanged,
    FilingDecided,
    MemberLeft,
    MembersJoined,
    MemberTransferred,
    StageChanged,
)
from server.organizations.models import Exemption, FilingStatus, FilingSubject, Organization
from server.points.ledger.due import openings_due
from server.points.service import OPENED_AT_ONCE, open_year, rebase_openings, set_scores
from server.standards.events import StandardPublished
from server.standards.versions import published_years


def members_joined(session: Session, event: MembersJoined) -> None:
    _open_years(session, event.member_ids, event.on, event.now)


def member_transferred(session: Session, event: MemberTransferred) -> None:
    """Re-base the openings where the new branch has another standard, by entries dated the day of the transfer."""
    _open_years(session, [event.member_id], event.on, event.now)


def member_left(session: Session, event: MemberLeft) -> None:
    """Remove scores of years in which the member belongs nowhere: a member who died on 30 December has no next year."""
    for year in published_years(session, since=event.on.year):
        set_scores(session, member_ids=[event.member_id], year=year, now=event.now)


def filing_decided(session: Session, event: FilingDecided) -> None:
    """Remove the score of a year of which somebody is now 不列入 on every day; other years keep theirs."""
    if event.subject_kind != FilingSubject.exemption or event.status != FilingStatus.received:
        return
    exemption = session.get_one(Exemption, event.subject_id)
    assert exemption.from_date is not None
    for year in published_years(session, since=exemption.from_date.year):
        set_scores(session, member_ids=[exemption.member_id], year=year, now=event.now)


def stage_changed(session: Session, event: StageChanged) -> None:
    """Keep the openings; an activist who becomes probationary starts on the members' standard."""
    _open_years(session, [event.member_id], event.on, event.now)


def categories_changed(session: Session, event: CategoriesChanged) -> None:
    """Re-base the openings where the new category opens otherwise, by entries dated the day of the change."""
    for year in published_years(session, since=min(change.on for change in event.changes).year):
        concerned = [change for change in event.changes if change.on.year <= year]
        rebase_openings(session, concerned, year=year, now=event.now)


def standard_published(session: Session, event: StandardPublished) -> None:
    organization = session.get_one(Organization, event.organization_id)
    below = select(Organization.id).where(Organization.path.startswith(organization.path, autoescape=True))
    due = openings_due(year=event.year, today=shanghai_date(event.now), places=below)
    member_ids = session.scalars(due.limit(OPENED_AT_ONCE + 1)).all()
    if len(member_ids) <= OPENED_AT_ONCE:
        open_year(session, member_ids=member_ids, year=event.year, now=event.now)


def _open_years(session: Session, member_ids: Collection[int], on: date, now: datetime) -> None:
    """Open the year of the day and each after it that has a standard."""
    for year in published_years(session, since=on.year):
        open_year(session, member_ids=member_ids, year=year, now=now)
