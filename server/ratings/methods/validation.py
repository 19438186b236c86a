"""What must hold before a method is published: no hole, no overlap, and what 四（二） of the notice asks. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from server.ratings.methods.rules import TOP, MethodDocument, StarGrade
from server.standards.rules import plain_number

FLOOR = Decimal(90)
"""五星级党员年度积分不低于90分 （四（二））."""

CEILING = Fraction(1, 5)
"""人数一般不超过本支部党员总数的20% （四（二））; more only with approval, one branch at a time."""

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class MethodProblem:
    """What is wrong, where in the document, and what to do about it."""

    path: str
    message: str


def problems(document: MethodDocument, *, notice_binds: bool) -> list[MethodProblem]:
    """Return what keeps a method from being published. `notice_binds`: 党发〔2018〕75号 is the unit's own rule."""
    found = [*_ranks(document), *_bands(document), *_bars(document)]
    return [*found, *_notice(document)] if notice_binds else found


def _ranks(document: MethodDocument) -> Iterator[MethodProblem]:
    grades = document.grades
    for place, grade in enumerate(grades):
        if place and grade.stars >= grades[place - 1].stars:
            yield MethodProblem(f"grades.{place}.stars", f"等级应从高到低排列，“{grade.title}”不能高于或等于上一等级")
        if any(grade.title == other.title for other in grades[:place]):
            yield MethodProblem(f"grades.{place}.title", f"“{grade.title}”出现了两次，请改用不同的名称")


def _bands(document: MethodDocument) -> Iterator[MethodProblem]:
    grades = document.grades
    for place, grade in enumerate(grades):
        if grade.at_least is not None and grade.below is not None and grade.at_least >= grade.below:
            yield MethodProblem(f"grades.{place}", f"“{grade.title}”的下限应低于上限")
    if grades[0].below is not None:
        yield MethodProblem("grades.0.below", f"最高一级不设上限，否则{plain_number(grades[0].below)}分没有等级")
    if grades[-1].at_least is not None:
        short = plain_number(grades[-1].at_least - _CENT)
        message = f"最低一级不设下限，否则{short}分没有等级"
        yield MethodProblem(f"grades.{len(grades) - 1}.at_least", message)
    for place, (upper, lower) in enumerate(pairwise(grades)):
        yield from _between(place + 1, upper, lower)


def _between(place: int, upper: StarGrade, lower: StarGrade) -> Iterator[MethodProblem]:
    if upper.at_least is None:
        yield MethodProblem(f"grades.{place - 1}.at_least", f"“{upper.title}”不是最低一级，应设下限")
    elif lower.below is None:
        yield MethodProblem(f"grades.{place}.below", f"“{lower.title}”不是最高一级，应设上限")
    elif lower.below < upper.at_least:
        message = (
            f"“{lower.title}”到{plain_number(lower.below)}分（不含）为止，“{upper.title}”从{plain_number(upper.at_least)}分"
            f"（含）开始，中间没有等级：例如{plain_number(_example(lower.below, upper.at_least))}分"
        )
        yield MethodProblem(f"grades.{place}.below", message)
    elif lower.below > upper.at_least:
        message = f"{plain_number(upper.at_least)}分同时属于“{upper.title}”和“{lower.title}”，请改为首尾相接"
        yield MethodProblem(f"grades.{place}.below", message)


def _example(low: Decimal, high: Decimal) -> Decimal:
    """Return points of a hole that are easy to read: half way, to a half if there is one."""
    half = ((low + high) / 2).quantize(Decimal("0.1"))
    return half if low <= half < high else low


def _bars(document: MethodDocument) -> Iterator[MethodProblem]:
    for place, grade in enumerate(document.grades):
        if grade.quota is not None and grade.quota.share > 1:
            yield MethodProblem(f"grades.{place}.quota", f"“{grade.title}”的人数比例不能超过全部")
        if grade.quota is not None and grade is document.grades[-1]:
            yield MethodProblem(f"grades.{place}.quota", "最低一级不能限制人数，否则有人没有等级")


def _notice(document: MethodDocument) -> Iterator[MethodProblem]:
    highest = document.grades[0]
    if {grade.stars for grade in document.grades} != set(range(TOP + 1)):
        yield MethodProblem("grades", "按党发〔2018〕75号四（二），星级为0星至五星，六个等级缺一不可")
        return
    if highest.at_least is None or highest.at_least < FLOOR:
        message = f"按党发〔2018〕75号四（二），五星级党员年度积分不低于{FLOOR}分"
        yield MethodProblem("grades.0.at_least", message)
    if highest.quota is None or highest.quota.share > CEILING:
        message = (
            "按党发〔2018〕75号四（二），五星级人数一般不超过本支部党员总数的20%；确需超额的，由支部逐次说明理由报批"
        )
        yield MethodProblem("grades.0.quota", message)
