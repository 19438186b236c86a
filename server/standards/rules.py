"""What a 积分标准 says: sections, items and methods as data (design §4.6). Pure."""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from server.organizations.models import Category, Stage

Amount = Annotated[Decimal, Field(ge=0, le=10_000, decimal_places=4)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,15}$")]
Title = Annotated[str, Field(min_length=1, max_length=64)]


class Method(StrEnum):
    earn = "earn"  # + points × quantity per occurrence
    deduct = "deduct"  # opens at the cap, − points × quantity per miss
    ratio = "ratio"  # cap × (attended + makeup_weight × made up) / (owed − excused)
    levels = "levels"  # a level is chosen; the highest per achievement counts
    measured = "measured"  # a figure entered or imported; the latest counts


class Period(StrEnum):
    year = "year"
    month = "month"


class Sharing(StrEnum):
    """How a joint work's points are shared among the members named."""

    each_in_full = "each_in_full"
    equal_parts = "equal_parts"
    weights = "weights"


class Evidence(StrEnum):
    """Where an item's entries come from."""

    attendance = "attendance"
    claim = "claim"
    dues = "dues"
    decision = "decision"


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Level(_Data):
    code: Code
    title: Title
    points: Amount


class Item(_Data):
    """One line of the standard. `line` groups variants that share one cap (B06a and B06b); it defaults to the code.

    `points` is per occurrence or per `unit` (学时); `floor` keeps a line from falling below it; `month_cap` limits what
    facts of one month can earn. `categories`/`stages` empty = everyone.
    """

    code: Code
    line: Code | None = None
    section: Code
    title: Title
    method: Method
    points: Amount = Decimal(0)
    unit: Annotated[str, Field(max_length=16)] = "次"
    cap: Amount
    month_cap: Amount | None = None
    floor: Decimal = Decimal(0)
    levels: tuple[Level, ...] = ()
    sharing: Sharing = Sharing.each_in_full
    share_weights: tuple[Amount, ...] = ()
    makeup_weight: Annotated[Decimal, Field(ge=0, le=1)] = Decimal(1)
    categories: frozenset[Category] = frozenset()
    stages: frozenset[Stage] = frozenset()
    evidence: tuple[Evidence, ...]
    evidence_note: Annotated[str, Field(max_length=64)] = ""
    clause: Annotated[str, Field(min_length=1, max_length=128)]

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
    floor: Decimal = Decimal(0)
    base: bool = False  # 基础: for every category × stage its items must add up to the cap
    deducts: bool = False
    clause: Annotated[str, Field(max_length=128)] = ""


class NegativeCategory(_Data):
    """A kind of decision on the 负面清单 that sets the year to zero."""

    code: Code
    title: Annotated[str, Field(min_length=1, max_length=128)]
    clause: Annotated[str, Field(min_length=1, max_length=128)]


class Grade(_Data):
    """A grade instead of stars; `at_least` is inclusive, bands are half-open."""

    title: Title
    at_least: Decimal


class StandardDocument(_Data):
    """A whole standard. `total_cap` limits the sum; `members` says whether it is for members or for activists."""

    title: Annotated[str, Field(min_length=1, max_length=128)]
    basis: Annotated[str, Field(min_length=1, max_length=255)]
    audience: Literal["members", "activists"] = "members"
    total_cap: Amount = Decimal(100)
    sections: tuple[Section, ...]
    items: tuple[Item, ...]
    negative_list: tuple[NegativeCategory, ...] = ()
    grades: tuple[Grade, ...] = ()

    def item(self, code: str) -> Item | None:
        return next((item for item in self.items if item.code == code), None)

    def items_for(self, category: Category, stage: Stage) -> Iterator[Item]:
        """The items that concern such a member, in the standard's order."""
        return (item for item in self.items if item.applies_to(category, stage))
