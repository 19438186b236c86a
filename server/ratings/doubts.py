"""What stars say to objections: what is doubted, and until when."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.annual import doubts
from server.objections.matters import ObjectionMatter
from server.objections.rules import Hand
from server.objections.windows import ObjectionWindow
from server.publicity.rules import PublicityStatus
from server.ratings.editions.models import Rating, RatingEdition
from server.ratings.editions.queries import current_edition, is_current
from server.ratings.editions.showing import publicity_of
from server.ratings.editions.standing import method_of
from server.ratings.proposals.models import RatingProposal


def window(session: Session, organization_id: int, year: int) -> ObjectionWindow:
    """Return until when a branch's year may be doubted: where stars are on show, until the last day of that."""
    found = doubts.window(session, organization_id, year)
    on_show = publicity_of(session, current_edition(session, organization_id, year))
    if on_show is None or on_show.status == PublicityStatus.proposed:
        return found
    return ObjectionWindow(on_show.last_day, over=found.over)


def describe(session: Session, subject_id: int, member_id: int) -> ObjectionMatter | None:
    """Describe a member's stars in the edition that holds, by its id, once they are on show."""
    edition = session.scalar(select(RatingEdition).where(RatingEdition.id == subject_id, is_current()))
    rating = session.get(Rating, (subject_id, member_id))
    if edition is None or rating is None or rating.stars is None:
        return None
    on_show = publicity_of(session, edition)
    if on_show is None or on_show.status == PublicityStatus.proposed:
        return None
    grade = method_of(session, edition).grade_of(rating.stars)
    proposal = session.get_one(RatingProposal, edition.proposal_id)
    hands = {proposal.proposed_by: Hand.decided, edition.drawn_by: Hand.reviewed}
    if proposal.decided_by is not None:
        hands.setdefault(proposal.decided_by, Hand.reviewed)
    return ObjectionMatter(
        organization_id=edition.organization_id,
        year=edition.year,
        title=f"{edition.year} 年度星级",
        details=(("星级", grade.title if grade is not None else f"{rating.stars}星"),),
        hands=hands,
    )


def recent(session: Session, member_id: int, most: int) -> Sequence[int]:
    """Return the ids of the editions that hold a member's latest stars."""
    query = (
        select(RatingEdition.id)
        .join(Rating, Rating.edition_id == RatingEdition.id)
        .where(Rating.member_id == member_id, is_current())
        .order_by(RatingEdition.year.desc())
    )
    return session.scalars(query.limit(most)).all()
