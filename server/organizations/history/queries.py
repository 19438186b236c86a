"""Category and stage of members on a day. Whoever needs them asks here: nothing else reads the columns."""

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import BigInteger, ColumnElement, Date, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.organizations.history.models import FormerKinds
from server.organizations.history.rules import FormerPeriod, Kinds, KindsHistory
from server.organizations.models import Category, Member, Stage

LATEST_CATEGORY, LATEST_STAGE = Member.category, Member.stage
"""What members are today, since no change lies ahead."""


def category_on(day: date | ColumnElement[date]) -> ColumnElement[Category]:
    """Return the column of what 人员类别 a member was on a day, for a query that selects from `Member`."""
    return func.coalesce(_former(FormerKinds.category, day), Member.category)


def stage_on(day: date | ColumnElement[date]) -> ColumnElement[Stage]:
    """Return the column of what 党员类别 a member was on a day, for a query that selects from `Member`."""
    return func.coalesce(_former(FormerKinds.stage, day), Member.stage)


def changes_between(member_id: InstrumentedAttribute[int], *, after: date, until: date) -> ColumnElement[bool]:
    """The condition that the member in a column became something else after a day and by another one."""
    changed = select(FormerKinds.member_id).where(FormerKinds.member_id == member_id)
    return changed.where(FormerKinds.until_date > after, FormerKinds.until_date <= until).exists()


def _former(column: InstrumentedAttribute[str], day: date | ColumnElement[date]) -> ColumnElement[str | None]:
    """What stood in a column of the first period that ends after the day; NULL if none does. One look at the key."""
    later = select(column).where(FormerKinds.member_id == Member.id, FormerKinds.until_date > day)
    return later.order_by(FormerKinds.until_date).limit(1).correlate(Member).scalar_subquery()


_IDS = bindparam("member_ids", type_=BigInteger, expanding=True)
_DAY = bindparam("day", type_=Date)
_ON = select(Member.id, category_on(_DAY), stage_on(_DAY)).where(Member.id.in_(_IDS))
_FORMER = select(FormerKinds).where(FormerKinds.member_id.in_(_IDS))


def kinds_on(session: Session, member_ids: Collection[int], day: date) -> dict[int, Kinds]:
    """Return what each of the members was on a day, by id; one statement. Ids that nobody has are left out."""
    rows = session.execute(_ON, {"member_ids": list(member_ids), "day": day})
    return {member_id: Kinds(Category(category), Stage(stage)) for member_id, category, stage in rows}


def kinds_of(session: Session, member_id: int, day: date) -> Kinds:
    """Return what a member was on a day. Raises LookupError if there is no such member."""
    return kinds_on(session, [member_id], day)[member_id]


def latest_kinds(member: Member) -> Kinds:
    """Return what a member is today; no statement."""
    return Kinds(Category(member.category), Stage(member.stage))


def history_of(member: Member, former: Iterable[FormerKinds]) -> KindsHistory:
    """Return a member's history from its rows, in whatever order."""
    periods = (FormerPeriod(row.until_date, Kinds(Category(row.category), Stage(row.stage))) for row in former)
    return KindsHistory(latest_kinds(member), tuple(sorted(periods, key=lambda period: period.until)))


def histories(session: Session, members: Collection[Member]) -> dict[int, KindsHistory]:
    """Return the members' histories by id; one statement."""
    found: dict[int, list[FormerKinds]] = {member.id: [] for member in members}
    for row in session.scalars(_FORMER, {"member_ids": list(found)}):
        found[row.member_id].append(row)
    return {member.id: history_of(member, found[member.id]) for member in members}
