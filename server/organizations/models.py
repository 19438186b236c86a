"""The tree of organizations, their members, and the history between them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ColumnElement, ForeignKey, Index, String, UniqueConstraint, func
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from server.audit.subjects import AuditSubject
from server.db import Base, BigId, UtcDateTime, enum_column
from server.periods import InForce


class OrganizationKind(StrEnum):
    party_committee = "party_committee"
    general_branch = "general_branch"
    branch = "branch"
    group = "group"


class Category(StrEnum):
    """人员类别."""

    staff = "staff"
    student = "student"
    retired = "retired"


class Stage(StrEnum):
    """党员类别."""

    full = "full"
    probationary = "probationary"
    prospect = "prospect"
    activist = "activist"


def ids_in(path: str) -> tuple[int, ...]:
    """Return the ids in an organization's path, root first."""
    return tuple(int(part) for part in path.split("/") if part)


class Organization(Base):
    """A node of the tree. `path` is `/root/…/self/`; units keep their own title (分党委, 总支).

    `began_on` is the day it was entered here, None for those from before that was recorded (`beginning`).
    """

    __tablename__ = "organizations"
    audit_subject = AuditSubject.organization
    __table_args__ = (UniqueConstraint("parent_id", "title"), Index(None, "path"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    kind: Mapped[OrganizationKind] = mapped_column(enum_column())
    title: Mapped[str] = mapped_column(String(128))
    path: Mapped[str] = mapped_column(String(255))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    began_on: Mapped[date | None]
    closed_on: Mapped[date | None]

    @property
    def ancestor_ids(self) -> tuple[int, ...]:
        """Ids from the root down to and including this organization."""
        return ids_in(self.path)


class Member(Base):
    """A Party member (or prospect). The phone is sealed; `phone_index` finds it without opening it."""

    __tablename__ = "members"
    audit_subject = AuditSubject.member
    __table_args__ = (
        UniqueConstraint("root_id", "work_number"),
        Index(None, "root_id", "phone_index"),
        Index(None, "root_id", "name"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str] = mapped_column(String(64))
    gender: Mapped[str | None] = mapped_column(String(8))
    work_number: Mapped[str] = mapped_column(String(32))
    phone_sealed: Mapped[str | None] = mapped_column(String(160))
    phone_index: Mapped[str | None] = mapped_column(String(80))
    joined_on: Mapped[date | None]
    full_member_on: Mapped[date | None]
    category: Mapped[Category] = mapped_column(enum_column())
    stage: Mapped[Stage] = mapped_column(enum_column())
    duty: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Membership(InForce, Base):
    """组织关系: a member belongs to a branch (and a group in it) from a day, inclusive, until a day, exclusive."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("member_id", "from_date"),
        Index(None, "organization_id", "until_date"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    from_date: Mapped[date]
    until_date: Mapped[date | None]

    @hybrid_property
    def home_id(self) -> int:
        """The group, or the branch if the member is in none."""
        return self.group_id or self.organization_id

    @home_id.inplace.expression
    @classmethod
    def _home_id(cls) -> ColumnElement[int]:
        return func.coalesce(cls.group_id, cls.organization_id)


class ActivationCode(Base):
    """A one-time code with which an account is bound; only its hash is kept. At most one is `active` per account.

    `work_number` has to be typed with it: a 群众代表 has no roster entry that holds one.
    """

    __tablename__ = "activation_codes"
    __table_args__ = (UniqueConstraint("account_id", "active"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    work_number: Mapped[str] = mapped_column(String(32))
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    active: Mapped[bool | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ResetStatus(StrEnum):
    waiting = "waiting"
    confirmed = "confirmed"
    stopped = "stopped"
    expired = "expired"


class KeyReset(Base):
    """What two persons do to the keys of an account that holds a role: one proposes, another confirms (`key_resets`).

    `open` while it waits; at most one does per account. With a phone, the account binds by that number; without
    one it is unbound and gets a new code. For seven days after `confirmed_at`, and after `used_at`, when
    somebody bound by it, the account decides nothing on matters of either of the two (`four_eyes`).
    """

    __tablename__ = "key_resets"
    __table_args__ = (
        UniqueConstraint("account_id", "open"),
        Index(None, "confirmed_at"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    open: Mapped[bool | None]
    reason: Mapped[str] = mapped_column(String(200))
    phone_sealed: Mapped[str | None] = mapped_column(String(160))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FilingStatus(StrEnum):
    submitted = "submitted"
    received = "received"
    returned = "returned"


class FilingSubject(StrEnum):
    """What is filed. Each is filed by the feature that owns it (`filings.register`)."""

    exemption = "exemption"
    standard = "standard"
    annual_result = "annual_result"  # an edition of a branch's results of a year
    rating_method = "rating_method"
    rating = "rating"  # an edition of a branch's stars, where stars are filed by themselves


class Filing(Base):
    """备案 of one subject with the supervising organization. It is not approval."""

    __tablename__ = "filings"
    audit_subject = AuditSubject.filing
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id"),
        Index(None, "to_organization_id", "status"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    subject_kind: Mapped[FilingSubject] = mapped_column(enum_column())
    subject_id: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(String(255))
    from_organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    to_organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    status: Mapped[FilingStatus] = mapped_column(enum_column())
    submitted_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(String(500))


class FilingStep(Base):
    """One step in a filing's history, oldest first by id."""

    __tablename__ = "filing_steps"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filings.id"), index=True)
    status: Mapped[FilingStatus] = mapped_column(enum_column())
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    note: Mapped[str | None] = mapped_column(String(500))


class Exemption(InForce, Base):
    """不列入管理范围 (《实施方案》一（三）): 支委会研究 → 党员大会通过 → 总支备案, each step with date and note.

    In force from `from_date` once its filing is received, until `until_date` (exclusive). `open` is True until it is
    ended or given up, then NULL: a member has at most one open exemption.
    """

    __tablename__ = "exemptions"
    __table_args__ = (UniqueConstraint("member_id", "open"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    open: Mapped[bool | None]
    reason: Mapped[str] = mapped_column(String(500))
    studied_on: Mapped[date]
    studied_note: Mapped[str] = mapped_column(String(500))
    studied_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    passed_on: Mapped[date | None]
    passed_note: Mapped[str | None] = mapped_column(String(500))
    passed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    from_date: Mapped[date | None]
    filing_id: Mapped[int | None] = mapped_column(ForeignKey("filings.id"))
    until_date: Mapped[date | None]
    ended_note: Mapped[str | None] = mapped_column(String(500))
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WorkdayOverride(Base):
    """A day that counts differently from the national calendar, or that the calendar does not know yet."""

    __tablename__ = "workday_overrides"

    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    works: Mapped[bool]
    note: Mapped[str] = mapped_column(String(100))
    changed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WorkdayYear(Base):
    """A year whose holidays an office has entered as a whole; `note` names the announcement."""

    __tablename__ = "workday_years"

    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), primary_key=True, autoincrement=False)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    note: Mapped[str] = mapped_column(String(100))
    entered_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
