"""What must hold for one item of a standard: its words, its limits and what its method needs. Pure."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from server.standards.problems import EVIDENCE_TITLES, METHOD_TITLES, StandardProblem, number
from server.standards.rules import Evidence, Item, Method, Section, Sharing, Unheld

SOURCES = {
    Method.earn: {Evidence.attendance, Evidence.claim, Evidence.decision},
    Method.deduct: {Evidence.attendance, Evidence.dues, Evidence.decision},
    Method.ratio: {Evidence.attendance, Evidence.decision},
    Method.levels: {Evidence.claim, Evidence.decision},
    Method.measured: {Evidence.decision},
}
"""Where the entries of a method can come from: nobody claims their own miss or enters their own appraisal."""

WITH_MONTH_CAP = {Method.earn, Method.levels}
JOINT = {Method.earn, Method.levels}
PER_OCCURRENCE = {Method.earn, Method.deduct}


def item_problems(path: str, item: Item, section: Section | None, section_path: str) -> Iterator[StandardProblem]:
    """Yield what is wrong with an item; `section` at `section_path` is its own, if there is one."""
    yield from _words(path, item)
    if section is not None and section.deducts:
        yield from _in_deducting_section(path, item, section, section_path)
    else:
        yield from _limits(path, item, section, section_path)
    yield from _points(path, item, section)
    yield from _levels(path, item)
    yield from _sharing(path, item)
    yield from _month(path, item)
    yield from _unheld(path, item)
    yield from _attendance(path, item)
    yield from _evidence(path, item)


def _words(path: str, item: Item) -> Iterator[StandardProblem]:
    if not item.title.strip():
        yield StandardProblem(f"{path}.title", f"请填写 {item.code} 的项目名称")
    if not item.clause.strip():
        yield StandardProblem(f"{path}.clause", f"请注明 {item.code} 的依据条款，如“《实施方案》二（一）”")
    if not item.unit.strip():
        yield StandardProblem(f"{path}.unit", f"请填写 {item.code} 的计量单位，如“次”“学时”")


def _limits(path: str, item: Item, section: Section | None, section_path: str) -> Iterator[StandardProblem]:
    if item.cap <= 0:
        yield StandardProblem(f"{path}.cap", f"{item.code} 的上限应大于 0")
    if section is not None and item.cap > section.cap:
        message = f"{item.code} 的上限 {number(item.cap)} 超过“{section.title}”的上限 {number(section.cap)}"
        yield StandardProblem(f"{path}.cap", message, (f"{path}.section", *_section_fields(section_path)))
    if item.floor > item.cap:
        yield StandardProblem(
            f"{path}.floor", f"{item.code} 的下限不能高于上限 {number(item.cap)} 分", (f"{path}.cap",)
        )


def _in_deducting_section(path: str, item: Item, section: Section, section_path: str) -> Iterator[StandardProblem]:
    also = (f"{path}.section", *_section_fields(section_path))
    if item.method is not Method.deduct:
        message = f"“{section.title}”只扣分，{item.code} 的计分方法应为“{METHOD_TITLES[Method.deduct]}”"
        yield StandardProblem(f"{path}.method", message, also)
    if item.cap != 0:
        yield StandardProblem(f"{path}.cap", f"“{section.title}”只扣分，{item.code} 的上限应为 0", also)
    if not section.floor <= item.floor < 0:
        message = f"{item.code} 的下限应为负数，且不低于“{section.title}”的下限 {number(section.floor)}"
        yield StandardProblem(f"{path}.floor", message, also)


def _section_fields(path: str) -> tuple[str, ...]:
    return tuple(f"{path}.{field}" for field in ("cap", "floor", "deducts", "code"))


def _points(path: str, item: Item, section: Section | None) -> Iterator[StandardProblem]:
    deducting = section is not None and section.deducts
    limit = -item.floor if deducting else item.cap
    if item.method not in PER_OCCURRENCE:
        if item.points != 0:
            yield StandardProblem(
                f"{path}.points", f"{item.code} {_by_method(item)}，不用每次分值，请清为 0", (f"{path}.method",)
            )
    elif item.points <= 0:
        yield StandardProblem(
            f"{path}.points", f"请填写 {item.code} 每{item.unit}的分值，应大于 0", (f"{path}.method",)
        )
    elif _most_to_one(item, item.points) > limit > 0:
        message = f"{item.code} 每{item.unit} {number(item.points)} 分，超过该项上限 {number(limit)} 分"
        yield StandardProblem(f"{path}.points", message, (f"{path}.cap", f"{path}.floor"))


def _levels(path: str, item: Item) -> Iterator[StandardProblem]:
    if item.method is not Method.levels:
        if item.levels:
            yield StandardProblem(
                f"{path}.levels", f"{item.code} {_by_method(item)}，不用级别，请删去", (f"{path}.method",)
            )
        return
    if not item.levels:
        yield StandardProblem(f"{path}.levels", f"请为 {item.code} 添加级别，如“校级 2 分”", (f"{path}.method",))
    for i, level in enumerate(item.levels):
        here = f"{path}.levels[{i}]"
        if not level.title.strip():
            yield StandardProblem(f"{here}.title", f"请填写 {item.code} 的级别名称")
        if level.points <= 0:
            yield StandardProblem(f"{here}.points", f"{item.code}“{level.title}”的分值应大于 0")
        elif _most_to_one(item, level.points) > item.cap:
            message = f"{item.code}“{level.title}” {number(level.points)} 分，超过该项上限 {number(item.cap)} 分"
            yield StandardProblem(f"{here}.points", message, (f"{path}.cap",))
    yield from _level_order(path, item)


def _most_to_one(item: Item, points: Decimal) -> Decimal:
    """Return what one of several authors gets of these points at most; a work of one alone is held to the cap."""
    if item.method not in JOINT:
        return points
    if item.sharing is Sharing.equal_parts:
        return points / 2
    return points * max(item.share_weights, default=Decimal(1)) if item.sharing is Sharing.weights else points


def _level_order(path: str, item: Item) -> Iterator[StandardProblem]:
    for field, name in (("code", "代码"), ("title", "名称")):
        seen: dict[str, int] = {}
        for i, level in enumerate(item.levels):
            value = getattr(level, field)
            if value in seen:
                first = f"{path}.levels[{seen[value]}].{field}"
                yield StandardProblem(f"{path}.levels[{i}].{field}", f"{item.code} 的级别{name}“{value}”重复", (first,))
            seen.setdefault(value, i)
    for i, (higher, lower) in enumerate(pairwise(item.levels), start=1):
        if lower.points >= higher.points:
            message = (
                f"{item.code} 的级别应由高到低，“{lower.title}”应低于“{higher.title}”的 {number(higher.points)} 分"
            )
            yield StandardProblem(f"{path}.levels[{i}].points", message, (f"{path}.levels[{i - 1}].points",))


def _sharing(path: str, item: Item) -> Iterator[StandardProblem]:
    weights = item.share_weights
    if item.sharing is not Sharing.each_in_full and item.method not in JOINT:
        message = f"{item.code} {_by_method(item)}，没有合作分配，请改为“每人全额”"
        yield StandardProblem(f"{path}.sharing", message, (f"{path}.method",))
    if item.sharing is Sharing.weights and not weights:
        message = f"{item.code} 按次序分配，请填写各次序的比例，如 0.6、0.3、0.1"
        yield StandardProblem(f"{path}.share_weights", message, (f"{path}.sharing",))
    if item.sharing is not Sharing.weights and weights:
        message = f"{item.code} 不按次序分配，请删去各次序的比例"
        yield StandardProblem(f"{path}.share_weights", message, (f"{path}.sharing",))
    if any(weight <= 0 for weight in weights):
        yield StandardProblem(f"{path}.share_weights", f"{item.code} 各次序的比例应大于 0、不超过 1")
    if any(later > earlier for earlier, later in pairwise(weights)):
        yield StandardProblem(f"{path}.share_weights", f"{item.code} 各次序的比例应由高到低")


def _month(path: str, item: Item) -> Iterator[StandardProblem]:
    if item.month_cap is None:
        return
    if item.method not in WITH_MONTH_CAP:
        yield StandardProblem(
            f"{path}.month_cap", f"{item.code} {_by_method(item)}，不设月上限，请清空", (f"{path}.method",)
        )
    elif not 0 < item.month_cap <= item.cap:
        message = f"{item.code} 的月上限应大于 0，且不超过年上限 {number(item.cap)} 分"
        yield StandardProblem(f"{path}.month_cap", message, (f"{path}.cap",))


def _unheld(path: str, item: Item) -> Iterator[StandardProblem]:
    if item.unheld is not Unheld.block and item.method is not Method.measured:
        message = f"{item.code} {_by_method(item)}，不用“未开展时折算”，请清空"
        yield StandardProblem(f"{path}.unheld", message, (f"{path}.method",))


def _attendance(path: str, item: Item) -> Iterator[StandardProblem]:
    attended = Evidence.attendance in item.evidence
    if item.makeup_weight != 1 and item.method is not Method.ratio:
        message = f"{item.code} {_by_method(item)}，补课折算比例应为 1"
        yield StandardProblem(f"{path}.makeup_weight", message, (f"{path}.method",))
    if item.makeup_leaves and not attended:
        message = f"{item.code} 不来自签到，不用设须补课的请假类别，请清空"
        yield StandardProblem(f"{path}.makeup_leaves", message, (f"{path}.evidence",))
    if item.late_points and not (attended and item.method is Method.deduct):
        message = f"{item.code} 不是签到扣分项，不能设迟到扣分，请清为 0"
        yield StandardProblem(f"{path}.late_points", message, (f"{path}.evidence", f"{path}.method"))
    elif item.late_points > item.points:
        message = f"{item.code} 迟到扣分不能超过缺席的 {number(item.points)} 分"
        yield StandardProblem(f"{path}.late_points", message, (f"{path}.points",))


def _evidence(path: str, item: Item) -> Iterator[StandardProblem]:
    if not item.evidence:
        yield StandardProblem(f"{path}.evidence", f"请选择 {item.code} 的积分来源，如“签到”“个人申报”")
    if len(set(item.evidence)) != len(item.evidence):
        yield StandardProblem(f"{path}.evidence", f"{item.code} 的积分来源重复，请去掉重复的")
    unfit = [source for source in Evidence if source in item.evidence and source not in SOURCES[item.method]]
    if unfit:
        names = "、".join(EVIDENCE_TITLES[source] for source in unfit)
        yield StandardProblem(
            f"{path}.evidence", f"{item.code} {_by_method(item)}，不能来自{names}，请去掉", (f"{path}.method",)
        )


def _by_method(item: Item) -> str:
    return f"计分方法为“{METHOD_TITLES[item.method]}”"
