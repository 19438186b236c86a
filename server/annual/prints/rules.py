"""What is printed of a branch's year, in which files, and how the work is cut up. Pure."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class PrintForm(StrEnum):
    register = "register"  # 附件一, a page for each member
    register_entries = "register_entries"  # with their entries behind it
    signatures = "signatures"
    report = "report"
    filing = "filing"


class PrintFormat(StrEnum):
    pdf = "pdf"  # one file, or several of at most MOST_BYTES
    zip = "zip"  # a PDF for each paper
    word = "word"  # a Word file for each paper


class PrintStatus(StrEnum):
    waiting = "waiting"
    making = "making"
    done = "done"
    failed = "failed"


TITLES = {
    PrintForm.register: "党员积分量化登记表",
    PrintForm.register_entries: "党员积分量化登记表（附明细）",
    PrintForm.signatures: "党员积分核对签名册",
    PrintForm.report: "党员积分情况通报稿",
    PrintForm.filing: "党员积分备案表",
}
OF_MEMBERS = frozenset({PrintForm.register, PrintForm.register_entries})
"""The forms that have a paper for each member; others have one for each branch."""

UNFINISHED = (PrintStatus.waiting, PrintStatus.making)
MOST_BYTES = 30 * 1024 * 1024
MOST_PAPERS = 5000
MOST_ATTEMPTS = 5
KEPT = timedelta(days=14)
"""How long files can be downloaded: they hold many people's points, and can be made again at any time."""

LEFT_BEHIND = timedelta(days=2)
"""How old a file without a row has to be, to be deleted: longer than any piece takes."""

PIECE = {PrintForm.register: 50, PrintForm.register_entries: 20}
"""How many papers are set at once: 50 pages take two hundred megabytes, and a kill costs no more than these."""

_FORBIDDEN = str.maketrans(dict.fromkeys('/\\:*?"<>|', "_"))


def cut(found: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Cut a list into parts of a size."""
    return (found[start : start + size] for start in range(0, len(found), size))


def in_parts(sizes: Sequence[int], most: int = MOST_BYTES) -> list[list[int]]:
    """Return the places of pieces, in order, in parts of at most so many bytes; a larger piece is a part of its own."""
    parts: list[list[int]] = []
    room = 0
    for place, size in enumerate(sizes):
        if not parts or size > room:
            parts.append([])
            room = most
        parts[-1].append(place)
        room -= size
    return parts


def file_title(form: PrintForm, *, year: int, place: str) -> str:
    """Return the name of a print's file, without number and ending."""
    return safe_name(f"{year}年度{TITLES[form]}_{place}")


def safe_name(words: str) -> str:
    """Return words as part of a file's name on any system."""
    return words.translate(_FORBIDDEN).strip(". ") or "_"
