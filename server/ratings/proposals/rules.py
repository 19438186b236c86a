"""What people make of a dry run: whether their decisions hold together, and what a freed place offers. Pure.

Lower with a reason, never higher than the points allow; more than the ceiling only as an excess with a reason, which
the level above approves or not; whoever is passed over with more points, or is chosen among equals, is explained.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from server.ratings.methods.rules import MethodDocument
from server.ratings.rules import RatedMember, StarCeiling, StarTrial, StarVerdict, counted


class ProposalStatus(StrEnum):
    """`returned`: the level above sent it back; `undone`: whoever made it, or the level above, took the step back."""

    proposed = "proposed"
    approved = "approved"
    returned = "returned"
    undone = "undone"


class ProposalAction(StrEnum):
    approve = "approve"
    send_back = "send_back"
    reopen = "reopen"
    undo = "undo"


_NEXT = {
    (ProposalStatus.proposed, ProposalAction.approve): ProposalStatus.approved,
    (ProposalStatus.proposed, ProposalAction.send_back): ProposalStatus.returned,
    (ProposalStatus.proposed, ProposalAction.undo): ProposalStatus.undone,
    (ProposalStatus.approved, ProposalAction.reopen): ProposalStatus.proposed,
    (ProposalStatus.approved, ProposalAction.undo): ProposalStatus.undone,
}


def next_status(status: ProposalStatus, action: ProposalAction) -> ProposalStatus | None:
    """Return what becomes of a proposal, or None if the action is not possible."""
    return _NEXT.get((status, action))


class LowerGround(StrEnum):
    """On which ground somebody gets fewer stars than their points allow; the reason is in words beside it."""

    consistency = "consistency"
    tasks = "tasks"
    appraisal = "appraisal"


LOWER_TITLES = {
    LowerGround.consistency: "一贯表现需加强",
    LowerGround.tasks: "任务完成不够好",
    LowerGround.appraisal: "评议等次偏低",
}


@dataclass(frozen=True, slots=True)
class StarDecision:
    """What people decided of one member: other stars than in the dry run, or those it left open."""

    member_id: int
    stars: int
    reason: str
    ground: LowerGround | None = None


class ProposalFaultKind(StrEnum):
    """Why decisions do not make a proposal."""

    not_rated = "not_rated"
    no_such_grade = "no_such_grade"
    undecided = "undecided"
    too_high = "too_high"
    no_reason = "no_reason"
    passed_over = "passed_over"
    above_ceiling = "above_ceiling"
    needless_excess = "needless_excess"


@dataclass(frozen=True, slots=True)
class ProposalFault:
    """What is wrong with a proposal, of whom, and in words for those who make it."""

    kind: ProposalFaultKind
    member_ids: tuple[int, ...]
    words: str


def final_stars(trial: StarTrial, decisions: Sequence[StarDecision]) -> dict[int, int]:
    """Return the stars of every rated member: as decided, else as tried out. Whoever is still open has none."""
    decided = {each.member_id: each.stars for each in decisions}
    return {
        member_id: stars
        for member_id, verdict in trial.verdicts.items()
        if verdict.apart is None and (stars := decided.get(member_id, verdict.stars)) is not None
    }


def excess_of(ceiling: StarCeiling, stars: Mapping[int, int]) -> int:
    """Return how many more have a grade than its ceiling allows."""
    return max(counted(stars.values()).get(ceiling.stars, 0) - ceiling.places, 0)


def excesses(trial: StarTrial, decisions: Sequence[StarDecision]) -> dict[int, int]:
    """Return by grade how many are above its ceiling."""
    stars = final_stars(trial, decisions)
    return {each.stars: over for each in trial.ceilings if (over := excess_of(each, stars))}


def faults(
    method: MethodDocument,
    members: Sequence[RatedMember],
    trial: StarTrial,
    decisions: Sequence[StarDecision],
    *,
    excess_reason: str | None,
) -> list[ProposalFault]:
    """Return what is wrong with decisions on a dry run; nothing where they make a proposal."""
    one_by_one = [*_each(method, trial, decisions), *_repeated(decisions)]
    if one_by_one:
        return one_by_one
    totals = {each.member_id: each.total for each in members if each.total is not None}
    return [
        *_undecided(trial, decisions),
        *_passed_over(trial, totals, decisions),
        *_ceilings(method, trial, decisions, excess_reason),
    ]


def _each(method: MethodDocument, trial: StarTrial, decisions: Sequence[StarDecision]) -> Iterator[ProposalFault]:
    for decision in decisions:
        verdict, who = trial.verdicts.get(decision.member_id), (decision.member_id,)
        if verdict is None or verdict.apart is not None or verdict.most is None:
            yield ProposalFault(ProposalFaultKind.not_rated, who, "只能对参评的党员作出调整")
        elif method.grade_of(decision.stars) is None:
            words = f"评定办法里没有{decision.stars}星这一等级"
            yield ProposalFault(ProposalFaultKind.no_such_grade, who, words)
        elif decision.stars > verdict.most:
            yield ProposalFault(ProposalFaultKind.too_high, who, "只能调低，不能评得比积分和评定办法所允许的更高")
        elif not decision.reason.strip():
            yield ProposalFault(ProposalFaultKind.no_reason, who, "调整星级或在同分者中选定，须逐人写明理由")


def _repeated(decisions: Sequence[StarDecision]) -> Iterator[ProposalFault]:
    seen: set[int] = set()
    for decision in decisions:
        if decision.member_id in seen:
            yield ProposalFault(ProposalFaultKind.not_rated, (decision.member_id,), "同一名党员只能调整一次")
        seen.add(decision.member_id)


def _undecided(trial: StarTrial, decisions: Sequence[StarDecision]) -> Iterator[ProposalFault]:
    decided = {each.member_id for each in decisions}
    for frame in trial.frames:
        if left := sorted(frame.member_ids - decided):
            words = f"{len(frame.member_ids)}人同分，还可评{frame.places}人，请逐人作出决定并写明理由"
            yield ProposalFault(ProposalFaultKind.undecided, tuple(left), words)


def _passed_over(
    trial: StarTrial, totals: Mapping[int, Decimal], decisions: Sequence[StarDecision]
) -> Iterator[ProposalFault]:
    """Whoever could have a limited grade and is left without, while one with fewer or equal points has it by decision,
    needs a reason of their own."""
    stars, decided = final_stars(trial, decisions), {each.member_id for each in decisions}
    for ceiling in trial.ceilings:
        chosen = [totals[who] for who in decided if stars.get(who) == ceiling.stars]
        passed = [
            who
            for who, verdict in trial.verdicts.items()
            if chosen and who not in decided and _could(verdict, ceiling.stars) and stars.get(who, -1) < ceiling.stars
            if totals[who] >= min(chosen)
        ]
        if passed:
            words = "有积分更高或相同的党员没有评上，请对他们也写明理由"
            yield ProposalFault(ProposalFaultKind.passed_over, tuple(sorted(passed)), words)


def _could(verdict: StarVerdict, stars: int) -> bool:
    return verdict.most is not None and verdict.most >= stars


def _ceilings(
    method: MethodDocument, trial: StarTrial, decisions: Sequence[StarDecision], excess_reason: str | None
) -> Iterator[ProposalFault]:
    over = excesses(trial, decisions)
    if not over and excess_reason is not None:
        yield ProposalFault(ProposalFaultKind.needless_excess, (), "人数没有超过上限，不需要申请超额")
    for ceiling in trial.ceilings:
        if ceiling.stars in over and not (excess_reason or "").strip():
            grade = method.grade_of(ceiling.stars)
            words = (
                f"{grade.title if grade else ceiling.stars}上限{ceiling.places}人，现有"
                f"{ceiling.places + over[ceiling.stars]}人；确需超额的，请写明理由，报上级批准"
            )
            yield ProposalFault(ProposalFaultKind.above_ceiling, (), words)


@dataclass(frozen=True, slots=True)
class FreedPlaces:
    """Places of a limited grade that nobody has, and who are next by points: all of them where points are equal.

    An offer to people: nobody gets a place by it.
    """

    stars: int
    places: int
    next_ids: frozenset[int]


def freed(
    trial: StarTrial, totals: Mapping[int, Decimal], decisions: Sequence[StarDecision]
) -> tuple[FreedPlaces, ...]:
    """Return the free places that decisions on a dry run leave, and who would be next."""
    return offered(trial, totals, final_stars(trial, decisions), {each.member_id for each in decisions})


def offered(
    trial: StarTrial, totals: Mapping[int, Decimal], stars: Mapping[int, int], decided: Collection[int]
) -> tuple[FreedPlaces, ...]:
    """Return the free places of each limited grade to which somebody could still come, and who would be next.

    Of whom people have decided already nobody is next.
    """
    found = []
    for ceiling in trial.ceilings:
        free = ceiling.places - counted(stars.values()).get(ceiling.stars, 0)
        could = [who for who in stars if who not in decided and _could(trial.verdicts[who], ceiling.stars)]
        waiting = [who for who in could if stars[who] < ceiling.stars]
        if free > 0 and waiting:
            best = max(totals[who] for who in waiting)
            found.append(FreedPlaces(ceiling.stars, free, frozenset(who for who in waiting if totals[who] == best)))
    return tuple(found)
