"""Opening the screen on a computer that nobody is signed in on.

An officer makes a link on their phone: a key in the address, or eight digits to be typed at `/screen`. Either opens the
screen once, within five minutes. What the computer then holds names the link: it is good for this one screen, until the
link ends or is ended, and only as long as the officer may still manage the meeting.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.subjects import AuditSubject
from server.error_codes import CoreErrorCode
from server.errors import DomainError
from server.identity.rules import Permission
from server.meetings.error_codes import MeetingErrorCode
from server.meetings.models import Meeting, ScreenLink
from server.meetings.queries import get_meeting
from server.meetings.screen.queries import stays_open_until
from server.meetings.signed import read_signed, write_signed
from server.organizations.grants import may_still

PURPOSE = "screen link"
LINK_LIFETIME = timedelta(minutes=5)
DIGITS = 8


@dataclass(frozen=True, slots=True)
class NewLink:
    """The only time the key and the digits are seen."""

    key: str
    digits: str
    expires_at: datetime


def make_link(session: Session, meeting_id: int, *, account_id: int, now: datetime) -> NewLink:
    """Return a link to the meeting's screen for the next five minutes; earlier ones of the account end."""
    get_meeting(session, meeting_id)
    unused = (ScreenLink.account_id == account_id, ScreenLink.used_at.is_(None), ScreenLink.expires_at > now)
    session.execute(update(ScreenLink).where(*unused).values(expires_at=now))
    link = NewLink(secrets.token_urlsafe(24), _free_digits(session, now), now + LINK_LIFETIME)
    session.add(
        ScreenLink(
            meeting_id=meeting_id,
            account_id=account_id,
            key_hash=_hash(link.key),
            digits_hash=_hash(link.digits),
            expires_at=link.expires_at,
        )
    )
    session.flush()
    return link


def open_session(session: Session, text: str, *, now: datetime) -> ScreenLink:
    """Use a link by its key or its digits, once; from now on it lasts as long as its screen.

    Raises DomainError 403 `link_invalid`.
    """
    hashed = _hash("".join(text.split()))
    link = session.scalar(
        select(ScreenLink)
        .where(
            or_(ScreenLink.key_hash == hashed, ScreenLink.digits_hash == hashed),
            ScreenLink.used_at.is_(None),
            ScreenLink.expires_at > now,
        )
        .order_by(ScreenLink.id.desc())
        .limit(1)
        .with_for_update()
    )
    if link is None:
        message = "投屏码无效或已过期，请在手机的会议页重新点“投屏”"
        raise DomainError(CoreErrorCode.link_invalid, message, status=HTTPStatus.FORBIDDEN)
    link.used_at, link.expires_at = now, stays_open_until(get_meeting(session, link.meeting_id), now)
    session.flush()
    return link


def close_screens(session: Session, meeting_id: int, *, account_id: int, now: datetime) -> int:
    """End every screen and every unused link of a meeting at once, whoever made them; return how many there were."""
    meeting = get_meeting(session, meeting_id)
    live = (ScreenLink.meeting_id == meeting_id, ScreenLink.expires_at > now)
    ids = session.scalars(select(ScreenLink.id).where(*live).with_for_update()).all()
    if ids:
        session.execute(update(ScreenLink).where(ScreenLink.id.in_(ids)).values(expires_at=now))
        audit.record(
            session,
            actor_id=account_id,
            root_id=meeting.root_id,
            action="screens_close",
            subject_kind=AuditSubject.meeting,
            subject_id=meeting_id,
            now=now,
            detail={"screens": len(ids)},
        )
    return len(ids)


def write_token(secret_key: bytes, link: ScreenLink) -> str:
    """Return what a computer holds of a link that it has opened."""
    return write_signed(secret_key, PURPOSE, [link.id])


def check_token(session: Session, secret_key: bytes, text: str, *, meeting_id: int, now: datetime) -> Meeting:
    """Return the meeting whose screen a token opens.

    Raises DomainError 403 `screen_closed` where it is not one of ours, of another meeting, has ended, or its officer
    may not manage the meeting any more.
    """
    values = read_signed(secret_key, PURPOSE, text)
    link = session.get(ScreenLink, values[0]) if values else None
    if link is None or link.meeting_id != meeting_id or link.expires_at <= now:
        raise _screen_closed()
    meeting = get_meeting(session, meeting_id)
    held_at = meeting.organization_id
    if not may_still(session, link.account_id, Permission.meeting_manage, organization_id=held_at, now=now):
        raise _screen_closed()
    return meeting


def _screen_closed() -> DomainError:
    message = "投屏已结束，请在手机的会议页重新点“投屏”"
    return DomainError(MeetingErrorCode.screen_closed, message, status=HTTPStatus.FORBIDDEN)


def _free_digits(session: Session, now: datetime) -> str:
    """Return digits that open no other screen now."""
    while True:
        digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        live = (ScreenLink.digits_hash == _hash(digits), ScreenLink.used_at.is_(None), ScreenLink.expires_at > now)
        if session.scalar(select(ScreenLink.id).where(*live).limit(1)) is None:
            return digits


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
