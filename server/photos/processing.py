"""From an uploaded file to a clean picture: sniff it here, decode it in a short-lived child (docs/adr/0006)."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import structlog

from server.errors import DomainError
from server.photos import rules
from server.photos.error_codes import PhotoErrorCode

log = structlog.get_logger()

ACCEPTED = "请上传 JPEG、PNG、WebP 或 HEIC 照片"
REFUSALS = {
    PhotoErrorCode.photo_unreadable: "这张照片已损坏或不完整，无法读取，请换一张或重新拍摄",
    PhotoErrorCode.photo_too_many_pixels: "这张照片的像素太多（最多 6000 万），请用普通模式拍摄或缩小后再传",
    PhotoErrorCode.photo_too_heavy: "处理这张照片所需的内存或时间超出限制，请缩小后再传",
}
BROKEN_BY = {-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGFPE, -signal.SIGILL}

DECODER = (sys.executable, "-I", str(Path(__file__).with_name("decode.py")))
SEATS = max(1, (os.cpu_count() or 2) // 2)
"""The number of children at once in this process."""

WAITERS = 4
"""The number of threads of this process that may wait for a seat; later ones are asked to try again."""

_seats = threading.BoundedSemaphore(SEATS)
_places = threading.BoundedSemaphore(SEATS + WAITERS)


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What one child may use. A 48-megapixel lossy WebP, the hardest ordinary case, takes 0.8 GB and 3 s here."""

    memory_bytes: int = 1024 * 1024 * 1024
    cpu_seconds: int = 20
    wall_seconds: float = 30
    seat_seconds: float = 5


LIMITS = ChildLimits()


@dataclass(frozen=True, slots=True)
class CleanPhoto:
    """A clean photo: upright JPEG of at most 2048 pixels a side, its thumbnail, and what identifies the original."""

    original_sha256: str
    full: bytes
    thumb: bytes
    width: int
    height: int
    dhash: str | None

    @property
    def stored_sha256(self) -> str:
        return hashlib.sha256(self.full).hexdigest()


def process(original: bytes, *, limits: ChildLimits = LIMITS, decoder: Sequence[str] = DECODER) -> CleanPhoto:
    """Return the clean picture of an untrusted file. Raises DomainError `photo_…`."""
    check_kind(original)
    with _seat(limits):
        answer = _run(original, limits, decoder)
    return _picture(original, answer)


def process_trusted(original: bytes) -> CleanPhoto:
    """Do the same in this process, ten times as fast: for images that this program drew itself, and no others."""
    from server.photos import decode

    return CleanPhoto(original_sha256(original), *decode.reencode(original))


def original_sha256(original: bytes) -> str:
    return hashlib.sha256(original).hexdigest()


def check_size(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise too_large(max_bytes)


def too_large(max_bytes: int) -> DomainError:
    megabytes = max_bytes // (1024 * 1024)
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return DomainError(PhotoErrorCode.photo_too_large, f"照片太大，每张不超过 {megabytes} MB", status=status)


def check_kind(original: bytes) -> None:
    """Refuse a file that is no photo by its first bytes."""
    if not original:
        raise DomainError(PhotoErrorCode.photo_unreadable, "收到的照片是空文件，请重新选择")
    if rules.kind_of(original) is None:
        other = rules.other_kind(original)
        raise DomainError(
            PhotoErrorCode.photo_type, f"这是{other}，不是照片，{ACCEPTED}" if other else f"这不是照片，{ACCEPTED}"
        )


@contextmanager
def _seat(limits: ChildLimits) -> Iterator[None]:
    with _taken(_places, 0), _taken(_seats, limits.seat_seconds):
        yield


@contextmanager
def _taken(places: threading.Semaphore, seconds: float) -> Iterator[None]:
    if not places.acquire(timeout=seconds):
        raise _try_again(PhotoErrorCode.photo_busy, "上传照片的人较多，请稍后再试")
    try:
        yield
    finally:
        places.release()


def _run(original: bytes, limits: ChildLimits, decoder: Sequence[str]) -> bytes:
    command = [*decoder, str(limits.memory_bytes), str(limits.cpu_seconds)]
    try:
        ended = subprocess.run(
            command, input=original, capture_output=True, timeout=limits.wall_seconds, env=_environment(), check=False
        )
    except subprocess.TimeoutExpired:
        raise _refusal(PhotoErrorCode.photo_too_heavy) from None
    if ended.returncode == -signal.SIGXCPU:
        raise _refusal(PhotoErrorCode.photo_too_heavy)
    if ended.returncode in BROKEN_BY:
        raise _refusal(PhotoErrorCode.photo_unreadable)
    if ended.returncode:
        raise _interrupted(f"ended with {ended.returncode}: {ended.stderr[-2000:].decode(errors='replace')}")
    return ended.stdout


def _environment() -> dict[str, str]:
    """The child gets none of our secrets; one malloc arena keeps its address space small."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {"MALLOC_ARENA_MAX": "1", **kept}


def _picture(original: bytes, answer: bytes) -> CleanPhoto:
    line, _, body = answer.partition(b"\n")
    try:
        head = json.loads(line)
        if "refusal" in head:
            raise _refusal(PhotoErrorCode(head["refusal"]))
        full, thumb = body[: head["full"]], body[head["full"] :]
        return CleanPhoto(original_sha256(original), full, thumb, head["width"], head["height"], head["dhash"])
    except (ValueError, KeyError, TypeError) as error:
        raise _interrupted(f"answered nonsense: {error}") from None


def _refusal(code: PhotoErrorCode) -> DomainError:
    return DomainError(code, REFUSALS[code])


def _interrupted(why: str) -> DomainError:
    log.error("photo_child_failed", why=why)
    return _try_again(PhotoErrorCode.photo_interrupted, "照片处理被中断，请重试")


def _try_again(code: PhotoErrorCode, message: str) -> DomainError:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return DomainError(code, message, status=status, detail={"retry_after_seconds": 3})
