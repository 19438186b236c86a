"""Open a board on a screen where nobody is signed in.

A leader of the branch makes a link with a last day. Its key follows the # of the address; each browser that opens it
exchanges the key for a token of this one board. The token ends with the link: after its last day, when it is revoked,
or when its maker may no longer manage the board.
"""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.subjects import AuditSubject
from server.days import shanghai_date
from server.error_codes import CoreErrorCode
from server.errors import DomainError
from server.identity.models import Account
from server.identity.rules import Permission
from server.meetings.signed import read_signed, write_signed
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.grants import may_still
from server.organizations.models import Organization, OrganizationKind
from server.statements.error_codes import StatementErrorCode
from server.statements.models import BoardLink

PURPOSE = "board"
LONGEST = timedelta(days=366)


def make_link(
    session: Session, *, organization_id: int, place: str, until_date: date, account_id: int, now: datetime
) -> tuple[BoardLink, str]:
    """Return a link to the branch's board and its key, which is shown only now.

    Raises DomainError `not_a_branch`, `invalid_dates`.
    """
    branch = session.get_one(Organization, organization_id)
    if branch.kind != OrganizationKind.branch:
        raise DomainError(OrganizationErrorCode.not_a_branch, "公示栏按支部展示，请选择一个党支部")
    today = shanghai_date(now)
    if not today <= until_date <= today + LONGEST:
        raise DomainError(CoreErrorCode.invalid_dates, "链接的截止日期应在今天之后一年以内")
    key = secrets.token_urlsafe(24)
    link = BoardLink(
        organization_id=organization_id,
        place=place,
        key_hash=_hash(key),
        until_date=until_date,
        opens=0,
        made_by=account_id,
        made_at=now,
    )
    session.add(link)
    session.flush()
    _audit(session, link, "board_link_make", account_id=account_id, now=now)
    return link, key


def revoke(session: Session, *, link_id: int, account_id: int, now: datetime) -> BoardLink:
    """End a link and its browsers' tokens at once; doing it again changes nothing."""
    link = session.get_one(BoardLink, link_id, with_for_update=True)
    if link.revoked_at is None:
        link.revoked_at, link.revoked_by = now, account_id
        _audit(session, link, "board_link_revoke", account_id=account_id, now=now)
        session.flush()
    return link


def links_of(session: Session, organization_id: int, *, now: datetime) -> list[tuple[BoardLink, str]]:
    """Return the branch's links that still open the board, latest first, each with its maker's name."""
    rows = (
        select(BoardLink, Account.name)
        .join(Account, Account.id == BoardLink.made_by)
        .where(
            BoardLink.organization_id == organization_id,
            BoardLink.revoked_at.is_(None),
            BoardLink.until_date >= shanghai_date(now),
        )
        .order_by(BoardLink.id.desc())
    )
    return [(row.BoardLink, row.name) for row in session.execute(rows)]


def maker(session: Session, link: BoardLink) -> str:
    """Return the name of a link's maker."""
    return session.get_one(Account, link.made_by).name


def open_session(session: Session, secret_key: bytes, key: str, *, now: datetime) -> tuple[BoardLink, str]:
    """Exchange a link's key for a token; return both. Raises DomainError 403 `link_invalid`."""
    link = session.scalar(select(BoardLink).where(BoardLink.key_hash == _hash(key)).with_for_update())
    if link is None or not _stands(session, link, now):
        message = "链接无效、已过期或已撤销，请支部书记重新生成"
        raise DomainError(CoreErrorCode.link_invalid, message, status=HTTPStatus.FORBIDDEN)
    link.opens += 1
    session.flush()
    return link, write_signed(secret_key, PURPOSE, [link.id, link.organization_id])


def check_token(session: Session, secret_key: bytes, text: str, *, organization_id: int, now: datetime) -> None:
    """Raise DomainError 403 `board_closed` unless the token opens this branch's board now."""
    values = read_signed(secret_key, PURPOSE, text)
    link = session.get(BoardLink, values[0]) if values and values[1] == organization_id else None
    if link is None or not _stands(session, link, now):
        message = "这块屏幕的链接已到期或已撤销，请支部书记重新生成"
        raise DomainError(StatementErrorCode.board_closed, message, status=HTTPStatus.FORBIDDEN)


def _stands(session: Session, link: BoardLink, now: datetime) -> bool:
    if link.revoked_at is not None or link.until_date < shanghai_date(now):
        return False
    return may_still(session, link.made_by, Permission.board_manage, organization_id=link.organization_id, now=now)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _audit(session: Session, link: BoardLink, action: str, *, account_id: int, now: datetime) -> None:
    audit.record(
        session,
        actor_id=account_id,
        root_id=session.get_one(Organization, link.organization_id).root_id,
        action=action,
        subject_kind=AuditSubject.board_link,
        subject_id=link.id,
        now=now,
        detail={"organization_id": link.organization_id, "place": link.place, "until": link.until_date.isoformat()},
    )
