"""Putting a year's points on show (视情况), and lines that changed after they were: what is shown, who proposes and
approves, and what moves with it."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from server.annual.results.changes import Change, is_listed, unlisted
from server.annual.results.events import ResultsSuperseded
from server.annual.results.models import AnnualEdition
from server.annual.results.queries import Result, current_edition, results_of
from server.annual.results.rules import is_final
from server.annual.steps import conditions, shown, telling
from server.annual.steps.error_codes import AnnualErrorCode
from server.annual.steps.holding import held, held_of
from server.annual.steps.rules import Track, falls
from server.annual.steps.taking import move, note
from server.annual.steps.undoing import go_back
from server.error_codes import CoreErrorCode
from server.errors import conflict, not_found
from server.presentation import points_text
from server.publicity import service as publicities
from server.publicity.events import PublicityApproved, PublicityWithdrawn
from server.publicity.models import Publicity
from server.publicity.owners import PublicityContent, PublicityEntry, PublicityGroup, PublicityOwner
from server.publicity.rules import PublicityScope, PublicityStatus, PublicitySubject
from server.strokes import by_strokes
from server.years.rules import YearState

ZERO = Decimal(0)
SUPERSEDED = "年度结果已更正为新的一版，须按新的一版重新提出公示"


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
    """Propose to put the results that stand on show, or, where others were, the lines that have changed since.

    Raises DomainError 409 as `conditions.refuse`, and as `publicities.propose`.
    """
    way = held(session, organization_id, year, now=now)
    edition = current_edition(session, organization_id, year)
    changed = bool(shown.unshown(session, edition))
    if not changed:
        conditions.refuse(session, way, Track.points, YearState.publicized, now=now)
    assert edition is not None
    return publicities.propose(
        session,
        organization_id=organization_id,
        subject_kind=PublicitySubject.correction if changed else PublicitySubject.points,
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
    """Approve what was proposed; with the list the year moves. `last_day` is the one the approver saw. Raises
    DomainError 404 where nothing is proposed, and as `publicities.approve`."""
    row = _on_show(session, organization_id, year, now)
    return publicities.approve(session, row.id, account_id=account_id, now=now, last_day=last_day)


def withdraw(
    session: Session, *, organization_id: int, year: int, reason: str, account_id: int, now: datetime
) -> Publicity:
    """Take back what is proposed or on show, with a reason: lines that have changed first, and with the list the year
    goes back to its report. Raises DomainError 404 where nothing is, 409 `wrong_status` once it is filed, and as
    `publicities.withdraw`."""
    row = _on_show(session, organization_id, year, now)
    return publicities.withdraw(session, row.id, reason=reason, account_id=account_id, now=now)


def _on_show(session: Session, organization_id: int, year: int, now: datetime) -> Publicity:
    row = conditions.publicity_of(session, held(session, organization_id, year, now=now))
    if row is None:
        raise not_found("公示")
    return row


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
    entries = [_entry(each) for each in found if is_listed(each)]
    return PublicityContent(
        title=f"{edition.year} 年度党员积分公示",
        year=edition.year,
        groups=(PublicityGroup("年度积分", _ordered(entries)),),
        unlisted=unlisted(found),
        hash=edition.hash,
        lines=_outdated(session, edition),
    )


OWNER = PublicityOwner(check, content)


def check_correction(session: Session, edition_id: int) -> None:
    """Raise DomainError 404, 409 `moved_on` unless this edition stands, `no_correction_owed` where nothing on show has
    changed, `step_incomplete` before the members were told what did."""
    check(session, edition_id)
    edition = session.get_one(AnnualEdition, edition_id)
    if not shown.unshown(session, edition):
        raise conflict(AnnualErrorCode.no_correction_owed, "公示过的积分没有改变，不需要更正公示")
    conditions.refuse_untold(session, held_of(session, edition))


def content_of_correction(session: Session, edition_id: int) -> PublicityContent:
    """Return the lines that an edition changed of what was on show before, both figures beside each name. How many are
    未参评 is told where that has changed; who they are is not."""
    edition = session.get_one(AnnualEdition, edition_id)
    before = shown.shown_before(session, edition)
    apart = [unlisted(results_of(session, each.id)) for each in (before, edition)]
    recount = (f"未参评人数由 {apart[0]} 人更正为 {apart[1]} 人。",) if apart[0] != apart[1] else ()
    entries = [_changed_entry(each) for each in shown.lines(session, before.id, edition.id)]
    return PublicityContent(
        title=f"{edition.year} 年度党员积分更正公示",
        year=edition.year,
        groups=(PublicityGroup("更正前后的年度积分", _ordered(entries)),),
        unlisted=0,
        hash=hashlib.sha256(f"{before.hash}\n{edition.hash}".encode()).hexdigest(),
        lines=("其他党员公示过的年度积分不变。", *recount, *_outdated(session, edition)),
    )


CORRECTION_OWNER = PublicityOwner(check_correction, content_of_correction)


def results_superseded(session: Session, event: ResultsSuperseded) -> None:
    """Take back what was proposed of results that do not stand any more: nobody can approve it. What is on show stays,
    and the lines that have changed are proposed by themselves."""
    edition = session.get_one(AnnualEdition, event.edition_id)
    for row in shown.publicities_of(session, edition):
        if row.status == PublicityStatus.proposed:
            publicities.withdraw(session, row.id, reason=SUPERSEDED, account_id=None, now=event.now)


def publicity_approved(session: Session, event: PublicityApproved) -> None:
    """Move the year of what is on show, and tell its members; changed lines move nothing, but hold up what follows."""
    if event.subject_kind not in (PublicitySubject.points, PublicitySubject.correction):
        return
    edition = session.get_one(AnnualEdition, event.subject_id)
    way = held_of(session, edition)
    if event.subject_kind is PublicitySubject.points:
        conditions.refuse(session, way, Track.points, YearState.publicized, now=event.now)
        way = move(session, way, Track.points, YearState.publicized, account_id=event.account_id, now=event.now)
    else:
        note(session, way, "year_publicize_correction", event.account_id, event.now, edition_id=edition.id)
    members = [each.result.member_id for each in results_of(session, edition.id)]
    telling.shown(session, way, session.get_one(Publicity, event.publicity_id), members, now=event.now)


def publicity_withdrawn(session: Session, event: PublicityWithdrawn) -> None:
    """Take a year back to its report when the list that was on show is withdrawn by itself, not with an undo. Changed
    lines that are withdrawn have to be shown anew.

    Raises DomainError 409 `wrong_status` once what it shows is filed.
    """
    if event.subject_kind not in (PublicitySubject.points, PublicitySubject.correction) or not event.was_shown:
        return
    edition = session.get_one(AnnualEdition, event.subject_id)
    way = held_of(session, edition)
    of_list = event.subject_kind is PublicitySubject.points
    if conditions.is_filed(session, edition) or (of_list and is_final(way.progress.points)):
        raise conflict(CoreErrorCode.wrong_status, "年度结果已报备案，公示不能再撤回", state=way.progress.points)
    if not of_list:
        return
    if falls(way.course, way.progress, Track.points, YearState.reported):
        reason = session.get_one(Publicity, event.publicity_id).withdrawn_reason or ""
        go_back(
            session, way, Track.points, YearState.reported, reason=reason, account_id=event.account_id, now=event.now
        )


def _entry(listed: Result) -> PublicityEntry:
    return PublicityEntry(listed.result.member_id, listed.name, (points_text(listed.result.total or ZERO),))


def _changed_entry(change: Change) -> PublicityEntry:
    before, after = (points_text(each) if each is not None else None for each in change.totals)
    words = f"{before} → {after}" if before is not None else str(after)
    return PublicityEntry(change.member_id, change.before.name, (words,))


def _ordered(entries: Iterable[PublicityEntry]) -> tuple[PublicityEntry, ...]:
    return tuple(sorted(entries, key=lambda each: (by_strokes(each.name), each.member_id)))


def _outdated(session: Session, edition: AnnualEdition) -> tuple[str, ...]:
    """Say below a list that figures of it have changed since, without a name."""
    count = shown.changed_since(session, edition)
    return (f"公示的积分中，有 {count} 人的已经更正，以党支部的更正通报为准。",) if count else ()
