"""The file of heads beside the database: one line per head, only added to, on disk before anyone is told."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from server.heads.models import DailyHead

NAME = "heads.txt"


def line_of(head: DailyHead) -> str:
    """Return a head's line: day, root, number, head."""
    return f"{head.day.isoformat()} {head.root_id} {head.number} {head.head}"


def lines(directory: Path) -> frozenset[str]:
    """Return the lines that are there, without a line that a kill left half-written."""
    try:
        text = (directory / NAME).read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return frozenset()
    whole, _, _ = text.rpartition("\n")
    return frozenset(whole.split("\n")) if whole else frozenset()


def add_missing(directory: Path, heads: Iterable[DailyHead]) -> int:
    """Add the missing lines, and return how many once they are on disk.

    Two processes at once wait for each other. A line that was cut off is ended and written again.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(directory / NAME) as descriptor:
        there = lines(directory)
        missing = [line for line in map(line_of, heads) if line not in there]
        if missing:
            start = "" if _ends_a_line(directory / NAME) else "\n"
            os.write(descriptor, (start + "".join(f"{line}\n" for line in missing)).encode("ascii"))
        os.fsync(descriptor)
    _sync(directory)
    return len(missing)


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _ends_a_line(path: Path) -> bool:
    content = path.read_bytes()
    return not content or content.endswith(b"\n")


def _sync(directory: Path) -> None:
    """Get the file's name onto the disk, too."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
