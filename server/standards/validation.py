"""What must hold before a standard is published, and how a unit's standard may refine the one above it. Pure.

Every problem names the field to look at and says in Chinese how to mend it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import combinations, pairwise

from server.organizations.models import Category, Stage
from server.standards.item_validation import item_problems
from server.standards.problems import CATEGORY_TITLES, STAGE_TITLES, StandardProblem, number
from server.standards.rules import AUDIENCE_STAGES, Audience, Item, Method, Section, StandardDocument

Kind = tuple[Category, Stage]
SHARED_BY_VARIANTS = {"section": "所属部分", "cap": "上限", "floor": "下限", "month_cap": "月上限"}
EXCLUSIVE_METHODS = {Method.deduct, Method.ratio, Method.measured}


def problems(document: StandardDocument) -> list[StandardProblem]:
    """Return everything that keeps this document from being published, in the order of the form."""
    return [
        *_heading_problems(document),
        *_section_problems(document),
        *_all_items_problems(document),
        *_line_problems(document),
        *_base_problems(document),
        *_negative_problems(document),
        *_grade_problems(document),
    ]


def refinement_problems(document: StandardDocument, above: StandardDocument) -> list[StandardProblem]:
    """Return where a unit's standard breaks the one above it: items may differ, sections, total and 负面清单 may not
    (《实施方案》二：进一步细化量化)."""
    found = list(_section_breaks(document, above))
    if document.total_cap != above.total_cap:
        found.append(StandardProblem("total_cap", f"总分应与上级标准一致，为 {number(above.total_cap)} 分"))
    kept = {category.code for category in document.negative_list}
    for category in above.negative_list:
        if category.code not in kept:
            message = f"不得删减上级标准的负面清单，请补上 {category.code}“{category.title}”"
            found.append(StandardProblem("negative_list", message))
    return found


def _section_breaks(document: StandardDocument, above: StandardDocument) -> Iterator[StandardProblem]:
    for i, section in enumerate(document.sections):
        if above.section(section.code) is None:
            yield StandardProblem(
                f"sections[{i}].code", f"上级标准没有“{section.title or section.code}”部分，请删去或并入已有部分"
            )
    for theirs in above.sections:
        i, ours = next(((i, s) for i, s in enumerate(document.sections) if s.code == theirs.code), (0, None))
        if ours is None:
            yield StandardProblem("sections", f"缺少上级标准的“{theirs.title}”部分（代码 {theirs.code}），请补上")
            continue
        if ours.cap != theirs.cap:
            yield StandardProblem(
                f"sections[{i}].cap", f"“{theirs.title}”上限应与上级标准一致，为 {number(theirs.cap)} 分"
            )
        if ours.floor != theirs.floor:
            yield StandardProblem(
                f"sections[{i}].floor", f"“{theirs.title}”下限应与上级标准一致，为 {number(theirs.floor)} 分"
            )
        if ours.base != theirs.base:
            yield StandardProblem(f"sections[{i}].base", f"“{theirs.title}”是否基础部分应与上级标准一致")
        if ours.deducts != theirs.deducts:
            yield StandardProblem(f"sections[{i}].deducts", f"“{theirs.title}”是否只扣分应与上级标准一致")


def _heading_problems(document: StandardDocument) -> Iterator[StandardProblem]:
    if not document.title.strip():
        yield StandardProblem("title", "请填写标准名称")
    if not document.basis.strip():
        yield StandardProblem("basis", "请填写制定依据，如“党发〔2018〕75号”")
    if document.total_cap <= 0:
        yield StandardProblem("total_cap", "总分应大于 0")
    total = sum((section.cap for section in document.sections), Decimal(0))
    if document.sections and total < document.total_cap:
        message = f"各部分上限合计 {number(total)} 分，不足总分 {number(document.total_cap)} 分，请调整部分上限或总分"
        caps = tuple(f"sections[{i}].cap" for i in range(len(document.sections)))
        yield StandardProblem("total_cap", message, caps)


def _section_problems(document: StandardDocument) -> Iterator[StandardProblem]:
    if not document.sections:
        yield StandardProblem("sections", "请至少设置一个部分，如“基础积分”")
    yield from _repeated("sections", [section.code for section in document.sections], "部分代码")
    filled = {item.section for item in document.items}
    for i, section in enumerate(document.sections):
        yield from _one_section_problems(f"sections[{i}]", section)
        if section.code not in filled:
            yield StandardProblem(
                f"sections[{i}].code", f"“{section.title or section.code}”下没有项目，请添加项目或删去该部分"
            )


def _one_section_problems(path: str, section: Section) -> Iterator[StandardProblem]:
    if not section.title.strip():
        yield StandardProblem(f"{path}.title", "请填写部分名称")
    if section.deducts:
        yield from _deducting_section_problems(path, section)
        return
    if section.cap <= 0:
        yield StandardProblem(f"{path}.cap", "部分上限应大于 0；只扣分的部分请勾选“只扣分”", (f"{path}.deducts",))
    elif section.floor > section.cap:
        yield StandardProblem(f"{path}.floor", f"部分下限不能高于上限 {number(section.cap)} 分", (f"{path}.cap",))


def _deducting_section_problems(path: str, section: Section) -> Iterator[StandardProblem]:
    if section.cap != 0:
        yield StandardProblem(f"{path}.cap", "只扣分的部分上限应为 0", (f"{path}.deducts",))
    if section.floor >= 0:
        yield StandardProblem(f"{path}.floor", "只扣分的部分应设负的下限，如 -20（最多扣 20 分）", (f"{path}.deducts",))
    if section.base:
        yield StandardProblem(f"{path}.base", "只扣分的部分不能作为基础部分", (f"{path}.deducts",))


def _all_items_problems(document: StandardDocument) -> Iterator[StandardProblem]:
    yield from _repeated("items", [item.code for item in document.items], "项目代码")
    stages = AUDIENCE_STAGES[document.audience]
    for i, item in enumerate(document.items):
        path = f"items[{i}]"
        section = document.section(item.section)
        if section is None:
            yield StandardProblem(
                f"{path}.section",
                f"{item.code} 所属部分“{item.section}”不存在，请改选已有的部分",
                _section_codes(document),
            )
        if item.stages and not item.stages <= set(stages):
            outside = "、".join(STAGE_TITLES[stage] for stage in Stage if stage in item.stages and stage not in stages)
            yield StandardProblem(
                f"{path}.stages", f"{item.code} 的适用对象{outside}不在本标准范围内，请去掉", ("audience",)
            )
        yield from item_problems(path, item, section, _section_path(document, item.section))


def _section_path(document: StandardDocument, code: str) -> str:
    return next((f"sections[{i}]" for i, section in enumerate(document.sections) if section.code == code), "sections")


def _section_codes(document: StandardDocument) -> tuple[str, ...]:
    return tuple(f"sections[{i}].code" for i in range(len(document.sections)))


def _line_problems(document: StandardDocument) -> Iterator[StandardProblem]:
    """Variants of one line share its section and limits, and where two would clash they concern different people."""
    for (i, first), (j, second) in combinations(enumerate(document.items), 2):
        if first.line_code != second.line_code:
            continue
        yield from _unshared(i, first, j, second)
        yield from _clash(document, i, first, j, second)


def _unshared(i: int, first: Item, j: int, second: Item) -> Iterator[StandardProblem]:
    for field, title in SHARED_BY_VARIANTS.items():
        if getattr(first, field) != getattr(second, field):
            message = f"{first.code} 与 {second.code} 同属 {first.line_code}，{title}应当相同"
            yield StandardProblem(f"items[{j}].{field}", message, (f"items[{i}].{field}", *_lines(i, j)))


def _clash(document: StandardDocument, i: int, first: Item, j: int, second: Item) -> Iterator[StandardProblem]:
    if not EXCLUSIVE_METHODS & {first.method, second.method}:
        return
    both = [kind for kind in _kinds(document) if first.applies_to(*kind) and second.applies_to(*kind)]
    if both:
        message = (
            f"{first.code} 与 {second.code} 同属 {first.line_code}，却都适用于{_named(document, both)}，请分开适用对象"
        )
        fields = ("categories", "stages", "method")
        also = (*(f"items[{k}].{field}" for k in (i, j) for field in fields), *_lines(i, j))
        yield StandardProblem(f"items[{j}].categories", message, also)


def _lines(i: int, j: int) -> tuple[str, ...]:
    return (f"items[{i}].line", f"items[{j}].line", f"items[{i}].code", f"items[{j}].code")


def _base_problems(document: StandardDocument) -> Iterator[StandardProblem]:
    """For every category × stage the lines of a base section add up to its cap exactly."""
    for s, section in enumerate(document.sections):
        if not section.base:
            continue
        lines = {item.line_code: None for item in document.items if item.section == section.code}
        gaps: dict[tuple[Decimal, tuple[str, ...]], list[Kind]] = {}
        for kind in _kinds(document):
            total, missing = _base_sum(document, section, list(lines), kind)
            if total != section.cap:
                gaps.setdefault((total, missing if total < section.cap else ()), []).append(kind)
        for (total, missing), kinds in gaps.items():
            message = f"{_named(document, kinds)}：{section.title}合计 {number(total)}，应为 {number(section.cap)}"
            hint = f"，缺 {'、'.join(missing)} 的变体" if missing else "，请调整各项上限"
            yield StandardProblem(f"sections[{s}].cap", message + hint, _base_fields(document, section))


def _base_sum(
    document: StandardDocument, section: Section, lines: Sequence[str], kind: Kind
) -> tuple[Decimal, tuple[str, ...]]:
    """What the lines add up to for such members, each variant's line once, and which lines have nothing for them."""
    caps = {item.line_code: item.cap for item in document.items_for(*kind) if item.section == section.code}
    return sum(caps.values(), Decimal(0)), tuple(line for line in lines if line not in caps)


def _base_fields(document: StandardDocument, section: Section) -> tuple[str, ...]:
    """The fields that may be at fault."""
    found = ["audience"]
    for i, item in enumerate(document.items):
        if item.section == section.code:
            found += [f"items[{i}].{field}" for field in ("cap", "line", "code", "section", "categories", "stages")]
        else:
            found.append(f"items[{i}].section")
    return tuple(found)


def _kinds(document: StandardDocument) -> list[Kind]:
    return [(category, stage) for category in Category for stage in AUDIENCE_STAGES[document.audience]]


def _named(document: StandardDocument, kinds: Sequence[Kind]) -> str:
    """Name a set of category × stage shortly: 全体党员, 离退休, 离退休·预备党员."""
    stages = AUDIENCE_STAGES[document.audience]
    if len(kinds) == len(Category) * len(stages):
        return "全体党员" if document.audience is Audience.members else "全体发展对象、积极分子"
    names = []
    for category in Category:
        concerned = [stage for stage in stages if (category, stage) in kinds]
        if len(concerned) == len(stages):
            names.append(CATEGORY_TITLES[category])
        else:
            names += [f"{CATEGORY_TITLES[category]}·{STAGE_TITLES[stage]}" for stage in concerned]
    return "、".join(names)


def _negative_problems(document: StandardDocument) -> Iterator[StandardProblem]:
    yield from _repeated("negative_list", [category.code for category in document.negative_list], "负面清单代码")
    for i, category in enumerate(document.negative_list):
        if not category.title.strip():
            yield StandardProblem(f"negative_list[{i}].title", f"请填写 {category.code} 的情形")
        if not category.clause.strip():
            yield StandardProblem(
                f"negative_list[{i}].clause", f"请注明 {category.code} 的依据条款，如“《实施方案》二（三）”"
            )


def _grade_problems(document: StandardDocument) -> Iterator[StandardProblem]:
    grades = document.grades
    for i, grade in enumerate(grades):
        if not grade.title.strip():
            yield StandardProblem(f"grades[{i}].title", "请填写等次名称")
        if grade.at_least > document.total_cap:
            message = f"“{grade.title}”的起点高于总分 {number(document.total_cap)}，无人能达到"
            yield StandardProblem(f"grades[{i}].at_least", message, ("total_cap",))
    for i, (higher, lower) in enumerate(pairwise(grades), start=1):
        if higher.at_least <= lower.at_least:
            message = f"等次应由高到低排列：“{lower.title}”的起点应低于 {number(higher.at_least)}"
            yield StandardProblem(f"grades[{i}].at_least", message, (f"grades[{i - 1}].at_least",))
    if grades and grades[-1].at_least != 0:
        yield StandardProblem(
            f"grades[{len(grades) - 1}].at_least", f"最低等次“{grades[-1].title}”应从 0 分起，使每个得分都有等次"
        )
    yield from _repeated("grades", [grade.title for grade in grades], "等次名称", field="title")


def _repeated(path: str, values: Iterable[str], title: str, *, field: str = "code") -> Iterator[StandardProblem]:
    values = list(values)
    for value, count in Counter(values).items():
        if count > 1:
            places = [f"{path}[{i}].{field}" for i, each in enumerate(values) if each == value]
            yield StandardProblem(places[-1], f"{title}“{value}”重复 {count} 次，请改成不同的", tuple(places[:-1]))
