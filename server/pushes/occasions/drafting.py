"""Drafts of pushes: the catalogue's title, every field filled in, and where the person belongs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.days import at_time, shanghai_date
from server.organizations.models import Member, Membership
from server.pushes.catalogue import CATALOGUE
from server.pushes.occasions.wording import Content
from server.pushes.outbox import Draft
from server.pushes.rules import Occasion

OPENS_AT = time(9)
"""When people are told of months, in Shanghai."""


@dataclass(frozen=True, slots=True)
class HomePlace:
    """Where someone belongs; `organization_id` is told if they cannot be reached."""

    root_id: int
    organization_id: int


@dataclass(frozen=True, slots=True)
class DraftedMessage:
    """What everyone concerned by one cause is told; `content` may differ from person to person."""

    occasion: Occasion
    subject: str
    page: str
    due_at: datetime
    expires_at: datetime | None = None


def to_member(message: DraftedMessage, member_id: int, place: HomePlace, content: Content) -> Draft:
    return _draft(message, place, content, member_id=member_id)


def to_account(message: DraftedMessage, account_id: int, place: HomePlace, content: Content) -> Draft:
    """Draft a push for somebody who need not be a member."""
    return _draft(message, place, content, account_id=account_id)


def _draft(
    message: DraftedMessage,
    place: HomePlace,
    content: Content,
    *,
    member_id: int | None = None,
    account_id: int | None = None,
) -> Draft:
    entry = CATALOGUE[message.occasion]
    if content.keys() != set(entry.keys):
        raise ValueError(f"{message.occasion} needs {entry.keys}, not {tuple(content)}")
    return Draft(
        root_id=place.root_id,
        organization_id=place.organization_id,
        occasion=message.occasion,
        subject=message.subject,
        title=entry.title,
        content=content,
        page=message.page,
        due_at=message.due_at,
        expires_at=message.expires_at,
        member_id=member_id,
        account_id=account_id,
    )


def places_of(session: Session, member_ids: Collection[int], on: date) -> dict[int, HomePlace]:
    """Return the members' branches on a day; members of none are left out."""
    query = (
        select(Member.id, Member.root_id, Membership.organization_id)
        .join(Membership, Membership.member_id == Member.id)
        .where(Member.id.in_(member_ids), Membership.holds_on(on))
    )
    return {member_id: HomePlace(root_id, branch_id) for member_id, root_id, branch_id in session.execute(query)}


def concerned(session: Session, message: DraftedMessage, member_ids: Collection[int], now: datetime) -> Collection[int]:
    """Return which of these members it concerns: all while they can act on it, later only those who were here then.

    Those who joined while the system was down do not read of things they could not have known.
    """
    if message.expires_at is None or now < message.expires_at:
        return member_ids
    return places_of(session, member_ids, shanghai_date(message.due_at)).keys()


def at_nine(now: datetime) -> datetime:
    """Return nine o'clock of the day if it is still ahead, or else now."""
    return max(now, at_time(shanghai_date(now), OPENS_AT))


def instant_key(instant: datetime) -> str:
    """Return an instant as it is written in a subject."""
    return f"{instant:%Y%m%dT%H%M%S%f}"
