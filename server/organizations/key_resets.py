"""The keys of an account that holds a role: one person proposes to reset them, another confirms it.

Its owner is told of both and may stop it; so may the person who proposed it and anyone who could confirm it. Those
without two persons above them go to the operator (`xianfeng reset-binding`). Why: docs/adr/0030.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.subjects import AuditSubject
from server.days import shanghai_date
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict, not_found
from server.events import emit
from server.identity.models import Account
from server.identity.rules import Actor, Permission, Role
from server.organizations import binding, custody, four_eyes
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.events import KeysReset
from server.organizations.models import KeyReset, Member, ResetStatus
from server.organizations.queries import home_of
from server.privacy import PhoneVault, normal_phone

WAITS_FOR = timedelta(days=3)


def status_of(reset: KeyReset, *, now: datetime) -> ResetStatus:
    if reset.confirmed_at is not None:
        return ResetStatus.confirmed
    if reset.stopped_at is not None:
        return ResetStatus.stopped
    return ResetStatus.waiting if reset.open and now < reset.expires_at else ResetStatus.expired


@dataclass(frozen=True, slots=True)
class ConfirmedReset:
    """A confirmed reset, with the new code, shown only once; a new phone needs none."""

    reset: KeyReset
    code: str | None = None
    expires_at: datetime | None = None


def propose(
    session: Session,
    vault: PhoneVault,
    *,
    actor: Actor,
    account_id: int,
    member_id: int,
    reason: str,
    phone: str | None,
    now: datetime,
) -> KeyReset:
    """Propose to unbind a member and give them a new code, or to set another `phone`. It waits for three days.

    Raises DomainError as `custody.refuse_unless_above`, `four_eyes.refuse`; 409 `one_person_is_enough`,
    `reset_waiting`; 422 `own_keys`, `invalid_phone`.
    """
    account = binding.account_of_member(session, member_id)
    if account is None or not custody.needs_two(session, account_id=account.id, on=shanghai_date(now)):
        raise conflict(OrganizationErrorCode.one_person_is_enough, "该同志没有任职，可直接解除绑定或发放激活码")
    _refuse_proposing(session, account, actor, now)
    number = normal_phone(phone) if phone else None
    if phone and number is None:
        raise DomainError(OrganizationErrorCode.invalid_phone, "手机号应为 11 位")
    _close_expired(session, account.id, now)
    reset = KeyReset(
        root_id=account.root_id,
        account_id=account.id,
        open=True,
        reason=reason,
        phone_sealed=vault.seal(number) if number else None,
        proposed_by=account_id,
        proposed_at=now,
        expires_at=now + WAITS_FOR,
    )
    try:
        with session.begin_nested():
            session.add(reset)
    except IntegrityError:
        raise conflict(
            OrganizationErrorCode.reset_waiting, "该同志的账号已有一项重置等待确认，请先办结或撤回"
        ) from None
    _note(session, reset, "key_reset_propose", account_id, now)
    return reset


def confirm(
    session: Session, vault: PhoneVault, *, actor: Actor, account_id: int, reset_id: int, now: datetime
) -> ConfirmedReset:
    """Carry out a proposed reset, as someone other than the proposer.

    Raises DomainError as `propose`, 403 `same_person`, `technical_role`, 409 `moved_on`.
    """
    reset = _waiting(session, reset_id, now)
    account = session.get_one(Account, reset.account_id)
    _refuse_confirming(session, reset, account, actor, now)
    reset.open, reset.confirmed_by, reset.confirmed_at = None, account_id, now
    done = _carried_out(session, vault, reset, account, now=now)
    _note(session, reset, "key_reset_confirm", account_id, now)
    return done


def stop(session: Session, *, actor: Actor, account_id: int, reset_id: int, now: datetime) -> KeyReset:
    """Call off a proposed reset, as its owner, its proposer, or someone who could confirm it. Raises as `confirm`."""
    reset = _waiting(session, reset_id, now)
    _refuse_stopping(session, reset, session.get_one(Account, reset.account_id), actor, now)
    reset.open, reset.stopped_by, reset.stopped_at = None, account_id, now
    _note(session, reset, "key_reset_stop", account_id, now)
    return reset


def may(session: Session, reset: KeyReset, *, actor: Actor, now: datetime) -> tuple[bool, bool]:
    """Return whether the actor may stop a reset, and whether they may confirm it."""
    if actor.account_id is None or status_of(reset, now=now) is not ResetStatus.waiting:
        return False, False
    account = session.get_one(Account, reset.account_id)
    checks = (_refuse_stopping, _refuse_confirming)
    stops, confirms = (_passes(check, session, reset, account, actor, now) for check in checks)
    return stops, confirms


def may_propose(session: Session, *, actor: Actor, member_id: int, now: datetime) -> bool:
    """Whether the actor may propose a reset of a member who holds a role."""
    account = binding.account_of_member(session, member_id)
    return account is not None and _passes(_refuse_proposing, session, account, actor, now)


def _passes(check: Callable[..., None], *arguments: Any) -> bool:
    try:
        check(*arguments)
    except DomainError:
        return False
    return True


def _refuse_proposing(session: Session, account: Account, actor: Actor, now: datetime) -> None:
    _check(session, actor, account, now, matter=four_eyes.Matter(frozenset({account.id})))


def _refuse_stopping(session: Session, reset: KeyReset, account: Account, actor: Actor, now: datetime) -> None:
    if actor.account_id != reset.proposed_by:
        custody.refuse_unless_above(session, actor=actor, account_id=account.id, now=now)


def _refuse_confirming(session: Session, reset: KeyReset, account: Account, actor: Actor, now: datetime) -> None:
    if actor.account_id == reset.proposed_by:
        raise DomainError(
            OrganizationErrorCode.same_person, "提出人不能自行确认，请由另一人核实后确认", status=HTTPStatus.FORBIDDEN
        )
    _check(session, actor, account, now, matter=_matter(reset))
    custody.refuse_technical(session, actor=actor, account_id=account.id, now=now)


def of_member(session: Session, member_id: int) -> Sequence[KeyReset]:
    """Return the resets of a member's account, latest first."""
    query = select(KeyReset).join(Account, Account.id == KeyReset.account_id).where(Account.member_id == member_id)
    return session.scalars(query.order_by(KeyReset.id.desc()).limit(20)).all()


@dataclass(frozen=True, slots=True)
class WaitingReset:
    """A reset that waits for a second person: someone with one of these roles at a place, or above it."""

    reset: KeyReset
    member_id: int
    place: int
    roles: frozenset[Role]
    matter: four_eyes.Matter


def waiting(session: Session, *, root_id: int, now: datetime) -> Iterator[WaitingReset]:
    """Yield the resets of a tree that wait."""
    query = (
        select(KeyReset, Account.member_id)
        .join(Account, Account.id == KeyReset.account_id)
        .where(KeyReset.root_id == root_id, KeyReset.open.is_(True), KeyReset.expires_at > now)
    )
    for reset, member_id in session.execute(query.order_by(KeyReset.id)).all():
        place, roles = custody.standing_above(session, account_id=reset.account_id, on=shanghai_date(now))
        if place is not None and member_id is not None:
            yield WaitingReset(reset, member_id, place, roles, _matter(reset))


def _matter(reset: KeyReset) -> four_eyes.Matter:
    """A reset is a matter of its owner and its proposer, for a second person to decide."""
    parties = frozenset({reset.account_id, reset.proposed_by})
    return four_eyes.Matter(parties, since=reset.proposed_at, held_before=reset.proposed_at)


def _check(session: Session, actor: Actor, account: Account, now: datetime, *, matter: four_eyes.Matter) -> None:
    if actor.account_id is None or actor.account_id == account.id:
        raise DomainError(
            OrganizationErrorCode.own_keys, "本人的微信可在“我的”中自行解除绑定，不能提出或确认重置本人的账号"
        )
    custody.refuse_unless_above(session, actor=actor, account_id=account.id, now=now)
    home = home_of(session, account.member_id or 0, shanghai_date(now))
    four_eyes.refuse(
        session,
        account_id=actor.account_id,
        permission=Permission.account_manage,
        place=home[-1] if home else None,
        matter=matter,
        now=now,
    )


def _close_expired(session: Session, account_id: int, now: datetime) -> None:
    waiting = select(KeyReset).where(KeyReset.account_id == account_id, KeyReset.open.is_(True)).with_for_update()
    earlier = session.scalar(waiting.execution_options(populate_existing=True))
    if earlier is not None and status_of(earlier, now=now) is ResetStatus.expired:
        earlier.open = None
        session.flush()


def _waiting(session: Session, reset_id: int, now: datetime) -> KeyReset:
    query = select(KeyReset).where(KeyReset.id == reset_id).with_for_update()
    reset = session.scalar(query.execution_options(populate_existing=True))
    if reset is None:
        raise not_found("重置")
    status = status_of(reset, now=now)
    if status is not ResetStatus.waiting:
        words = {
            ResetStatus.confirmed: "该项重置已由他人确认",
            ResetStatus.stopped: "该项重置已撤回",
            ResetStatus.expired: "该项重置已超过三日未确认，请重新提出",
        }
        raise conflict(CoreErrorCode.moved_on, words[status], status=status)
    return reset


def _carried_out(
    session: Session, vault: PhoneVault, reset: KeyReset, account: Account, *, now: datetime
) -> ConfirmedReset:
    member = session.get_one(Member, account.member_id, with_for_update=True)
    if reset.phone_sealed is not None:
        member.phone_sealed, member.phone_index = reset.phone_sealed, vault.index(vault.open(reset.phone_sealed))
        member.updated_at = now
        session.flush()
        return ConfirmedReset(reset)
    return ConfirmedReset(reset, *binding.renew(session, account, member.work_number, reset.confirmed_by, now))


def _note(session: Session, reset: KeyReset, action: str, account_id: int, now: datetime) -> None:
    session.flush()
    audit.record(
        session,
        actor_id=account_id,
        root_id=reset.root_id,
        action=action,
        subject_kind=AuditSubject.account,
        subject_id=reset.account_id,
        now=now,
        detail={"key_reset_id": reset.id, "kind": "phone" if reset.phone_sealed else "binding"},
    )
    emit(session, KeysReset(reset.id, status_of(reset, now=now), now))
