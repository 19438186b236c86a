"""Changing what members are from a day on, and correcting what was recorded wrongly (docs/adr/0039)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.days import shanghai_date
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict
from server.events import emit
from server.identity.rules import Actor, Permission
from server.organizations import four_eyes, past_years
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.events import CategoriesChanged, CategoryChange, StageChanged
from server.organizations.history.models import FormerKinds
from server.organizations.history.queries import histories
from server.organizations.history.rules import KindsHistory, change_refusal
from server.organizations.models import Category, Member, Membership, Stage

_CORRECTED = {
    Category: ("category", "人员类别", OrganizationErrorCode.own_category),
    Stage: ("stage", "党员类别", OrganizationErrorCode.own_stage),
}


@dataclass(frozen=True, slots=True)
class Entered:
    """Who enters a change, when, and why it is a correction (None: it is none)."""

    account_id: int | None
    now: datetime
    reason: str | None = None


def locked(session: Session, member_ids: Collection[int]) -> Sequence[Member]:
    """Lock members until the transaction ends, in the order of their ids, and return them as they are then."""
    query = select(Member).where(Member.id.in_(member_ids)).order_by(Member.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).all()


def change_categories(
    session: Session, changes: dict[int, tuple[Category, date]], *, account_id: int | None, now: datetime
) -> frozenset[int]:
    """Let members (keys) be of another category from a day on; return whose category that changes.

    What was posted for earlier days stays. Openings follow by entries dated that day. The same again changes nothing.
    Raises DomainError `invalid_dates`, 409 `year_drafted`.
    """
    members = locked(session, changes)
    known, told = histories(session, members), []
    by = Entered(account_id, now)
    for member in members:
        history, (category, on) = known[member.id], changes[member.id]
        if history.latest.category is category:
            continue
        check_change(session, member.id, history, on, now=now)
        _write(session, member, history, history.changed(on, category=category), by)
        told.append(CategoryChange(member.id, history.latest.category, category, on))
    session.flush()
    if told:
        emit(session, CategoriesChanged(tuple(told), now))
    return frozenset(change.member_id for change in told)


def check_change(session: Session, member_id: int, history: KindsHistory, on: date, *, now: datetime) -> None:
    """Raise DomainError `invalid_dates`, 409 `year_drafted` unless a member's category may change on a day."""
    today = shanghai_date(now)
    if refusal := change_refusal(on=on, today=today, since=history.holds_since("category")):
        raise DomainError(CoreErrorCode.invalid_dates, refusal)
    if on.year < today.year:
        past_years.refuse_drafted(session, _branches_since(session, member_id, on), since=on, now=now)


def correct_stage(
    session: Session, *, member_id: int, before: Stage, stage: Stage, reason: str, actor: Actor, now: datetime
) -> Member:
    """Correct a stage that was recorded wrongly as `before`. What was posted stays; the openings follow the stage.

    Raises DomainError `own_stage`, or 409 `moved_on` if it is another by now. Repeating it changes nothing.
    """
    member, since = _correct(session, member_id, before, stage, reason=reason, actor=actor, now=now)
    if since is not None:
        emit(session, StageChanged(member.id, before, stage, since, now))
    return member


def correct_category(
    session: Session, *, member_id: int, before: Category, category: Category, reason: str, actor: Actor, now: datetime
) -> Member:
    """Correct a category that was recorded wrongly as `before`. What was posted stays; the openings follow.

    Raises DomainError `own_category`, or 409 `moved_on` if it is another by now. Repeating it changes nothing.
    """
    member, since = _correct(session, member_id, before, category, reason=reason, actor=actor, now=now)
    if since is not None:
        emit(session, CategoriesChanged((CategoryChange(member.id, before, category, since),), now))
    return member


def _correct(
    session: Session,
    member_id: int,
    before: Category | Stage,
    value: Category | Stage,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> tuple[Member, date | None]:
    """Return the member, and the first day that may have been posted for of those corrected, None if there are none."""
    field, title, own = _CORRECTED[type(value)]
    if actor.account_id is None or actor.member_id == member_id:
        raise DomainError(own, f"不能更正本人的{title}，请由其他负责人办理", status=HTTPStatus.FORBIDDEN)
    four_eyes.refuse_of_member(
        session, account_id=actor.account_id, permission=Permission.stage_correct, member_id=member_id, now=now
    )
    (member,) = locked(session, [member_id])
    history = histories(session, [member])[member_id]
    recorded = getattr(history.latest, field)
    if recorded is value:
        return member, None
    if recorded is not before:
        raise conflict(CoreErrorCode.moved_on, f"{title}已有变化，请刷新后核对")
    begins = past_years.open_since(session, _branches_since(session, member_id, date.min), now=now)
    since = _corrected_since(session, member_id, history.holds_since(field), begins)
    _write(session, member, history, history.changed(since, **{field: value}), Entered(actor.account_id, now, reason))
    audit.record(
        session,
        actor_id=actor.account_id,
        action=f"member_{field}_correct",
        now=now,
        detail={"before": before, "after": value, "reason": reason},
        **audit.of(member),
    )
    session.flush()
    return member, max(since, begins)


def _corrected_since(session: Session, member_id: int, recorded_since: date, begins: date) -> date:
    """Return the day from which a correction holds: since it was recorded, but not before open years begin.

    Where the member has no day before those, it holds for ever.
    """
    if recorded_since >= begins:
        return recorded_since
    earlier = select(Membership.id).where(Membership.member_id == member_id, Membership.from_date < begins)
    return recorded_since if session.scalar(earlier.limit(1)) is None else begins


def _branches_since(session: Session, member_id: int, on: date) -> Sequence[int]:
    """Return the branches a member belonged to on a day or later."""
    held = select(Membership.organization_id).where(Membership.member_id == member_id, Membership.ends_after(on))
    return session.scalars(held.distinct()).all()


def _write(session: Session, member: Member, before: KindsHistory, after: KindsHistory, by: Entered) -> None:
    """Bring a member's rows in line; periods that stay keep who ended them."""
    member.category, member.stage, member.updated_at = after.latest.category, after.latest.stage, by.now
    old, new = set(before.former), set(after.former)
    gone = [period.until for period in old - new]
    if gone:
        rows = (FormerKinds.member_id == member.id, FormerKinds.until_date.in_(gone))
        session.execute(delete(FormerKinds).where(*rows))
    session.add_all(_rows(member.id, before, after, by))


def _rows(member_id: int, before: KindsHistory, after: KindsHistory, by: Entered) -> Iterable[FormerKinds]:
    for period in after.former:
        if period not in before.former:
            yield FormerKinds(
                member_id=member_id,
                until_date=period.until,
                category=period.kinds.category,
                stage=period.kinds.stage,
                entered_by=by.account_id,
                entered_at=by.now,
                reason=by.reason,
            )
