"""Links that sign a person in once, in a browser: for those without a phone at hand (docs/adr/0021).

The secret follows the `#` of the address, which no browser sends to a server: no log has it.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.errors import DomainError
from server.identity import queries, service
from server.identity.error_codes import IdentityErrorCode
from server.identity.models import Account, LoginLink, WechatIdentity
from server.text import plain_code

LIFETIME = timedelta(minutes=10)
SESSION_DAYS = 1
"""A desk is shared more often than a phone: those who came by a link sign in again tomorrow."""

PAGE = "/m/pages/sign-in/sign-in"


@dataclass(frozen=True, slots=True)
class IssuedLink:
    """`secret` is known to nobody else, and shown only once."""

    link_id: int
    secret: str
    name: str
    expires_at: datetime

    def address(self, base_url: str) -> str:
        """Return the link's address; the id makes a browser load the page again for each link."""
        return f"{base_url}{PAGE}?link={self.link_id}#{self.secret}"


def issue(session: Session, *, account: Account, now: datetime) -> IssuedLink:
    """Return a new link for an account. Raises DomainError 409 `not_bound_yet`: a link never stands in for binding."""
    if not queries.is_bound(session, account_id=account.id):
        raise service.not_bound_yet(account.name)
    secret = secrets.token_urlsafe(32)
    link = LoginLink(secret_hash=_hash(secret), account_id=account.id, created_at=now, expires_at=now + LIFETIME)
    session.add(link)
    session.flush()
    _audit(session, account, "login_link", None, now)
    return IssuedLink(link.id, secret, account.name, link.expires_at)


def use(session: Session, *, secret: str, now: datetime) -> WechatIdentity:
    """Use up a link and return the identity that it signs in; of two at once one gets in. A whole address works, too.

    Raises DomainError `link_spent` if it is used, expired or unknown, or its person has been unbound since.
    """
    typed = plain_code(secret.rpartition("#")[2])
    unused = (LoginLink.secret_hash == _hash(typed)) & LoginLink.used_at.is_(None) & (LoginLink.expires_at > now)
    link = session.scalar(select(LoginLink).where(unused).with_for_update())
    identity = _identity_of(session, link.account_id) if link is not None else None
    if link is None or identity is None:
        raise DomainError(IdentityErrorCode.link_spent, "登录链接已经用过或已过期，请重新生成")
    link.used_at = now
    account = session.get_one(Account, link.account_id)
    _audit(session, account, "login_by_link", account.id, now)
    return identity


def _identity_of(session: Session, account_id: int) -> WechatIdentity | None:
    query = select(WechatIdentity).where(WechatIdentity.account_id == account_id)
    return session.scalar(query.order_by(WechatIdentity.id).limit(1))


def _audit(session: Session, account: Account, action: str, actor_id: int | None, now: datetime) -> None:
    audit.record(
        session,
        actor_id=actor_id,
        action=action,
        now=now,
        **audit.of(account),
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
