"""A code for a ticket: verified before anything is looked up, so that guessing costs the database nothing."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.identity.error_codes import IdentityErrorCode
from server.meetings.check_in import codes
from server.meetings.check_in.service import ticket_invalid, window_refusal
from server.meetings.check_in.statements import AnyRow
from server.meetings.check_in.tickets import Ticket, read_ticket, write_ticket
from server.meetings.check_in.wording import message
from server.meetings.error_codes import MeetingErrorCode
from server.meetings.models import DigitTries, Invitation, Meeting
from server.meetings.rules import MeetingStatus
from server.organizations.models import Organization
from server.text import plain_code
from server.upserts import insert_or_keep, table_of

MAX_WRONG_DIGITS = 5

Watch = Callable[[int], bool]
"""Called with the meeting of each exchange; returns whether the client has had too many tickets for it."""


def _unwatched(_meeting_id: int) -> bool:
    """For a ticket that does not leave the server."""
    return False


_SCANNED = select(
    Meeting.id,
    Meeting.title,
    Meeting.place,
    Meeting.status,
    Meeting.starts_at,
    Meeting.opens_at,
    Meeting.late_after,
    Meeting.closes_at,
    Organization.title.label("host"),
).join(Organization, Organization.id == Meeting.organization_id)
_BY_PUBLIC_ID = _SCANNED.where(Meeting.public_id == bindparam("public_id"))


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    """A signed ticket, until when it is good, and the meeting (a row of `_SCANNED`) it is for. `step`: of the code."""

    ticket: str
    expires_at: datetime
    meeting: AnyRow
    step: int


def exchange_code(
    session: Session, *, secret_key: bytes, text: str, now: datetime, is_beyond: Watch = _unwatched
) -> IssuedTicket:
    """Return a ticket for what a QR held.

    Raises DomainError `code_invalid`, 410 `code_expired`, or 409 when the meeting takes no check-ins now.
    """
    payload = codes.payload_in(text)
    if payload is None:
        raise _code_invalid()
    public_id, code = payload
    key = codes.meeting_key(secret_key, public_id)
    if not codes.is_genuine(key, code):
        raise _code_invalid()
    if not codes.is_current(key, code, at=now):
        raise DomainError(MeetingErrorCode.code_expired, message("code_expired"), status=HTTPStatus.GONE)
    meeting = session.execute(_BY_PUBLIC_ID, {"public_id": public_id}).one_or_none()
    if meeting is None:
        raise _code_invalid()
    if (refused := window_refusal(meeting, scanned_at=now)) is not None:
        raise refused
    ticket = Ticket(public_id, secrets.token_hex(16), now, beyond=is_beyond(meeting.id))
    return _exchanged(secret_key, ticket, meeting, step=int(code.partition(".")[0]))


def exchange_digits(
    session: Session,
    *,
    secret_key: bytes,
    digits: str,
    account_id: int,
    member_id: int,
    now: datetime,
    is_beyond: Watch = _unwatched,
) -> IssuedTicket:
    """Return a ticket for the six digits of the one open meeting of this member that shows them.

    Raises DomainError `code_invalid`, or 429 `too_many_tries` after five wrong ones. Both keep what they counted.
    """
    typed = plain_code(digits).replace("-", "")
    if not (len(typed) == codes.DIGITS and typed.isascii() and typed.isdigit()):
        raise DomainError(MeetingErrorCode.code_invalid, "请输入会场屏幕上的六位数字")
    meetings = _open_meetings(session, member_id, now)
    if not meetings:
        raise DomainError(MeetingErrorCode.code_invalid, "现在没有您可以签到的会议，请核对会议时间或直接扫码")
    wrong = _tries(session, [meeting.id for meeting in meetings], account_id)
    free = [meeting for meeting in meetings if wrong[meeting.id] < MAX_WRONG_DIGITS]
    if not free:
        raise DomainError(
            IdentityErrorCode.too_many_tries, message("too_many_tries"), status=HTTPStatus.TOO_MANY_REQUESTS
        )
    for meeting in free:
        if codes.are_current_digits(codes.meeting_key(secret_key, meeting.public_id), typed, at=now):
            beyond = is_beyond(meeting.id)
            ticket = Ticket(meeting.public_id, secrets.token_hex(16), now, digits=True, beyond=beyond)
            return _exchanged(secret_key, ticket, meeting, step=codes.step_at(now))
    raise _count_wrong(session, [meeting.id for meeting in free], account_id, wrong)


def read_fresh_ticket(*, secret_key: bytes, text: str, now: datetime) -> Ticket:
    """Return what a ticket says. Raises DomainError `ticket_invalid` or 410 `ticket_expired`."""
    ticket = read_ticket(secret_key, text)
    if ticket is None:
        raise ticket_invalid()
    if ticket.has_expired(now):
        raise DomainError(MeetingErrorCode.ticket_expired, message("ticket_expired"), status=HTTPStatus.GONE)
    return ticket


def _code_invalid() -> DomainError:
    return DomainError(MeetingErrorCode.code_invalid, message("code_invalid"))


def _exchanged(secret_key: bytes, ticket: Ticket, meeting: AnyRow, *, step: int) -> IssuedTicket:
    return IssuedTicket(write_ticket(secret_key, ticket), ticket.expires_at(), meeting, step)


def _open_meetings(session: Session, member_id: int, now: datetime) -> Sequence[AnyRow]:
    """Return the meetings open now to which the member is invited, by id."""
    query = (
        _SCANNED.add_columns(Meeting.public_id)
        .join(Invitation, Invitation.meeting_id == Meeting.id)
        .where(
            Invitation.member_id == member_id,
            Meeting.status == MeetingStatus.planned,
            Meeting.opens_at <= now,
            Meeting.closes_at >= now,
        )
        .order_by(Meeting.id)
    )
    return session.execute(query).all()


def _tries(session: Session, meeting_ids: Sequence[int], account_id: int) -> dict[int, int]:
    """Return the wrong tries by meeting, held until the transaction ends: tries sent at once are counted in turn."""
    rows = [{"meeting_id": meeting_id, "account_id": account_id, "wrong": 0} for meeting_id in meeting_ids]
    connection = session.connection()
    connection.execute(insert_or_keep(table_of(DigitTries), connection.dialect.name), rows)
    query = (
        select(DigitTries.meeting_id, DigitTries.wrong)
        .where(DigitTries.account_id == account_id, DigitTries.meeting_id.in_(meeting_ids))
        .order_by(DigitTries.meeting_id)
        .with_for_update()
    )
    return {row.meeting_id: row.wrong for row in session.execute(query)}


def _count_wrong(session: Session, meeting_ids: Sequence[int], account_id: int, wrong: dict[int, int]) -> DomainError:
    """Count a wrong try against each meeting it could have meant, and return the refusal."""
    session.execute(
        update(DigitTries)
        .where(DigitTries.account_id == account_id, DigitTries.meeting_id.in_(meeting_ids))
        .values(wrong=DigitTries.wrong + 1)
    )
    left = MAX_WRONG_DIGITS - 1 - min(wrong[meeting_id] for meeting_id in meeting_ids)
    words = f"数字不对或已更换，请看屏幕上的新数字；还可以试 {left} 次" if left else "数字不对，请直接扫会场的二维码"
    return DomainError(MeetingErrorCode.code_invalid, words, detail={"tries_left": left}, keep=True)
