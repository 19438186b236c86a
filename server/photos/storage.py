"""Where photos and other files lie. Four verbs, so that an object store can take the disk's place."""

import os
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from server.config import Settings

_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{62}-[0-9a-f]{32}((\.thumb)?\.jpg)?")


class Storage(Protocol):
    """Files by key. A key is written once; what `put` returned from is durable."""

    def put(self, key: str, content: bytes) -> None: ...

    def open(self, key: str) -> BinaryIO:
        """Raises FileNotFoundError."""
        ...

    def delete(self, key: str) -> None:
        """Deleting what is not there is fine."""
        ...

    def stored(self) -> Iterator[tuple[str, datetime]]:
        """Yield every file's key and when it was written, unfinished ones included."""
        ...


class DiskStorage:
    """Files under one directory. `durable=False` leaves out the fsyncs: for a demo that can be drawn again."""

    def __init__(self, root: Path, *, durable: bool = True) -> None:
        self._root = root
        self._durable = durable

    def put(self, key: str, content: bytes) -> None:
        path = self._path(key)
        self._make_directory(path.parent)
        unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
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
        return self._path(key).open("rb")

    def delete(self, key: str) -> None:
        (self._root / key).unlink(missing_ok=True)

    def stored(self) -> Iterator[tuple[str, datetime]]:
        for path in self._root.glob("??/*"):
            try:
                written = path.stat().st_mtime
            except FileNotFoundError:
                continue
            yield str(path.relative_to(self._root)), datetime.fromtimestamp(written, UTC)

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


def storage_of(settings: Settings) -> Storage:
    return DiskStorage(settings.photo_dir)
