"""What a 星级评定办法 says: grades by points, how many of them, who gets none (year.md §6). Pure.

The shapes here only keep what can be stored; `validation.py` says what must hold before a method is published.
"""

import hashlib
import json
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from server.ratings.appraisals.rules import AppraisalGrade
from server.standards.rules import Balance, Title, plain_number
from server.text import Line, Lines

TOP = 5
"""The most stars."""

Stars = Annotated[int, Field(ge=0, le=TOP)]
Appraisals = Annotated[
    frozenset[AppraisalGrade], PlainSerializer(sorted, return_type=list[AppraisalGrade], when_used="json")
]


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StarQuota(_Said):
    """At most `part` in `of` of the base, rounded down: 1 in 5 is 20 %."""

    part: Annotated[int, Field(ge=1, le=1000)] = 1
    of: Annotated[int, Field(ge=1, le=1000)] = 5

    @property
    def share(self) -> Fraction:
        return Fraction(self.part, self.of)


class StarGrade(_Said):
    """One grade: points from `at_least` (含) to `below` (不含); null where it has no end on that side.

    `stars` rank the grades; a unit that names them otherwise (优秀, 合格) says so in `title`. `colour` is that of the
    list on which a unit shows the grade (红榜), if it has such lists.
    """

    stars: Stars
    title: Title
    at_least: Balance | None
    below: Balance | None
    quota: StarQuota | None = None
    colour: Annotated[Line, Field(min_length=1, max_length=8)] | None = None

    def holds(self, points: Decimal) -> bool:
        """Whether so many points lie in this grade's band."""
        return (self.at_least is None or points >= self.at_least) and (self.below is None or points < self.below)

    @property
    def words(self) -> str:
        """The band as an office writes it: 80分（含）至90分（不含）."""
        if self.at_least is None:
            return f"{plain_number(self.below)}分（不含）以下" if self.below is not None else "不限分数"
        least = f"{plain_number(self.at_least)}分（含）"
        return f"{least}以上" if self.below is None else f"{least}至{plain_number(self.below)}分（不含）"


class MethodDocument(_Said):
    """星级评定办法 of a unit for a year.

    `grades` from the highest to the lowest. A branch of fewer than `pooled_below` members shares the quota of all such
    branches of its unit; 0 pools none. `barred` are the appraisals that bar the highest grade; `influence_bars`: so
    does 处分影响期. `months_managed`, `months_away`: whoever was managed for fewer months, or away for more, may be
    不定星级. `consistency` says in words what 一贯表现 means here.
    """

    title: Title
    grades: Annotated[tuple[StarGrade, ...], Field(min_length=2, max_length=6)]
    pooled_below: Annotated[int, Field(ge=0, le=50)] = 5
    barred: Appraisals = frozenset({AppraisalGrade.basic, AppraisalGrade.unqualified})
    influence_bars: bool = True
    months_managed: Annotated[int, Field(ge=0, le=12)] = 6
    months_away: Annotated[int, Field(ge=0, le=12)] = 6
    consistency: Annotated[Lines, Field(max_length=1000)] = ""

    def grade_at(self, points: Decimal) -> StarGrade:
        """Return the grade of so many points. A published method has no hole; raises LookupError for one that does."""
        for grade in self.grades:
            if grade.holds(points):
                return grade
        raise LookupError(f"no grade for {points} points")

    def grade_of(self, stars: int) -> StarGrade | None:
        return next((grade for grade in self.grades if grade.stars == stars), None)

    @property
    def highest(self) -> StarGrade:
        return max(self.grades, key=lambda grade: grade.stars)

    def next_below(self, stars: int) -> StarGrade | None:
        """Return the grade right below one, or None for the lowest."""
        lower = [grade for grade in self.grades if grade.stars < stars]
        return max(lower, key=lambda grade: grade.stars) if lower else None


def content_hash(document: MethodDocument) -> str:
    """Return the SHA-256 of what a method says, the same however its numbers are spelled."""
    return hashlib.sha256(canonical(document.model_dump(mode="json")).encode()).hexdigest()


def canonical(value: Any) -> str:
    """Return the one spelling of plain data that is hashed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _grade(stars: int, title: str, at_least: int | None, below: int | None, *, capped: bool = False) -> StarGrade:
    return StarGrade(
        stars=stars,
        title=title,
        at_least=None if at_least is None else Decimal(at_least),
        below=None if below is None else Decimal(below),
        quota=StarQuota() if capped else None,
    )


DEFAULT = MethodDocument(
    title="党员星级评定办法",
    grades=(
        _grade(5, "五星", 90, None, capped=True),
        _grade(4, "四星", 80, 90),
        _grade(3, "三星", 70, 80),
        _grade(2, "二星", 60, 70),
        _grade(1, "一星", 50, 60),
        _grade(0, "0星", None, 50),
    ),
)
"""What a unit begins with: 90 and a fifth are the notice's （四（二））, the rest is ours."""
