"""Every proof there is, and how `xianfeng verify` goes through them: on the state of one moment, and only reading."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import NoResultFound

from server.annual.results import verification as results
from server.audit import verification as audit
from server.claims import verification as claims
from server.config import Settings
from server.db import snapshot
from server.dues import verification as dues
from server.heads import verification as heads
from server.meetings.settlement import verification as meetings
from server.photos import verification as photos
from server.points import cross_checks
from server.points import verification as points
from server.ratings import verification as stars
from server.standards import verification as standards
from server.statements import verification as statements
from server.statements.bulletins import verification as bulletins
from server.verifying import Verification

VERIFICATIONS = (
    standards.STANDARDS,
    points.LEDGER,
    points.SCORES,
    cross_checks.POSTINGS,
    cross_checks.NEGATIVES,
    claims.CLAIMS,
    dues.DUES,
    meetings.ATTENDANCE,
    statements.STATEMENTS,
    bulletins.BULLETINS,
    results.RESULTS,
    stars.STARS,
    audit.AUDIT,
    heads.HEADS,
    photos.PHOTOS,
)

UNREADABLE = (ValueError, LookupError, ArithmeticError, TypeError, NoResultFound)
"""What a proof raises on values that nothing of ours wrote."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What one proof found, a line each, and how much it looked at."""

    verification: Verification
    looked: int
    found: Sequence[str]

    def __str__(self) -> str:
        if not self.looked and not self.found:
            return f"{self.verification.title}：还没有可核对的内容"
        result = f"{len(self.found)} 处不符" if self.found else self.verification.sound
        return f"{self.verification.title}：核对 {self.looked} {self.verification.unit}，{result}"


def verify(engine: Engine, settings: Settings, *names: str, year: int | None = None) -> Iterator[Verified]:
    """Go through the named proofs, or through all; `year` restricts that of results, the only one by year."""
    for verification in VERIFICATIONS:
        if not names or verification.name in names:
            one = results.results_of(year) if verification is results.RESULTS else verification
            yield _verified(engine, settings, one)


def _verified(engine: Engine, settings: Settings, verification: Verification) -> Verified:
    found = []
    with snapshot(engine) as session:
        findings = verification.findings(session, settings)
        while True:
            try:
                found.append(str(next(findings)))
            except StopIteration as end:
                return Verified(verification, end.value, found)
            except UNREADABLE as error:
                words = f"{verification.title}：有内容无法解读，核对在此中断（{type(error).__name__}: {error}）"
                return Verified(verification, 0, [*found, words])
