"""Signed links to the files of a print: they open one for five minutes."""

import hashlib
import hmac
from datetime import datetime
from http import HTTPStatus

from sqlalchemy.orm import Session

from server.annual.prints import queries, service
from server.annual.prints.models import PrintFile
from server.config import Settings
from server.error_codes import CoreErrorCode
from server.errors import DomainError, not_found
from server.photos.storage import DiskStorage, Storage

LINK_SECONDS = 300


def storage_of(settings: Settings) -> Storage:
    return DiskStorage(settings.data_dir / "prints")


def signed_url(settings: Settings, file: PrintFile, *, now: datetime) -> str:
    """Return a link, relative to the server."""
    expires = int(now.timestamp()) + LINK_SECONDS
    signature = _signature(settings, file.print_id, file.number, expires)
    return f"/api/v1/prints/{file.print_id}/file?number={file.number}&expires={expires}&signature={signature}"


def read(
    session: Session,
    settings: Settings,
    *,
    print_id: int,
    number: int,
    expires: int,
    signature: str,
    now: datetime,
) -> tuple[PrintFile, bytes]:
    """Return a file by its link. Raises DomainError 403 `link_expired`, 404 `not_found`, 409 `print_not_ready`."""
    expected = _signature(settings, print_id, number, expires)
    genuine = hmac.compare_digest(expected.encode(), signature.encode(errors="replace"))
    if not genuine or expires <= int(now.timestamp()):
        message = "下载链接已失效，请返回打印页刷新"
        raise DomainError(CoreErrorCode.link_expired, message, status=HTTPStatus.FORBIDDEN)
    queries.find(session, print_id)
    file = service.check_file(queries.files_of(session, print_id), number)
    try:
        with storage_of(settings).open(file.key) as content:
            return file, content.read()
    except FileNotFoundError:
        raise not_found("打印文件") from None


def _signature(settings: Settings, print_id: int, number: int, expires: int) -> str:
    text = f"print\n{print_id}\n{number}\n{expires}"
    return hmac.new(settings.secret_key, text.encode(), hashlib.sha256).hexdigest()
