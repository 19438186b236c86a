"""What somebody may do with a branch's stars now: pages show no button for anything else."""

from collections.abc import Iterator

from server.annual.steps import conditions
from server.annual.steps.charge import LEADERS, charge_of
from server.annual.steps.courses import Way
from server.annual.steps.rules import next_step
from server.identity.access import Context
from server.identity.rules import RULES, Permission, roles_at
from server.publicity.rules import PublicityStatus
from server.ratings.editions.models import RatingEdition
from server.ratings.editions.showing import publicity_of
from server.ratings.proposals.models import RatingProposal
from server.ratings.proposals.rules import ProposalStatus
from server.ratings.proposals.service import is_rated, track_of
from server.ratings.schemas import StarAction
from server.ratings.trials.models import DryRun
from server.ratings.trials.outcomes import outcome_of
from server.years.rules import YearState

_TRYING = (YearState.drafted, YearState.reported)
_SUPERSEDING = (YearState.publicized, YearState.settled, YearState.filed, YearState.archived)


def allowed(
    context: Context, way: Way, proposal: RatingProposal | None, edition: RatingEdition | None
) -> list[StarAction]:
    """Return what the caller may do."""
    if not way.course.rates_stars:
        return []
    return [
        *_branch(context, way),
        *_review(context, way, proposal),
        *_publicity(context, way, edition),
        *_after(context, way, proposal, edition),
    ]


def _branch(context: Context, way: Way) -> Iterator[StarAction]:
    charge = charge_of(
        context.session,
        way.organization,
        branch_year_id=way.branch_year.id,
        account_id=context.account_id,
        now=context.now,
    )
    if not charge.takes_steps:
        return
    track = track_of(way)
    step = next_step(way.course, way.progress, track)
    if way.progress.points in _TRYING or step is YearState.stars_proposed:
        yield StarAction.dry_run
    if step is YearState.stars_proposed and not _lacks(context, way, step):
        yield StarAction.proposal
    if way.course.has_two_tracks and step is YearState.filed and not _lacks(context, way, step):
        yield StarAction.file


def _lacks(context: Context, way: Way, step: YearState) -> bool:
    return bool(conditions.missing(context.session, way, track_of(way), step, now=context.now))


def _review(context: Context, way: Way, proposal: RatingProposal | None) -> Iterator[StarAction]:
    waits = proposal is not None and proposal.status == ProposalStatus.proposed
    if proposal is not None and waits and _reviews(context, way, proposal):
        yield from (StarAction.approve, StarAction.send_back)


def _reviews(context: Context, way: Way, proposal: RatingProposal) -> bool:
    """Whether the caller is of the level above, did not propose it, and does not belong to the branch."""
    above = roles_at(context.actor, way.organization.ancestor_ids[:-1]) & RULES[Permission.year_supervise].roles
    if not above or context.account_id == proposal.proposed_by:
        return False
    outcome = outcome_of(context.session, context.session.get_one(DryRun, proposal.dry_run_id))
    return not is_rated(context.session, outcome, context.account_id)


def _publicity(context: Context, way: Way, edition: RatingEdition | None) -> Iterator[StarAction]:
    roles = roles_at(context.actor, way.organization.ancestor_ids)
    if edition is None or next_step(way.course, way.progress, track_of(way)) is not YearState.publicized:
        return
    shown = publicity_of(context.session, edition)
    if shown is None and RULES[Permission.publicity_propose].roles & roles:
        yield StarAction.publicity
    if shown is not None and (LEADERS & roles or context.account_id == shown.proposed_by):
        yield StarAction.publicity_withdraw
    waits = shown is not None and shown.status == PublicityStatus.proposed and shown.proposed_by != context.account_id
    if waits and RULES[Permission.publicity_approve].roles & roles:
        yield StarAction.publicity_approve


def _after(
    context: Context, way: Way, proposal: RatingProposal | None, edition: RatingEdition | None
) -> Iterator[StarAction]:
    state = way.progress.of(track_of(way))
    if edition is not None and proposal is not None and state in _SUPERSEDING and _reviews(context, way, proposal):
        yield StarAction.supersede
