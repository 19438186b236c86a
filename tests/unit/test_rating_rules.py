"""星级试算: bands, ceiling, ties, who is apart, and what people may make of it."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.annual.results.rules import Standing
from server.ratings.appraisals.rules import AppraisalGrade, most_excellent
from server.ratings.methods.rules import DEFAULT, MethodDocument, StarQuota
from server.ratings.methods.validation import problems
from server.ratings.proposals.rules import (
    ProposalFaultKind,
    StarDecision,
    excesses,
    faults,
    final_stars,
    freed,
)
from server.ratings.rules import (
    Apart,
    RatedMember,
    StarPool,
    StarReason,
    StarTrial,
    UnratedGround,
    ceiling_words,
    counted,
    explained,
    try_out,
)
from tests.fuzzing import examples

SIZES = (1, 4, 5, 9, 10, 28)
K = ProposalFaultKind


def scored(*totals: str) -> list[RatedMember]:
    """Members 1, 2, … with these points."""
    return [RatedMember(place, Standing.scored, Decimal(total)) for place, total in enumerate(totals, start=1)]


def stars(trial: StarTrial) -> list[int | None]:
    return [trial.verdicts[member_id].stars for member_id in sorted(trial.verdicts)]


def with_grade(place: int, **changes: object) -> MethodDocument:
    grades = list(DEFAULT.grades)
    grades[place] = grades[place].model_copy(update=changes)
    return DEFAULT.model_copy(update={"grades": tuple(grades)})


@pytest.mark.parametrize(
    ("points", "expected"),
    [("100", 4), ("90", 4), ("89.99", 4), ("80", 4), ("79.99", 3), ("60", 2), ("50", 1), ("49.99", 0), ("0", 0)],
)
def test_bands_are_half_open(points: str, expected: int) -> None:
    """One member alone has no five stars: ⌊1 × 20 %⌋ = 0; 90 and 80 themselves belong to the higher grade."""
    trial = try_out(DEFAULT, scored(points))
    assert trial.verdicts[1].stars == expected
    assert trial.verdicts[1].band == (5 if Decimal(points) >= 90 else expected)


def test_the_pictures_branch_of_28() -> None:
    """look/mobile/17: 28 × 20 % = 5.60, five places; four are above, two with 91.50 want the fifth, 90.00 waits."""
    people = scored("96.50", "94.25", "93", "92.75", "91.50", "91.50", "90", "89.75", *["75"] * 18)
    people += [RatedMember(27, Standing.exempt, Decimal(95)), RatedMember(28, Standing.negative, Decimal(0))]
    trial = try_out(DEFAULT, people)
    (ceiling,) = trial.ceilings
    assert (ceiling.base, ceiling.exact, ceiling.places) == (28, Fraction(28, 5), 5)
    assert ceiling_words(ceiling, "五星") == "五星人数上限 28 × 20% = 5.60，取整 5 人"
    (frame,) = trial.frames
    assert (frame.places, frame.total, frame.member_ids) == (1, Decimal("91.50"), frozenset({5, 6}))
    assert trial.counts == {5: 4, 4: 2, 3: 18}
    assert trial.verdicts[7].reasons == (StarReason.by_points, StarReason.at_ceiling)
    assert (trial.rated, trial.apart(Apart.exempt), trial.apart(Apart.negative), trial.members) == (26, 1, 1, 28)
    assert explained(DEFAULT, people[6], trial.verdicts[7], "") == (
        "年度积分90.00分，五星为90分（含）以上",
        "分数够，但人数已达上限，试算为四星；有空出的名额时，由支部研究",
    )
    assert explained(DEFAULT, people[7], trial.verdicts[8], "") == ("年度积分89.75分，四星为80分（含）至90分（不含）",)


@pytest.mark.parametrize(("size", "places"), [(1, 0), (4, 0), (5, 1), (9, 1), (10, 2), (28, 5)])
def test_the_ceiling_is_rounded_down(size: int, places: int) -> None:
    trial = try_out(DEFAULT, scored(*(str(100 - place) for place in range(min(size, 10))), *["60"] * (size - 10)))
    assert trial.ceilings[0].places == places
    assert trial.counts.get(5, 0) == places


def test_small_branches_share_one_quota() -> None:
    """Three branches of 4, 3 and 4 together 11: ⌊2.2⌋ = 2, of which the others have taken 1."""
    pool = StarPool(branches=3, members=11, taken={5: 1})
    trial = try_out(DEFAULT, scored("95", "93", "70", "60"), pool)
    assert (trial.ceilings[0].exact, trial.ceilings[0].places) == (Fraction(11, 5), 1)
    assert stars(trial) == [5, 4, 3, 2]
    assert try_out(DEFAULT, scored("95"), StarPool(3, 11, {5: 4})).ceilings[0].places == 0


def test_appraisal_and_influence_bar_the_highest_grade_only() -> None:
    people = [
        RatedMember(1, Standing.scored, Decimal(95), AppraisalGrade.basic),
        RatedMember(2, Standing.scored, Decimal(94), influenced=True),
        RatedMember(3, Standing.scored, Decimal(93), AppraisalGrade.qualified),
        RatedMember(4, Standing.scored, Decimal(85), AppraisalGrade.unqualified),
        RatedMember(5, Standing.scored, Decimal(92)),
    ]
    trial = try_out(DEFAULT, people)
    assert stars(trial) == [4, 4, 5, 4, 4]
    assert trial.verdicts[1].reasons == (StarReason.by_points, StarReason.appraisal_bars)
    assert trial.verdicts[2].reasons == (StarReason.by_points, StarReason.influence_bars)
    assert trial.verdicts[4].reasons == (StarReason.by_points,)
    assert explained(DEFAULT, people[0], trial.verdicts[1], "基本合格")[1] == "民主评议等次为基本合格，不评最高星级"
    words = [each.words for each in faults(DEFAULT, people, trial, [StarDecision(1, 5, "好")], excess_reason=None)]
    assert words == ["只能调低，不能评得比积分和评定办法所允许的更高"]


members = st.builds(
    RatedMember,
    member_id=st.just(0),
    standing=st.sampled_from([Standing.scored] * 8 + [Standing.exempt, Standing.negative]),
    total=st.sampled_from([Decimal(each) for each in (100, 95, 91, 90, "89.99", 85, 80, 70, 55, 20)]),
    appraisal=st.sampled_from([None, None, *AppraisalGrade]),
    influenced=st.sampled_from([False] * 6 + [True]),
    unrated=st.sampled_from([None] * 6 + [UnratedGround.newly_managed]),
)


@st.composite
def branches(draw: st.DrawFn) -> list[RatedMember]:
    """A branch of 1, 4, 5, 9, 10 or 28 with ties, negative decisions, exempt and newcomers."""
    size = draw(st.sampled_from(SIZES))
    ids = draw(st.permutations(range(100, 100 + size)))
    drawn = draw(st.lists(members, min_size=size, max_size=size))
    return [
        RatedMember(who, each.standing, each.total, each.appraisal, each.influenced, each.unrated)
        for who, each in zip(ids, drawn, strict=True)
    ]


@settings(max_examples=examples(300))
@given(branches())
def test_a_dry_run_keeps_what_it_promises(people: list[RatedMember]) -> None:
    trial = try_out(DEFAULT, people)
    by_id = {each.member_id: each for each in people}
    assert trial.rated + sum(trial.apart(why) for why in Apart) == len(people)
    assert trial.counts.get(5, 0) + sum(frame.places for frame in trial.frames) <= len(people) // 5
    kinds: dict[object, set[object]] = {}
    for who, verdict in trial.verdicts.items():
        total = by_id[who].total
        assert total is not None
        if verdict.apart is None:
            assert verdict.band == DEFAULT.grade_at(total).stars
            assert verdict.stars is None or verdict.stars <= (verdict.most or 0) <= verdict.band
            assert verdict.stars != 5 or total >= 90
            kinds.setdefault((total, verdict.most), set()).add(verdict.stars)
    assert all(len(given_stars) == 1 for given_stars in kinds.values()), "equal points fare alike"
    assert all(each.is_open == any(who in f.member_ids for f in trial.frames) for who, each in trial.verdicts.items())


@settings(max_examples=examples(200))
@given(branches())
def test_no_id_and_no_order_parts_anybody(people: list[RatedMember]) -> None:
    trial = try_out(DEFAULT, people)
    renamed = [
        RatedMember(10_000 - each.member_id, each.standing, each.total, each.appraisal, each.influenced, each.unrated)
        for each in reversed(people)
    ]
    other = try_out(DEFAULT, renamed)
    assert {10_000 - who: each.stars for who, each in other.verdicts.items()} == {
        who: each.stars for who, each in trial.verdicts.items()
    }


@settings(max_examples=examples(200))
@given(branches(), st.data())
def test_a_proposal_without_faults_keeps_bands_and_ceilings(people: list[RatedMember], data: st.DataObject) -> None:
    trial = try_out(DEFAULT, people)
    rated = [who for who, each in trial.verdicts.items() if each.apart is None]
    who = st.sampled_from(rated) if rated else st.nothing()
    some = data.draw(st.lists(who, unique=True, max_size=6)) if rated else []
    reasons = st.sampled_from(["研究同意", "研究同意", " "])
    decisions = [StarDecision(each, data.draw(st.integers(0, 5)), data.draw(reasons)) for each in some]
    excess = data.draw(st.sampled_from([None, "省级竞赛一等奖"]))
    if faults(DEFAULT, people, trial, decisions, excess_reason=excess):
        return
    given_stars = final_stars(trial, decisions)
    assert set(given_stars) == set(rated)
    assert all(given_stars[each] <= (trial.verdicts[each].most or 0) for each in rated)
    assert (counted(given_stars.values()).get(5, 0) > len(people) // 5) == (excess is not None)


def test_what_people_may_decide() -> None:
    people = scored("95", "93", "93", "91", *["75"] * 6)
    trial = try_out(DEFAULT, people)

    def judged(*decisions: StarDecision, excess: str | None = None) -> list[tuple[K, tuple[int, ...]]]:
        found = faults(DEFAULT, people, trial, decisions, excess_reason=excess)
        return [(each.kind, each.member_ids) for each in found]

    up, down = StarDecision(2, 5, "近三年五、四、四星"), StarDecision(3, 4, "近三年四、四、三星")
    assert judged() == [(K.undecided, (2, 3))]
    assert judged(up, down) == []
    assert judged(StarDecision(2, 4, "不满上限"), StarDecision(3, 4, "不满上限")) == []
    assert judged(up, StarDecision(3, 5, "同分"), excess="同分同评") == []
    assert judged(up, StarDecision(3, 5, "同分")) == [(K.above_ceiling, ())]
    assert judged(up, down, excess="没有超") == [(K.needless_excess, ())]
    assert judged(up, StarDecision(3, 4, " ")) == [(K.no_reason, (3,))]
    assert judged(up, down, StarDecision(5, 4, "好")) == [(K.too_high, (5,))]
    assert judged(up, down, StarDecision(99, 4, "好")) == [(K.not_rated, (99,))]
    assert judged(up, up, down) == [(K.not_rated, (2,))]
    assert excesses(trial, [up, StarDecision(3, 5, "同分")]) == {5: 1}


def test_who_is_passed_over_is_explained() -> None:
    """Ten members have two places. The first is lowered; the place that this frees is offered to the third."""
    people = scored("95", "94", "93", "92", *["75"] * 6)
    trial = try_out(DEFAULT, people)
    totals = {each.member_id: each.total for each in people if each.total is not None}
    lowered = [StarDecision(1, 4, "两项任务经提醒才完成")]
    (offer,) = freed(trial, totals, lowered)
    assert (offer.stars, offer.places, offer.next_ids) == (5, 1, frozenset({3}))
    assert freed(trial, totals, []) == ()
    assert faults(DEFAULT, people, trial, lowered, excess_reason=None) == []
    jumped = [*lowered, StarDecision(4, 5, "一贯表现突出")]
    assert [(each.kind, each.member_ids) for each in faults(DEFAULT, people, trial, jumped, excess_reason=None)] == [
        (K.passed_over, (3,))
    ]
    assert faults(DEFAULT, people, trial, [*lowered, StarDecision(3, 5, "递补")], excess_reason=None) == []


def test_a_lower_grade_may_be_limited_too() -> None:
    """A unit with at most a third of 优秀 and half of 良好: the overflow goes on, and is counted there."""
    quota = StarQuota(part=1, of=2)
    method = with_grade(1, quota=quota)
    trial = try_out(method, scored("99", "98", "97", "96", "85"))
    assert stars(trial) == [5, 4, 4, 3, 3]
    assert trial.verdicts[4].reasons == (StarReason.by_points, StarReason.at_ceiling, StarReason.at_ceiling)


def test_nobody_of_ten_thousand_is_lost() -> None:
    trial = try_out(DEFAULT, scored(*(str(40 + place % 61) for place in range(10_000))))
    assert sum(trial.counts.values()) + sum(len(each.member_ids) for each in trial.frames) == 10_000


def test_the_default_has_no_problem() -> None:
    assert problems(DEFAULT, notice_binds=True) == []
    assert most_excellent(27) == 9


@pytest.mark.parametrize(
    ("method", "where", "words"),
    [
        (with_grade(1, below=Decimal(89)), "grades.1.below", "例如89.5分"),
        (with_grade(1, below=Decimal("89.99")), "grades.1.below", "例如89.99分"),
        (with_grade(1, below=Decimal(91)), "grades.1.below", "90分同时属于“五星”和“四星”"),
        (with_grade(0, below=Decimal(100)), "grades.0.below", "100分没有等级"),
        (with_grade(5, at_least=Decimal(10)), "grades.5.at_least", "9.99分没有等级"),
        (with_grade(2, at_least=None), "grades.2.at_least", "应设下限"),
        (with_grade(2, below=None), "grades.2.below", "应设上限"),
        (with_grade(2, at_least=Decimal(85)), "grades.2", "下限应低于上限"),
        (with_grade(2, stars=4), "grades.2.stars", "从高到低"),
        (with_grade(2, title="四星"), "grades.2.title", "出现了两次"),
        (with_grade(5, quota=StarQuota()), "grades.5.quota", "最低一级不能限制人数"),
        (with_grade(0, quota=StarQuota(part=6, of=5)), "grades.0.quota", "不能超过全部"),
        (with_grade(0, quota=StarQuota(part=1, of=4)), "grades.0.quota", "20%"),
        (with_grade(0, quota=None), "grades.0.quota", "20%"),
        (with_grade(0, at_least=Decimal(89)), "grades.0.at_least", "不低于90分"),
    ],
)
def test_what_keeps_a_method_from_being_published(method: MethodDocument, where: str, words: str) -> None:
    found = problems(method, notice_binds=True)
    assert any(each.path == where and words in each.message for each in found), found


def test_where_the_notice_does_not_bind_a_unit_chooses() -> None:
    three = DEFAULT.model_copy(update={"grades": (*DEFAULT.grades[:2], DEFAULT.grades[5])})
    grades = (
        three.grades[0].model_copy(update={"at_least": Decimal(85), "quota": StarQuota(part=1, of=3)}),
        three.grades[1].model_copy(update={"below": Decimal(85), "at_least": Decimal(60)}),
        three.grades[2].model_copy(update={"below": Decimal(60)}),
    )
    other = three.model_copy(update={"grades": grades})
    assert problems(other, notice_binds=False) == []
    assert [each.path for each in problems(other, notice_binds=True)] == ["grades"]
