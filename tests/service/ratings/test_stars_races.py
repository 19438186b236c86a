"""Two at once on stars: two proposals, results that change meanwhile, a review and an undo, two of one pool."""

from functools import partial

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.annual.results.models import AnnualEdition
from server.annual.steps.rules import Track
from server.annual.steps.undoing import undo
from server.organizations.models import Organization
from server.ratings.editions.models import RatingEdition
from server.ratings.editions.queries import current_edition
from server.ratings.methods import service as methods
from server.ratings.methods.models import MethodSource, RatingMethod
from server.ratings.proposals import service as proposals
from server.ratings.proposals.models import RatingProposal
from server.ratings.proposals.service import ProposalContent
from server.ratings.trials import service as trials
from server.ratings.trials.inputs import gather
from server.ratings.trials.models import DryRun
from server.ratings.trials.pools import taken_in_pool
from server.years.rules import YearState
from tests.at_once import race
from tests.cast import NOW, Cast
from tests.rating import HALF, PROPOSED, agreed, heard, method, proposed, tried
from tests.service.ratings.test_stars_superseded import negative
from tests.years import OLD


def propose_by(account_id: int, cast: Cast, dry_run_id: int, meeting_id: int, session: Session) -> None:
    proposals.propose(
        session,
        organization_id=cast.branch,
        year=OLD,
        content=ProposalContent(dry_run_id, meeting_id),
        account_id=account_id,
        now=PROPOSED,
    )


def test_of_two_proposals_one_is_made(engine: Engine, session: Session, cast: Cast) -> None:
    method(session, cast, HALF)
    meeting_id, dry_run = heard(session, engine, cast, totals={"zhang_min": "95"}), tried(session, cast)
    works = [partial(propose_by, each.account_id, cast, dry_run.id, meeting_id) for each in (cast.li_wei, cast.sun_li)]
    session.rollback()
    assert race(engine, *works) == ["done", "wrong_status"]
    assert session.scalar(select(func.count()).select_from(RatingProposal)) == 1


def test_results_that_change_meanwhile_make_a_proposal_refused_or_outdated(
    engine: Engine, session: Session, cast: Cast
) -> None:
    """Whichever comes first: a proposal never rests on figures other than those that it names."""
    method(session, cast, HALF)
    meeting_id, dry_run = heard(session, engine, cast, totals={"zhang_min": "95"}), tried(session, cast)
    propose = partial(propose_by, cast.li_wei.account_id, cast, dry_run.id, meeting_id)
    session.rollback()
    outcome = race(engine, propose, lambda other: negative(other, cast, cast.zhang_min))
    assert outcome in (["done", "inputs_changed"], ["done", "step_incomplete"], ["done", "done"])
    made = session.scalar(select(func.count()).select_from(RatingProposal))
    assert made == outcome.count("done") - 1
    assert session.scalar(select(func.count()).select_from(AnnualEdition)) == 2
    place = session.get_one(Organization, cast.branch)
    assert gather(session, place, OLD).hash != session.get_one(DryRun, dry_run.id).inputs_hash


def test_a_review_and_an_undo_leave_one_state(engine: Engine, session: Session, cast: Cast) -> None:
    method(session, cast, HALF)
    meeting_id = heard(session, engine, cast, totals={"zhang_min": "95"})
    proposal = proposed(session, cast, tried(session, cast), meeting_id)
    back = partial(
        undo,
        organization_id=cast.branch,
        year=OLD,
        track=Track.points,
        to=YearState.reported,
        reason="有误",
        account_id=cast.li_wei.account_id,
        now=PROPOSED,
    )
    review = partial(
        proposals.approve,
        organization_id=cast.branch,
        year=OLD,
        proposal_id=proposal.id,
        approves_excess=False,
        words=None,
        account_id=cast.chen_jing.account_id,
        now=PROPOSED,
    )
    session.rollback()
    outcome = race(engine, back, review)
    session.expire_all()
    edition = current_edition(session, cast.branch, OLD)
    if outcome == ["already_decided", "done"]:  # the undo came first
        assert (edition, session.get_one(RatingProposal, proposal.id).status) == (None, "undone")
    else:  # 李伟 may not undo what 陈静 did
        assert outcome == ["done", "not_in_charge"]
        assert edition is not None
        assert session.get_one(RatingProposal, proposal.id).status == "approved"


def test_of_two_reviews_one_counts(engine: Engine, session: Session, cast: Cast) -> None:
    method(session, cast, HALF)
    meeting_id = heard(session, engine, cast, totals={"zhang_min": "95"})
    proposal = proposed(session, cast, tried(session, cast), meeting_id)
    review = partial(
        proposals.approve,
        organization_id=cast.branch,
        year=OLD,
        proposal_id=proposal.id,
        approves_excess=False,
        words=None,
        now=PROPOSED,
    )
    by = (cast.chen_jing.account_id, cast.organization_department.account_id)
    session.rollback()
    assert race(engine, *(partial(review, account_id=each) for each in by)) == ["already_decided", "done"]
    assert session.scalar(select(func.count()).select_from(RatingEdition)) == 1


def test_a_dry_run_drawn_twice_at_once_is_the_same(engine: Engine, session: Session, cast: Cast) -> None:
    method(session, cast, HALF)
    heard(session, engine, cast, totals={"zhang_min": "95"})
    draw = partial(trials.draw, organization_id=cast.branch, year=OLD, account_id=cast.li_wei.account_id, now=PROPOSED)
    session.rollback()
    assert race(engine, draw, draw) == ["done", "done"]
    assert len(set(session.scalars(select(DryRun.inputs_hash)))) == 1


def test_of_two_publishers_of_a_method_one_is_in_force(engine: Engine, session: Session, cast: Cast) -> None:
    drafts = [
        methods.begin_draft(
            session,
            organization_id=cast.general_branch,
            year=OLD,
            source=MethodSource.default,
            account_id=cast.chen_jing.account_id,
            now=NOW,
        ).id
        for _ in range(2)
    ]
    session.commit()
    publish = partial(methods.publish, revision=1, account_id=cast.chen_jing.account_id, now=NOW)
    outcome = race(engine, *(partial(publish, method_id=each) for each in drafts))
    assert outcome in (["done", "moved_on"], ["done", "done"])
    in_force = select(func.count()).select_from(RatingMethod).where(RatingMethod.in_force.is_(True))
    assert session.scalar(in_force) == 1


def test_what_a_branch_of_the_pool_has_taken_counts_for_the_next(engine: Engine, session: Session, cast: Cast) -> None:
    """4 and 3 members share one place: once 张敏 has it, the other branch has none, without a new dry run being asked
    of the first."""
    method(session, cast, HALF)
    meeting_id = heard(session, engine, cast, totals={"zhang_min": "95"})
    proposal = proposed(session, cast, tried(session, cast), meeting_id)
    other = session.get_one(Organization, cast.branch)
    assert gather(session, other, OLD).trial().ceilings[0].places == 1
    assert taken_in_pool(session, [cast.branch], OLD)[5] == 1
    agreed(session, cast, proposal)
    assert taken_in_pool(session, [cast.branch], OLD)[5] == 1
