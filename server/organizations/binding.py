"""Binding a WeChat identity to a roster entry: by the phone WeChat verified, or by name, number and a one-time code."""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from http import HTTPStatus

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.days import shanghai_date
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict
from server.identity import service as identity
from server.identity import wrong_tries
from server.identity.models import Account, Grant
from server.identity.rules import Actor, Permission, Role
from server.names import name_key, normal_name
from server.organizations import custody, grants
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.models import ActivationCode, KeyReset, Member, Membership, OrganizationKind
from server.organizations.rules import (
    CODE_ALPHABET,
    CODE_LENGTH,
    is_work_number,
    normal_activation_code,
    normal_work_number,
)
from server.organizations.service import get_open
from server.privacy import PhoneVault, normal_phone, unreadable

CODE_LIFETIME = timedelta(days=7)


def bind_by_phone(session: Session, vault: PhoneVault, *, identity_id: int, phone: str, now: datetime) -> Account:
    """Bind to the one member on a roster with this verified phone.

    WeChat has verified the phone, so there is nothing to guess: wrong codes typed before do not matter.

    Raises DomainError `phone_not_on_roster`, 409 `phone_shared`, `account_taken` or `already_bound`, 503 `key_missing`
    if the roster has numbers that nobody can read.
    """
    number = normal_phone(phone)
    found = _members_with(session, vault, number, now) if number else []
    if not found and (missing := unreadable(session, vault, Member.phone_sealed)):
        message = f"名册中有手机号暂不可读（缺少密钥 {'、'.join(missing)}），请使用激活码绑定或联系支部书记"
        raise DomainError(CoreErrorCode.key_missing, message, status=HTTPStatus.SERVICE_UNAVAILABLE)
    if not found:
        raise DomainError(
            OrganizationErrorCode.phone_not_on_roster, "名册中没有这个手机号，请使用激活码绑定或联系支部书记"
        )
    if len(found) > 1:
        raise conflict(OrganizationErrorCode.phone_shared, "有多名党员登记了这个手机号，请使用激活码绑定")
    (member,) = found
    account = _account_of(session, member, now)
    _bind(session, identity_id, account, "phone", now)
    return account


def _members_with(session: Session, vault: PhoneVault, number: str, now: datetime) -> list[Member]:
    belongs = (
        select(Membership.id)
        .where(Membership.member_id == Member.id, Membership.ends_after(shanghai_date(now)))
        .exists()
    )
    query = select(Member).where(Member.phone_index.in_(vault.indexes(number)), belongs)
    return list(session.scalars(query.order_by(Member.id).limit(2)))


def bind_by_code(
    session: Session, *, identity_id: int, name: str, work_number: str, code: str, now: datetime
) -> Account:
    """Bind to the person the code was issued for; the answer is the same whichever of the three is wrong.

    What cannot be a number or a code is no try. Raises DomainError `binding_refused` (for a try: counted and kept), 409
    `account_taken`, `already_bound`, `code_outdated`, 429 `too_many_tries`.
    """
    number, typed = normal_work_number(work_number), normal_activation_code(code)
    if not is_work_number(number):
        raise DomainError(OrganizationErrorCode.binding_refused, "工号/学号应为 1–32 位数字或字母，请核对")
    if typed is None:
        raise DomainError(
            OrganizationErrorCode.binding_refused, f"激活码是 {CODE_LENGTH} 位数字和字母，形如 ABCDE-FGHJK，请核对"
        )
    wrong_tries.refuse_if_locked(session, identity_id=identity_id, now=now, subject=number)
    issued = _find_code(session, name=name, number=number, code=typed, now=now)
    if issued is None:
        wrong_tries.count_wrong_try(session, identity_id=identity_id, subject=number, now=now)
        raise DomainError(OrganizationErrorCode.binding_refused, "姓名、工号/学号或激活码不正确", keep=True)
    account = session.get_one(Account, issued.account_id)
    custody.refuse_outgrown_code(
        session, issuer_id=issued.created_by, issued_at=issued.created_at, account_id=account.id, now=now
    )
    _bind(session, identity_id, account, "code", now)
    issued.used_at = now
    session.flush()
    return account


def _find_code(session: Session, *, name: str, number: str, code: str, now: datetime) -> ActivationCode | None:
    query = select(ActivationCode).where(ActivationCode.code_hash == _hash(code)).with_for_update()
    issued = session.scalar(query)
    if issued is None or issued.active is None or issued.expires_at <= now or issued.work_number != number:
        return None
    account = session.get_one(Account, issued.account_id)
    return issued if name_key(_current_name(session, account)) == name_key(name) else None


def _current_name(session: Session, account: Account) -> str:
    member = session.get(Member, account.member_id) if account.member_id else None
    return member.name if member else account.name


def _bind(session: Session, identity_id: int, account: Account, how: str, now: datetime) -> None:
    identity.bind(session, identity_id=identity_id, account_id=account.id, now=now)
    _void_codes(session, account.id)
    unused = (KeyReset.account_id == account.id, KeyReset.confirmed_at.is_not(None), KeyReset.used_at.is_(None))
    session.execute(update(KeyReset).where(*unused).values(used_at=now))
    audit.record(
        session,
        actor_id=account.id,
        action="bind",
        now=now,
        detail={"how": how},
        **audit.of(account),
    )


def issue_for_member(session: Session, *, actor: Actor, member_id: int, now: datetime) -> tuple[str, datetime]:
    """Return a new code, shown only once, and when it expires; an earlier one becomes void.

    Raises DomainError as `custody.refuse_new_code`.
    """
    member = session.get_one(Member, member_id)
    account = _account_of(session, member, now)
    custody.refuse_new_code(session, actor=actor, account_id=account.id, now=now)
    return issue(session, account, member.work_number, actor.account_id, now)


def invite_representative(
    session: Session, *, actor: Actor, organization_id: int, name: str, work_number: str, now: datetime
) -> tuple[Account, str, datetime]:
    """Return the account of a branch's 群众代表 (made on the first invitation) with a new code and its expiry.

    Raises DomainError `not_a_branch`, `role_above_own`, and as `custody.refuse_new_code`.
    """
    branch = get_open(session, organization_id)
    if branch.kind != OrganizationKind.branch or branch.root_id is None:
        raise DomainError(OrganizationErrorCode.not_a_branch, "群众代表由党支部邀请")
    name, number = normal_name(name), normal_work_number(work_number)
    account = _representative(session, branch.id, name, number, now)
    if account is None:
        grants.check_rank(actor, branch.ancestor_ids, Role.representative, Permission.account_manage)
        account = identity.ensure_account(session, member_id=None, root_id=branch.root_id, name=name, now=now)
        grants.appoint(
            session,
            organization=branch,
            role=Role.representative,
            account_id=account.id,
            from_date=shanghai_date(now),
            until_date=None,
            granted_by=actor.account_id,
            now=now,
        )
    custody.refuse_new_code(session, actor=actor, account_id=account.id, now=now)
    code, expires_at = issue(session, account, number, actor.account_id, now)
    return account, code, expires_at


def _representative(session: Session, branch_id: int, name: str, number: str, now: datetime) -> Account | None:
    query = (
        select(Account)
        .join(Grant, Grant.account_id == Account.id)
        .join(ActivationCode, ActivationCode.account_id == Account.id)
        .where(
            Grant.organization_id == branch_id,
            Grant.role == Role.representative,
            Grant.ends_after(shanghai_date(now)),
            Account.member_id.is_(None),
            ActivationCode.work_number == number,
        )
        .order_by(Account.id)
    )
    return _named(session, query, name)


def _named(session: Session, query: Select[Account], name: str) -> Account | None:
    key = name_key(name)
    return next((account for account in session.scalars(query) if name_key(account.name) == key), None)


def issue(
    session: Session, account: Account, work_number: str, issued_by: int | None, now: datetime
) -> tuple[str, datetime]:
    """Return a new code for an account, whoever asks for it, and when it expires; an earlier one becomes void."""
    session.scalars(select(Account.id).where(Account.id == account.id).with_for_update()).one()
    _void_codes(session, account.id)
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    issued = ActivationCode(
        account_id=account.id,
        work_number=work_number,
        code_hash=_hash(code),
        active=True,
        created_by=issued_by,
        created_at=now,
        expires_at=now + CODE_LIFETIME,
    )
    session.add(issued)
    session.flush()
    wrong_tries.forgive_subject(session, normal_work_number(work_number))
    _audit_office(session, account, "activation_code", issued_by, now)
    return f"{code[:5]}-{code[5:]}", issued.expires_at


def release(session: Session, *, actor: Actor, account_id: int, now: datetime) -> int:
    """Unbind every WeChat identity of an account and void its codes; return how many were unbound.

    Raises DomainError as `custody.refuse_alone`.
    """
    custody.refuse_alone(session, actor=actor, account_id=account_id, now=now)
    return _release(session, session.get_one(Account, account_id), actor.account_id, now)


def reset(session: Session, *, account: Account, now: datetime) -> tuple[str, datetime]:
    """Unbind an account and return a new code for it, as the operator of the machine does."""
    number = session.scalar(select(Member.work_number).where(Member.id == account.member_id)) or session.scalar(
        select(ActivationCode.work_number)
        .where(ActivationCode.account_id == account.id)
        .order_by(ActivationCode.id.desc())
        .limit(1)
    )
    if number is None:
        raise conflict(OrganizationErrorCode.no_work_number, f"{account.name}没有工号/学号，请重新邀请")
    return renew(session, account, number, None, now)


def renew(
    session: Session, account: Account, work_number: str, renewed_by: int | None, now: datetime
) -> tuple[str, datetime]:
    """Unbind an account and return a new code, whoever asks for it; the identities that were unbound are still told."""
    _release(session, account, renewed_by, now, heard=True)
    return issue(session, account, work_number, renewed_by, now)


def _release(session: Session, account: Account, released_by: int | None, now: datetime, *, heard: bool = False) -> int:
    _void_codes(session, account.id)
    count = identity.unbind(session, account_id=account.id, now=now, heard=heard)
    _audit_office(session, account, "unbind", released_by, now)
    return count


def _void_codes(session: Session, account_id: int) -> None:
    session.execute(update(ActivationCode).where(ActivationCode.account_id == account_id).values(active=None))


def is_idle(session: Session, *, account_id: int, on: date) -> bool:
    """Whether an account belongs to no member and neither holds a role nor is to hold one."""
    account = session.get_one(Account, account_id)
    return account.member_id is None and not custody.has_any_role(session, account_id=account_id, on=on)


def account_numbered(session: Session, work_number: str) -> Account:
    """Return the one account with this 工号/学号: the member's, or else that of someone who got it with a code.

    Raises DomainError 404 `not_on_roster`, 409 `not_bound_yet` or `work_number_shared`.
    """
    number = normal_work_number(work_number)
    name = session.scalar(select(Member.name).where(Member.work_number == number).limit(1))
    of_members = select(Account.id).join(Member, Member.id == Account.member_id).where(Member.work_number == number)
    with_codes = select(ActivationCode.account_id).where(ActivationCode.work_number == number)
    known = of_members if name is not None else with_codes
    found = session.scalars(select(Account).where(Account.id.in_(known))).all()
    if len(found) > 1:
        raise conflict(OrganizationErrorCode.work_number_shared, f"有多人使用工号/学号 {number}，无法确定是谁")
    if found:
        return found[0]
    if name is None:
        raise DomainError(
            OrganizationErrorCode.not_on_roster, f"名册中没有工号/学号 {number}，请核对", status=HTTPStatus.NOT_FOUND
        )
    raise identity.not_bound_yet(name)


def invited_account(session: Session, *, root_id: int, name: str, work_number: str) -> Account | None:
    """Return the account of someone on no roster to whom the operator once issued a code under this name and number.

    Someone whom a branch invited under them may be anybody.
    """
    told = select(ActivationCode.account_id).where(
        ActivationCode.work_number == work_number, ActivationCode.created_by.is_(None)
    )
    query = select(Account).where(Account.root_id == root_id, Account.member_id.is_(None), Account.id.in_(told))
    return _named(session, query.order_by(Account.id), name)


def has_code(session: Session, *, account_id: int, now: datetime) -> bool:
    """Whether an account has a code that is still good."""
    query = select(ActivationCode.id).where(
        ActivationCode.account_id == account_id, ActivationCode.active.is_(True), ActivationCode.expires_at > now
    )
    return session.scalar(query) is not None


def account_of_member(session: Session, member_id: int) -> Account | None:
    return session.scalar(select(Account).where(Account.member_id == member_id))


def _account_of(session: Session, member: Member, now: datetime) -> Account:
    return identity.ensure_account(session, member_id=member.id, root_id=member.root_id, name=member.name, now=now)


def _audit_office(session: Session, account: Account, action: str, actor_id: int | None, now: datetime) -> None:
    audit.record(
        session,
        actor_id=actor_id,
        action=action,
        now=now,
        **audit.of(account),
    )


def _hash(code: str) -> str:
    """A code has 49 random bits and lives a week behind a lock: a plain hash is enough."""
    return hashlib.sha256(f"xianfeng activation {code}".encode()).hexdigest()
