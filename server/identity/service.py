"""Tokens, WeChat identities, the accounts they open, and grants."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from http import HTTPStatus

from sqlalchemy import Engine, bindparam, event, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, SessionTransaction

from server.db import found_or_added, reading
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict
from server.identity import wrong_tries
from server.identity.cache import CallerCache
from server.identity.error_codes import IdentityErrorCode
from server.identity.models import Account, Grant, Token, WechatIdentity
from server.identity.queries import actor_of
from server.identity.rules import Actor, Role

_CALLER = (
    select(Token, WechatIdentity, Account)
    .join(WechatIdentity, WechatIdentity.id == Token.identity_id)
    .outerjoin(Account, Account.id == WechatIdentity.account_id)
    .where(Token.token_hash == bindparam("token_hash"))
)
_CHANGED = "identities changed in this transaction"

_callers = CallerCache()


# Tokens


def issue_token(session: Session, *, identity_id: int, now: datetime, days: int) -> str:
    """Return a new bearer token; only its SHA-256 is kept."""
    token = secrets.token_urlsafe(32)
    session.add(
        Token(token_hash=_hash(token), identity_id=identity_id, created_at=now, expires_at=now + timedelta(days=days))
    )
    session.flush()
    return token


def authenticate(engine: Engine, token: str, *, now: datetime, fresh: bool = False) -> Actor:
    """Return the caller with the grants they hold today; `fresh` bypasses the cache.

    Raises DomainError 401 `not_signed_in` (unknown or revoked) or `token_expired`.
    """
    token_hash = _hash(token)
    remembered = None if fresh else _callers.find(token_hash, now=now)
    if remembered is not None:
        return remembered
    generation = _callers.generation
    with reading(engine) as session:
        row = session.execute(_CALLER, {"token_hash": token_hash}).one_or_none()
        if row is None or row.Token.revoked_at is not None:
            raise DomainError(IdentityErrorCode.not_signed_in, "请先登录", status=HTTPStatus.UNAUTHORIZED)
        if row.Token.expires_at <= now:
            raise DomainError(IdentityErrorCode.token_expired, "登录已过期，请重新登录", status=HTTPStatus.UNAUTHORIZED)
        actor = actor_of(session, row.WechatIdentity, now=now)
        expires_at = row.Token.expires_at
    _callers.remember(token_hash, actor, expires_at=expires_at, now=now, generation=generation)
    return actor


def revoke(session: Session, *, token: str, now: datetime) -> None:
    """End one token; ending it again changes nothing."""
    found = session.scalar(select(Token).where(Token.token_hash == _hash(token)))
    if found is not None and found.revoked_at is None:
        found.revoked_at = now
        session.flush()
        _forget_afterwards(session, [found.identity_id])


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _forget_afterwards(session: Session, identity_ids: Iterable[int]) -> None:
    """Forget callers once the change is committed; other processes notice within the cache's 30 seconds."""
    session.info.setdefault(_CHANGED, set()).update(identity_ids)


@event.listens_for(Session, "after_transaction_end")
def _forget_changed(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None and (changed := session.info.pop(_CHANGED, None)):
        _callers.forget(changed)


# Identities and accounts


def find_or_add_identity(
    session: Session, *, app_id: str, openid: str, unionid: str | None, now: datetime
) -> WechatIdentity:
    """Return the identity of an openid, made on its first sign-in; two first sign-ins at once make one."""
    query = select(WechatIdentity).where(WechatIdentity.app_id == app_id, WechatIdentity.openid == openid)
    identity = found_or_added(
        session, query, lambda: WechatIdentity(app_id=app_id, openid=openid, unionid=unionid, created_at=now)
    )
    if unionid is not None and identity.unionid != unionid:
        identity.unionid = unionid
        session.flush()
    return identity


def adopt_by_unionid(session: Session, identity: WechatIdentity) -> None:
    """Let a new identity act for the account that the same person, by unionid, has bound in another of our apps."""
    if identity.account_id is not None or identity.unionid is None:
        return
    same = select(WechatIdentity.account_id).where(
        WechatIdentity.unionid == identity.unionid,
        WechatIdentity.account_id.is_not(None),
        WechatIdentity.app_id != identity.app_id,
    )
    account_id = session.scalar(same.order_by(WechatIdentity.id).limit(1))
    if account_id is None:
        return
    try:
        with session.begin_nested():
            identity.account_id = account_id
    except IntegrityError:  # the account has another identity in this app, which stays
        session.refresh(identity)
        return
    _forget_afterwards(session, [identity.id])


def ensure_account(session: Session, *, member_id: int | None, root_id: int, name: str, now: datetime) -> Account:
    """Return the member's account, made if they have none; without a member (群众代表) always a new one."""
    query = select(Account).where(Account.member_id == member_id, Account.member_id.is_not(None))
    return found_or_added(
        session, query, lambda: Account(root_id=root_id, member_id=member_id, name=name, created_at=now)
    )


def bind(session: Session, *, identity_id: int, account_id: int, now: datetime) -> None:
    """Let an identity act for an account; repeating it changes nothing.

    Raises DomainError 409 `already_bound` (this identity belongs to someone else) or `account_taken` (the account
    already has an identity under the same app: the secretary unbinds that one first).
    """
    identity = session.scalars(select(WechatIdentity).where(WechatIdentity.id == identity_id).with_for_update()).one()
    if identity.account_id == account_id:
        return
    if identity.account_id is not None:
        raise conflict(IdentityErrorCode.already_bound, "该微信已绑定其他人，请先由支部书记解除绑定")
    try:
        with session.begin_nested():
            identity.account_id, identity.former_account_id = account_id, None
    except IntegrityError:
        raise conflict(IdentityErrorCode.account_taken, "该身份已绑定其他微信，请联系支部书记解除绑定") from None
    wrong_tries.forgive_identity(session, identity_id)
    _forget_afterwards(session, [identity_id])


def unbind(session: Session, *, account_id: int, now: datetime, heard: bool = False) -> int:
    """Detach all identities of an account and end their tokens; return how many were detached.

    With `heard`, these are still told what happens to the account's keys (`WechatIdentity.former_account_id`).
    """
    earlier = update(WechatIdentity).where(WechatIdentity.former_account_id == account_id)
    session.execute(earlier.values(former_account_id=None))
    identities = session.scalars(
        select(WechatIdentity).where(WechatIdentity.account_id == account_id).order_by(WechatIdentity.id)
    ).all()
    ids = [identity.id for identity in identities]
    for identity in identities:
        identity.account_id = None
        identity.former_account_id = account_id if heard else None
    session.execute(update(Token).where(Token.identity_id.in_(ids), Token.revoked_at.is_(None)).values(revoked_at=now))
    session.flush()
    _forget_afterwards(session, ids)
    return len(ids)


def not_bound_yet(name: str) -> DomainError:
    """The refusal for a person without a WeChat identity so far."""
    return conflict(IdentityErrorCode.not_bound_yet, f"{name}还没有绑定微信，请先用激活码或手机号绑定")


# Grants


def grant(
    session: Session,
    *,
    account_id: int,
    role: Role,
    organization_id: int,
    from_date: date,
    until_date: date | None,
    granted_by: int | None,
    now: datetime,
) -> Grant:
    """Give a role from a day, inclusive, until a day, exclusive.

    Raises DomainError `invalid_dates`, or 409 `already_granted` when the same role there overlaps.
    """
    if until_date is not None and until_date <= from_date:
        raise DomainError(CoreErrorCode.invalid_dates, "结束日期应晚于开始日期")
    session.scalars(select(Account.id).where(Account.id == account_id).with_for_update()).one()
    same = select(Grant).where(
        Grant.account_id == account_id, Grant.role == role, Grant.organization_id == organization_id
    )
    if any(_overlap(earlier, from_date, until_date) for earlier in session.scalars(same)):
        raise conflict(IdentityErrorCode.already_granted, "该同志在此期间已担任这一角色")
    granted = Grant(
        account_id=account_id,
        role=role,
        organization_id=organization_id,
        from_date=from_date,
        until_date=until_date,
        granted_by=granted_by,
        created_at=now,
    )
    session.add(granted)
    session.flush()
    _forget_account(session, account_id)
    return granted


def end_grant(session: Session, *, grant_id: int, until_date: date, now: datetime) -> Grant:
    """Let a grant end on a day (exclusive; today or earlier ends it at once).

    Raises DomainError 404 `not_found`, or 409 `grant_ended` when it has already ended by then.
    """
    granted = session.scalar(select(Grant).where(Grant.id == grant_id).with_for_update())
    if granted is None:
        raise DomainError(CoreErrorCode.not_found, "没有找到该任职", status=HTTPStatus.NOT_FOUND)
    if granted.until_date is not None and granted.until_date <= until_date:
        raise conflict(IdentityErrorCode.grant_ended, "该任职已经结束")
    granted.until_date = max(until_date, granted.from_date)
    session.flush()
    _forget_account(session, granted.account_id)
    return granted


def _overlap(earlier: Grant, from_date: date, until_date: date | None) -> bool:
    begins_before_end = until_date is None or earlier.from_date < until_date
    return begins_before_end and earlier.ends_after(from_date)


def _forget_account(session: Session, account_id: int) -> None:
    query = select(WechatIdentity.id).where(WechatIdentity.account_id == account_id)
    _forget_afterwards(session, session.scalars(query).all())
