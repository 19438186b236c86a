"""Where the code asks what day it is in Shanghai, and how each of these places is made to ask UTC.

A place is a call of a function of `server/days.py`, or its time zone. At 00:30 in Shanghai it is yesterday in UTC.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("server", "bot")
ZONE = "SHANGHAI"
UTC = "__import__('datetime').UTC"
LATER = " + __import__('datetime').timedelta(hours=8)"
"""A day of UTC begins and ends eight hours after Shanghai's."""


@dataclass(frozen=True, slots=True)
class Place:
    """`begin` and `end` are bytes of the file; `says` is what stands there, in one line."""

    says: str
    begin: int
    end: int
    instead: str


@dataclass(frozen=True, slots=True)
class DayFault:
    """UTC asked at one place of a file, counted from 0."""

    says: str
    file: str
    tests: str
    number: int

    @property
    def name(self) -> str:
        """What it is called between processes."""
        return name(self.file, self.number)

    def planted(self, text: str) -> str:
        """Return the file with the fault."""
        place, source = places(text)[self.number], text.encode()
        return (source[: place.begin] + place.instead.encode() + source[place.end :]).decode()


def name(file: str, number: int) -> str:
    """Return what a place is called between processes."""
    return f"{file}#{number}"


def places(text: str) -> list[Place]:
    """Return the places of a file in their order."""
    source = text.encode()
    lines = [0]
    for line in source.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call | ast.Name) and node.end_lineno and node.end_col_offset is not None:
            begin, end = lines[node.lineno - 1] + node.col_offset, lines[node.end_lineno - 1] + node.end_col_offset
            words = source[begin:end].decode()
            if (instead := wrong(node, words)) is not None:
                found.append(Place(" ".join(words.split()), begin, end, instead))
    return sorted(found, key=lambda place: (place.begin, place.end))


def faults_of(file: str, text: str, tests: str) -> Iterator[DayFault]:
    """Yield a fault for each place of a file. Equal words are told apart by their number."""
    seen: dict[str, int] = {}
    for number, place in enumerate(places(text)):
        seen[place.says] = times = seen.get(place.says, 0) + 1
        yield DayFault(f"UTC at {place.says}" + (f" ({times})" if times > 1 else ""), file, tests, number)


def files(root: Path) -> Iterator[str]:
    """Yield every file that asks for Shanghai's day."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            if places(path.read_text(encoding="utf-8")):
                yield path.relative_to(root).as_posix()


def wrong(node: ast.Call | ast.Name, words: str) -> str | None:
    """Return what asks UTC where a node is written in these words; None if it does not ask for the day."""
    if isinstance(node, ast.Name):
        return UTC if node.id == ZONE and isinstance(node.ctx, ast.Load) else None
    match node:
        case ast.Call(func=ast.Name(id="shanghai_date")):
            return f"{words.replace('shanghai_date', '', 1)}.astimezone({UTC}).date()"
        case ast.Call(func=ast.Name(id="day_start" | "day_end" | "at_time")):
            return f"({words}{LATER})"
    return None
