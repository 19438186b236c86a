"""What a proof is: a feature's own, of its own rows. All of them: server/verifications.py."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

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
