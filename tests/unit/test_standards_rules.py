"""What keeps a standard from being published, and what a document's hash covers."""

import json
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from server.organizations.models import Category, Stage
from server.standards.comparison import ChangeKind, StandardChange, changes, same_figures
from server.standards.default import default_document
from server.standards.problems import StandardProblem
from server.standards.rules import (
    Audience,
    Evidence,
    LeaveKind,
    Method,
    Sharing,
    StandardDocument,
    Unheld,
    as_data,
    audience_of,
    content_hash,
    plain_number,
)
from server.standards.validation import problems, refinement_problems

DEFAULT = as_data(default_document())
B01, B04, B05, B06A, B06B, B07, C01A, C03, C04 = 0, 3, 4, 5, 6, 7, 11, 15, 16


def changed(*edits: tuple[str, Any]) -> StandardDocument:
    """Return the default with fields at these paths replaced."""
    data = json.loads(json.dumps(DEFAULT))
    for path, value in edits:
        put(data, path, value)
    return StandardDocument.model_validate(data)


def put(data: Any, path: str, value: Any) -> None:
    *parents, last = steps(path)
    for step in parents:
        data = data[step]
    data[last] = value


def steps(path: str) -> list[str | int]:
    """`items[3].cap` → ["items", 3, "cap"]."""
    return [int(step) if step.isdigit() else step for step in path.replace("[", ".").replace("]", "").split(".")]


def messages(document: StandardDocument) -> list[str]:
    return [problem.message for problem in problems(document)]


def the_problem(document: StandardDocument) -> StandardProblem:
    (problem,) = problems(document)
    return problem


def test_the_default_can_be_published() -> None:
    assert problems(default_document()) == []


def test_a_category_without_a_variant_is_named_with_the_sum_and_the_line_it_lacks() -> None:
    problem = the_problem(changed((f"items[{B06B}].stages", ["full"])))
    assert problem.message == "离退休·预备党员：基础积分合计 62，应为 70，缺 B06 的变体"
    assert problem.path == "sections[0].cap"
    assert problem.concerns(f"items[{B06B}].stages")


def test_a_gap_for_a_whole_category_is_told_once() -> None:
    assert messages(changed((f"items[{B06B}].categories", ["staff"]))) == [
        "离退休：基础积分合计 62，应为 70，缺 B06 的变体"
    ]


def test_a_wrong_sum_for_everyone_is_told_once() -> None:
    assert messages(changed((f"items[{B04}].cap", "9"))) == ["全体党员：基础积分合计 69，应为 70，请调整各项上限"]


def test_too_large_a_sum_speaks_of_no_missing_variant() -> None:
    assert messages(changed((f"items[{B04}].cap", "11"))) == ["全体党员：基础积分合计 71，应为 70，请调整各项上限"]


def test_variants_that_concern_the_same_people_count_once_towards_the_base() -> None:
    assert problems(changed((f"items[{B06B}].categories", []))) == []


def test_variants_share_their_cap() -> None:
    found = problems(changed((f"items[{B06B}].cap", "7")))
    assert "B06a 与 B06b 同属 B06，上限应当相同" in [problem.message for problem in found]


@pytest.mark.parametrize("field", ["floor", "month_cap"])
def test_variants_share_their_other_limits(field: str) -> None:
    assert the_problem(changed((f"items[{B06B}].{field}", "2"))).path == f"items[{B06B}].{field}"


def test_two_deducting_variants_may_not_concern_the_same_people() -> None:
    data = as_data(default_document())
    data["items"][B06A] |= {"method": "deduct", "points": "1", "evidence": ["attendance"], "categories": []}
    (problem,) = problems(StandardDocument.model_validate(data))
    assert problem.message == "B06a 与 B06b 同属 B06，却都适用于离退休，请分开适用对象"


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("title", "  ", "请填写标准名称"),
        ("basis", "", "请填写制定依据"),
        ("total_cap", "101", "各部分上限合计 100 分，不足总分 101 分"),
        ("total_cap", "0", "总分应大于 0"),
        ("sections[1].title", "", "请填写部分名称"),
        ("sections[1].floor", "31", "部分下限不能高于上限 30 分"),
        (f"items[{B01}].title", "", "请填写 B01 的项目名称"),
        (f"items[{B01}].clause", "", "请注明 B01 的依据条款"),
        (f"items[{B01}].unit", "", "请填写 B01 的计量单位"),
        (f"items[{B01}].section", "nowhere", "B01 所属部分“nowhere”不存在"),
        (f"items[{B01}].code", "B02", "项目代码“B02”重复 2 次"),
        (f"items[{B01}].points", "0", "请填写 B01 每次的分值，应大于 0"),
        (f"items[{B01}].points", "12.5", "B01 每次 12.5 分，超过该项上限 12 分"),
        (f"items[{B01}].floor", "13", "B01 的下限不能高于上限 12 分"),
        (f"items[{B01}].evidence", [], "请选择 B01 的积分来源"),
        (f"items[{B01}].evidence", ["attendance", "attendance"], "B01 的积分来源重复"),
        (f"items[{B01}].evidence", ["claim"], "不能来自个人申报"),
        (f"items[{B01}].month_cap", "1", "不设月上限"),
        (f"items[{B01}].late_points", "4", "B01 迟到扣分不能超过缺席的 3 分"),
        (f"items[{B01}].stages", ["full", "probationary", "activist"], "适用对象入党积极分子不在本标准范围内"),
        (f"items[{B01}].makeup_weight", "0.5", "补课折算比例应为 1"),
        (f"items[{B01}].sharing", "equal_parts", "没有合作分配"),
        (f"items[{B05}].makeup_leaves", ["personal"], "B05 不来自签到"),
        (f"items[{B05}].late_points", "1", "B05 不是签到扣分项"),
        (f"items[{B06A}].month_cap", "9", "月上限应大于 0，且不超过年上限 8 分"),
        (f"items[{B07}].points", "1", "不用每次分值"),
        (f"items[{B07}].levels", [{"code": "a", "title": "甲", "points": "1"}], "不用级别"),
        (f"items[{C01A}].levels", [], "请为 C01a 添加级别"),
        (f"items[{B01}].unheld", "scale", "不用“未开展时折算”"),
        (f"items[{C01A}].levels[0].points", "9", "C01a“国家级” 9 分，超过该项上限 8 分"),
        (f"items[{C01A}].levels[1].points", "8", "“省部级”应低于“国家级”的 8 分"),
        (f"items[{C01A}].levels[3].points", "0", "C01a“校级”的分值应大于 0"),
        (f"items[{C01A}].levels[1].code", "national", "C01a 的级别代码“national”重复"),
        (f"items[{C01A}].levels[1].title", "国家级", "C01a 的级别名称“国家级”重复"),
        (f"items[{C01A}].levels[1].title", "", "请填写 C01a 的级别名称"),
        (f"items[{C04}].cap", "31", "C04 的上限 31 超过“贡献积分”的上限 30"),
        (f"items[{C04}].cap", "0", "C04 的上限应大于 0"),
        (f"items[{C04}].sharing", "weights", "请填写各次序的比例"),
        (f"items[{C04}].share_weights", ["0.5"], "请删去各次序的比例"),
        ("negative_list[1].code", "N01", "负面清单代码“N01”重复"),
        ("negative_list[1].title", "", "请填写 N02 的情形"),
        ("negative_list[1].clause", "", "请注明 N02 的依据条款"),
    ],
)
def test_a_fault_is_named_at_its_field_with_the_way_to_mend_it(path: str, value: Any, words: str) -> None:
    found = problems(changed((path, value)))
    assert any(words in problem.message for problem in found), found
    assert any(problem.concerns(path) for problem in found)


@pytest.mark.parametrize(
    ("sharing", "weights", "points", "fits"),
    [
        ("equal_parts", [], "16", True),
        ("equal_parts", [], "16.01", False),
        ("weights", ["0.5", "0.3"], "16", True),
        ("weights", ["0.8", "0.2"], "10.01", False),
        ("each_in_full", [], "8.01", False),
    ],
)
def test_a_level_may_be_worth_more_than_the_cap_where_nobody_of_several_gets_more(
    sharing: str, weights: list[str], points: str, fits: bool
) -> None:
    shared = (f"items[{C01A}].sharing", sharing), (f"items[{C01A}].share_weights", weights)
    found = messages(changed(*shared, (f"items[{C01A}].levels[0].points", points)))
    assert ([] if fits else [f"C01a“国家级” {points} 分，超过该项上限 8 分"]) == found


@pytest.mark.parametrize(("points", "fits"), [("60", True), ("60.5", False)])
def test_so_may_what_an_occurrence_gives(points: str, fits: bool) -> None:
    cap, sharing = (f"items[{C04}].cap", "30"), (f"items[{C04}].sharing", "equal_parts")
    assert (messages(changed(cap, sharing, (f"items[{C04}].points", points))) == []) is fits


@pytest.mark.parametrize(
    ("weights", "words"),
    [(["0.6", "0"], "应大于 0"), (["0.3", "0.6"], "由高到低"), (["0.6", "0.3", "0.1"], None)],
)
def test_weights_by_order_are_positive_and_do_not_rise(weights: list[str], words: str | None) -> None:
    found = messages(changed((f"items[{C04}].sharing", "weights"), (f"items[{C04}].share_weights", weights)))
    assert (words is None) == (found == [])
    assert words is None or words in found[0]


def test_a_section_that_deducts_holds_nothing_but_deductions_below_zero() -> None:
    deduction = {"code": "D", "title": "扣分", "cap": "0", "floor": "-10", "deducts": True}
    item = {
        "code": "K01",
        "section": "D",
        "title": "通报批评",
        "method": "deduct",
        "points": "5",
        "cap": "0",
        "floor": "-10",
        "evidence": ["decision"],
        "clause": "《细则》",
    }
    data = as_data(default_document())
    data["sections"].append(deduction)
    data["items"].append(item)
    assert problems(StandardDocument.model_validate(data)) == []

    last = f"items[{len(data['items']) - 1}]"
    faults: dict[str, Any] = {"cap": "5", "floor": "-11", "points": "11", "method": "earn"}
    for field, value in faults.items():
        broken = json.loads(json.dumps(data))
        put(broken, f"{last}.{field}", value)
        assert any(problem.concerns(f"{last}.{field}") for problem in problems(StandardDocument.model_validate(broken)))
    for field, value in {"cap": "1", "floor": "0", "base": True}.items():
        broken = json.loads(json.dumps(data))
        put(broken, f"sections[2].{field}", value)
        assert any(
            problem.concerns(f"sections[2].{field}") for problem in problems(StandardDocument.model_validate(broken))
        )


def test_a_section_without_items_is_told() -> None:
    data = as_data(default_document())
    data["sections"].append({"code": "D", "title": "测评分", "cap": "10"})
    assert messages(StandardDocument.model_validate(data)) == ["“测评分”下没有项目，请添加项目或删去该部分"]


def test_an_empty_draft_can_be_kept_but_says_what_it_lacks() -> None:
    blank = StandardDocument(title="", basis="", sections=(), items=())
    assert messages(blank) == [
        "请填写标准名称",
        "请填写制定依据，如“党发〔2018〕75号”",
        "请至少设置一个部分，如“基础积分”",
    ]


@pytest.mark.parametrize(
    ("grades", "words"),
    [
        ([("优秀", "90"), ("合格", "60"), ("不合格", "0")], None),
        ([("优秀", "90"), ("合格", "90"), ("不合格", "0")], "“合格”的起点应低于 90"),
        ([("优秀", "90"), ("合格", "60")], "最低等次“合格”应从 0 分起"),
        ([("优秀", "101"), ("不合格", "0")], "起点高于总分 100"),
        ([("合格", "60"), ("合格", "0")], "等次名称“合格”重复"),
        ([("优秀", "60"), ("", "0")], "请填写等次名称"),
    ],
)
def test_grades_fall_from_the_top_to_zero(grades: list[tuple[str, str]], words: str | None) -> None:
    rows = [{"title": title, "at_least": at_least} for title, at_least in grades]
    found = messages(changed(("grades", rows)))
    assert (words is None) == (found == [])
    assert words is None or any(words in message for message in found)


@pytest.mark.parametrize(
    ("total", "title"), [("100", "优秀"), ("90", "优秀"), ("89.99", "合格"), ("60", "合格"), ("0", "不合格")]
)
def test_a_grade_begins_at_its_figure_and_ends_below_the_next(total: str, title: str) -> None:
    rows = [{"title": name, "at_least": at} for name, at in (("优秀", "90"), ("合格", "60"), ("不合格", "0"))]
    grade = changed(("grades", rows)).grade_for(Decimal(total))
    assert grade is not None
    assert grade.title == title


def test_activists_are_measured_by_a_standard_of_their_own() -> None:
    document = changed(("audience", "activists"), (f"items[{B06B}].stages", ["activist"]))
    assert messages(document) == ["离退休·发展对象：基础积分合计 62，应为 70，缺 B06 的变体"]
    assert {stage: audience_of(stage) for stage in Stage} == {
        Stage.full: Audience.members,
        Stage.probationary: Audience.members,
        Stage.prospect: Audience.activists,
        Stage.activist: Audience.activists,
    }


def test_every_clause_of_the_default_cites_the_notice() -> None:
    document = default_document()
    clauses = {item.code: item.clause for item in document.items}
    assert all(clause.startswith("《实施方案》二（一）") for code, clause in clauses.items() if code.startswith("B"))
    assert all(clause.startswith("《实施方案》二（二）") for code, clause in clauses.items() if code.startswith("C"))
    assert {category.clause for category in document.negative_list} == {"《实施方案》二（三）"}


def test_a_refinement_may_change_items_but_not_sections_total_or_negative_list() -> None:
    above = default_document()
    finer = changed((f"items[{B01}].points", "2"), (f"items[{C04}].points", "0.5"))
    assert refinement_problems(finer, above) == []

    looser = changed(
        ("total_cap", "90"),
        ("sections[0].cap", "60"),
        ("sections[1].code", "extra"),
        ("negative_list", DEFAULT["negative_list"][:3]),
    )
    assert [(problem.path, problem.message) for problem in refinement_problems(looser, above)] == [
        ("sections[1].code", "上级标准没有“贡献积分”部分，请删去或并入已有部分"),
        ("sections[0].cap", "“基础积分”上限应与上级标准一致，为 70 分"),
        ("sections", "缺少上级标准的“贡献积分”部分（代码 contribution），请补上"),
        ("total_cap", "总分应与上级标准一致，为 100 分"),
        ("negative_list", "不得删减上级标准的负面清单，请补上 N04“信仰宗教或者参与封建迷信活动”"),
    ]


@pytest.mark.parametrize(("field", "value"), [("floor", "-1"), ("base", False), ("deducts", True)])
def test_a_refinement_keeps_the_nature_of_a_section(field: str, value: Any) -> None:
    found = refinement_problems(changed((f"sections[0].{field}", value)), default_document())
    assert f"sections[0].{field}" in [problem.path for problem in found]


def test_a_comparison_names_what_was_added_removed_and_changed_with_before_and_after() -> None:
    data = as_data(default_document())
    data["items"].append(data["items"].pop(C03) | {"code": "C06", "title": "新项目"})
    data["items"][B04]["cap"] = "9"
    found = changes(default_document(), StandardDocument.model_validate(data))
    assert [(change.kind, change.part, change.code) for change in found] == [
        (ChangeKind.changed, "items", "B04"),
        (ChangeKind.added, "items", "C06"),
        (ChangeKind.removed, "items", "C03"),
    ]
    (field,) = found[0].fields
    assert (field.field, field.before, field.after) == ("cap", "10", "9")


def test_equal_documents_have_no_changes() -> None:
    assert changes(default_document(), changed()) == []


@pytest.mark.parametrize(
    ("path", "value", "same"),
    [
        ("title", "更正后的名称", True),
        (f"items[{B01}].clause", "《实施方案》二（一）更正", True),
        (f"items[{B01}].evidence_note", "签到表", True),
        (f"items[{C01A}].levels[0].title", "国家级（含）", True),
        (f"items[{C01A}].levels[0].points", "7", False),
        (f"items[{B01}].points", "2", False),
        (f"items[{B06A}].unit", "小时", False),
        (f"items[{B06A}].categories", ["staff"], False),
        ("negative_list", [], False),
        ("grades", [{"title": "合格", "at_least": "0"}], False),
        ("total_cap", "99", False),
    ],
)
def test_only_wording_leaves_the_figures_the_same(path: str, value: Any, same: bool) -> None:
    assert same_figures(default_document(), changed((path, value))) is same


def test_a_removed_grade_is_no_wording() -> None:
    graded = changed(("grades", [{"title": "合格", "at_least": "0"}]))
    (change,) = changes(graded, default_document())
    assert change == StandardChange(ChangeKind.removed, "grades", "0", "合格", change.fields)
    assert not change.text_only


@pytest.mark.parametrize(
    ("value", "text"), [("12.00", "12"), ("0.2500", "0.25"), ("1E+1", "10"), ("-0", "0"), ("-20.0", "-20")]
)
def test_a_number_has_one_spelling(value: str, text: str) -> None:
    assert plain_number(Decimal(value)) == text


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-1", "10001", "0.00001", True, None, "多"])
def test_an_amount_that_cannot_be_stored_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        changed((f"items[{B01}].cap", value))


@pytest.mark.parametrize("text", ["\ud800", "a\x00", "a\ufffe", "一\x1b二", "长" * 65])
def test_a_title_that_cannot_be_shown_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        changed((f"items[{B01}].title", text))


def test_a_rare_character_and_an_emoji_are_kept() -> None:
    assert changed((f"items[{B01}].title", "𬭎🚩")).items[B01].title == "𬭎🚩"


@given(seed=st.integers())
def test_the_hash_does_not_depend_on_the_order_of_keys_or_sets(seed: int) -> None:
    shuffled = _shuffled(DEFAULT, random.Random(seed))
    assert content_hash(shuffled) == content_hash(DEFAULT)
    assert content_hash(as_data(StandardDocument.model_validate(shuffled))) == content_hash(DEFAULT)


def _shuffled(value: Any, source: random.Random) -> Any:
    if isinstance(value, dict):
        keys = source.sample(list(value), len(value))
        return {key: _shuffled(value[key], source) for key in keys}
    if isinstance(value, list):
        return [_shuffled(each, source) for each in value]
    return value


def test_the_hash_is_the_same_however_numbers_and_sets_were_written() -> None:
    spelled = changed((f"items[{B01}].cap", "12.000"), (f"items[{B06A}].categories", ["student", "staff"]))
    assert content_hash(as_data(spelled)) == content_hash(DEFAULT)


def test_the_hash_covers_every_field() -> None:
    digests = {content_hash(as_data(changed((path, "x")))) for path in ("title", "basis", "items[0].clause")}
    assert len(digests | {content_hash(DEFAULT)}) == 4


def _fields(data: Any, path: str = "") -> Iterator[str]:
    """Every field of the default by path; a list of plain values is one field."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _fields(value, f"{path}.{key}" if path else key)
    elif isinstance(data, list) and data and isinstance(data[0], dict):
        for i, value in enumerate(data):
            yield from _fields(value, f"{path}[{i}]")
    else:
        yield path


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "method": st.sampled_from([*Method]),
    "sharing": st.sampled_from([*Sharing]),
    "unheld": st.sampled_from([*Unheld]),
    "audience": st.sampled_from([*Audience]),
    "base": st.booleans(),
    "deducts": st.booleans(),
    "evidence": st.lists(st.sampled_from([*Evidence]), max_size=4),
    "categories": st.lists(st.sampled_from([*Category]), unique=True),
    "stages": st.lists(st.sampled_from([*Stage]), unique=True),
    "makeup_leaves": st.lists(st.sampled_from([*LeaveKind]), unique=True),
    "share_weights": st.lists(st.sampled_from(["0", "0.3", "0.5", "1"]), max_size=3),
    "makeup_weight": st.sampled_from(["0", "0.5", "1"]),
    "levels": st.just([]) | st.just([{"code": "one", "title": "一级", "points": "2"}]),
    "grades": st.just([{"title": "甲", "at_least": "80"}]) | st.just([{"title": "甲", "at_least": "0"}]),
    "month_cap": st.none() | st.integers(0, 20).map(str),
    "floor": st.integers(-20, 120).map(str),
}
CODES = st.sampled_from(["B01", "B02", "B06", "B06a", "C01", "C04", "base", "contribution", "national", "N01", "new"])
AMOUNTS = st.decimals(0, 120, places=2).map(str)


def _value_for(path: str) -> st.SearchStrategy[Any]:
    name = path.rsplit(".", 1)[-1]
    if name in VALUES:
        return VALUES[name]
    if name in ("code", "section"):
        return CODES
    if name == "line":
        return st.none() | CODES
    if name in ("cap", "points", "total_cap", "late_points"):
        return AMOUNTS
    return st.sampled_from(["", "别的文字"])


FIELDS = sorted(_fields(DEFAULT))
MUTATIONS = st.sampled_from(FIELDS).flatmap(lambda path: st.tuples(st.just(path), _value_for(path)))


@given(mutation=MUTATIONS)
def test_a_field_changed_in_the_default_is_still_valid_or_named(mutation: tuple[str, Any]) -> None:
    path, value = mutation
    found = problems(changed((path, value)))
    assert not found or any(problem.concerns(path) for problem in found), found
    assert all(problem.message for problem in found)
