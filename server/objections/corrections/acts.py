"""The act at the source, filled in: what it is, who may do it, what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from server.identity.rules import Actor, Role
from server.objections.rules import AttendanceRemedy, CorrectionKind

REASON = "经核查更正"
"""What entries, lists and claims say of why they were corrected; not that somebody objected."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What the correction comes to, as far as its kind has a choice; None leaves it to the source.

    `seq` is the entry that is put right, of those a month or a year consists of. `points` are what a claim is allowed,
    or what the branch decides anew; `times` likewise. A registration names another `document_number`, of `decided_on`.
    `paid_on` is the day the whole month was paid.
    """

    seq: int | None = None
    points: Decimal | None = None
    attendance: AttendanceRemedy | None = None
    paid_on: date | None = None
    times: int | None = None
    document_number: str | None = None
    decided_on: date | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """The act at the source, filled in. `words` say what changes and name nobody; `roles` may do it.

    `choices` are the remedies in attendance that are possible. `in_steps`: another person confirms it at the source.
    """

    kind: CorrectionKind
    organization_id: int
    place: str
    words: str
    remedy: Remedy
    roles: frozenset[Role]
    choices: tuple[AttendanceRemedy, ...] = ()
    in_steps: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """Whose matter is put right at which source, by whom."""

    source_id: int
    member_id: int
    proposal: Proposal
    actor: Actor
    account_id: int
    now: datetime


Propose = Callable[[Session, int, int, Remedy], Proposal | None]
"""Takes a source's id, the member and what is wished; None where nothing is left to correct there."""

CarryOut = Callable[[Session, Act], None]


@dataclass(frozen=True, slots=True)
class Source:
    propose: Propose
    carry_out: CarryOut
