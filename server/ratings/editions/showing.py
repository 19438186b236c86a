"""Putting a branch's stars on show （四（二））: names by stars, without reasons; who is not rated in number only."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.annual.results.queries import results_of
from server.annual.steps import conditions
from server.annual.steps.courses import Way, way_of
from server.annual.steps.holding import held
from server.annual.steps.rules import falls
from server.annual.steps.taking import move
from server.annual.steps.undoing import go_back
from server.days import shanghai_date
from server.error_codes import CoreErrorCode
from server.errors import conflict, not_found
from server.organizations.members import names
from server.organizations.models import Organization
from server.publicity import service as publicities
from server.publicity.events import PublicityApproved, PublicityWithdrawn
from server.publicity.models import Publicity
from server.publicity.owners import PublicityContent, PublicityEntry, PublicityGroup, PublicityOwner, owner_of
from server.publicity.queries import current_of
from server.publicity.rules import PublicityScope, PublicitySubject
from server.pushes.occasions import year_end
from server.pushes.occasions.year_end import YearStep
from server.ratings.editions.models import RatingEdition
from server.ratings.editions.queries import current_edition, ratings_of
from server.ratings.editions.standing import method_of
from server.ratings.methods.rules import TOP
from server.ratings.proposals.models import RatingProposal
from server.ratings.proposals.service import track_of
from server.ratings.rules import ceiling_words
from server.ratings.trials.models import DryRun
from server.ratings.trials.outcomes import outcome_of
from server.strokes import by_strokes
from server.years import service as years
from server.years.models import BranchYear
from server.years.rules import YearState


def propose(
    session: Session,
    *,
    organization_id: int,
    year: int,
    scope: PublicityScope,
    place: str,
    text: str,
    first_day: date,
    working_days: int,
    account_id: int,
    now: datetime,
) -> Publicity:
    """Propose to put the stars that hold on show. Raises DomainError 409 as `conditions.refuse`, and as
    `publicities.propose`."""
    way = held(session, organization_id, year, now=now)
    conditions.refuse(session, way, track_of(way), YearState.publicized, now=now)
    edition = current_edition(session, organization_id, year)
    if edition is None:
        raise not_found("星级")
    return publicities.propose(
        session,
        organization_id=organization_id,
        subject_kind=PublicitySubject.stars,
        subject_id=edition.id,
        scope=scope,
        place=place,
        text=text,
        first_day=first_day,
        working_days=working_days,
        account_id=account_id,
        now=now,
    )


def approve(
    session: Session, *, organization_id: int, year: int, last_day: date, account_id: int, now: datetime
) -> Publicity:
    """Approve what was proposed; the year moves with it. Raises DomainError 404 where nothing is proposed, and as
    `publicities.approve`."""
    held(session, organization_id, year, now=now)
    shown = shown_of(session, organization_id, year)
    return publicities.approve(session, shown.id, account_id=account_id, now=now, last_day=last_day)


def withdraw(
    session: Session, *, organization_id: int, year: int, reason: str, account_id: int, now: datetime
) -> Publicity:
    """Take back what is proposed or on show, with a reason; the year goes back to its review. Raises DomainError 404
    where nothing is, 409 `wrong_status` once it is filed, and as `publicities.withdraw`."""
    held(session, organization_id, year, now=now)
    shown = shown_of(session, organization_id, year)
    return publicities.withdraw(session, shown.id, reason=reason, account_id=account_id, now=now)


def shown_of(session: Session, organization_id: int, year: int) -> Publicity:
    """Return the publicity of a branch's stars. Raises DomainError 404 where none is proposed or approved."""
    if (found := publicity_of(session, current_edition(session, organization_id, year))) is None:
        raise not_found("公示")
    return found


def publicity_of(session: Session, edition: RatingEdition | None) -> Publicity | None:
    """Return the publicity of these stars, or of those that they supersede, if one is proposed or approved."""
    while edition is not None:
        found = current_of(session, PublicitySubject.stars, edition.id)
        if found is not None or edition.supersedes_id is None:
            return found
        edition = session.get_one(RatingEdition, edition.supersedes_id)
    return None


def is_shown(session: Session, edition: RatingEdition, *, now: datetime) -> bool:
    """Whether the branch's members see these stars: from the first day of their publicity on."""
    found = publicity_of(session, edition)
    return found is not None and found.approved_at is not None and found.first_day <= shanghai_date(now)


def check(session: Session, edition_id: int) -> None:
    """Raise DomainError 404, or 409 `moved_on` unless these stars hold."""
    edition = session.get(RatingEdition, edition_id)
    if edition is None:
        raise not_found("星级")
    standing = current_edition(session, edition.organization_id, edition.year)
    if standing is None or standing.id != edition.id:
        raise conflict(CoreErrorCode.moved_on, "这一版星级已撤回或被新的一版取代，请刷新后查看")


def content(session: Session, edition_id: int) -> PublicityContent:
    """Return what is shown of an edition: names under their stars by 姓氏笔画, how many are not rated, the ceiling."""
    edition = session.get_one(RatingEdition, edition_id)
    found, method = ratings_of(session, edition_id), method_of(session, edition)
    called = names(session, [each.member_id for each in found])
    rated = [each for each in found if each.stars is not None]
    groups = []
    for grade in method.grades:
        entries = [
            PublicityEntry(each.member_id, called[each.member_id]) for each in rated if each.stars == grade.stars
        ]
        if entries:
            ordered = tuple(sorted(entries, key=lambda each: by_strokes(each.name)))
            groups.append(PublicityGroup(grade.title, ordered, "★" * grade.stars + "☆" * (TOP - grade.stars)))
    return PublicityContent(
        title=f"{edition.year} 年度党员星级公示",
        year=edition.year,
        groups=tuple(groups),
        unlisted=len(found) - len(rated),
        hash=edition.hash,
        lines=tuple(_ceilings(session, edition)),
    )


OWNER = PublicityOwner(check, content)


def publicity_approved(session: Session, event: PublicityApproved) -> None:
    """Move the year of what is on show, and tell its members, not of anybody's stars."""
    if not _is_ours(event.subject_kind):
        return
    edition = session.get_one(RatingEdition, event.subject_id)
    way = held_of_stars(session, edition)
    conditions.refuse(session, way, track_of(way), YearState.publicized, now=event.now)
    move(session, way, track_of(way), YearState.publicized, account_id=event.account_id, now=event.now)
    shown = session.get_one(Publicity, event.publicity_id)
    year_end.announce(
        session,
        organization_id=edition.organization_id,
        year=edition.year,
        step=YearStep.stars_publicity,
        on=shown.last_day,
        member_ids=[each.result.member_id for each in results_of(session, edition.annual_edition_id)],
        now=event.now,
        round_number=shown.id,
    )


def publicity_withdrawn(session: Session, event: PublicityWithdrawn) -> None:
    """Take a year back to its review when its stars are withdrawn by themselves, not with an undo.

    Raises DomainError 409 `wrong_status` once they are filed.
    """
    if not _is_ours(event.subject_kind) or not event.was_shown:
        return
    edition = session.get_one(RatingEdition, event.subject_id)
    way = held_of_stars(session, edition)
    track = track_of(way)
    if way.progress.of(track) in (YearState.filed, YearState.archived):
        raise conflict(CoreErrorCode.wrong_status, "星级已报备案，公示不能再撤回", state=way.progress.of(track))
    if falls(way.course, way.progress, track, YearState.stars_reviewed):
        reason = session.get_one(Publicity, event.publicity_id).withdrawn_reason or ""
        state = YearState.stars_reviewed
        go_back(session, way, track, state, reason=reason, account_id=event.account_id, now=event.now)


def held_of_stars(session: Session, edition: RatingEdition) -> Way:
    """Return the year of an edition of stars, held until the transaction ends."""
    same = (BranchYear.organization_id == edition.organization_id, BranchYear.year == edition.year)
    branch_year = session.scalars(select(BranchYear).where(*same)).one()
    years.hold(session, branch_year)
    return way_of(session, session.get_one(Organization, edition.organization_id), branch_year)


def _is_ours(kind: PublicitySubject) -> bool:
    """Whether what is shown are stars, and this feature is the one that shows them."""
    return kind is PublicitySubject.stars and owner_of(kind) == OWNER


def _ceilings(session: Session, edition: RatingEdition) -> Iterator[str]:
    proposal = session.get_one(RatingProposal, edition.proposal_id)
    outcome = outcome_of(session, session.get_one(DryRun, proposal.dry_run_id))
    for ceiling in outcome.trial.ceilings:
        grade = outcome.method.grade_of(ceiling.stars)
        if grade is not None:
            yield f"{ceiling_words(ceiling, grade.title)}。"
    if proposal.excess:
        yield f"经上级党组织批准超额 {proposal.excess} 人。"
