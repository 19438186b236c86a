"""Proof that stars are what was agreed to: methods and dry runs as they were stored, editions as they were sealed, and
nobody with more stars than the dry run allows."""

from collections.abc import Generator, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.ratings.editions import sealing
from server.ratings.editions.models import Rating, RatingEdition
from server.ratings.methods.models import MethodStatus, RatingMethod
from server.ratings.methods.rules import content_hash
from server.ratings.proposals.models import RatingProposal
from server.ratings.trials.models import DryRun
from server.ratings.trials.outcomes import outcome_of
from server.ratings.trials.stored import hash_of
from server.verifying import Fault, Verification, unlike

EDITIONS_AT_ONCE = 20


def verify_stars(session: Session) -> Generator[Fault, None, int]:
    """Yield whatever does not match, by method, dry run and edition; return how many editions there are."""
    for method in session.scalars(select(RatingMethod).where(RatingMethod.status == MethodStatus.published)):
        name = f"星级评定办法 {method.id}"
        yield from unlike(name, [("校验值", method.content_hash, content_hash(method.document))])
    looked = after = 0
    query = select(RatingEdition).order_by(RatingEdition.id).limit(EDITIONS_AT_ONCE)
    while editions := session.scalars(query.where(RatingEdition.id > after)).all():
        for edition in editions:
            yield from _verify(session, edition)
        looked, after = looked + len(editions), editions[-1].id
        session.expunge_all()
    return looked


def _verify(session: Session, edition: RatingEdition) -> Iterator[Fault]:
    name = f"星级（支部 {edition.organization_id}，{edition.year} 年度第 {edition.edition} 版）"
    ratings = session.scalars(select(Rating).where(Rating.edition_id == edition.id)).all()
    before = None if edition.supersedes_id is None else session.get_one(RatingEdition, edition.supersedes_id)
    seal = sealing.seal(edition, ratings, before=before.hash if before else None)
    proposal = session.get_one(RatingProposal, edition.proposal_id)
    dry_run = session.get_one(DryRun, proposal.dry_run_id)
    yield from unlike(
        name, [("校验值", edition.hash, seal), ("试算的校验值", dry_run.inputs_hash, hash_of(dry_run.inputs))]
    )
    if before is not None:
        return
    verdicts = outcome_of(session, dry_run).trial.verdicts
    for rating in ratings:
        verdict = verdicts.get(rating.member_id)
        most = None if verdict is None else verdict.most
        if rating.stars is not None and (most is None or rating.stars > most):
            yield Fault(name, f"党员 {rating.member_id} 的星级", rating.stars, most)


STARS = Verification("stars", "星级", "版", "都与审定时相同", lambda session, _: verify_stars(session))
