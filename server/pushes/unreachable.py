"""Who was not reached, or may not have been, so that someone tells them; and that someone did."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.errors import conflict, not_found
from server.identity.models import Account
from server.organizations.models import Member, Organization
from server.pushes.error_codes import PushErrorCode
from server.pushes.models import Push
from server.pushes.rules import PushStatus

UNREACHED = (PushStatus.unreachable, PushStatus.unknown, PushStatus.expired)


@dataclass(frozen=True, slots=True)
class Unreached:
    """A push that did not arrive or may not have, its recipient, and the organization they belonged to then."""

    push: Push
    name: str
    organization_title: str


@dataclass(frozen=True, slots=True)
class UnreachedCount:
    """For an organization: how many pushes did not arrive, how many may not have, and how many of both are settled."""

    organization_id: int
    title: str
    unreachable: int
    unknown: int
    settled: int


_UNREACHED = (
    select(Push, func.coalesce(Member.name, Account.name), Organization.title)
    .join(Organization, Organization.id == Push.organization_id)
    .outerjoin(Member, Member.id == Push.member_id)
    .outerjoin(Account, Account.id == Push.account_id)
)


def one(session: Session, push_id: int) -> Unreached:
    return Unreached(*session.execute(_UNREACHED.where(Push.id == push_id)).one())


def unreached(
    session: Session,
    organization_id: int,
    *,
    with_settled: bool,
    before: tuple[datetime, int] | None,
    limit: int,
) -> list[Unreached]:
    """Return what did not reach people at or below an organization, latest first.

    What a person was told, or has read since, is settled, and left out unless `with_settled`.
    """
    query = _UNREACHED.where(_is_unreached(session, organization_id))
    if not with_settled:
        query = query.where(~_is_settled())
    if before is not None:
        due_at, push_id = before
        query = query.where(or_(Push.due_at < due_at, and_(Push.due_at == due_at, Push.id < push_id)))
    rows = session.execute(query.order_by(Push.due_at.desc(), Push.id.desc()).limit(limit))
    return [Unreached(*row) for row in rows]


def counts(session: Session, organization_id: int) -> list[UnreachedCount]:
    """Return the organizations at or below one that have unreached people, by path."""
    may_have_come = Push.status == PushStatus.unknown
    kinds = (and_(~may_have_come, ~_is_settled()), and_(may_have_come, ~_is_settled()), _is_settled())
    query = (
        select(Organization.id, Organization.title, *(_number(kind) for kind in kinds))
        .join(Push, Push.organization_id == Organization.id)
        .where(_is_unreached(session, organization_id))
        .group_by(Organization.id, Organization.title, Organization.path)
        .order_by(Organization.path)
    )
    return [UnreachedCount(place, title, *map(int, figures)) for place, title, *figures in session.execute(query)]


def tell(session: Session, push_id: int, *, account_id: int, now: datetime) -> Push:
    """Note that an officer told a person what did not reach them; the first time counts.

    Raises DomainError `not_found`, 409 `not_unreached` for what was delivered or is still under way.
    """
    query = select(Push).where(Push.id == push_id).with_for_update()
    push = session.scalar(query.execution_options(populate_existing=True))
    if push is None:
        raise not_found("未送达的消息")
    if push.status not in UNREACHED:
        raise conflict(PushErrorCode.not_unreached, "这条消息不在未送达之列，不用登记告知", status=push.status)
    if push.told_at is None:
        push.told_by, push.told_at = account_id, now
        session.flush()
        _audit(session, push, account_id, now)
    return push


def _audit(session: Session, push: Push, account_id: int, now: datetime) -> None:
    audit.record(
        session,
        actor_id=account_id,
        action="push_told",
        now=now,
        **audit.of(push),
    )


def _is_unreached(session: Session, organization_id: int) -> ColumnElement[bool]:
    path = session.get_one(Organization, organization_id).path
    below = select(Organization.id).where(Organization.path.startswith(path, autoescape=True))
    return and_(Push.organization_id.in_(below), Push.status.in_(UNREACHED))


def _is_settled() -> ColumnElement[bool]:
    return or_(Push.told_at.is_not(None), Push.read_at.is_not(None))


def _number(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((which, 1), else_=0))
