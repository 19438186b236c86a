"""Whether a branch's stars still agree with its results: which bands and absences came out differently since."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.annual.results.models import AnnualResult
from server.annual.results.queries import current_edition
from server.annual.results.rules import Standing
from server.ratings.editions.models import RatingEdition
from server.ratings.editions.queries import ratings_of
from server.ratings.methods.models import RatingMethod
from server.ratings.methods.rules import MethodDocument
from server.ratings.proposals.models import RatingProposal
from server.ratings.rules import Apart, RatedMember
from server.ratings.trials.inputs import MEASURED
from server.ratings.trials.models import DryRun


def method_of(session: Session, edition: RatingEdition) -> MethodDocument:
    """Return the method by which an edition was rated."""
    proposal = session.get_one(RatingProposal, edition.proposal_id)
    dry_run = session.get_one(DryRun, proposal.dry_run_id)
    return session.get_one(RatingMethod, dry_run.method_id).document


def moved(session: Session, edition: RatingEdition) -> Mapping[int, RatedMember | None]:
    """Return whose stars no longer follow from their results: another band, another absence, new, or gone (None).

    Stars that people lowered stay as they are while the band does.
    """
    annual = current_edition(session, edition.organization_id, edition.year)
    assert annual is not None
    if annual.id == edition.annual_edition_id:
        return {}
    method, now = method_of(session, edition), _members(session, annual.id)
    before = {each.member_id: each for each in ratings_of(session, edition.id)}
    found: dict[int, RatedMember | None] = {}
    for member_id in now.keys() | before.keys():
        rating, member = before.get(member_id), now.get(member_id)
        if rating is None or member is None:
            found[member_id] = member
        elif rating.apart == Apart.unrated:
            if member.apart is not None:
                found[member_id] = member
        elif member.apart != rating.apart or _band(method, member) != rating.band:
            found[member_id] = member
    return found


def _band(method: MethodDocument, member: RatedMember) -> int | None:
    return None if member.apart is not None or member.total is None else method.grade_at(member.total).stars


def _members(session: Session, edition_id: int) -> Mapping[int, RatedMember]:
    query = select(AnnualResult.member_id, AnnualResult.standing, AnnualResult.total).where(
        AnnualResult.edition_id == edition_id, AnnualResult.stage.in_(MEASURED)
    )
    return {
        member_id: RatedMember(member_id, Standing(standing), total)
        for member_id, standing, total in session.execute(query)
    }
