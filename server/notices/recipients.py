"""Who a notice is for today, and which of them have read it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.identity.models import Account, Grant
from server.identity.rules import Role
from server.notices.models import Notice, NoticeReading
from server.notices.rules import NoticeAudience, NoticeStatus
from server.organizations.models import Member, Membership, Organization, ids_in
from server.organizations.queries import home_of

OFFICERS = (
    Role.group_leader,
    Role.committee_member,
    Role.deputy_secretary,
    Role.secretary,
    Role.organizer,
    Role.general_secretary,
    Role.organization_department,
)


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """How many people of a branch a notice is for, and how many of them have read it."""

    organization_id: int
    title: str
    people: int
    read: int

    @property
    def unread(self) -> int:
        return self.people - self.read


@dataclass(frozen=True, slots=True)
class Reader:
    member_id: int
    name: str
    organization_title: str
    read_at: datetime | None
    told_by: int | None


def counts(session: Session, notice: Notice, *, now: datetime) -> list[PlaceCount]:
    """Return the branches a notice reaches, by path, with how many have read it."""
    query = (
        _recipients(session, notice, shanghai_date(now))
        .with_only_columns(
            Organization.id, Organization.title, func.count(Member.id), func.count(NoticeReading.member_id)
        )
        .outerjoin(NoticeReading, _is_reading(notice.id))
        .group_by(Organization.id, Organization.title, Organization.path)
        .order_by(Organization.path)
    )
    return [PlaceCount(*row) for row in session.execute(query)]


def readers(
    session: Session, notice: Notice, *, has_read: bool | None, after_id: int | None, limit: int, now: datetime
) -> list[Reader]:
    """Return those a notice is for, by member id: all, those who have read it, or those who have not."""
    query = (
        _recipients(session, notice, shanghai_date(now))
        .with_only_columns(Member.id, Member.name, Organization.title, NoticeReading.read_at, NoticeReading.told_by)
        .outerjoin(NoticeReading, _is_reading(notice.id))
        .where(Member.id > (after_id or 0))
        .order_by(Member.id)
        .limit(limit)
    )
    if has_read is not None:
        absent = NoticeReading.member_id.is_(None)
        query = query.where(~absent if has_read else absent)
    return [Reader(*row) for row in session.execute(query)]


def is_for(session: Session, notice: Notice, *, member_id: int, now: datetime) -> bool:
    """Whether a notice is for this member today."""
    query = _recipients(session, notice, shanghai_date(now)).where(Member.id == member_id)
    return session.scalar(query.with_only_columns(Member.id)) is not None


def inbox(
    session: Session, *, member_id: int, unread_only: bool, before_id: int | None, limit: int, now: datetime
) -> list[tuple[Notice, NoticeReading | None]]:
    """Return what was published for a member, newest first, with their reading of it."""
    on = shanghai_date(now)
    for_all = Notice.audience == NoticeAudience.everyone
    query = (
        select(Notice, NoticeReading)
        .outerjoin(NoticeReading, and_(NoticeReading.notice_id == Notice.id, NoticeReading.member_id == member_id))
        .where(
            Notice.organization_id.in_(home_of(session, member_id, on)),
            or_(for_all, Notice.organization_id.in_(_places_of_office(session, member_id, on))),
            Notice.published_at.is_not(None),
        )
        .order_by(Notice.id.desc())
        .limit(limit)
    )
    if before_id is not None:
        query = query.where(Notice.id < before_id)
    if unread_only:
        query = query.where(NoticeReading.member_id.is_(None), Notice.status == NoticeStatus.published)
    return [(notice, reading) for notice, reading in session.execute(query)]


def _places_of_office(session: Session, member_id: int, on: date) -> set[int]:
    """Return the organizations at or below which a member holds an office."""
    paths = session.scalars(
        select(Organization.path)
        .join(Grant, Grant.organization_id == Organization.id)
        .join(Account, Account.id == Grant.account_id)
        .where(Account.member_id == member_id, _is_office(on))
    )
    return {place for path in paths for place in ids_in(path)}


def _recipients(session: Session, notice: Notice, on: date) -> Select[int]:
    place = session.get_one(Organization, notice.organization_id)
    query = (
        select(Member.id)
        .join(Membership, and_(Membership.member_id == Member.id, Membership.holds_on(on)))
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Organization.path.startswith(place.path, autoescape=True))
    )
    if notice.audience == NoticeAudience.officers:
        query = query.where(exists().where(_holds_office(on, place.path), Account.member_id == Member.id))
    return query


def _holds_office(on: date, path: str) -> ColumnElement[bool]:
    below = select(Organization.id).where(Organization.path.startswith(path, autoescape=True))
    return and_(Grant.account_id == Account.id, Grant.organization_id.in_(below), _is_office(on))


def _is_office(on: date) -> ColumnElement[bool]:
    return and_(Grant.role.in_(OFFICERS), Grant.holds_on(on))


def _is_reading(notice_id: int) -> ColumnElement[bool]:
    return and_(NoticeReading.notice_id == notice_id, NoticeReading.member_id == Member.id)
