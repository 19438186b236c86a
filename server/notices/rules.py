"""The states of a notice, who it is for, and which files may be attached to it. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

MAX_ATTACHMENTS = 9
REMIND_EVERY = timedelta(hours=12)
"""How soon those who have not read may be reminded again."""


class NoticeStatus(StrEnum):
    draft = "draft"
    published = "published"
    withdrawn = "withdrawn"


class NoticeAction(StrEnum):
    publish = "publish"
    withdraw = "withdraw"


_MOVES = {
    (NoticeStatus.draft, NoticeAction.publish): NoticeStatus.published,
    (NoticeStatus.draft, NoticeAction.withdraw): NoticeStatus.withdrawn,
    (NoticeStatus.published, NoticeAction.withdraw): NoticeStatus.withdrawn,
}


def next_status(current: NoticeStatus, action: NoticeAction) -> NoticeStatus | None:
    """Return the status an action leads to, or None if it is not possible."""
    return _MOVES.get((current, action))


class NoticeAudience(StrEnum):
    """Who it is for in the organization and all below it."""

    everyone = "everyone"
    officers = "officers"


class FileKind(StrEnum):
    """What may be attached, by its first bytes; the value is the usual ending."""

    pdf = "pdf"
    jpeg = "jpg"
    png = "png"
    office = "zip"  # docx, xlsx, pptx: the name says which
    old_office = "ole"


_MAGIC = (
    (b"%PDF-", FileKind.pdf),
    (b"\xff\xd8\xff", FileKind.jpeg),
    (b"\x89PNG\r\n\x1a\n", FileKind.png),
    (b"PK\x03\x04", FileKind.office),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind.old_office),
)
_OPENXML = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES = {
    "pdf": (FileKind.pdf, "application/pdf"),
    "jpg": (FileKind.jpeg, "image/jpeg"),
    "jpeg": (FileKind.jpeg, "image/jpeg"),
    "png": (FileKind.png, "image/png"),
    "docx": (FileKind.office, f"{_OPENXML}.wordprocessingml.document"),
    "xlsx": (FileKind.office, f"{_OPENXML}.spreadsheetml.sheet"),
    "pptx": (FileKind.office, f"{_OPENXML}.presentationml.presentation"),
    "doc": (FileKind.old_office, "application/msword"),
    "xls": (FileKind.old_office, "application/vnd.ms-excel"),
    "ppt": (FileKind.old_office, "application/vnd.ms-powerpoint"),
}
"""By the ending of the name: the kind of content it must be, and the media type it is sent with."""


def media_type(name: str, content: bytes) -> str | None:
    """Return the media type of a file whose name and content agree and which may be attached, or None."""
    kind, declared = MEDIA_TYPES.get(name.rpartition(".")[2].lower(), (None, None))
    found = next((kind for magic, kind in _MAGIC if content.startswith(magic)), None)
    return declared if found is not None and found is kind else None


def next_reminder_at(last: datetime | None, now: datetime) -> datetime | None:
    """Return when the unread may be reminded again, or None if now."""
    if last is None or last + REMIND_EVERY <= now:
        return None
    return last + REMIND_EVERY
