"""One step of an objection: locked, as its caller saw it, written down, with the day it had to keep."""

from datetime import date, datetime
from http import HTTPStatus

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.days import shanghai_date
from server.deadlines.models import DeadlineSubject
from server.deadlines.service import close_deadline, set_deadline
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict, not_found
from server.events import emit
from server.objections.error_codes import ObjectionErrorCode
from server.objections.events import ObjectionMoved
from server.objections.models import Objection, ObjectionStep
from server.objections.queries import open_due_of, story_of
from server.objections.rules import (
    CORRECTION_DAYS,
    STATUS_TITLES,
    Due,
    ObjectionAction,
    ObjectionStatus,
    is_open,
    next_status,
)

SAID_BY_MEMBER = frozenset(
    {ObjectionAction.submit, ObjectionAction.accept, ObjectionAction.escalate, ObjectionAction.withdraw}
)


def locked(session: Session, objection_id: int) -> Objection:
    """Return an objection, locked, as it stands. Raises DomainError `not_found`."""
    objection = session.get(Objection, objection_id, with_for_update=True, populate_existing=True)
    if objection is None:
        raise not_found("异议")
    return objection


def is_repeated(
    session: Session,
    objection: Objection,
    action: ObjectionAction,
    *,
    version: int,
    words: str | None = None,
    account_id: int,
) -> bool:
    """Whether this account has just taken this very step from this version: its answer was lost on the way.

    Answers of these routes are kept nowhere, since they say who objects; so a repeated call is known by its step.
    """
    if objection.version != version + 1:
        return False
    last = story_of(session, objection.id)[-1]
    return (last.action, last.account_id, last.words) == (action, account_id, words)


def check_version(objection: Objection, version: int) -> None:
    """Raise DomainError 409 `stale_version` unless the objection is as its caller saw it."""
    if objection.version != version:
        raise conflict(
            CoreErrorCode.stale_version,
            "这件异议刚刚有了新的进展，请刷新后再办理",
            version=objection.version,
            status=objection.status,
        )


def take(
    session: Session,
    objection: Objection,
    action: ObjectionAction,
    *,
    words: str | None = None,
    account_id: int | None,
    now: datetime,
) -> None:
    """Move an objection on, or note a step within its status. Raises DomainError 409 `wrong_status`."""
    before = ObjectionStatus(objection.status)
    after = next_status(before, action)
    if after is None:
        raise conflict(CoreErrorCode.wrong_status, f"这件异议{STATUS_TITLES[before]}，不能这样办理", status=before)
    waited_for = open_due_of(session, objection.id)
    objection.status = after
    objection.version += 1
    if after is not before:
        _end_or_open(session, objection, now=now)
    due_on = waited_for.due_on if waited_for is not None else None
    note(session, objection, action, words=words, due_on=due_on, account_id=account_id, now=now)


def note(
    session: Session,
    objection: Objection,
    action: ObjectionAction,
    *,
    words: str | None,
    due_on: date | None,
    account_id: int | None,
    now: datetime,
) -> None:
    """Add a line to the story and to the audit trail, and tell the features above.

    The trail does not say whose word a member's step was: others read it who may not know.
    """
    step = ObjectionStep(objection_id=objection.id, action=action, after=objection.status, words=words, at=now)
    step.due_on, step.account_id = due_on, account_id
    session.add(step)
    session.flush()
    actor_id = None if action in SAID_BY_MEMBER else account_id
    audit.record(session, actor_id=actor_id, action=f"objection_{action}", **audit.of(objection), now=now)
    emit(session, ObjectionMoved(objection.id, ObjectionAction(action), now))


def await_correction(session: Session, objection: Objection, *, now: datetime) -> None:
    """Note that what was upheld is to be put right, and by when."""
    objection.to_correct = True
    set_due(session, objection, Due.correction, CORRECTION_DAYS, now=now)


def set_due(
    session: Session, objection: Objection, kind: Due, working_days: int, *, since: date | None = None, now: datetime
) -> date:
    """Give an objection a day, counted in working days from today or `since`, and return it."""
    row = set_deadline(
        session,
        root_id=objection.root_id,
        organization_id=objection.organization_id,
        subject=DeadlineSubject.objection,
        subject_id=objection.id,
        kind=kind,
        counted_from=since or shanghai_date(now),
        working_days=working_days,
        now=now,
    )
    return row.due_on


def close_due(session: Session, objection: Objection, kind: Due, *, now: datetime) -> None:
    close_deadline(session, subject=DeadlineSubject.objection, subject_id=objection.id, kind=kind, now=now)


def takes_part() -> DomainError:
    """The error for who had a hand in the matter and may not act for the member in it."""
    message = "您经手过这件事，请由其他负责人或上级党组织办理"
    return DomainError(ObjectionErrorCode.takes_part, message, status=HTTPStatus.FORBIDDEN)


def _end_or_open(session: Session, objection: Objection, *, now: datetime) -> None:
    """End it, or open it again; what it waited for is over, but a correction goes on until the member asks above."""
    if is_open(ObjectionStatus(objection.status)):
        objection.open, objection.ended_at = True, None
    else:
        objection.open, objection.ended_at = None, now
    if objection.status == ObjectionStatus.second:
        objection.to_correct = None
        close_due(session, objection, Due.correction, now=now)
    for kind in Due:
        if kind is not Due.correction:
            close_due(session, objection, kind, now=now)
