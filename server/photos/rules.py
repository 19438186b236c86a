"""What counts as a photo, what looks alike, and how many there may be. Pure."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

MAX_PER_CLAIM = 9
MAX_PER_MEETING = 9
MAX_UNATTACHED = 30
UNATTACHED_FOR = timedelta(hours=48)
ORPHANED_FOR = timedelta(hours=1)
"""A file younger than this may still get its row: an upload writes the file first."""

QUARANTINED_FOR = timedelta(days=30)
MOST_UNKNOWN = 50
MOST_UNKNOWN_PERCENT = 1
FEW_UNKNOWN = 4
"""Two photos with their thumbnails: what one or two killed uploads leave in a store of any size."""

SIMILAR_WITHIN = 8
"""Bits of 64 by which two dHashes may differ and still be called similar."""


class PhotoKind(StrEnum):
    jpeg = "jpeg"
    png = "png"
    webp = "webp"
    heif = "heif"


class Variant(StrEnum):
    full = "full"
    thumb = "thumb"


class MatchKind(StrEnum):
    exact = "exact"
    similar = "similar"


_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_OTHERS = (
    (b"GIF8", "GIF 动图"),
    (b"%PDF", "PDF 文档"),
    (b"MZ", "Windows 程序"),
    (b"\x7fELF", "Linux 程序"),
    (b"PK\x03\x04", "压缩包或 Office 文档"),
    (b"\xd0\xcf\x11\xe0", "Office 文档"),
    (b"BM", "BMP 图片"),
    (b"II*\x00", "TIFF 图片"),
    (b"MM\x00*", "TIFF 图片"),
    (b"<", "网页或 SVG 图片"),
)


class Trace(StrEnum):
    """What the database knows of a file."""

    living = "living"
    erased = "erased"
    unfinished = "unfinished"
    unknown = "unknown"


def may_put_away(unknown: int, *, stored: int) -> bool:
    """Whether this many files without a row can come from crashes, and not from a database that is not theirs.

    At most 50, and at most 1 % of all files; up to four in any case.
    """
    share = stored * MOST_UNKNOWN_PERCENT // 100
    return unknown <= min(MOST_UNKNOWN, max(FEW_UNKNOWN, share))


def may_unlink_unattached(last_sweep: datetime | None, *, now: datetime) -> bool:
    """Whether a photo that waits may be deleted for good: only if the database has been at work all that time.

    After an outage, or in a restored database, it may have been attached without these rows showing it.
    """
    return last_sweep is not None and now - last_sweep <= UNATTACHED_FOR


def kind_of(content: bytes) -> PhotoKind | None:
    """Return what the first bytes say the file is; its name and declared type count for nothing."""
    if content.startswith(b"\xff\xd8\xff"):
        return PhotoKind.jpeg
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PhotoKind.png
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return PhotoKind.webp
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        return PhotoKind.heif
    return None


def other_kind(content: bytes) -> str | None:
    """Return in Chinese what a file that is no photo seems to be."""
    head = content[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    return next((title for magic, title in _OTHERS if head.startswith(magic)), None)


def fingerprint(dhash: str | None) -> int | None:
    """Return the 64 bits of a dHash written as 16 hex digits."""
    return int(dhash, 16) if dhash else None


def distance(one: int, other: int) -> int:
    """Return how many bits two fingerprints differ in."""
    return (one ^ other).bit_count()


def evidence_hash(originals: Sequence[str]) -> str | None:
    """Return SHA-256 over the originals' SHA-256 in order, or None without photos."""
    return hashlib.sha256("\n".join(originals).encode()).hexdigest() if originals else None
