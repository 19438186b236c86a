"""Proposing, approving, ending and withdrawing a publicity.

Locks: the calendar first (`hold_calendar`), then the publicity's row; whoever changes the calendar moves last days.
"""

from datetime import date, datetime, timedelta
from functools import partial
from http import HTTPStatus

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.days import shanghai_date
from server.db import added, reading, transaction
from server.deadlines import rules as counting
from server.deadlines.models import DeadlineSubject
from server.deadlines.queries import terms_of_organization
from server.deadlines.rules import Terms, VacationEffect
from server.deadlines.service import close_deadline, set_deadline
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict, forbidden, not_found
from server.events import emit
from server.identity.rules import Permission, Role
from server.organizations import four_eyes
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.service import get_open
from server.organizations.workdays import hold_calendar
from server.publicity import queries
from server.publicity.error_codes import PublicityErrorCode
from server.publicity.events import PublicityApproved, PublicityEnded, PublicityWithdrawn
from server.publicity.models import Publicity
from server.publicity.owners import PublicityContent, owner_of
from server.publicity.rules import (
    AHEAD_DAYS,
    LONGEST,
    SHORTEST,
    PublicityAction,
    PublicityScope,
    PublicityStatus,
    PublicitySubject,
    approving_role,
    highest,
    next_status,
    text_faults,
)

AT_ONCE = 200


def propose(
    session: Session,
    *,
    organization_id: int,
    subject_kind: PublicitySubject,
    subject_id: int,
    scope: PublicityScope,
    place: str,
    text: str,
    first_day: date,
    working_days: int,
    account_id: int,
    now: datetime,
) -> Publicity:
    """Propose to publicize a subject of an organization from a working day on, for so many working days.

    All of them lie within the term. `place` is where it hangs, `text` what stands above the names. Raises DomainError
    as the subject's owner does, 409 `already_proposed`, 422 `invalid_dates`, `not_a_workday`, `not_within_term` (with
    the day from which it would fit), `too_few_workdays`, `text_refused`.
    """
    organization = get_open(session, organization_id)
    assert organization.root_id is not None
    role = highest(_roles(session, account_id, organization_id, Permission.publicity_propose, now))
    if role is None:
        raise forbidden()
    hold_calendar(session, organization.root_id)
    terms = terms_of_organization(session, organization_id, around=first_day)
    _check_days(subject_kind, terms, first_day, working_days, today=shanghai_date(now))
    content = _checked(session, subject_kind, subject_id, organization_id=organization_id, texts=[place, text], now=now)
    row = Publicity(
        root_id=organization.root_id,
        organization_id=organization_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        edition=_editions(session, subject_kind, subject_id) + 1,
        open=True,
        status=PublicityStatus.proposed,
        scope=scope,
        place=place,
        text=text,
        content_hash=content.hash,
        first_day=first_day,
        working_days=working_days,
        last_day=terms.after(first_day - timedelta(days=1), working_days, VacationEffect.pauses),
        proposed_by=account_id,
        proposed_role=role,
        proposed_at=now,
    )
    taken = queries.current_of(session, subject_kind, subject_id) is not None
    if taken or not added(session, row):
        raise conflict(PublicityErrorCode.already_proposed, "已提出公示，请刷新后查看；要改内容请先撤回原来的一份")
    set_deadline(
        session,
        root_id=row.root_id,
        organization_id=organization_id,
        subject=DeadlineSubject.publicity,
        subject_id=row.id,
        kind=queries.LAST_DAY,
        counted_from=first_day - timedelta(days=1),
        working_days=working_days,
        pauses=True,
        now=now,
    )
    _audit(session, row, "publicity_propose", account_id, now)
    return row


def approve(
    session: Session, publicity_id: int, *, account_id: int, now: datetime, last_day: date | None = None
) -> Publicity:
    """Approve what was proposed: a second person, of the rank that year.md §3 asks for. It is shown from its first day.

    Everything is checked again, since days, subject and text rules may have changed. `last_day` is the one the approver
    saw. Raises DomainError 403 `same_person`, `secretary_approves` and as `four_eyes.refuse`, 409 `already_decided`,
    `moved_on`, `first_day_over`, `content_changed`, 422 as `propose`.
    """
    row = _locked(session, publicity_id)
    _refuse_second(session, row, account_id, now)
    after = next_status(PublicityStatus(row.status), PublicityAction.approve)
    if after is None:
        raise conflict(CoreErrorCode.already_decided, "这份公示已经批准或撤回，请刷新后查看", status=row.status)
    if last_day is not None and last_day != row.last_day:
        message = f"工作日安排有变化，公示改到 {counting.listed([row.last_day])}为止，请核对后再批准"
        raise conflict(CoreErrorCode.moved_on, message, last_day=row.last_day.isoformat())
    if row.first_day < shanghai_date(now):
        message = "公示的起始日已过，不能再批准；请撤回后重新提出"
        raise conflict(PublicityErrorCode.first_day_over, message)
    terms = queries.terms_for(session, row)
    _refuse_vacation(terms, row.first_day, row.working_days)
    subject = PublicitySubject(row.subject_kind)
    content = _checked(
        session,
        subject,
        row.subject_id,
        organization_id=row.organization_id,
        texts=[row.place, row.text],
        now=now,
    )
    if content.hash != row.content_hash:
        message = "公示内容在提出之后有变化，请撤回后重新提出"
        raise conflict(PublicityErrorCode.content_changed, message)
    role = _approving(session, row, account_id, now)
    row.status, row.approved_by, row.approved_role, row.approved_at = after, account_id, role, now
    session.flush()
    _audit(session, row, "publicity_approve", account_id, now)
    emit(session, PublicityApproved(row.id, row.organization_id, subject, row.subject_id, account_id, now))
    return row


def withdraw(session: Session, publicity_id: int, *, reason: str, account_id: int | None, now: datetime) -> Publicity:
    """Take a publicity back, with a reason; one that was shown starts again in full. `account_id` None: by the clock.

    Whoever proposed or approved it may, the secretary, and those above. Raises DomainError 403 `forbidden`, 409
    `moved_on`.
    """
    row = _locked(session, publicity_id)
    if account_id is not None:
        _refuse_withdrawal(session, row, account_id, now)
    after = next_status(PublicityStatus(row.status), PublicityAction.withdraw)
    if after is None:
        raise conflict(CoreErrorCode.moved_on, "这份公示已经撤回", status=row.status)
    was_shown = row.approved_at is not None
    row.status, row.open = after, None
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_reason = account_id, now, reason
    session.flush()
    close_deadline(session, subject=DeadlineSubject.publicity, subject_id=row.id, now=now)
    _audit(session, row, "publicity_withdraw", account_id, now)
    subject = PublicitySubject(row.subject_kind)
    emit(session, PublicityWithdrawn(row.id, row.organization_id, subject, row.subject_id, was_shown, account_id, now))
    return row


def end_due(engine: Engine, *, now: datetime) -> int:
    """End what has been shown to the end of its last day, one transaction each; return how many.

    Safe to run again, and alongside itself, a withdrawal or a change of the calendar.
    """
    today, ended = shanghai_date(now), 0
    while ids := _due(engine, today):
        for publicity_id in ids:
            ended += transaction(engine, partial(_end, publicity_id=publicity_id, now=now))
    return ended


def _due(engine: Engine, today: date) -> list[int]:
    over = (Publicity.status == PublicityStatus.approved, Publicity.last_day < today)
    with reading(engine) as session:
        return list(session.scalars(select(Publicity.id).where(*over).order_by(Publicity.id).limit(AT_ONCE)))


def _end(session: Session, *, publicity_id: int, now: datetime) -> bool:
    row = _locked(session, publicity_id)
    after = next_status(PublicityStatus(row.status), PublicityAction.end)
    if after is None or row.last_day >= shanghai_date(now):
        return False
    row.status, row.ended_at = after, now
    session.flush()
    close_deadline(session, subject=DeadlineSubject.publicity, subject_id=row.id, now=now)
    _audit(session, row, "publicity_end", None, now)
    subject = PublicitySubject(row.subject_kind)
    emit(session, PublicityEnded(row.id, row.organization_id, subject, row.subject_id, now))
    return True


def _locked(session: Session, publicity_id: int) -> Publicity:
    root_id = session.scalar(select(Publicity.root_id).where(Publicity.id == publicity_id))
    if root_id is None:
        raise not_found("公示")
    hold_calendar(session, root_id)
    return session.get_one(Publicity, publicity_id, with_for_update=True, populate_existing=True)


def _editions(session: Session, subject_kind: PublicitySubject, subject_id: int) -> int:
    same = (Publicity.subject_kind == subject_kind, Publicity.subject_id == subject_id)
    return session.scalar(select(func.max(Publicity.edition)).where(*same)) or 0


def _check_days(
    subject_kind: PublicitySubject, terms: Terms, first_day: date, working_days: int, *, today: date
) -> None:
    shortest = SHORTEST[subject_kind]
    if not shortest <= working_days <= LONGEST:
        message = f"公示期应为 {shortest}–{LONGEST} 个工作日"
        raise DomainError(PublicityErrorCode.too_few_workdays, message)
    if not today <= first_day <= today + timedelta(days=AHEAD_DAYS):
        message = f"公示的起始日应在今天以后 {AHEAD_DAYS} 天内"
        raise DomainError(CoreErrorCode.invalid_dates, message)
    if not terms.calendar.is_workday(first_day):
        raise DomainError(PublicityErrorCode.not_a_workday, f"{counting.listed([first_day])}不是工作日，请另选起始日")
    _refuse_vacation(terms, first_day, working_days)


def _refuse_vacation(terms: Terms, first_day: date, working_days: int) -> None:
    if counting.fits_into_term(terms, first_day, working_days):
        return
    start = counting.next_start(terms, first_day, working_days)
    raise DomainError(
        PublicityErrorCode.not_within_term,
        f"公示期应全部在学期内，从 {counting.listed([first_day])}起放不下；最早可从 {counting.listed([start])}开始",
        detail={"first_day": start.isoformat()},
    )


def _checked(
    session: Session,
    subject_kind: PublicitySubject,
    subject_id: int,
    *,
    organization_id: int,
    texts: list[str],
    now: datetime,
) -> PublicityContent:
    """Return what is to be shown. Raises as the owner does, and 422 `text_refused` for what may not stand in it."""
    owner = owner_of(subject_kind)
    owner.check(session, subject_id)
    content = owner.content(session, subject_id)
    numbers = queries.numbers_in(session, organization_id, shanghai_date(now))
    faults = list(text_faults([*texts, *content.texts()], numbers=numbers))
    if faults:
        raise DomainError(
            PublicityErrorCode.text_refused, faults[0].words, detail={"faults": [each.words for each in faults]}
        )
    return content


def _refuse_second(session: Session, row: Publicity, account_id: int, now: datetime) -> None:
    """Refuse who is not the second person, or not of the rank that approves."""
    if account_id == row.proposed_by:
        message = "提出人不能批准自己提出的公示，请由支部书记或上级党组织批准"
        raise DomainError(OrganizationErrorCode.same_person, message, status=HTTPStatus.FORBIDDEN)
    _approving(session, row, account_id, now)
    four_eyes.refuse(
        session,
        account_id=account_id,
        permission=Permission.publicity_approve,
        place=row.organization_id,
        matter=four_eyes.matter(
            session, accounts=[row.proposed_by], since=row.proposed_at, held_before=row.proposed_at
        ),
        now=now,
    )


def _approving(session: Session, row: Publicity, account_id: int, now: datetime) -> Role:
    own = _roles(session, account_id, row.organization_id, Permission.publicity_approve, now)
    role = approving_role(own, proposer={Role(row.proposed_role)})
    if role is None:
        message = "公示由支部书记批准；书记提出的，由支委会其他成员或上级党组织批准"
        raise DomainError(PublicityErrorCode.secretary_approves, message, status=HTTPStatus.FORBIDDEN)
    return role


def _refuse_withdrawal(session: Session, row: Publicity, account_id: int, now: datetime) -> None:
    roles = _roles(session, account_id, row.organization_id, Permission.publicity_approve, now)
    decides = approving_role(roles, proposer=()) is not None
    if not roles or not (decides or account_id in (row.proposed_by, row.approved_by)):
        raise forbidden()


def _roles(session: Session, account_id: int, organization_id: int, permission: Permission, now: datetime) -> set[Role]:
    return queries.roles_in(session, account_id, organization_id, permission, shanghai_date(now))


def _audit(session: Session, row: Publicity, action: str, account_id: int | None, now: datetime) -> None:
    audit.record(
        session,
        actor_id=account_id,
        action=action,
        now=now,
        detail={"subject_kind": row.subject_kind, "subject_id": row.subject_id},
        **audit.of(row),
    )
