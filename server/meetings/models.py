"""Meetings, their rosters and invitations, and what became of them: attendance, leave, make-up.

A meeting is planned by its host (`organization_id`). Every organization that takes part has a `Roster`, its own 应到
list, confirmed by its own officer; the people on it are `Invitation`s.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.audit.subjects import AuditSubject
from server.days import shanghai_date
from server.db import Base, BigId, UtcDateTime, enum_column
from server.meetings.rules import (
    AttendanceState,
    CheckInWindow,
    HeldStatus,
    HoldReason,
    LeaveStatus,
    MeetingKind,
    MeetingStatus,
    Part,
    RosterStatus,
    Scope,
    Via,
)
from server.standards.rules import LeaveKind


class Meeting(Base):
    """`items` are what it counts for: `[{"code": "B04", "quantity": "1"}]`, the quantity in the item's unit.

    `public_id` stands in the QR code. `series_id` is the id of the first meeting of a recurring one. `version` grows
    with every change of the plan. Presence is posted once `settles_at` has passed. `allows_sharing`: the host lets any
    number of people check in by one phone.
    """

    __tablename__ = "meetings"
    audit_subject = AuditSubject.meeting
    __table_args__ = (
        Index(None, "organization_id", "starts_at"),
        Index(None, "root_id", "starts_at"),
        Index(None, "status", "settles_at"),
        Index(None, "series_id", "starts_at"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    series_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[MeetingKind] = mapped_column(enum_column())
    title: Mapped[str] = mapped_column(String(100))
    topic: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(100))
    agenda: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    late_after: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    makeup_until: Mapped[date]
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    shows_names: Mapped[bool]
    allows_sharing: Mapped[bool] = mapped_column(default=False)
    status: Mapped[MeetingStatus] = mapped_column(enum_column())
    settles_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_reason: Mapped[str | None] = mapped_column(String(200))
    minutes: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    planned_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def day(self) -> date:
        """The day in Shanghai on which it begins: the day its facts carry."""
        return shanghai_date(self.starts_at)

    @property
    def window(self) -> CheckInWindow:
        return CheckInWindow(self.opens_at, self.late_after, self.closes_at)


class Roster(Base):
    """What one organization has to do with a meeting. `group_ids`: the groups meant by the scope `group`.

    `due_at` is when the ledger next has to be brought in line with the list: a 补课 may be missed, or a long list is
    not posted to its end.
    """

    __tablename__ = "meeting_rosters"
    __table_args__ = (
        UniqueConstraint("meeting_id", "organization_id"),
        Index(None, "organization_id", "meeting_id"),
        Index(None, "status", "organization_id"),
        Index(None, "due_at"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    scope: Mapped[Scope] = mapped_column(enum_column())
    group_ids: Mapped[list[int]] = mapped_column(JSON)
    status: Mapped[RosterStatus] = mapped_column(enum_column())
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Invitation(Base):
    """`chosen` ones were named by hand and stay whatever the roster's scope says.

    `counts_anyway`: an officer found that a claim of the same day is of something else, so that both count.
    """

    __tablename__ = "meeting_invitations"
    __table_args__ = (Index(None, "member_id", "meeting_id"), Index(None, "roster_id"), Base.__table_args__)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False)
    roster_id: Mapped[int] = mapped_column(ForeignKey("meeting_rosters.id"))
    part: Mapped[Part] = mapped_column(enum_column())
    chosen: Mapped[bool]
    counts_anyway: Mapped[bool] = mapped_column(default=False)


class Attendance(Base):
    """That someone came, or made up for it. `scan_id` is of the request that wrote it, `ticket_id` of the ticket used.

    `account_id` acted: the member's own, their helper's or the officer's. Nothing is deleted silently: every change by
    hand leaves an `AttendanceChange`.

    `ticket_place` and `helper_place` number the accounts of a ticket and the people of a helper from 1 on, as far as
    they are limited; being unique they hold the limit, whoever writes at once. None takes no place.
    """

    __tablename__ = "attendances"
    __table_args__ = (
        Index(None, "member_id", "meeting_id"),
        Index(None, "meeting_id", "ticket_id", "ticket_place", unique=True),
        Index(None, "meeting_id", "account_id", "helper_place", unique=True),
        Base.__table_args__,
    )

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False)
    state: Mapped[AttendanceState] = mapped_column(enum_column())
    via: Mapped[Via] = mapped_column(enum_column())
    scanned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    scan_id: Mapped[str | None] = mapped_column(String(32))
    ticket_id: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[str | None] = mapped_column(String(200))
    elsewhere_meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meetings.id"))
    ticket_place: Mapped[int | None]
    helper_place: Mapped[int | None]


class HeldCheckIn(Base):
    """A check-in beyond what a ticket or a helper is good for: it counts once the host has confirmed it.

    `state`, `via`, `account_id`, `scan_id` and `ticket_id` are as an attendance would have them; `held_at` is when it
    was written. A member who comes in another way meanwhile has an attendance, and this one is no longer waited for.
    `reason`: why the host did not confirm it.
    """

    __tablename__ = "held_check_ins"
    __table_args__ = (Index(None, "member_id", "meeting_id"), Index(None, "status", "meeting_id"), Base.__table_args__)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False)
    why: Mapped[HoldReason] = mapped_column(enum_column())
    status: Mapped[HeldStatus] = mapped_column(enum_column())
    state: Mapped[AttendanceState] = mapped_column(enum_column())
    via: Mapped[Via] = mapped_column(enum_column())
    scanned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    held_at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    scan_id: Mapped[str] = mapped_column(String(32))
    ticket_id: Mapped[str] = mapped_column(String(32))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(String(200))

    @property
    def waits(self) -> bool:
        """Whether the host has not decided it, as far as nobody has been entered in another way."""
        return self.status == HeldStatus.waiting


class AttendanceChange(Base):
    """What an officer changed by hand in a meeting's attendance, oldest first by id. States are None for “nothing”."""

    __tablename__ = "attendance_changes"
    __table_args__ = (Index(None, "meeting_id", "member_id"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    before: Mapped[AttendanceState | None] = mapped_column(enum_column())
    after: Mapped[AttendanceState | None] = mapped_column(enum_column())
    reason: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class GuestVisit(Base):
    """A member who is not on any of the meeting's rosters came: it counts at home once the host confirms.

    `counts_for_meeting_id` is the meeting at home that it stands for, if there is one.
    """

    __tablename__ = "guest_visits"
    __table_args__ = (Index(None, "member_id", "meeting_id"), Base.__table_args__)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False)
    state: Mapped[AttendanceState] = mapped_column(enum_column())
    scanned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    confirmed: Mapped[bool | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(String(200))  # why the host refused
    counts_for_meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meetings.id"))


class Leave(Base):
    """A member's leave from one meeting; asked again after a refusal it is the same row.

    `makeup_until` is set when it was granted on condition of a 补课 by that day. `on_behalf_reason`: why an officer
    asked for them. `version` grows whenever it is asked, decided or withdrawn.
    """

    __tablename__ = "leaves"
    __table_args__ = (
        UniqueConstraint("meeting_id", "member_id"),
        Index(None, "member_id", "meeting_id"),
        Index(None, "status", "makeup_until"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    roster_id: Mapped[int] = mapped_column(ForeignKey("meeting_rosters.id"), index=True)
    kind: Mapped[LeaveKind] = mapped_column(enum_column())
    reason: Mapped[str] = mapped_column(String(500))
    on_behalf_reason: Mapped[str | None] = mapped_column(String(200))
    status: Mapped[LeaveStatus] = mapped_column(enum_column())
    makeup_until: Mapped[date | None]
    asked_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str | None] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(default=1)

    @property
    def granted(self) -> bool:
        return self.status == LeaveStatus.granted


class MeetingReminder(Base):
    """Something the invited are to be told, from `due_at` on; `taken_at` when the pushes took it over."""

    __tablename__ = "meeting_reminders"
    __table_args__ = (
        UniqueConstraint("meeting_id", "occasion", "meeting_version"),
        Index(None, "taken_at", "due_at"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    occasion: Mapped[str] = mapped_column(String(16))  # planned, tomorrow, changed, cancelled
    meeting_version: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ScreenLink(Base):
    """A one-time key, or eight digits for typing, that opens a meeting's screen; only hashes are kept.

    `expires_at`: until when it opens one; once used, until when that screen lasts.
    """

    __tablename__ = "screen_links"
    __table_args__ = (Index(None, "digits_hash"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    digits_hash: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DigitTries(Base):
    """How often an account typed a wrong six-digit code at a meeting."""

    __tablename__ = "digit_tries"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    wrong: Mapped[int]


class CodeExchange(Base):
    """How often the code of one step was exchanged for a ticket: more often than the room holds looks odd."""

    __tablename__ = "code_exchanges"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True, autoincrement=False)
    step: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    exchanged: Mapped[int]
