"""Putting a year's points on show (视情况): what is shown, who proposes and approves, and what moves with it."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from server.annual.results.models import AnnualEdition
from server.annual.results.queries import Result, current_edition, results_of
from server.annual.results.rules import Standing
from server.annual.steps import conditions, telling
from server.annual.steps.holding import held, held_of
from server.annual.steps.rules import Track, falls
from server.annual.steps.taking import move
from server.annual.steps.undoing import go_back
from server.error_codes import CoreErrorCode
from server.errors import conflict, not_found
from server.publicity import service as publicities
from server.publicity.events import PublicityApproved, PublicityWithdrawn
from server.publicity.models import Publicity
from server.publicity.owners import PublicityContent, PublicityEntry, PublicityGroup, PublicityOwner
from server.publicity.rules import PublicityScope, PublicitySubject
from server.rounding import rounded
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
    """Propose to put the results that stand on show. Raises DomainError 409 as `conditions.refuse`, and as
    `publicities.propose`."""
    way = held(session, organization_id, year, now=now)
    conditions.refuse(session, way, Track.points, YearState.publicized, now=now)
    edition = current_edition(session, organization_id, year)
    assert edition is not None
    return publicities.propose(
        session,
        organization_id=organization_id,
        subject_kind=PublicitySubject.points,
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
    """Approve what was proposed; the year moves with it. `last_day` is the one the approver saw. Raises DomainError
    404 where nothing is proposed, and as `publicities.approve`."""
    way = held(session, organization_id, year, now=now)
    shown = conditions.publicity_of(session, way)
    if shown is None:
        raise not_found("公示")
    return publicities.approve(session, shown.id, account_id=account_id, now=now, last_day=last_day)


def withdraw(
    session: Session, *, organization_id: int, year: int, reason: str, account_id: int, now: datetime
) -> Publicity:
    """Take back what is proposed or on show, with a reason; the year goes back to its report. Raises DomainError 404
    where nothing is, 409 `wrong_status` once it is filed, and as `publicities.withdraw`."""
    way = held(session, organization_id, year, now=now)
    shown = conditions.publicity_of(session, way)
    if shown is None:
        raise not_found("公示")
    return publicities.withdraw(session, shown.id, reason=reason, account_id=account_id, now=now)


def check(session: Session, edition_id: int) -> None:
    """Raise DomainError 404, or 409 `moved_on` unless this edition stands."""
    edition = session.get(AnnualEdition, edition_id)
    if edition is None:
        raise not_found("年度结果")
    standing = current_edition(session, edition.organization_id, edition.year)
    if standing is None or standing.id != edition.id:
        raise conflict(CoreErrorCode.moved_on, "这一版年度结果已撤回或被新的一版取代，请刷新后查看")


def content(session: Session, edition_id: int) -> PublicityContent:
    """Return what is shown of an edition: names and points of who is measured, the others in number only."""
    edition = session.get_one(AnnualEdition, edition_id)
    found = results_of(session, edition_id)
    scored = [each for each in found if each.result.standing == Standing.scored]
    return PublicityContent(
        title=f"{edition.year} 年度党员积分公示",
        year=edition.year,
        groups=(PublicityGroup("年度积分", _entries(scored)),),
        unlisted=len(found) - len(scored),
        hash=edition.hash,
    )


OWNER = PublicityOwner(check, content)


def publicity_approved(session: Session, event: PublicityApproved) -> None:
    """Move the year of what is on show, and tell its members."""
    if event.subject_kind is not PublicitySubject.points:
        return
    edition = session.get_one(AnnualEdition, event.subject_id)
    way = held_of(session, edition)
    conditions.refuse(session, way, Track.points, YearState.publicized, now=event.now)
    way = move(session, way, Track.points, YearState.publicized, account_id=event.account_id, now=event.now)
    members = [each.result.member_id for each in results_of(session, edition.id)]
    telling.shown(session, way, session.get_one(Publicity, event.publicity_id), members, now=event.now)


def publicity_withdrawn(session: Session, event: PublicityWithdrawn) -> None:
    """Take a year back to its report when what was on show is withdrawn by itself, not with an undo.

    Raises DomainError 409 `wrong_status` once the year is filed.
    """
    if event.subject_kind is not PublicitySubject.points or not event.was_shown:
        return
    edition = session.get_one(AnnualEdition, event.subject_id)
    way = held_of(session, edition)
    if way.progress.points in (YearState.filed, YearState.archived):
        raise conflict(CoreErrorCode.wrong_status, "年度结果已报备案，公示不能再撤回", state=way.progress.points)
    if falls(way.course, way.progress, Track.points, YearState.reported):
        shown = session.get_one(Publicity, event.publicity_id)
        reason = shown.withdrawn_reason or ""
        go_back(
            session, way, Track.points, YearState.reported, reason=reason, account_id=event.account_id, now=event.now
        )


def _entries(found: Sequence[Result]) -> tuple[PublicityEntry, ...]:
    return tuple(
        PublicityEntry(each.result.member_id, each.name, (str(rounded(each.result.total)),))
        for each in found
        if each.result.total is not None
    )
