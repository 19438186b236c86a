"""The score as a pure function: the design's rulings as examples, the rest as properties."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.organizations.models import Category, Stage
from server.points.decisions.rules import next_negative_status
from server.points.explain.possible import still_possible, ways_left
from server.points.ledger.openings import differences, opening_figures, openings
from server.points.scores.rules import (
    Fact,
    NegativeAction,
    NegativeStatus,
    Quantities,
    Remark,
    YearScore,
    live,
    score,
)
from server.rounding import rounded
from server.standards.default import default_document
from server.standards.rules import Item, Level, Method, Section, StandardDocument, Unheld
from server.years.rules import YearStanding, YearState

D = Decimal
DEFAULT = default_document()
MARCH, APRIL, MAY = date(2026, 3, 5), date(2026, 4, 5), date(2026, 5, 5)


def facts_of(*rows: dict[str, Any]) -> list[Fact]:
    defaults: dict[str, Any] = {"occurred_on": MARCH}
    return [Fact(seq=seq, **defaults | row) for seq, row in enumerate(rows, start=1)]


def default_score(
    *rows: dict[str, Any], category: Category = Category.staff, negative: bool = False, year_closed: bool = False
) -> YearScore:
    facts = facts_of(*rows)
    return score(DEFAULT, facts, category=category, stage=Stage.full, negative=negative, year_closed=year_closed)


def opened(category: Category = Category.staff) -> list[dict[str, Any]]:
    return [
        {"item_code": code, "points": points, "opening": True, "occurred_on": date(2026, 1, 1)}
        for code, points in openings(DEFAULT, category, Stage.full).items()
    ]


def earn(code: str, points: str, **more: Any) -> dict[str, Any]:
    return {"item_code": code, "points": D(points)} | more


def item(code: str, method: Method, cap: str, **more: Any) -> Item:
    fields: dict[str, Any] = {
        "code": code,
        "section": "base",
        "title": code,
        "method": method,
        "cap": D(cap),
        "evidence": ("decision",),
        "clause": "二（一）",
    }
    return Item(**fields | more)


def document(*items: Item, **more: Any) -> StandardDocument:
    section = Section(code="base", title="基础积分", cap=D(70))
    fields: dict[str, Any] = {"title": "标准", "basis": "文件", "sections": (section,), "items": items}
    return StandardDocument(**fields | more)


def staff_score(standard: StandardDocument, *rows: dict[str, Any]) -> YearScore:
    return score(standard, facts_of(*rows), category=Category.staff, stage=Stage.full)


def test_a_new_year_begins_with_the_opening_points_and_nothing_earned() -> None:
    result = default_score(*opened())
    assert result.figures == {"": D(58), "base": D(58), "contribution": D(0)}
    assert result.line("B01").opening == 12
    assert all(line.earned == 0 for section in result.sections for line in section.lines)


def test_a_miss_takes_from_the_opening_and_is_not_negative_earning() -> None:
    line = default_score(*opened(), earn("B01", "-3")).line("B01")
    assert (line.opening, line.points, line.earned) == (D(12), D(9), D(0))


def test_misses_beyond_the_opening_stop_at_the_floor_and_are_shown_uncounted() -> None:
    misses = [earn("B01", "-3", occurred_on=date(2026, month, 1)) for month in range(2, 8)]
    line = default_score(*opened(), *misses).line("B01")
    assert line.points == 0
    assert [share.counted for share in line.shares if share.points < 0] == [-3, -3, -3, -3, 0, 0]


def test_three_hours_of_study_in_two_sittings_are_exactly_three_quarters() -> None:
    line = default_score(earn("B06a", "0.375"), earn("B06a", "0.375")).line("B06")
    assert line.points == D("0.75")


def test_rounding_is_half_up_and_once_per_line() -> None:
    line = default_score(earn("B06a", "0.0025"), earn("B06a", "0.0025")).line("B06")
    assert line.points == D("0.01")
    assert (rounded(D("0.125")), rounded(D("-0.125"))) == (D("0.13"), D("-0.13"))


def test_variants_share_their_lines_cap() -> None:
    line = default_score(earn("B06a", "6"), earn("B06b", "6")).line("B06")
    assert (line.points, line.uncounted) == (D(8), D(4))


def test_a_month_cap_goes_by_the_month_of_occurrence() -> None:
    standard = document(item("S", Method.earn, "10", points=D(2), month_cap=D(3)))
    rows = [earn("S", "2", occurred_on=day) for day in (MARCH, MARCH, MARCH, APRIL)]
    line = staff_score(standard, *rows).line("S")
    assert line.points == 5
    assert [share.uncounted for share in line.shares] == [0, 1, 2, 0]


def test_of_one_achievement_only_the_highest_level_counts() -> None:
    line = default_score(
        earn("C01a", "2", achievement="paper"), earn("C01a", "6", achievement="paper"), earn("C01a", "2")
    ).line("C01")
    assert line.points == 8
    assert [share.counted for share in line.shares] == [0, 6, 2]


def test_a_lower_level_reported_later_changes_nothing() -> None:
    line = default_score(earn("C01a", "6", achievement="x"), earn("C01a", "2", achievement="x")).line("C01")
    assert [share.counted for share in line.shares] == [6, 0]


def test_the_highest_level_stays_whatever_else_is_reported() -> None:
    line = default_score(*(earn("C01a", points, achievement="x") for points in ("6", "2", "4"))).line("C01")
    assert [share.counted for share in line.shares] == [6, 0, 0]


def test_reversing_the_highest_level_lets_the_next_one_count() -> None:
    rows = [earn("C01a", "2", achievement="x"), earn("C01a", "6", achievement="x")]
    back = earn("C01a", "-6", achievement="x", reverses=2)
    assert default_score(*rows, back).line("C01").points == 2


def test_what_is_of_no_achievement_adds_up() -> None:
    line = default_score(earn("C01a", "2"), earn("C01a", "4")).line("C01")
    assert (line.points, [share.counted for share in line.shares]) == (D(6), [D(2), D(4)])


@pytest.mark.parametrize(("attended", "made_up", "share"), [(3, 0, "0.75"), (3, 2, "1"), (4, 1, "1"), (0, 2, "0.25")])
def test_nobody_attends_more_than_all_that_was_due(attended: int, made_up: int, share: str) -> None:
    assert Quantities(owed=5, attended=attended, made_up=made_up, excused=1).share(D("0.5")) == D(share)


def test_different_achievements_add_up_to_the_cap() -> None:
    line = default_score(earn("C01a", "6", achievement="x"), earn("C01a", "4", achievement="y")).line("C01")
    assert (line.points, line.uncounted) == (D(8), D(2))


@pytest.mark.parametrize(
    ("quantities", "points"),
    [({"attended": 1}, "4"), ({"made_up": 1}, "3"), ({}, "0"), ({"excused": 1}, "0")],
)
def test_one_organizational_life_meeting_gives_four_three_or_nothing(quantities: dict[str, int], points: str) -> None:
    assert default_score({"item_code": "B07", "owed": 1} | quantities).line("B07").points == D(points)


def test_a_newcomers_ratio_is_of_what_he_owed_alone() -> None:
    rows = [{"item_code": "B07", "owed": 1, "attended": 1}, {"item_code": "B07", "owed": 2, "attended": 1}]
    assert default_score(*rows).line("B07").points == D("2.67")


def test_a_share_stays_for_who_is_of_a_category_with_another_variant_since() -> None:
    """Whoever retires keeps what was counted while the ratio was theirs; what is owed by nobody is no share."""
    theirs = {"code": "B07", "line": "B07", "categories": frozenset({Category.staff})}
    ratio = next(each for each in DEFAULT.items if each.code == "B07").model_copy(update=theirs)
    earned = {"code": "B07b", "method": Method.earn, "points": D(1), "categories": frozenset({Category.retired})}
    others = tuple(each for each in DEFAULT.items if each.code != "B07")
    items = (*others, ratio, ratio.model_copy(update=earned))
    document = DEFAULT.model_copy(update={"items": items})
    facts = facts_of({"item_code": "B07", "owed": 2, "attended": 1})
    retired = {"category": Category.retired, "stage": Stage.full, "year_closed": True}
    assert score(document, facts, **retired).line("B07").points == 2  # type: ignore[arg-type]
    assert score(document, [], **retired).line("B07").points == 0  # type: ignore[arg-type]


def test_nothing_owed_is_zero_and_said_so_until_the_year_closes_and_then_full() -> None:
    line = default_score().line("B07")
    assert (line.points, line.remark) == (D(0), Remark.nothing_owed)
    assert default_score(year_closed=True).line("B07").points == 4
    excused = {"item_code": "B07", "owed": 1, "excused": 1}
    assert default_score(excused, year_closed=True).line("B07").points == 4


def test_a_reversed_absence_is_neither_owed_nor_missed() -> None:
    absence = {"item_code": "B07", "owed": 1}
    result = default_score(absence, {"item_code": "B07", "owed": -1, "reverses": 1})
    assert result.line("B07").remark is Remark.nothing_owed


def test_of_a_measured_figure_the_latest_counts_until_it_is_reversed() -> None:
    standard = document(item("M", Method.measured, "10"))
    rows = [earn("M", "9", occurred_on=MAY), earn("M", "7", occurred_on=MARCH), earn("M", "8", occurred_on=MAY)]
    assert staff_score(standard, *rows).line("M").points == 8
    assert staff_score(standard, *rows, earn("M", "-8", reverses=3, occurred_on=MAY)).line("M").points == 9


def test_a_section_that_only_deducts_takes_from_the_total_down_to_its_floor() -> None:
    fault = Section(code="fault", title="扣分", cap=D(0), floor=D(-5), deducts=True)
    base = Section(code="base", title="基础", cap=D(70))
    standard = document(
        item("E", Method.earn, "60"),
        item("F", Method.deduct, "0", section="fault", floor=D(-8)),
        sections=(base, fault),
    )
    result = staff_score(standard, earn("E", "50"), earn("F", "-3"), earn("F", "-3"))
    assert result.figures == {"": D(45), "base": D(50), "fault": D(-5)}
    assert result.section("fault").raw == -6


def test_the_total_never_falls_below_zero() -> None:
    fault = Section(code="fault", title="扣分", cap=D(0), floor=D(-5), deducts=True)
    standard = document(item("F", Method.deduct, "0", section="fault", floor=D(-5)), sections=(fault,))
    assert staff_score(standard, earn("F", "-3")).total == 0


def test_a_floor_below_zero_is_data() -> None:
    standard = document(item("F", Method.deduct, "6", floor=D(-4)))
    assert staff_score(standard, earn("F", "6", opening=True), earn("F", "-12")).line("F").points == -4


def test_sections_hold_to_their_cap_and_show_what_it_kept_out() -> None:
    rows = [earn(code, "10") for code in ("C01a", "C02", "C03", "C04", "C05")]
    standard = DEFAULT.model_copy(
        update={"sections": tuple(s.model_copy(update={"cap": D(25)}) for s in DEFAULT.sections)}
    )
    section = staff_score(standard, *rows).section("contribution")
    assert (section.raw, section.points, section.uncounted) == (D(30), D(25), D(5))


def test_a_negative_decision_zeroes_the_total_and_leaves_the_sections_explainable() -> None:
    result = default_score(*opened(), negative=True)
    assert (result.total, result.negative, result.section("base").points) == (D(0), True, D(58))


def test_a_line_that_no_longer_concerns_the_member_keeps_what_it_brought() -> None:
    result = default_score(earn("B06b", "3"), category=Category.staff)
    assert result.line("B06").points == 3


def test_a_fact_of_an_unknown_item_is_an_error_and_not_a_silent_zero() -> None:
    with pytest.raises(ValueError, match="no item X99"):
        default_score(earn("X99", "1"))


def test_openings_are_rebased_to_another_standard_by_the_difference() -> None:
    steps = differences({"A": D(10), "C": D(4)}, {"A": D(12), "B": D(6)})
    assert steps == {"A": -2, "C": 4, "B": -6}


def test_versions_that_differ_in_words_only_open_alike() -> None:
    reworded = DEFAULT.model_copy(
        update={"items": tuple(i.model_copy(update={"title": i.title + "。"}) for i in DEFAULT.items)}
    )
    assert opening_figures(reworded) == opening_figures(DEFAULT)


def test_what_can_still_be_earned_comes_largest_first_with_a_sentence() -> None:
    result = default_score(*opened(), earn("C04", "9.5"))
    offers = still_possible(DEFAULT, result, category=Category.staff, stage=Stage.full)
    assert [offer.points for offer in offers] == sorted((offer.points for offer in offers), reverse=True)
    assert not any(offer.item_code.startswith("B0") and offer.item_code not in ("B06a", "B07") for offer in offers)
    assert next(o for o in offers if o.item_code == "C04").points == D("0.5")
    assert "每学时 0.25 分" in next(o for o in offers if o.item_code == "B06a").sentence


def test_a_full_section_offers_nothing_more_and_a_missed_meeting_offers_its_make_up() -> None:
    full = [earn(code, "10") for code in ("C01a", "C02", "C03", "C04", "C05")]
    result = default_score(*full, {"item_code": "B07", "owed": 1})
    offers = {o.item_code: o for o in still_possible(DEFAULT, result, category=Category.staff, stage=Stage.full)}
    assert not any(code.startswith("C") for code in offers)
    assert (offers["B07"].points, "补课" in offers["B07"].sentence) == (D(3), True)


@pytest.mark.parametrize(
    ("today", "contributes", "attends", "makes_up"),
    [
        (date(2026, 12, 31), True, True, True),
        (date(2027, 1, 1), True, False, True),
        (date(2027, 1, 10), True, False, True),
        (date(2027, 1, 11), False, False, False),
    ],
)
def test_once_the_year_is_over_nobody_attends_in_it_and_after_its_last_day_it_takes_nothing(
    today: date, contributes: bool, attends: bool, makes_up: bool
) -> None:
    result = default_score(*opened(), {"item_code": "B07", "owed": 1})
    ways = ways_left(2026, today=today, branch_year=YearStanding(YearState.open, date(2027, 1, 10)))
    offers = still_possible(DEFAULT, result, category=Category.staff, stage=Stage.full, ways=ways)
    sentences = {offer.item_code: offer.sentence for offer in offers}
    assert ("C04" in sentences, "B07" in sentences) == (contributes, makes_up)
    assert any("签到" in sentence for sentence in sentences.values()) is attends


def test_nothing_can_be_earned_under_a_negative_decision() -> None:
    result = default_score(*opened(), negative=True)
    assert still_possible(DEFAULT, result, category=Category.staff, stage=Stage.full) == ()


def test_only_a_recorded_decision_can_be_confirmed_and_a_revoked_one_stays_revoked() -> None:
    reached = {
        (status, action): next_negative_status(status, action) for status in NegativeStatus for action in NegativeAction
    }
    assert [key for key, to in reached.items() if to is NegativeStatus.in_force] == [
        (NegativeStatus.recorded, NegativeAction.confirm),
        (NegativeStatus.suspended, NegativeAction.resume),
    ]
    assert all(reached[NegativeStatus.revoked, action] is None for action in NegativeAction)


points = st.decimals(min_value=-20, max_value=20, places=4)
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
STANDARD = document(
    item("OPEN", Method.deduct, "12", points=D(3)),
    item("EARNa", Method.earn, "10", line="EARN", month_cap=D("2.5")),
    item("EARNb", Method.earn, "10", line="EARN", month_cap=D("2.5")),
    item("RATIO", Method.ratio, "4", makeup_weight=D("0.75")),
    item("LEVEL", Method.levels, "8", levels=(Level(code="a", title="甲", points=D(8)),)),
    item("MEASURE", Method.measured, "10", floor=D(-2)),
)


@st.composite
def histories(draw: Any) -> list[Fact]:
    """Facts of every method, some of them reversed."""
    facts: list[Fact] = []
    for seq in range(1, draw(st.integers(1, 14)) + 1):
        reversed_already = {fact.reverses for fact in facts}
        open_facts = [f for f in facts if f.reverses is None and f.seq not in reversed_already]
        if open_facts and draw(st.booleans()):
            facts.append(reversal_of(draw(st.sampled_from(open_facts)), seq))
        else:
            facts.append(draw(plain_facts(seq)))
    return facts


@st.composite
def plain_facts(draw: Any, seq: int) -> Fact:
    code = draw(st.sampled_from([item.code for item in STANDARD.items]))
    if code == "RATIO":
        owed = draw(st.integers(0, 3))
        attended = draw(st.integers(0, owed))
        return Fact(seq, code, draw(days), owed=owed, attended=attended, made_up=owed - attended)
    achievement = draw(st.sampled_from([None, "x", "y"])) if code == "LEVEL" else None
    return Fact(seq, code, draw(days), draw(points), achievement=achievement)


def reversal_of(fact: Fact, seq: int) -> Fact:
    return Fact(
        seq,
        fact.item_code,
        fact.occurred_on,
        -fact.points,
        owed=-fact.owed,
        attended=-fact.attended,
        made_up=-fact.made_up,
        achievement=fact.achievement,
        reverses=fact.seq,
    )


def history_score(facts: list[Fact]) -> YearScore:
    return score(STANDARD, facts, category=Category.student, stage=Stage.full)


@given(histories())
def test_every_line_section_and_total_stays_within_its_bounds(facts: list[Fact]) -> None:
    result = history_score(facts)
    for section in result.sections:
        assert section.section.floor <= section.points <= section.section.cap
        assert all(line.floor <= line.points <= line.cap for line in section.lines)
    assert 0 <= result.total <= STANDARD.total_cap


@given(histories())
def test_what_entries_count_adds_up_to_their_line(facts: list[Fact]) -> None:
    for line in history_score(facts).sections[0].lines:
        if line.quantities is None and line.points > line.floor:
            assert rounded(sum((share.counted for share in line.shares), D(0))) == line.points


@given(histories())
def test_no_month_brings_more_than_its_cap(facts: list[Fact]) -> None:
    line = history_score(facts).line("EARN")
    days_of = {fact.seq: fact.occurred_on for fact in facts}
    for month in range(1, 13):
        counted = [share.counted for share in line.shares if days_of[share.seq].month == month and share.counted > 0]
        assert sum(counted) <= D("2.5")


@given(histories())
def test_a_reversed_pair_counts_as_if_it_had_never_been(facts: list[Fact]) -> None:
    assert history_score(facts).figures == history_score(live(facts)).figures


@given(histories())
def test_reversing_everything_returns_to_nothing(facts: list[Fact]) -> None:
    back = [reversal_of(fact, seq) for seq, fact in enumerate(live(facts), start=len(facts) + 1)]
    assert history_score(facts + back).figures == history_score([]).figures


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_are_read_does_not_matter(facts: list[Fact], random: Any) -> None:
    shuffled = list(facts)
    random.shuffle(shuffled)
    assert history_score(shuffled).figures == history_score(facts).figures


@given(histories())
def test_nothing_is_offered_beyond_what_the_caps_still_allow(facts: list[Fact]) -> None:
    result = history_score(facts)
    offers = still_possible(STANDARD, result, category=Category.student, stage=Stage.full)
    assert all(0 < offer.points <= STANDARD.total_cap - result.total for offer in offers)


def half_measured(unheld: Unheld) -> StandardDocument:
    """基础 80 with one item, 测评 20 with two of which the second says what becomes of it when nobody measured it."""
    return document(
        item("E", Method.earn, "80", points=D(1)),
        item("P", Method.measured, "10", section="appraisal"),
        item("Q", Method.measured, "10", section="appraisal", unheld=unheld),
        sections=(
            Section(code="base", title="基础积分", cap=D(80)),
            Section(code="appraisal", title="测评", cap=D(20)),
            Section(code="off", title="扣分", cap=D(0), floor=D(-20), deducts=True),
        ),
    )


def closed_score(standard: StandardDocument, *rows: dict[str, Any]) -> YearScore:
    return score(standard, facts_of(*rows), category=Category.staff, stage=Stage.full, year_closed=True)


def test_what_was_not_measured_gives_the_share_of_everything_else_in_a_closed_year() -> None:
    found = closed_score(half_measured(Unheld.scale), earn("E", "60"), earn("P", "9"))
    line = found.line("Q")
    assert (line.points, line.remark) == (D("7.67"), Remark.scaled)  # 69 of 90
    assert D("7.6666") < line.raw < D("7.6667")
    assert (found.section("appraisal").points, found.total) == (D("16.67"), D("76.67"))


def test_what_was_measured_is_not_scaled_even_if_the_figure_is_zero() -> None:
    found = closed_score(half_measured(Unheld.scale), earn("E", "60"), earn("P", "9"), earn("Q", "0"))
    assert (found.line("Q").points, found.line("Q").remark, found.total) == (D(0), None, D(69))


def test_where_the_standard_blocks_nothing_is_made_up() -> None:
    found = closed_score(half_measured(Unheld.block), earn("E", "60"))
    assert (found.line("Q").points, found.line("Q").remark, found.total) == (D(0), Remark.not_measured, D(60))


def test_a_year_that_is_open_is_not_scaled_yet() -> None:
    found = staff_score(half_measured(Unheld.scale), earn("E", "60"))
    assert (found.line("Q").points, found.line("Q").remark, found.total) == (D(0), Remark.not_measured, D(60))


def test_where_nothing_else_gives_anything_the_scaled_line_gives_nothing() -> None:
    alone = document(item("Q", Method.measured, "70", unheld=Unheld.scale))
    assert closed_score(alone).total == 0


@given(st.decimals("0", "80", places=2), st.decimals("0", "10", places=2))
def test_scaling_never_lifts_anybody_above_the_cap_nor_turns_two_round(base: Decimal, figure: Decimal) -> None:
    standard = half_measured(Unheld.scale)
    found = closed_score(standard, earn("E", str(base)), earn("P", str(figure)))
    assert found.line("Q").points <= 10
    assert closed_score(standard, earn("E", "80"), earn("P", "10")).total == 100 >= found.total >= base + figure
