"""Drawing stars up again after they were agreed to: for whom the results have changed, whose objection was upheld, or
who is given a place that became free. A freed place is offered; nobody gets it by itself (year.md §5, §6)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus

from sqlalchemy.orm import Session

from server.annual.steps.charge import charge_of
from server.annual.steps.courses import Way
from server.annual.steps.error_codes import AnnualErrorCode
from server.annual.steps.holding import held
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict, not_found
from server.objections.models import Objection
from server.objections.queries import inquiries_of
from server.objections.rules import ObjectionOutcome, ObjectionSubject
from server.ratings.editions.models import RatingEdition
from server.ratings.editions.queries import current_edition
from server.ratings.editions.service import RatedStar, add, figures
from server.ratings.editions.standing import moved
from server.ratings.error_codes import RatingErrorCode
from server.ratings.methods.rules import MethodDocument
from server.ratings.proposals.models import RatingProposal
from server.ratings.proposals.rules import FreedPlaces, StarDecision, offered
from server.ratings.proposals.service import refuse_rated, track_of
from server.ratings.rules import StarTrial, StarVerdict, counted
from server.ratings.trials.inputs import TrialInputs, gather
from server.ratings.trials.models import DryRun
from server.ratings.trials.outcomes import outcome_of
from server.years.rules import YearState

_AFTER = (YearState.publicized, YearState.settled, YearState.filed, YearState.archived)
_UPHELD = (ObjectionOutcome.upheld, ObjectionOutcome.partly_upheld)


def supersede(
    session: Session,
    *,
    organization_id: int,
    year: int,
    decisions: Sequence[StarDecision],
    objection_id: int | None,
    reason: str,
    account_id: int,
    now: datetime,
) -> RatingEdition:
    """Draw up a branch's stars again; everybody who is not concerned keeps theirs.

    Whose results have changed gets what their points give, a limited grade only by a decision. Other decisions need an
    upheld objection to that member's stars, or a place that is free. Raises DomainError 403 `not_in_charge`,
    `not_the_reviewer`, 404, 409 `wrong_status`, 422 `supersession_unfit`.
    """
    way = held(session, organization_id, year, now=now)
    edition = current_edition(session, organization_id, year)
    if edition is None:
        raise not_found("星级")
    _refuse_other(session, way, edition, account_id, now)
    found, before = gather(session, way.organization, year), figures(session, edition)
    trial, changed = found.trial(), moved(session, edition)
    objector = _objector(session, edition, objection_id)
    free = {who for each in _free(found, trial, before) for who in each.next_ids}
    decided = _checked(found.document, trial, decisions, allowed={*changed, *free, *([objector] if objector else [])})
    after = {who: each for who, each in before.items() if who not in changed}
    for who in changed:
        if (verdict := trial.verdicts.get(who)) is not None:
            after[who] = _anew(found.document, verdict, before.get(who))
    for who, decision in decided.items():
        verdict = trial.verdicts[who]
        after[who] = RatedStar(who, None, verdict.band, decision.stars, decision.reason)
    _refuse_crowded(session, edition, trial, before, after)
    if after == before and found.edition.id == edition.annual_edition_id:
        raise DomainError(RatingErrorCode.supersession_unfit, "星级没有变化，不需要重新审定")
    anew = RatingEdition(
        proposal_id=edition.proposal_id,
        annual_edition_id=found.edition.id,
        objection_id=objection_id,
        reason=reason,
    )
    place = session.get_one(RatingProposal, edition.proposal_id)
    rows = [after[who] for who in sorted(after)]
    return add(session, anew, rows, place=place, before=edition, account_id=account_id, now=now)


def offers(session: Session, way: Way, edition: RatingEdition) -> tuple[FreedPlaces, ...]:
    """Return the places that are free in stars that hold, and who would be next: for people to decide."""
    found = gather(session, way.organization, edition.year)
    return _free(found, found.trial(), figures(session, edition))


def _free(found: TrialInputs, trial: StarTrial, stars: Mapping[int, RatedStar]) -> tuple[FreedPlaces, ...]:
    totals = {each.member_id: each.total for each in found.members if each.total is not None}
    rated = {
        who: each.stars
        for who, each in stars.items()
        if each.stars is not None and who in trial.verdicts and trial.verdicts[who].apart is None
    }
    return offered(trial, totals, rated, {who for who, each in stars.items() if each.reason is not None})


def _refuse_other(session: Session, way: Way, edition: RatingEdition, account_id: int, now: datetime) -> None:
    """Only the level above draws stars up again, nobody those of their own branch, and none that can be undone."""
    state = way.progress.of(track_of(way))
    if state not in _AFTER:
        message = "星级尚未公示，请撤回审核后重新提出，不用另出新版"
        raise conflict(CoreErrorCode.wrong_status, message, state=state)
    charge = charge_of(session, way.organization, branch_year_id=way.branch_year.id, account_id=account_id, now=now)
    if not charge.supervises:
        message = "星级由上级党组织重新审定"
        raise DomainError(AnnualErrorCode.not_in_charge, message, status=HTTPStatus.FORBIDDEN)
    proposal = session.get_one(RatingProposal, edition.proposal_id)
    refuse_rated(session, outcome_of(session, session.get_one(DryRun, proposal.dry_run_id)), account_id)


def _objector(session: Session, edition: RatingEdition, objection_id: int | None) -> int | None:
    """Return the member whose objection to their stars was upheld. Raises DomainError 404 for any other objection, 422
    `supersession_unfit` where it was dismissed."""
    if objection_id is None:
        return None
    objection = session.get(Objection, objection_id)
    if objection is None or (objection.organization_id, objection.year) != (edition.organization_id, edition.year):
        raise not_found("异议")
    last = list(inquiries_of(session, objection.id).values())
    if not any(each.outcome in _UPHELD for each in last):
        raise DomainError(RatingErrorCode.supersession_unfit, "这件异议没有成立，不能据此重新审定星级")
    return objection.member_id if objection.subject_kind == ObjectionSubject.star else None


def _checked(
    method: MethodDocument, trial: StarTrial, decisions: Sequence[StarDecision], *, allowed: set[int]
) -> dict[int, StarDecision]:
    for each in decisions:
        verdict = trial.verdicts.get(each.member_id)
        if each.member_id not in allowed or verdict is None or verdict.most is None:
            message = "只能调整年度结果有更正、异议成立或可递补名额的党员的星级"
        elif each.stars > verdict.most or method.grade_of(each.stars) is None:
            message = "星级不能高于积分和评定办法所允许的"
        else:
            continue
        raise DomainError(RatingErrorCode.supersession_unfit, message, detail={"member_ids": [each.member_id]})
    found = {each.member_id: each for each in decisions}
    if len(found) != len(decisions):
        raise DomainError(RatingErrorCode.supersession_unfit, "同一名党员只能调整一次")
    return found


def _anew(method: MethodDocument, verdict: StarVerdict, before: RatedStar | None) -> RatedStar:
    """Return what points give somebody whose results have changed, without a place of a limited grade."""
    if verdict.apart is not None or verdict.most is None:
        return RatedStar(verdict.member_id, verdict.apart, None, None, None)
    stars, reason = verdict.most, None
    had = before.stars if before is not None else None
    while (grade := method.grade_of(stars)) is not None and grade.quota is not None and (had is None or had < stars):
        lower = method.next_below(stars)
        assert lower is not None, "the lowest grade is never limited"
        stars = lower.stars
    if before is not None and before.reason is not None and had is not None and had < stars:
        stars, reason = had, before.reason  # as people decided
    return RatedStar(verdict.member_id, None, verdict.band, stars, reason)


def _refuse_crowded(
    session: Session,
    edition: RatingEdition,
    trial: StarTrial,
    before: Mapping[int, RatedStar],
    after: Mapping[int, RatedStar],
) -> None:
    """Nobody more comes into a limited grade than its places, and the excess that was approved, allow."""
    excess = session.get_one(RatingProposal, edition.proposal_id).excess
    had, have = (counted(each.stars for each in stars.values()) for stars in (before, after))
    for ceiling in trial.ceilings:
        most = max(ceiling.places + excess, had.get(ceiling.stars, 0))
        if have.get(ceiling.stars, 0) > most:
            message = f"名额只有 {most} 人，不能再增加"
            raise DomainError(RatingErrorCode.supersession_unfit, message)
