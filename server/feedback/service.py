"""Handling a feedback: admitted by whoever assigns, looked into and answered by whoever is named.

Each step is of one version and keeps its day; the words that officers leave here are no name and no reason elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.days import shanghai_date
from server.deadlines.models import DeadlineSubject
from server.deadlines.service import close_deadline, set_deadline
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict, not_found
from server.feedback import queries
from server.feedback.error_codes import FeedbackErrorCode
from server.feedback.models import Feedback, FeedbackStep
from server.feedback.places import handling_of
from server.feedback.rules import (
    ANSWER_DAYS,
    EXTENSION_DAYS,
    REFUSAL_TITLES,
    STATUS_TITLES,
    FeedbackAction,
    FeedbackDue,
    FeedbackOutcome,
    FeedbackRefusal,
    FeedbackStatus,
    is_open,
    next_status,
)
from server.feedback.upkeep import destroy_identity
from server.names import name_key
from server.objections import service as objections
from server.objections import windows
from server.objections.error_codes import ObjectionErrorCode
from server.objections.matters import matter_of
from server.objections.models import Objection
from server.objections.places import Handling
from server.objections.rules import ObjectionSubject, ObjectionVia, raising_refusal
from server.organizations.models import Member, Membership, Organization
from server.presentation import spoken_time
from server.privacy import PhoneVault
from server.publicity.models import Publicity
from server.publicity.rules import PublicitySubject
from server.pushes.occasions import feedbacks
from server.pushes.occasions.drafting import HomePlace

AT_ONCE = 200
"""How many with the same words are refused in one step."""

DOUBTED = {
    PublicitySubject.points: ObjectionSubject.result,
    PublicitySubject.correction: ObjectionSubject.result,
    PublicitySubject.stars: ObjectionSubject.star,
}
"""What of a list on show one may object to; its id is the list's subject."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who reported, opened for whoever looks into it. None: anonymous."""

    name: str | None
    contact: str | None


def refuse(
    session: Session,
    feedback_id: int,
    *,
    version: int,
    why: FeedbackRefusal,
    words: str,
    alike: bool = False,
    account_id: int,
    now: datetime,
) -> Feedback:
    """不予受理, with a reason that is told to whoever has the code. `alike`: also up to 200 that wait at the same place
    with the same words. Raises as `assign`."""
    row = _locked(session, feedback_id, version)
    _whose_turn(session, row, account_id, now=now)
    others = queries.alike(session, row, limit=AT_ONCE) if alike else ()
    for each in (row, *_still_waiting(session, others)):
        each.refusal = why
        said = f"{REFUSAL_TITLES[why]}。{words}"
        _step(session, each, FeedbackAction.refuse, words=said, account_id=account_id, now=now)
    return row


def assign(
    session: Session,
    feedback_id: int,
    *,
    version: int,
    investigator_id: int,
    words: str | None = None,
    account_id: int,
    now: datetime,
) -> Feedback:
    """受理 and name who looks into it, or name somebody else; the last day stays.

    Raises DomainError 404, 409 `stale_version`, `wrong_status`, 403 `another_handles_it` to whoever does not assign
    it, 409 `takes_part` for an investigator who had a hand in the matter or holds no office there, 422
    `reason_missing` where somebody was named before.
    """
    row = _locked(session, feedback_id, version)
    handling = _whose_turn(session, row, account_id, now=now)
    if investigator_id not in handling.free():
        raise conflict(ObjectionErrorCode.takes_part, "这位同志与这件事有关或不在本党组织任职，请另选核实人")
    is_admitted_now = row.status == FeedbackStatus.submitted
    if not is_admitted_now and not words:
        raise DomainError(CoreErrorCode.reason_missing, "更换核实人请写明原因")
    row.investigator_id = investigator_id
    _step(session, row, FeedbackAction.assign, words=words, account_id=account_id, now=now)
    if is_admitted_now:
        row.begun_at = now
        _due(session, row, ANSWER_DAYS, since=shanghai_date(now), now=now)
    if investigator_id != account_id:
        _tell(session, row, investigator_id, handling.organization_id, now=now)
    return row


def extend(session: Session, feedback_id: int, *, version: int, words: str, account_id: int, now: datetime) -> Feedback:
    """Take five more working days, once, with a reason that is told. Raises as `answer`, and 409 `extended_before`."""
    row = _investigated_by(_locked(session, feedback_id, version), account_id)
    if row.extended_at is not None:
        raise conflict(ObjectionErrorCode.extended_before, "答复期限只能延长一次")
    row.extended_at = now
    _step(session, row, FeedbackAction.extend, words=words, account_id=account_id, now=now)
    assert row.begun_at is not None
    _due(session, row, ANSWER_DAYS + EXTENSION_DAYS, since=shanghai_date(row.begun_at), now=now)
    return row


def answer(
    session: Session,
    feedback_id: int,
    *,
    version: int,
    outcome: FeedbackOutcome,
    finding: str,
    reply: str,
    account_id: int,
    now: datetime,
) -> Feedback:
    """Keep what was found, and answer: `reply` is what whoever has the code reads; the finding stays with the officers.

    Raises DomainError 404, 409 `stale_version`, `wrong_status`, 403 `another_handles_it` to whoever was not named.
    """
    row = _investigated_by(_locked(session, feedback_id, version), account_id)
    row.outcome, row.finding, row.reply = outcome, finding, reply
    _step(session, row, FeedbackAction.answer, words=None, account_id=account_id, now=now)
    return row


def enter_objection(
    session: Session, vault: PhoneVault, feedback_id: int, *, version: int, account_id: int, now: datetime
) -> Objection:
    """Write a 公示有误 with a name down as the objection of the member who left it, to their own line of that list.

    Raises as `answer`; 409 `not_on_the_list` where it is not about a list of ours, was left without a name, or the name
    is not that of exactly one member there; else as `objections.service.raise_objection`.
    """
    row = _investigated_by(_locked(session, feedback_id, version), account_id)
    name = identity_of(vault, row, account_id=account_id).name
    shown = session.get(Publicity, row.publicity_id) if row.publicity_id is not None else None
    kind = DOUBTED.get(PublicitySubject(shown.subject_kind)) if shown is not None else None
    members = _named(session, row.about_id, name, on=shanghai_date(now)) if name is not None else []
    if shown is None or kind is None or len(members) != 1:
        message = "名单中没有找到留名的这一位，或者不是对公示名单的意见，请按反映情况办理"
        raise conflict(FeedbackErrorCode.not_on_the_list, message)
    assert row.words is not None
    said = f"{spoken_time(row.received_at)} 已在反映情况中提出"
    objection = objections.raise_objection(
        session,
        member_id=members[0],
        subject_kind=kind,
        subject_id=shown.subject_id,
        words=row.words,
        via=ObjectionVia.paper,
        late_reason=said if _is_late(session, kind, shown.subject_id, members[0], now=now) else None,
        intake=said,
        own=False,
        account_id=account_id,
        now=now,
    )
    _step(session, row, FeedbackAction.enter_objection, words=None, account_id=account_id, now=now)
    return objection


def hand_over(session: Session, feedback_id: int, *, version: int, account_id: int, now: datetime) -> Feedback:
    """Note that it was given to the 纪委, and destroy everything but its number, its days and that. Raises as
    `answer`."""
    row = _investigated_by(_locked(session, feedback_id, version), account_id)
    _step(session, row, FeedbackAction.hand_over, words=None, account_id=account_id, now=now)
    destroy_identity(session, row, now=now)
    told = (FeedbackStep.feedback_id == row.id, FeedbackStep.action != FeedbackAction.hand_over)
    session.execute(delete(FeedbackStep).where(*told))
    row.kind = row.via = row.publicity_id = row.about_name = row.words = row.words_key = None
    row.identity_gone_at = row.investigator_id = row.begun_at = row.extended_at = None
    row.about_officer = False
    session.flush()
    return row


def identity_of(vault: PhoneVault, row: Feedback, *, account_id: int) -> Identity:
    """Return who reported, to whoever looks into it and nobody else.

    Raises DomainError 403 `identity_sealed`, 503 `key_missing`.
    """
    if row.investigator_id != account_id:
        message = "反映人的姓名和联系方式只有核实人本人可以查看"
        raise DomainError(FeedbackErrorCode.identity_sealed, message, status=HTTPStatus.FORBIDDEN)
    name, contact = (vault.open(each) if each is not None else None for each in (row.name_sealed, row.contact_sealed))
    return Identity(name, contact)


def check_possible(row: Feedback, action: FeedbackAction) -> FeedbackStatus:
    """Return the status after a step. Raises DomainError 409 `wrong_status` where it cannot be taken."""
    before = FeedbackStatus(row.status)
    after = next_status(before, action)
    if after is None:
        raise conflict(CoreErrorCode.wrong_status, f"这件反映{STATUS_TITLES[before]}，不能这样办理", status=before)
    return after


def _named(session: Session, organization_id: int, name: str, *, on: date) -> Sequence[int]:
    query = (
        select(Member.id, Member.name)
        .join(Membership, Membership.member_id == Member.id)
        .where(Membership.organization_id == organization_id, Membership.holds_on(on))
    )
    return [member_id for member_id, each in session.execute(query) if name_key(each) == name_key(name)]


def _is_late(session: Session, kind: ObjectionSubject, subject_id: int, member_id: int, *, now: datetime) -> bool:
    matter = matter_of(session, kind, subject_id, member_id)
    if matter is None:
        return False
    closes_on = windows.last_day(session, matter.organization_id, matter.year)
    today = shanghai_date(now)
    return raising_refusal(year=matter.year, today=today, closes_on=closes_on, reason=None) is not None


def _still_waiting(session: Session, ids: Sequence[int]) -> Sequence[Feedback]:
    query = select(Feedback).where(Feedback.id.in_(ids), Feedback.status == FeedbackStatus.submitted)
    query = query.order_by(Feedback.id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).all()


def _locked(session: Session, feedback_id: int, version: int) -> Feedback:
    row = session.get(Feedback, feedback_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise not_found("反映")
    if row.version != version:
        raise conflict(
            CoreErrorCode.stale_version,
            "这件反映刚刚有了新的进展，请刷新后再办理",
            version=row.version,
            status=row.status,
        )
    return row


def _whose_turn(session: Session, row: Feedback, account_id: int, *, now: datetime) -> Handling:
    handling = handling_of(session, row, now=now)
    if account_id not in handling.assigners:
        place = session.get_one(Organization, handling.organization_id).title
        raise _another_handles_it(f"这件反映由{place}受理和指派")
    return handling


def _investigated_by(row: Feedback, account_id: int) -> Feedback:
    if row.investigator_id != account_id:
        raise _another_handles_it("这件反映由指派的核实人办理")
    return row


def _another_handles_it(message: str) -> DomainError:
    return DomainError(ObjectionErrorCode.another_handles_it, message, status=HTTPStatus.FORBIDDEN)


def _step(
    session: Session, row: Feedback, action: FeedbackAction, *, words: str | None, account_id: int, now: datetime
) -> None:
    before = FeedbackStatus(row.status)
    after = check_possible(row, action)
    waited_for = queries.open_dues_of(session, [row.id]).get(row.id)
    row.status = after
    row.version += 1
    if not is_open(after):
        row.open, row.ended_at, row.sender = None, now, None
    if after is not before:
        close_deadline(session, subject=DeadlineSubject.feedback, subject_id=row.id, now=now)
    step = FeedbackStep(feedback_id=row.id, action=action, after=after, words=words, account_id=account_id, at=now)
    step.due_on = waited_for.due_on if waited_for is not None else None
    session.add(step)
    session.flush()
    audit.record(session, actor_id=account_id, action=f"feedback_{action}", **audit.of(row), now=now)


def _tell(session: Session, row: Feedback, account_id: int, organization_id: int, *, now: datetime) -> None:
    feedbacks.announce(
        session,
        feedback_id=row.id,
        version=row.version,
        place=HomePlace(row.root_id, organization_id),
        account_id=account_id,
        until=queries.open_dues_of(session, [row.id])[row.id].due_on,
        now=now,
    )


def _due(session: Session, row: Feedback, working_days: int, *, since: date, now: datetime) -> None:
    set_deadline(
        session,
        root_id=row.root_id,
        organization_id=row.organization_id,
        subject=DeadlineSubject.feedback,
        subject_id=row.id,
        kind=FeedbackDue.answer,
        counted_from=since,
        working_days=working_days,
        now=now,
    )
