"""What a 积分标准 says: sections, items and methods as data (design §4.6). Pure.

The shapes here only keep what can be stored; `validation.py` says what must hold before a standard is published.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from server.organizations.models import Category, Stage
from server.text import Line


def plain_number(value: Decimal) -> str:
    """Return one spelling per number, without exponent or trailing zeros: 12.00 and 12 are both `12`."""
    return format(value.normalize() + 0, "f")


_Digits = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$")]
_Number = PlainSerializer(plain_number, return_type=_Digits, when_used="json")

Amount = Annotated[Decimal, Field(ge=0, le=10_000, decimal_places=4), _Number]
Balance = Annotated[Decimal, Field(ge=-10_000, le=10_000, decimal_places=4), _Number]
Share = Annotated[Decimal, Field(ge=0, le=1, decimal_places=4), _Number]
Code = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,15}$")]
Title = Annotated[Line, Field(max_length=64)]
Clause = Annotated[Line, Field(max_length=128)]
Categories = Annotated[frozenset[Category], PlainSerializer(sorted, return_type=list[Category], when_used="json")]
Stages = Annotated[frozenset[Stage], PlainSerializer(sorted, return_type=list[Stage], when_used="json")]


class Audience(StrEnum):
    """Who a standard is for: the notice's members, or 发展对象 and 积极分子 by a standard of their own."""

    members = "members"
    activists = "activists"


AUDIENCE_STAGES = {
    Audience.members: (Stage.full, Stage.probationary),
    Audience.activists: (Stage.prospect, Stage.activist),
}


def audience_of(stage: Stage) -> Audience:
    """Return whose standard a member of this stage is measured by."""
    return next(audience for audience, stages in AUDIENCE_STAGES.items() if stage in stages)


class Method(StrEnum):
    earn = "earn"  # + points × quantity per occurrence
    deduct = "deduct"  # opens at the cap, − points × quantity per miss
    ratio = "ratio"  # cap × (attended + makeup_weight × made up) / (owed − excused)
    levels = "levels"  # a level is chosen; the highest per achievement counts
    measured = "measured"  # a figure entered or imported; the latest counts


class Sharing(StrEnum):
    """How a joint work's points are shared among the members named."""

    each_in_full = "each_in_full"
    equal_parts = "equal_parts"
    weights = "weights"


class Unheld(StrEnum):
    """What becomes of a measured item in a year in which nobody measured it: it is never zero."""

    block = "block"  # the year's results are not drawn up without the figure
    scale = "scale"  # it gives the share of its cap that everything else gives of its own


class Evidence(StrEnum):
    """Where an item's entries come from."""

    attendance = "attendance"
    claim = "claim"
    dues = "dues"
    decision = "decision"


class LeaveKind(StrEnum):
    """请假类别."""

    official = "official"
    sick = "sick"
    maternity = "maternity"
    personal = "personal"
    abroad = "abroad"
    other = "other"


LeaveKinds = Annotated[frozenset[LeaveKind], PlainSerializer(sorted, return_type=list[LeaveKind], when_used="json")]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Level(_Data):
    code: Code
    title: Title
    points: Amount


class Item(_Data):
    """One item of the standard. `line` groups variants that share one cap (B06a and B06b); it defaults to the code.

    `points` is per occurrence or per `unit` (学时); `floor` keeps a line from falling below it; `month_cap` limits what
    facts of one month can earn. `categories`/`stages` empty = everyone. `makeup_leaves` are the kinds of leave that
    must be made up (补课), or else count as a miss; `late_points` is what being late costs (0: late is present).
    `share_weights` are the shares of a joint work's points by order of its authors. `unheld` is for measured items. In
    a section that `deducts`, an item opens at its cap of 0 and falls to its negative floor.
    """

    code: Code
    line: Code | None = None
    section: Code
    title: Title
    method: Method
    points: Amount = Decimal(0)
    unit: Annotated[Line, Field(max_length=16)] = "次"
    cap: Amount
    month_cap: Amount | None = None
    floor: Balance = Decimal(0)
    levels: Annotated[tuple[Level, ...], Field(max_length=20)] = ()
    sharing: Sharing = Sharing.each_in_full
    share_weights: Annotated[tuple[Share, ...], Field(max_length=20)] = ()
    makeup_weight: Share = Decimal(1)
    makeup_leaves: LeaveKinds = frozenset()
    late_points: Amount = Decimal(0)
    unheld: Unheld = Unheld.block
    categories: Categories = frozenset()
    stages: Stages = frozenset()
    evidence: Annotated[tuple[Evidence, ...], Field(max_length=len(Evidence))]
    evidence_note: Title = ""
    clause: Clause

    @property
    def line_code(self) -> str:
        return self.line or self.code

    def applies_to(self, category: Category, stage: Stage) -> bool:
        return (not self.categories or category in self.categories) and (not self.stages or stage in self.stages)


class Section(_Data):
    """A part of the standard. `deducts` marks one that only takes from the total; its points then lie in [floor, 0]."""

    code: Code
    title: Title
    cap: Amount
    floor: Balance = Decimal(0)
    base: bool = False  # 基础: for every category × stage its items must add up to the cap
    deducts: bool = False
    clause: Clause = ""


class NegativeCategory(_Data):
    """A kind of decision on the 负面清单 that sets the year to zero."""

    code: Code
    title: Annotated[Line, Field(max_length=128)]
    clause: Clause


class Grade(_Data):
    """A grade instead of stars; `at_least` is inclusive, bands are half-open."""

    title: Title
    at_least: Balance


class StandardDocument(_Data):
    """A whole standard. `total_cap` limits the sum; `audience` says whether it is for members or for activists."""

    title: Annotated[Line, Field(max_length=128)]
    basis: Annotated[Line, Field(max_length=255)]
    audience: Audience = Audience.members
    total_cap: Amount = Decimal(100)
    sections: Annotated[tuple[Section, ...], Field(max_length=12)]
    items: Annotated[tuple[Item, ...], Field(max_length=200)]
    negative_list: Annotated[tuple[NegativeCategory, ...], Field(max_length=50)] = ()
    grades: Annotated[tuple[Grade, ...], Field(max_length=12)] = ()

    def item(self, code: str) -> Item | None:
        return next((item for item in self.items if item.code == code), None)

    def section(self, code: str) -> Section | None:
        return next((section for section in self.sections if section.code == code), None)

    def items_for(self, category: Category, stage: Stage) -> Iterator[Item]:
        """The items that concern such a member, in the standard's order."""
        return (item for item in self.items if item.applies_to(category, stage))

    def grade_for(self, total: Decimal) -> Grade | None:
        """The grade whose half-open band [at_least, next) holds the total; None where the standard has no grades."""
        return next((grade for grade in self.grades if total >= grade.at_least), None)


def as_data(document: StandardDocument) -> dict[str, Any]:
    """Return the document as JSON data with one spelling per number and one order per set."""
    return document.model_dump(mode="json")


def content_hash(data: Mapping[str, Any]) -> str:
    """Return SHA-256 of the canonical JSON (sorted keys, no spaces, UTF-8) of a stored document."""
    canonical = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
