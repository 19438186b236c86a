"""A branch proposes its stars, and the level above agrees or sends them back.

Locks: the meeting, then the branch (`holding.held`), then, for branches that share a quota, their unit: so that of two
that propose at once the second sees what the first has taken.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.annual.results.models import AnnualEdition
from server.annual.steps import conditions
from server.annual.steps.charge import LEADERS, charge_of, refuse_without
from server.annual.steps.courses import Way
from server.annual.steps.holding import held
from server.annual.steps.reporting import refuse_unfit
from server.annual.steps.rules import Track
from server.annual.steps.taking import take
from server.annual.steps.undoing import go_back
from server.days import shanghai_date
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict, not_found
from server.identity.models import Account
from server.identity.rules import Permission, Role
from server.meetings.models import Meeting
from server.meetings.resolutions.models import Resolution
from server.meetings.service import locked_meeting
from server.organizations import four_eyes
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.members import names
from server.organizations.models import Organization
from server.organizations.officers import Officers
from server.ratings.editions.models import RatingEdition
from server.ratings.editions.service import agreed
from server.ratings.error_codes import RatingErrorCode
from server.ratings.proposals.models import ProposedStar, RatingProposal, StarRecusal
from server.ratings.proposals.queries import decisions_of, open_proposal
from server.ratings.proposals.rules import (
    ProposalAction,
    ProposalStatus,
    StarDecision,
    excesses,
    faults,
    final_stars,
    next_status,
)
from server.ratings.trials import service as trials
from server.ratings.trials.inputs import gather
from server.ratings.trials.models import DryRun
from server.ratings.trials.outcomes import Outcome, outcome_of
from server.ratings.trials.queries import latest
from server.years.models import BranchYear
from server.years.rules import YearState

COMMITTEE = LEADERS | {Role.committee_member}


@dataclass(frozen=True, slots=True)
class ProposalContent:
    """What a branch proposes: on which dry run, what people decided beside it, and where it was discussed.

    `recused` are the committee members who left while their own stars were discussed.
    """

    dry_run_id: int
    meeting_id: int
    resolution_id: int | None = None
    decisions: Sequence[StarDecision] = ()
    recused: Collection[int] = ()
    excess_reason: str | None = None


def track_of(way: Way) -> Track:
    """Return the track on which a branch's stars go."""
    return Track.stars if way.course.has_two_tracks else Track.points


def propose(
    session: Session, *, organization_id: int, year: int, content: ProposalContent, account_id: int, now: datetime
) -> RatingProposal:
    """Propose a branch's stars; its year moves with it.

    Raises DomainError 403 `not_in_charge`, 404, 409 `wrong_status`, `step_incomplete`, `newer_dry_run`,
    `inputs_changed` (with the difference), 422 `meeting_unfit`, `proposal_unfit` (with each fault), `recusal_unnoted`.
    """
    meeting = locked_meeting(session, content.meeting_id)
    way = held(session, organization_id, year, now=now)
    refuse_without(
        charge_of(session, way.organization, branch_year_id=way.branch_year.id, account_id=account_id, now=now)
    )
    conditions.refuse(session, way, track_of(way), YearState.stars_proposed, now=now)
    dry_run = _current_dry_run(session, way, content.dry_run_id)
    refuse_unfit(session, way, session.get_one(AnnualEdition, dry_run.edition_id), meeting, now=now)
    _refuse_unpassed(session, meeting, content.resolution_id)
    outcome = outcome_of(session, dry_run)
    _refuse_faults(session, outcome, content)
    _refuse_unnoted(session, way, outcome, content, now)
    row = RatingProposal(
        root_id=way.branch_year.root_id,
        organization_id=organization_id,
        year=year,
        dry_run_id=dry_run.id,
        meeting_id=meeting.id,
        resolution_id=content.resolution_id,
        status=ProposalStatus.proposed,
        open=True,
        excess=sum(excesses(outcome.trial, content.decisions).values()),
        excess_reason=content.excess_reason,
        proposed_by=account_id,
        proposed_at=now,
    )
    session.add(row)
    session.flush()
    session.add_all(
        ProposedStar(
            proposal_id=row.id, member_id=each.member_id, stars=each.stars, reason=each.reason, ground=each.ground
        )
        for each in content.decisions
    )
    session.add_all(StarRecusal(proposal_id=row.id, member_id=each) for each in content.recused)
    session.flush()
    take(session, way, track_of(way), YearState.stars_proposed, account_id=account_id, now=now)
    return row


def approve(
    session: Session,
    *,
    organization_id: int,
    year: int,
    proposal_id: int,
    approves_excess: bool,
    words: str | None,
    account_id: int,
    now: datetime,
) -> RatingEdition:
    """Agree to a branch's proposal, and to its excess where it asks for one; the stars are drawn up by it.

    Raises DomainError 403 as `_refuse_reviewer`, 404, 409 `already_decided`, `wrong_status`, `step_incomplete`,
    `inputs_changed`, 422 `excess_undecided`.
    """
    way = held(session, organization_id, year, now=now)
    row = _in_review(session, organization_id, year, proposal_id)
    outcome = _reviewed(session, way, row, account_id, now)
    if bool(row.excess) is not approves_excess:
        message = (
            f"提案申请超额{row.excess}人：{row.excess_reason}；请明确批准，或退回支部"
            if row.excess
            else "提案没有申请超额，不需要批准"
        )
        raise DomainError(RatingErrorCode.excess_undecided, message)
    found = gather(session, way.organization, year)
    if found.hash != session.get_one(DryRun, row.dry_run_id).inputs_hash:
        trials.refuse_changed(session, session.get_one(DryRun, row.dry_run_id), found)
    _decide(session, row, ProposalAction.approve, words=words, account_id=account_id, now=now)
    edition = agreed(
        session, row, outcome, decisions_of(session, row.id), annual=found.edition, account_id=account_id, now=now
    )
    take(session, way, track_of(way), YearState.stars_reviewed, account_id=account_id, now=now)
    return edition


def send_back(
    session: Session, *, organization_id: int, year: int, proposal_id: int, words: str, account_id: int, now: datetime
) -> RatingProposal:
    """Send a proposal back with what is to be looked at again; the year goes back to its report.

    Raises DomainError 403 as `_refuse_reviewer`, 404, 409 `already_decided`.
    """
    way = held(session, organization_id, year, now=now)
    row = _in_review(session, organization_id, year, proposal_id)
    _reviewed(session, way, row, account_id, now)
    _decide(session, row, ProposalAction.send_back, words=words, account_id=account_id, now=now)
    go_back(session, way, track_of(way), YearState.reported, reason=words, account_id=account_id, now=now)
    return row


def _current_dry_run(session: Session, way: Way, dry_run_id: int) -> DryRun:
    """Return the branch's last dry run. Raises DomainError 404, 409 `newer_dry_run`, `inputs_changed`."""
    dry_run, year = session.get(DryRun, dry_run_id), way.branch_year.year
    if dry_run is None or (dry_run.organization_id, dry_run.year) != (way.organization.id, year):
        raise not_found("星级试算")
    last = latest(session, way.organization.id, year)
    if last is not None and last.id != dry_run.id:
        raise conflict(RatingErrorCode.newer_dry_run, "之后又试算过，请按最近一次试算提出", dry_run_id=last.id)
    if dry_run.inputs["pool"] is not None:
        unit = way.organization.parent_id
        session.execute(select(Organization.id).where(Organization.id == unit).with_for_update())
    trials.refuse_changed(session, dry_run, gather(session, way.organization, year))
    return dry_run


def _refuse_unpassed(session: Session, meeting: Meeting, resolution_id: int | None) -> None:
    if resolution_id is None:
        return
    voted = session.get(Resolution, resolution_id)
    if voted is None or voted.meeting_id != meeting.id or voted.withdrawn_at is not None:
        raise not_found("这次会议的表决")
    if not voted.passed:
        raise DomainError(RatingErrorCode.proposal_unfit, "这次会议的表决没有通过，不能据此提出星级建议")


def _refuse_faults(session: Session, outcome: Outcome, content: ProposalContent) -> None:
    found = faults(
        outcome.method, outcome.members, outcome.trial, content.decisions, excess_reason=content.excess_reason
    )
    if not found:
        return
    called = names(session, {member_id for each in found for member_id in each.member_ids})
    said = [
        {
            "kind": each.kind,
            "member_ids": list(each.member_ids),
            "words": "、".join(called[who] for who in each.member_ids if who in called)
            + ("：" if each.member_ids else "")
            + each.words,
        }
        for each in found
    ]
    raise DomainError(RatingErrorCode.proposal_unfit, str(said[0]["words"]), detail={"faults": said})


def _refuse_unnoted(session: Session, way: Way, outcome: Outcome, content: ProposalContent, now: datetime) -> None:
    """Committee members of whose highest stars it is leave the room; that has to be noted."""
    stars = final_stars(outcome.trial, content.decisions)
    if strangers := set(content.recused) - {each.member_id for each in outcome.members}:
        called = names(session, strangers)
        message = "回避的只能是本支部有年度积分的党员"
        raise DomainError(RatingErrorCode.recusal_unnoted, message, detail={"member_ids": sorted(called)})
    highest = outcome.method.highest.stars
    candidates = {each for each in committee(session, way, now) if stars.get(each) == highest}
    if missing := candidates - set(content.recused):
        called = names(session, missing)
        who = "、".join(sorted(called.values()))
        message = f"支委会成员{who}是{outcome.method.highest.title}人选，请登记讨论本人时已回避"
        raise DomainError(RatingErrorCode.recusal_unnoted, message, detail={"member_ids": sorted(missing)})


def committee(session: Session, way: Way, now: datetime) -> frozenset[int]:
    """Return the members on a branch's committee today."""
    root_id, branch_id = way.branch_year.root_id, way.organization.id
    found = Officers(session, root_id, shanghai_date(now), places=[branch_id]).at(branch_id)
    return frozenset(each.member_id for each in found if each.role in COMMITTEE and each.member_id is not None)


def _in_review(session: Session, organization_id: int, year: int, proposal_id: int) -> RatingProposal:
    row = session.get(RatingProposal, proposal_id, with_for_update=True, populate_existing=True)
    if row is None or (row.organization_id, row.year) != (organization_id, year):
        raise not_found("星级提案")
    if row.status != ProposalStatus.proposed:
        raise conflict(CoreErrorCode.already_decided, "这份提案已经审核或撤回，请刷新后查看", status=row.status)
    return row


def _reviewed(session: Session, way: Way, row: RatingProposal, account_id: int, now: datetime) -> Outcome:
    """Return what a proposal rests on, for somebody who may review it.

    Raises DomainError 403 `same_person`, `not_the_reviewer` for whoever is rated in it, and as `four_eyes.refuse`.
    """
    if account_id == row.proposed_by:
        message = "提出人不能审核自己提出的星级，请由上级党组织的其他负责人审核"
        raise DomainError(OrganizationErrorCode.same_person, message, status=HTTPStatus.FORBIDDEN)
    outcome = outcome_of(session, session.get_one(DryRun, row.dry_run_id))
    refuse_rated(session, outcome, account_id)
    four_eyes.refuse(
        session,
        account_id=account_id,
        permission=Permission.year_supervise,
        place=way.organization.parent_id,
        matter=four_eyes.matter(session, accounts=[row.proposed_by], since=row.proposed_at),
        now=now,
    )
    return outcome


def refuse_rated(session: Session, outcome: Outcome, account_id: int) -> None:
    """Raise DomainError 403 `not_the_reviewer` for whoever belongs to the branch: nobody reviews their own stars."""
    if is_rated(session, outcome, account_id):
        message = "本人是这个党支部的党员，不能审核本支部的星级，请由上级党组织的其他负责人或组织部审核"
        raise DomainError(RatingErrorCode.not_the_reviewer, message, status=HTTPStatus.FORBIDDEN)


def is_rated(session: Session, outcome: Outcome, account_id: int) -> bool:
    """Whether an account's member belongs to the branch that is rated."""
    own = session.get_one(Account, account_id).member_id
    return own in {each.member_id for each in outcome.members}


def _decide(
    session: Session, row: RatingProposal, action: ProposalAction, *, words: str | None, account_id: int, now: datetime
) -> None:
    after = next_status(ProposalStatus(row.status), action)
    assert after is not None
    row.status, row.decided_by, row.decided_at, row.decided_words = after, account_id, now, words
    row.open = None if after is ProposalStatus.returned else True
    session.flush()


def take_back(session: Session, branch_year: BranchYear, *, wholly: bool) -> None:
    """Take a proposal back with the steps that were undone: wholly, or only what the level above said to it."""
    row = open_proposal(session, branch_year.organization_id, branch_year.year)
    if row is None:
        return
    action = ProposalAction.undo if wholly else ProposalAction.reopen
    after = next_status(ProposalStatus(row.status), action)
    assert after is not None
    row.status, row.open = after, None if wholly else True
    if not wholly:
        row.decided_by = row.decided_at = row.decided_words = None
    session.flush()
