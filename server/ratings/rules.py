"""试算: what a method makes of a branch's results, explained member by member (year.md §6). Pure.

It decides nothing. Where there are more at the ceiling than places, those with equal points are framed for people; no
id, name or time ever parts them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import groupby
from math import floor

from server.annual.results.rules import Standing
from server.ratings.appraisals.rules import AppraisalGrade
from server.ratings.methods.rules import MethodDocument
from server.rounding import rounded
from server.standards.rules import plain_number


class UnratedGround(StrEnum):
    """Why the 支委会 gives somebody no star this year."""

    newly_managed = "newly_managed"
    long_away = "long_away"
    deferred = "deferred"


UNRATED_TITLES = {
    UnratedGround.newly_managed: "列入管理时间较短",
    UnratedGround.long_away: "长期出国（境）或休假",
    UnratedGround.deferred: "正在核查，暂缓评定",
}


class Apart(StrEnum):
    """Why a member has no star; with the rated they make up all members on 31 December."""

    exempt = "exempt"
    negative = "negative"
    unrated = "unrated"


class StarReason(StrEnum):
    """What led to a member's stars in the dry run."""

    by_points = "by_points"
    appraisal_bars = "appraisal_bars"
    influence_bars = "influence_bars"
    at_ceiling = "at_ceiling"
    framed = "framed"


@dataclass(frozen=True, slots=True)
class RatedMember:
    """What is known of a member on 31 December. `total` is None for whoever has no score.

    `unrated` was decided by the 支委会; `may_be_unrated` only says that the method would allow it. `history` are the
    stars of the last years, the latest first, None for a year without.
    """

    member_id: int
    standing: Standing
    total: Decimal | None
    appraisal: AppraisalGrade | None = None
    influenced: bool = False
    unrated: UnratedGround | None = None
    may_be_unrated: UnratedGround | None = None
    history: tuple[int | None, ...] = ()

    @property
    def apart(self) -> Apart | None:
        """Why they have no star, or None if they are rated. Who is 不列入 is not 另行通报 either."""
        if self.standing is Standing.exempt:
            return Apart.exempt
        if self.standing is Standing.negative:
            return Apart.negative
        return Apart.unrated if self.unrated is not None or self.total is None else None


@dataclass(frozen=True, slots=True)
class StarPool:
    """The branches of a unit that share one quota: their members together, and what the others have taken of it."""

    branches: int
    members: int
    taken: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class StarCeiling:
    """How many may have a grade: a `share` of `base` members, of which others of a pool have `taken` some."""

    stars: int
    base: int
    share: Fraction
    pooled: bool
    taken: int = 0

    @property
    def exact(self) -> Fraction:
        return self.base * self.share

    @property
    def whole(self) -> int:
        """The exact figure rounded down, 只舍不入: of a pool, for all its branches together."""
        return floor(self.exact)

    @property
    def places(self) -> int:
        return max(self.whole - self.taken, 0)


def ceiling_words(ceiling: StarCeiling, title: str) -> str:
    """Return a ceiling with its exact figure: 五星人数上限 28 × 20% = 5.60，取整 5 人."""
    percent = Decimal(100 * ceiling.share.numerator) / ceiling.share.denominator
    share = f"{plain_number(percent)}%" if percent == rounded(percent) else str(ceiling.share)
    exact = rounded(Decimal(ceiling.exact.numerator) / ceiling.exact.denominator)
    pooled = "（与人数较少的党支部合并计算）" if ceiling.pooled else ""
    return f"{title}人数上限 {ceiling.base} × {share} = {exact}，取整 {ceiling.whole} 人{pooled}"


@dataclass(frozen=True, slots=True)
class StarVerdict:
    """What the dry run says of one member. `stars` is None while people have to decide, and for whoever is apart.

    `band` is what the points alone give, `most` the highest that may be decided.
    """

    member_id: int
    apart: Apart | None = None
    band: int | None = None
    most: int | None = None
    stars: int | None = None
    reasons: tuple[StarReason, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.apart is None and self.stars is None


@dataclass(frozen=True, slots=True)
class StarFrame:
    """Members with equal points, more than there are places left for a grade."""

    stars: int
    places: int
    total: Decimal
    member_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class StarTrial:
    """The outcome of a dry run. `counts` are the members by stars, without those who are still open."""

    members: int
    verdicts: Mapping[int, StarVerdict]
    ceilings: tuple[StarCeiling, ...]
    frames: tuple[StarFrame, ...]

    @property
    def counts(self) -> Mapping[int, int]:
        return counted(each.stars for each in self.verdicts.values())

    def apart(self, why: Apart) -> int:
        return sum(each.apart is why for each in self.verdicts.values())

    @property
    def rated(self) -> int:
        """参评 = 总数 − 不列入 − 不定星级 − 另行通报."""
        return sum(each.apart is None for each in self.verdicts.values())


def counted(stars: Iterable[int | None]) -> Mapping[int, int]:
    """Return how many have each number of stars; None counts nowhere."""
    found: dict[int, int] = {}
    for each in stars:
        if each is not None:
            found[each] = found.get(each, 0) + 1
    return found


def ceilings(method: MethodDocument, members: int, pool: StarPool | None = None) -> tuple[StarCeiling, ...]:
    """Return how many may have each limited grade. `members` are 正式 and 预备 on 31 December, whether rated or not."""
    base = members if pool is None else pool.members
    return tuple(
        StarCeiling(
            stars=grade.stars,
            base=base,
            share=grade.quota.share,
            pooled=pool is not None,
            taken=pool.taken.get(grade.stars, 0) if pool is not None else 0,
        )
        for grade in method.grades
        if grade.quota is not None
    )


def try_out(method: MethodDocument, members: Sequence[RatedMember], pool: StarPool | None = None) -> StarTrial:
    """Rate a branch's members by a method, as far as points and ceilings decide.

    From the highest grade down: who is in a limited grade takes a place by points, those with equal points together or
    not at all. Who finds no place goes on to the next grade.
    """
    verdicts = {each.member_id: _begin(method, each) for each in members}
    totals = {each.member_id: each.total for each in members if each.total is not None}
    limits = {each.stars: each for each in ceilings(method, len(members), pool)}
    frames: list[StarFrame] = []
    for grade in sorted(method.grades, key=lambda each: -each.stars):
        here = [each for each in verdicts.values() if each.stars == grade.stars]
        if (limit := limits.get(grade.stars)) is not None:
            changed, framed = _limited(method, limit, here, totals)
            verdicts |= changed
            frames += framed
    return StarTrial(len(members), verdicts, tuple(limits.values()), tuple(frames))


def _begin(method: MethodDocument, member: RatedMember) -> StarVerdict:
    if member.apart is not None or member.total is None:
        return StarVerdict(member.member_id, apart=member.apart)
    band = method.grade_at(member.total).stars
    bars = tuple(_bars(method, member)) if band == method.highest.stars else ()
    below = method.next_below(band) if bars else None
    most = below.stars if below is not None else band
    reasons = (StarReason.by_points, *bars)
    return StarVerdict(member.member_id, band=band, most=most, stars=most, reasons=reasons)


def _bars(method: MethodDocument, member: RatedMember) -> Iterator[StarReason]:
    if member.appraisal in method.barred:
        yield StarReason.appraisal_bars
    if member.influenced and method.influence_bars:
        yield StarReason.influence_bars


def _limited(
    method: MethodDocument, limit: StarCeiling, here: Sequence[StarVerdict], totals: Mapping[int, Decimal]
) -> tuple[dict[int, StarVerdict], list[StarFrame]]:
    """Return the verdicts of a limited grade that change, framed or passed on to the next, and the frame if any."""
    left, changed, frames = limit.places, dict[int, StarVerdict](), list[StarFrame]()
    lower = method.next_below(limit.stars)
    ranked = sorted(here, key=lambda each: -totals[each.member_id])
    for total, group in groupby(ranked, key=lambda each: totals[each.member_id]):
        equals = list(group)
        if len(equals) <= left:
            left -= len(equals)
            continue
        if left:
            frames.append(StarFrame(limit.stars, left, total, frozenset(each.member_id for each in equals)))
            stars, reason, left = None, StarReason.framed, 0
        else:
            stars, reason = (lower.stars if lower is not None else limit.stars), StarReason.at_ceiling
        for each in equals:
            changed[each.member_id] = StarVerdict(
                each.member_id, None, each.band, each.most, stars, (*each.reasons, reason)
            )
    return changed, frames


_REASON_WORDS = {
    StarReason.appraisal_bars: "民主评议等次为{appraisal}，不评最高星级",
    StarReason.influence_bars: "尚在处分影响期内，不评最高星级",
    StarReason.at_ceiling: "分数够，但人数已达上限，试算为{title}；有空出的名额时，由支部研究",
    StarReason.framed: "与他人同分，名额不够，由支部研究决定",
}


def explained(method: MethodDocument, member: RatedMember, verdict: StarVerdict, appraisal: str) -> tuple[str, ...]:
    """Return in sentences why the dry run says so of a member. `appraisal` is their grade in words."""
    if verdict.band is None or member.total is None:
        return ()
    grade = method.grade_at(member.total)
    title = next((each.title for each in method.grades if each.stars == verdict.stars), "")
    said = tuple(
        _REASON_WORDS[reason].format(appraisal=appraisal, title=title)
        for reason in verdict.reasons
        if reason is not StarReason.by_points
    )
    return (f"年度积分{rounded(member.total)}分，{grade.title}为{grade.words}", *said)
