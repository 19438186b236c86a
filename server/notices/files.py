"""The files attached to a notice: accepted while it is a draft, served by signed link."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.config import Settings
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict, not_found
from server.notices import service
from server.notices.error_codes import NoticeErrorCode
from server.notices.models import NoticeFile
from server.notices.rules import MAX_ATTACHMENTS, media_type
from server.photos.removal import delete_after_commit
from server.photos.storage import DiskStorage, Storage

LINK_SECONDS = 300


def storage_of(settings: Settings) -> Storage:
    return DiskStorage(settings.data_dir / "notice-files")


def attach(
    session: Session,
    storage: Storage,
    *,
    notice_id: int,
    name: str,
    content: bytes,
    account_id: int,
    now: datetime,
) -> NoticeFile:
    """Attach a file to a draft; the same content again is the same file.

    Raises DomainError `file_not_allowed`, 409 `too_many_files` or `already_published`.
    """
    notice = service.draft(session, notice_id)
    kind = media_type(name, content)
    if kind is None:
        message = "只能附 PDF、Word、Excel、PPT、JPEG、PNG 文件，且文件名的后缀要与内容相符"
        raise DomainError(NoticeErrorCode.file_not_allowed, message)
    sha256 = hashlib.sha256(content).hexdigest()
    present = of_notice(session, notice_id)
    if (same := next((file for file in present if file.sha256 == sha256), None)) is not None:
        return same
    if len(present) >= MAX_ATTACHMENTS:
        raise conflict(NoticeErrorCode.too_many_files, f"一份通知最多附 {MAX_ATTACHMENTS} 个文件")
    file = NoticeFile(
        public_id=secrets.token_hex(16),
        notice_id=notice_id,
        name=name,
        media_type=kind,
        bytes=len(content),
        sha256=sha256,
        added_by=account_id,
        added_at=now,
    )
    session.add(file)
    session.flush()
    storage.put(file.key, content)
    service.write_line(session, notice, "notice_file_add", account_id, now)
    return file


def remove(session: Session, storage: Storage, *, notice_id: int, file_id: int, account_id: int, now: datetime) -> None:
    """Remove a file from a draft; it is fine if it is gone already."""
    notice = service.draft(session, notice_id)
    file = session.get(NoticeFile, file_id)
    if file is not None and file.notice_id == notice_id:
        session.delete(file)
        session.flush()
        delete_after_commit(session, storage, [file.key])
        service.write_line(session, notice, "notice_file_remove", account_id, now)


def of_notice(session: Session, notice_id: int) -> list[NoticeFile]:
    return of_notices(session, [notice_id]).get(notice_id, [])


def of_notices(session: Session, notice_ids: Iterable[int]) -> dict[int, list[NoticeFile]]:
    """Return the files of several notices, in the order in which they were attached."""
    found: dict[int, list[NoticeFile]] = {}
    rows = session.scalars(select(NoticeFile).where(NoticeFile.notice_id.in_(list(notice_ids))).order_by(NoticeFile.id))
    for file in rows:
        found.setdefault(file.notice_id, []).append(file)
    return found


def signed_url(settings: Settings, file: NoticeFile, *, now: datetime) -> str:
    """Return a link, relative to the server, that opens the file for five minutes."""
    expires = int(now.timestamp()) + LINK_SECONDS
    signature = _signature(settings, file.public_id, expires)
    return f"/api/v1/notice-files/{file.public_id}?expires={expires}&signature={signature}"


def read(
    session: Session, settings: Settings, *, public_id: str, expires: int, signature: str, now: datetime
) -> tuple[NoticeFile, bytes]:
    """Return a file by its link. Raises DomainError 403 `link_expired`, `not_found`."""
    expected = _signature(settings, public_id, expires)
    genuine = hmac.compare_digest(expected.encode(), signature.encode(errors="replace"))
    if not genuine or expires <= int(now.timestamp()):
        message = "附件链接已失效，请返回通知页刷新"
        raise DomainError(CoreErrorCode.link_expired, message, status=HTTPStatus.FORBIDDEN)
    file = session.scalar(select(NoticeFile).where(NoticeFile.public_id == public_id))
    if file is None:
        raise not_found("附件")
    try:
        with storage_of(settings).open(file.key) as content:
            return file, content.read()
    except FileNotFoundError:
        raise not_found("附件") from None


def _signature(settings: Settings, public_id: str, expires: int) -> str:
    return hmac.new(settings.secret_key, f"notice file\n{public_id}\n{expires}".encode(), hashlib.sha256).hexdigest()
