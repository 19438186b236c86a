"""Short-lived signed links to photo files: only those who hold one may look, until it expires."""

import hashlib
import hmac
from datetime import datetime
from http import HTTPStatus

from server.config import Settings
from server.error_codes import CoreErrorCode
from server.errors import DomainError
from server.photos.models import Photo
from server.photos.rules import Variant

MAX_SECONDS = 300


def signed_url(settings: Settings, photo: Photo, variant: Variant, *, now: datetime) -> str:
    """Return a link, relative to the server, that opens the file for at most five minutes."""
    expires = int(now.timestamp()) + min(settings.photo_url_seconds, MAX_SECONDS)
    signature = _signature(settings, photo.public_id, variant, expires)
    return f"/api/v1/photo-files/{photo.public_id}/{variant}?expires={expires}&signature={signature}"


def check_link(
    settings: Settings, *, public_id: str, variant: Variant, expires: int, signature: str, now: datetime
) -> int:
    """Return how many seconds the link is still good for. Raises DomainError `link_expired`, whatever is wrong."""
    expected = _signature(settings, public_id, variant, expires)
    genuine = hmac.compare_digest(expected.encode(), signature.encode(errors="replace"))
    remaining = expires - int(now.timestamp())
    if not genuine or remaining <= 0:
        status = HTTPStatus.FORBIDDEN
        raise DomainError(CoreErrorCode.link_expired, "照片链接已失效，请返回上一页刷新", status=status)
    return remaining


def _signature(settings: Settings, public_id: str, variant: Variant, expires: int) -> str:
    text = f"photo\n{public_id}\n{variant}\n{expires}"
    return hmac.new(settings.secret_key, text.encode(), hashlib.sha256).hexdigest()
