"""Turn a branch's stars into what goes over the wire."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy.orm import Session

from server.annual.steps.courses import Way
from server.identity.access import Context
from server.identity.schemas import PlaceOut
from server.organizations.filings import latest_filing
from server.organizations.members import names
from server.organizations.models import FilingSubject, Organization
from server.organizations.queries import account_names
from server.ratings import actions
from server.ratings.appraisals.rules import APPRAISAL_TITLES
from server.ratings.comparison import BranchStars
from server.ratings.editions.models import RatingEdition
from server.ratings.editions.queries import current_edition, ratings_of
from server.ratings.editions.showing import publicity_of
from server.ratings.editions.standing import method_of, moved
from server.ratings.editions.superseding import offers
from server.ratings.methods.queries import in_force
from server.ratings.own import OwnStar
from server.ratings.proposals.models import RatingProposal
from server.ratings.proposals.queries import decisions_of, open_proposal, recused
from server.ratings.proposals.rules import FreedPlaces, freed
from server.ratings.proposals.service import committee, track_of
from server.ratings.rules import Apart, RatedMember, StarVerdict, ceiling_words, explained
from server.ratings.schemas import (
    BranchStarsOut,
    DryRunOut,
    FreedPlacesOut,
    OwnStarOut,
    OwnStarsOut,
    RatingEditionOut,
    RatingOut,
    StarCeilingOut,
    StarDecisionOut,
    StarDeskOut,
    StarFrameOut,
    StarGradeOut,
    StarProposalOut,
    StarsComparedOut,
    TriedMemberOut,
)
from server.ratings.trials.inputs import gather
from server.ratings.trials.models import DryRun
from server.ratings.trials.outcomes import Outcome, outcome_of
from server.ratings.trials.queries import latest
from server.ratings.trials.service import changes, is_unchanged
from server.strokes import by_strokes
from server.years.rules import YearState


def desk_out(context: Context, way: Way) -> StarDeskOut:
    """A branch's stars as one of their readers sees them, with what they may do."""
    session, place, year = context.session, way.organization, way.branch_year.year
    method, dry_run = in_force(session, place.ancestor_ids, year), latest(session, place.id, year)
    proposal, edition = open_proposal(session, place.id, year), current_edition(session, place.id, year)
    return StarDeskOut(
        organization=PlaceOut(id=place.id, title=place.title),
        year=year,
        state=way.progress.of(track_of(way)) or YearState.open,
        rates=way.course.rates_stars,
        method_id=None if method is None else method.id,
        method_title=None if method is None else method.document.title,
        dry_run=None if dry_run is None else _dry_run_out(context, way, dry_run),
        proposal=None if proposal is None else _proposal_out(session, proposal),
        edition=None if edition is None else _edition_out(session, way, edition),
        actions=actions.allowed(context, way, proposal, edition),
    )


def own_stars_out(session: Session, found: Sequence[OwnStar]) -> OwnStarsOut:
    return OwnStarsOut(
        items=[
            OwnStarOut(
                year=each.edition.year,
                organization_id=each.edition.organization_id,
                branch=session.get_one(Organization, each.edition.organization_id).title,
                edition_id=each.edition.id,
                stars=each.stars,
                title=each.title,
                total=each.total,
                explanation=list(each.explanation),
                reason=each.reason,
                publicized_until=each.publicized_until,
                filed=each.filed,
            )
            for each in found
        ]
    )


def compared_out(found: Sequence[BranchStars]) -> StarsComparedOut:
    return StarsComparedOut(
        items=[
            BranchStarsOut(
                organization=PlaceOut(id=each.organization_id, title=each.title),
                state=each.state,
                members=each.members,
                before={str(stars): count for stars, count in sorted(each.before.items())},
                after={str(stars): count for stars, count in sorted(each.after.items())},
                excess=each.excess,
                committee_highest=each.committee_highest,
            )
            for each in found
        ]
    )


def _dry_run_out(context: Context, way: Way, dry_run: DryRun) -> DryRunOut:
    session, outcome = context.session, outcome_of(context.session, dry_run)
    trial, called = outcome.trial, names(session, [each.member_id for each in outcome.members])
    now = gather(session, way.organization, dry_run.year) if _has_results(way) else None
    titles = {each.stars: each.title for each in outcome.method.grades}
    return DryRunOut(
        id=dry_run.id,
        drawn_at=dry_run.drawn_at,
        inputs_hash=dry_run.inputs_hash,
        changes=[] if now is None or is_unchanged(dry_run, now) else changes(session, dry_run, now),
        members=trial.members,
        rated=trial.rated,
        exempt=trial.apart(Apart.exempt),
        unrated=trial.apart(Apart.unrated),
        negative=trial.apart(Apart.negative),
        grades=[
            StarGradeOut(stars=each.stars, title=each.title, words=each.words, count=trial.counts.get(each.stars, 0))
            for each in outcome.method.grades
        ],
        ceilings=[
            StarCeilingOut(
                stars=each.stars,
                base=each.base,
                places=each.places,
                pooled=each.pooled,
                words=ceiling_words(each, titles[each.stars]),
            )
            for each in trial.ceilings
        ],
        frames=[
            StarFrameOut(
                stars=each.stars,
                places=each.places,
                total=each.total,
                member_ids=sorted(each.member_ids, key=lambda who: by_strokes(called[who])),
            )
            for each in trial.frames
        ],
        rows=list(_rows(outcome, called, committee(session, way, context.now))),
    )


def _has_results(way: Way) -> bool:
    return way.course.rates_stars and way.progress.points not in (YearState.open, YearState.closing)


def _rows(outcome: Outcome, called: dict[int, str], seated: Collection[int]) -> Iterator[TriedMemberOut]:
    """By points, the highest first; equal points by 姓氏笔画, who is apart at the end."""

    def place(member: RatedMember) -> tuple[object, ...]:
        apart = member.apart is not None or member.total is None
        return (apart, 0 if apart else -(member.total or 0), by_strokes(called[member.member_id]))

    for member in sorted(outcome.members, key=place):
        verdict: StarVerdict = outcome.trial.verdicts[member.member_id]
        appraisal = None if member.appraisal is None else APPRAISAL_TITLES[member.appraisal]
        yield TriedMemberOut(
            member_id=member.member_id,
            name=called[member.member_id],
            total=None if verdict.apart is Apart.negative else member.total,
            apart=verdict.apart,
            stars=verdict.stars,
            most=verdict.most,
            open=verdict.is_open,
            reasons=list(verdict.reasons),
            explanation=list(explained(outcome.method, member, verdict, appraisal or "")),
            appraisal=appraisal,
            may_be_unrated=member.may_be_unrated,
            history=list(member.history),
            committee=member.member_id in seated,
        )


def _proposal_out(session: Session, row: RatingProposal) -> StarProposalOut:
    outcome, decisions = outcome_of(session, session.get_one(DryRun, row.dry_run_id)), decisions_of(session, row.id)
    called = account_names(session, [row.proposed_by, row.decided_by])
    return StarProposalOut(
        id=row.id,
        status=row.status,
        dry_run_id=row.dry_run_id,
        meeting_id=row.meeting_id,
        resolution_id=row.resolution_id,
        decisions=[StarDecisionOut.model_validate(each, from_attributes=True) for each in decisions],
        recused=sorted(recused(session, row.id)),
        excess=row.excess,
        excess_reason=row.excess_reason,
        proposed_by=called[row.proposed_by],
        proposed_at=row.proposed_at,
        decided_by=None if row.decided_by is None else called[row.decided_by],
        decided_at=row.decided_at,
        decided_words=row.decided_words,
        freed=_freed_out(freed(outcome.trial, outcome.totals, decisions)),
    )


def _edition_out(session: Session, way: Way, edition: RatingEdition) -> RatingEditionOut:
    found, method = ratings_of(session, edition.id), method_of(session, edition)
    called, on_show = names(session, [each.member_id for each in found]), publicity_of(session, edition)
    titles = {each.stars: each.title for each in method.grades}
    filing = latest_filing(session, subject_kind=FilingSubject.rating, subject_id=edition.id)
    ratings = [
        RatingOut(
            member_id=each.member_id,
            name=called[each.member_id],
            apart=None if each.apart is None else Apart(each.apart),
            stars=each.stars,
            title=None if each.stars is None else titles[each.stars],
            reason=each.reason,
        )
        for each in found
    ]
    return RatingEditionOut(
        id=edition.id,
        edition=edition.edition,
        supersedes_id=edition.supersedes_id,
        reason=edition.reason,
        drawn_at=edition.drawn_at,
        hash=edition.hash,
        publicity_id=None if on_show is None else on_show.id,
        filing_id=None if filing is None else filing.id,
        outdated=sorted(moved(session, edition)),
        offers=_freed_out(offers(session, way, edition)),
        ratings=sorted(
            ratings, key=lambda each: (-1 if each.stars is None else -each.stars - 2, by_strokes(each.name))
        ),
    )


def _freed_out(found: Sequence[FreedPlaces]) -> list[FreedPlacesOut]:
    return [FreedPlacesOut(stars=each.stars, places=each.places, next_ids=sorted(each.next_ids)) for each in found]
