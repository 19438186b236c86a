"""Where photos and other files are kept. Few verbs, so that an object store can replace the disk."""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol

import structlog

from server.config import Settings

log = structlog.get_logger()

QUARANTINE = "quarantine"
UNFINISHED = ".part"
_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{62}-[0-9a-f]{32}((\.thumb)?\.jpg)?")


class Storage(Protocol):
    """Files by key. A key is written once; once `put` has returned, the file is durable."""

    def put(self, key: str, content: bytes) -> None: ...

    def open(self, key: str) -> BinaryIO:
        """Return a file; this brings it back from quarantine. Raise FileNotFoundError if there is none."""
        ...

    def delete(self, key: str) -> None:
        """Delete a file, also from quarantine; deleting what is not there is fine."""
        ...

    def stored(self) -> Iterator[tuple[str, datetime]]:
        """Yield every file's key and when it was written, including unfinished ones but not those in quarantine."""
        ...

    def put_away(self, key: str, *, now: datetime) -> None:
        """Put a file into quarantine; one that is not there is fine."""
        ...

    def bring_back(self, key: str) -> None:
        """Take a file out of quarantine; one that is not there is fine."""
        ...

    def quarantined(self) -> Iterator[tuple[str, datetime]]:
        """Yield the key of every file in quarantine and since when it has been there."""
        ...


class DiskStorage:
    """Files under one directory. `durable=False` leaves out the fsyncs: for a demo that can be made again."""

    def __init__(self, root: Path, *, durable: bool = True) -> None:
        self._root = root
        self._durable = durable

    def put(self, key: str, content: bytes) -> None:
        path = self._path(key)
        self._make_directory(path.parent)
        unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}{UNFINISHED}")
        try:
            with unfinished.open("xb") as file:
                file.write(content)
                file.flush()
                self._sync(file.fileno())
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        self._sync_directory(path.parent)

    def open(self, key: str) -> BinaryIO:
        path = self._path(key)
        try:
            return path.open("rb")
        except FileNotFoundError:
            self.bring_back(key)
            return path.open("rb")

    def delete(self, key: str) -> None:
        for root in (self._root, self._root / QUARANTINE):
            (root / key).unlink(missing_ok=True)

    def stored(self) -> Iterator[tuple[str, datetime]]:
        return _files(self._root)

    def put_away(self, key: str, *, now: datetime) -> None:
        with suppress(FileNotFoundError):
            os.utime(self._root / key, (now.timestamp(), now.timestamp()))
            self._move(self._root / key, self._root / QUARANTINE / key)

    def bring_back(self, key: str) -> None:
        with suppress(FileNotFoundError):
            self._move(self._root / QUARANTINE / key, self._root / key)
            log.warning("file_back_from_quarantine", key=key)

    def quarantined(self) -> Iterator[tuple[str, datetime]]:
        return _files(self._root / QUARANTINE)

    def _move(self, path: Path, to: Path) -> None:
        path.stat()  # raises before a directory is made for nothing
        self._make_directory(to.parent)
        path.replace(to)
        self._sync_directory(to.parent)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a file's key: {key!r}")
        return self._root / key

    def _make_directory(self, directory: Path) -> None:
        if not directory.is_dir():
            directory.mkdir(parents=True, exist_ok=True)
            self._sync_directory(directory.parent)

    def _sync_directory(self, directory: Path) -> None:
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            self._sync(descriptor)
        finally:
            os.close(descriptor)

    def _sync(self, descriptor: int) -> None:
        if self._durable:
            os.fsync(descriptor)


def _files(root: Path) -> Iterator[tuple[str, datetime]]:
    for path in root.glob("??/*"):
        with suppress(FileNotFoundError):
            yield str(path.relative_to(root)), datetime.fromtimestamp(path.stat().st_mtime, UTC)


def storage_of(settings: Settings) -> Storage:
    return DiskStorage(settings.photo_dir)
