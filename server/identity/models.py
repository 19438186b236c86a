"""Accounts, the WeChat identities that open them, tokens and grants."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.dialects.mysql import MEDIUMTEXT
from sqlalchemy.orm import Mapped, mapped_column

from server.audit.subjects import AuditSubject
from server.db import Base, BigId, UtcDateTime, enum_column
from server.identity.rules import Role
from server.periods import InForce


class Account(Base):
    """A person who can act. Grants hang here; a member has at most one account, a 群众代表 has one without a member."""

    __tablename__ = "accounts"
    audit_subject = AuditSubject.account

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WechatIdentity(Base):
    """An openid under one of our apps. It signs in unbound; binding sets `account_id`, unbinding clears it.

    `former_account_id` is the account whose keys two officers reset: its former owner is still told of that here.
    """

    __tablename__ = "wechat_identities"
    __table_args__ = (
        UniqueConstraint("app_id", "openid"),
        UniqueConstraint("app_id", "account_id"),
        Index(None, "unionid"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    app_id: Mapped[str] = mapped_column(String(64))
    openid: Mapped[str] = mapped_column(String(64))
    unionid: Mapped[str | None] = mapped_column(String(64))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    former_account_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Token(Base):
    """An opaque bearer token, stored as SHA-256."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("wechat_identities.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LoginLink(Base):
    """A link that signs an account in once in a browser (login_links.py); only its secret's SHA-256 is kept."""

    __tablename__ = "login_links"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Grant(InForce, Base):
    """A role at an organization for some time: `from_date` inclusive, `until_date` exclusive, None = open."""

    __tablename__ = "grants"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_column())
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    from_date: Mapped[date]
    until_date: Mapped[date | None]
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PrivacyConsent(Base):
    """An account agreed to one version of the privacy notice."""

    __tablename__ = "privacy_consents"
    __table_args__ = (UniqueConstraint("account_id", "version"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    version: Mapped[int]
    agreed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BindingAttempt(Base):
    """The last wrong tries (ISO instants) of one identity, or at one roster entry."""

    __tablename__ = "binding_attempts"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    wrong_tries: Mapped[list[str]] = mapped_column(JSON)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Counter(Base):
    """How often something was tried since its window began (counters.py). `key` is a hash."""

    __tablename__ = "counters"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    tries: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class IdempotencyRecord(Base):
    """The answer given to one (caller, key), written in the transaction of its effect; purged after 24 hours."""

    __tablename__ = "idempotency_records"
    __table_args__ = (UniqueConstraint("identity_id", "key"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("wechat_identities.id"))
    key: Mapped[str] = mapped_column(String(128))
    route: Mapped[str] = mapped_column(String(255))
    body_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Text().with_variant(MEDIUMTEXT, "mysql", "mariadb"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
