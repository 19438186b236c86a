"""What a proof is: a feature's own, of its own rows. All of them: server/verifications.py."""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from server.config import Settings

Findings = Generator[object, None, int]
"""Yields what is not as it was written, each said by `str`; returns how much it looked at."""


@dataclass(frozen=True, slots=True)
class Verification:
    """`name` is what an operator types, `unit` what is counted, `sound` what holds when nothing is found."""

    name: str
    title: str
    unit: str
    sound: str
    findings: Callable[[Session, Settings], Findings]


@dataclass(frozen=True, slots=True)
class Fault:
    """One column of a row that differs from what it is compared with, in words for people."""

    row: str
    column: str
    stored: object
    expected: object

    def __str__(self) -> str:
        return f"{self.row}，{self.column}：原存 {_said(self.stored)}，应为 {_said(self.expected)}"


def unlike(row: str, columns: Iterable[tuple[str, object, object]]) -> Iterator[Fault]:
    """Yield the columns, each with what is stored and what is expected, that differ."""
    return (Fault(row, column, stored, expected) for column, stored, expected in columns if stored != expected)


def _said(value: object) -> object:
    if value is None:
        return "无"
    return format(value.normalize() + 0, "f") if isinstance(value, Decimal) else value
