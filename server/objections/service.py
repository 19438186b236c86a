"""Raising an objection and taking it step by step to its end.

Each step locks the objection, compares the version that its caller saw, and checks whose turn it is; the story keeps
who took it, when, and the day it had to keep.
"""

from datetime import datetime
from http import HTTPStatus

from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.db import added
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict
from server.objections import windows
from server.objections.error_codes import ObjectionErrorCode
from server.objections.matters import ObjectionMatter, matter_of
from server.objections.models import Inquiry, Objection, ObjectionHand
from server.objections.places import Handling, handling_of, hands_of
from server.objections.queries import due_of, open_one_of
from server.objections.rules import (
    ADMISSION_DAYS,
    ANSWER_DAYS,
    EXTENSION_DAYS,
    NOT_ADMITTED_TITLES,
    SECOND_DAYS,
    SILENCE_DAYS,
    Due,
    Instance,
    NotAdmitted,
    ObjectionAction,
    ObjectionOutcome,
    ObjectionStatus,
    ObjectionSubject,
    ObjectionVia,
    answer_refusal,
    is_open,
    raising_refusal,
)
from server.objections.steps import (
    await_correction,
    check_version,
    is_repeated,
    locked,
    note,
    set_due,
    take,
    takes_part,
)
from server.organizations.models import Organization


def raise_objection(
    session: Session,
    *,
    member_id: int,
    subject_kind: ObjectionSubject,
    subject_id: int,
    words: str,
    wish: str | None = None,
    via: ObjectionVia = ObjectionVia.app,
    late_reason: str | None = None,
    intake: str | None = None,
    own: bool = True,
    account_id: int,
    now: datetime,
) -> Objection:
    """Take a member's objection down: their `own` from the phone, or from paper or a word by an officer who had no hand
    in the matter, who says in `intake` when and how they were given it.

    Raises DomainError 422 `invalid_input` for another's that says neither, `reason_missing` for one without `intake`,
    403 `takes_part`, 409 `not_objectionable` where the member has no such matter, `objection_open` while an earlier one
    of the same matter is open, 422 `late_without_reason`.
    """
    matter = matter_of(session, subject_kind, subject_id, member_id)
    if matter is None:
        raise conflict(ObjectionErrorCode.not_objectionable, "这一事项不能提出异议，请刷新后查看")
    if not own and via is ObjectionVia.app:
        raise DomainError(CoreErrorCode.invalid_input, "代党员登记的，请注明是书面还是口头提出")
    if not own and account_id in matter.hands:
        raise takes_part()
    if not own and not intake:
        raise _says_not_how()
    closes_on = windows.last_day(session, matter.organization_id, matter.year)
    today = shanghai_date(now)
    if raising_refusal(year=matter.year, today=today, closes_on=closes_on, reason=late_reason) is not None:
        assert closes_on is not None
        raise DomainError(
            ObjectionErrorCode.late_without_reason,
            f"异议期到{closes_on.month}月{closes_on.day}日为止，逾期提出的请写明原因",
            detail={"closes_on": closes_on.isoformat()},
        )
    objection = _new(session, matter, member_id, subject_kind, subject_id)
    objection.words, objection.wish, objection.via, objection.late_reason = words, wish, via, late_reason
    objection.entered_by, objection.raised_at = account_id, now
    if not added(session, objection):
        open_one = open_one_of(session, objection)
        if open_one is None or (open_one.words, open_one.entered_by) != (words, account_id):
            raise _open_already()
        return open_one  # the same call again: its answer was lost on the way
    session.add_all(
        ObjectionHand(objection_id=objection.id, account_id=who, hand=hand) for who, hand in matter.hands.items()
    )
    due = set_due(session, objection, Due.admission, ADMISSION_DAYS, now=now)
    said = None if own else intake
    note(session, objection, ObjectionAction.submit, words=said, due_on=due, account_id=account_id, now=now)
    return objection


def refuse(
    session: Session, objection_id: int, *, version: int, why: NotAdmitted, words: str, account_id: int, now: datetime
) -> Objection:
    """不予受理, with the reason and where the matter belongs. Raises as `assign`."""
    objection = locked(session, objection_id)
    said = f"{NOT_ADMITTED_TITLES[why]}。{words}"
    if is_repeated(session, objection, ObjectionAction.refuse, version=version, words=said, account_id=account_id):
        return objection
    check_version(objection, version)
    _whose_turn(session, objection, account_id, now=now)
    objection.not_admitted = why
    take(session, objection, ObjectionAction.refuse, words=said, account_id=account_id, now=now)
    return objection


def assign(
    session: Session,
    objection_id: int,
    *,
    version: int,
    investigator_id: int,
    words: str | None = None,
    account_id: int,
    now: datetime,
) -> Objection:
    """受理 and name who looks into it, or name somebody else; the last day stays.

    Raises DomainError 404, 409 `stale_version`, `wrong_status`, 403 `another_handles_it` to whoever does not assign
    it, 409 `takes_part` for an investigator who had a hand in the matter or holds no office there.
    """
    objection = locked(session, objection_id)
    if is_repeated(session, objection, ObjectionAction.assign, version=version, words=words, account_id=account_id):
        return objection
    check_version(objection, version)
    handling = _whose_turn(session, objection, account_id, now=now)
    if investigator_id not in handling.free():
        raise conflict(ObjectionErrorCode.takes_part, "这位同志经手过这件事或不在本党组织任职，请另选核查人")
    is_admitted_now = objection.status == ObjectionStatus.submitted
    inquiry = _inquiry(session, objection, handling.organization_id, now=now)
    if inquiry.investigator_id is not None and not words:
        raise DomainError(CoreErrorCode.reason_missing, "更换核查人请写明原因")
    inquiry.organization_id, inquiry.investigator_id = handling.organization_id, investigator_id
    inquiry.assigned_by = account_id
    take(session, objection, ObjectionAction.assign, words=words, account_id=account_id, now=now)
    if is_admitted_now:
        set_due(session, objection, Due.answer, ANSWER_DAYS, now=now)
    return objection


def extend(
    session: Session, objection_id: int, *, version: int, words: str, account_id: int, now: datetime
) -> Objection:
    """Take five more working days, once, with a reason that the member is told. Raises as `answer`, and 409
    `extended_before`."""
    objection = locked(session, objection_id)
    if is_repeated(session, objection, ObjectionAction.extend, version=version, words=words, account_id=account_id):
        return objection
    check_version(objection, version)
    inquiry = _investigated_by(session, objection, account_id)
    if inquiry.extended_at is not None:
        raise conflict(ObjectionErrorCode.extended_before, "答复期限只能延长一次")
    inquiry.extended_at = now
    take(session, objection, ObjectionAction.extend, words=words, account_id=account_id, now=now)
    set_due(
        session, objection, Due.answer, ANSWER_DAYS + EXTENSION_DAYS, since=shanghai_date(inquiry.begun_at), now=now
    )
    return objection


def answer(
    session: Session,
    objection_id: int,
    *,
    version: int,
    finding: str,
    outcome: ObjectionOutcome,
    corrects: bool = False,
    why_no_correction: str | None = None,
    account_id: int,
    now: datetime,
) -> Objection:
    """Answer with what was found; at the second instance it is final.

    Raises DomainError 403 `another_handles_it` to whoever does not investigate it, 422 `correction_missing` where an
    upheld one neither corrects something nor says why not.
    """
    objection = locked(session, objection_id)
    if is_repeated(session, objection, ObjectionAction.answer, version=version, account_id=account_id):
        return objection
    check_version(objection, version)
    inquiry = _investigated_by(session, objection, account_id)
    refusal = answer_refusal(outcome, corrects=corrects, why_none=why_no_correction)
    if refusal is not None:
        raise DomainError(refusal, "结论为成立或部分成立的，请办理更正，或写明不作更正的原因；不成立的不作更正")
    inquiry.finding, inquiry.outcome = finding, outcome
    inquiry.corrects, inquiry.why_no_correction = corrects, why_no_correction
    inquiry.answered_by, inquiry.answered_at = account_id, now
    take(session, objection, ObjectionAction.answer, account_id=account_id, now=now)
    if is_open(objection.status):
        set_due(session, objection, Due.silence, SILENCE_DAYS, now=now)
    if corrects:
        await_correction(session, objection, now=now)
    return objection


def accept(
    session: Session,
    objection_id: int,
    *,
    version: int,
    own: bool,
    words: str | None = None,
    account_id: int,
    now: datetime,
) -> Objection:
    """The member accepts the answer. An officer who had no hand in the matter may take it down for them (`own` False),
    and says from which paper or when it was said.

    Raises DomainError 404, 409; for others 422 `reason_missing`, 403 `takes_part`.
    """
    objection = locked(session, objection_id)
    if is_repeated(session, objection, ObjectionAction.accept, version=version, words=words, account_id=account_id):
        return objection
    check_version(objection, version)
    _speaks_for(session, objection, own=own, words=words, account_id=account_id)
    take(session, objection, ObjectionAction.accept, words=words, account_id=account_id, now=now)
    return objection


def escalate(
    session: Session, objection_id: int, *, version: int, own: bool, words: str, account_id: int, now: datetime
) -> Objection:
    """The member asks the organization above for 专项查核, with a reason; its word is final.

    Raises as `accept`; 409 `wrong_status` also where the answer lapsed and the year has been filed since.
    """
    objection = locked(session, objection_id)
    if is_repeated(session, objection, ObjectionAction.escalate, version=version, words=words, account_id=account_id):
        return objection
    check_version(objection, version)
    _speaks_for(session, objection, own=own, words=words, account_id=account_id)
    lapsed = objection.status == ObjectionStatus.lapsed
    if lapsed and windows.is_over(session, objection.organization_id, objection.year):
        raise conflict(CoreErrorCode.wrong_status, "年度结果已报备案，不能再提请专项查核；有意见请向上级党组织反映")
    if lapsed and open_one_of(session, objection) is not None:
        raise _open_already()
    take(session, objection, ObjectionAction.escalate, words=words, account_id=account_id, now=now)
    set_due(session, objection, Due.second, SECOND_DAYS, now=now)
    return objection


def withdraw(
    session: Session,
    objection_id: int,
    *,
    version: int,
    own: bool,
    words: str | None = None,
    account_id: int,
    now: datetime,
) -> Objection:
    """The member takes it back before an answer. Raises as `accept`.

    Back from the second instance the first answer holds, and its correction is due again.
    """
    objection = locked(session, objection_id)
    if is_repeated(session, objection, ObjectionAction.withdraw, version=version, words=words, account_id=account_id):
        return objection
    check_version(objection, version)
    _speaks_for(session, objection, own=own, words=words, account_id=account_id)
    take(session, objection, ObjectionAction.withdraw, words=words, account_id=account_id, now=now)
    first = session.get(Inquiry, (objection.id, Instance.first))
    if objection.status == ObjectionStatus.accepted and first is not None and first.corrects and not first.corrected_at:
        await_correction(session, objection, now=now)
    return objection


def lapse(session: Session, objection_id: int, *, now: datetime) -> bool:
    """End an answered objection to which nothing was said in time (视为无异议). Return whether it was due."""
    objection = session.get(Objection, objection_id, with_for_update=True, populate_existing=True)
    if objection is None or objection.status != ObjectionStatus.answered:
        return False
    due = due_of(session, objection_id, Due.silence)
    if due is None or shanghai_date(now) <= due:
        return False
    take(session, objection, ObjectionAction.lapse, account_id=None, now=now)
    return True


def _new(
    session: Session, matter: ObjectionMatter, member_id: int, subject_kind: ObjectionSubject, subject_id: int
) -> Objection:
    root_id = session.get_one(Organization, matter.organization_id).root_id
    assert root_id is not None
    return Objection(
        root_id=root_id,
        organization_id=matter.organization_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        member_id=member_id,
        year=matter.year,
        title=matter.title[:100],
        status=ObjectionStatus.submitted,
        open=True,
    )


def _says_not_how() -> DomainError:
    return DomainError(CoreErrorCode.reason_missing, "代党员登记的，请写明本人在何时以何种方式表示")


def _open_already() -> DomainError:
    return conflict(ObjectionErrorCode.objection_open, "就这件事提出的异议还在办理，请查看办理进度")


def _speaks_for(session: Session, objection: Objection, *, own: bool, words: str | None, account_id: int) -> None:
    if own:
        return
    if not words:
        raise _says_not_how()
    if account_id in hands_of(session, objection):
        raise takes_part()


def _whose_turn(session: Session, objection: Objection, account_id: int, *, now: datetime) -> Handling:
    handling = handling_of(session, objection, now=now)
    if account_id not in handling.assigners:
        place = session.get_one(Organization, handling.organization_id).title
        raise DomainError(
            ObjectionErrorCode.another_handles_it, f"这件异议由{place}受理和指派", status=HTTPStatus.FORBIDDEN
        )
    return handling


def _inquiry(session: Session, objection: Objection, organization_id: int, *, now: datetime) -> Inquiry:
    instance = Instance.second if objection.status == ObjectionStatus.second else Instance.first
    inquiry = session.get(Inquiry, (objection.id, instance))
    if inquiry is None:
        inquiry = Inquiry(objection_id=objection.id, instance=instance, organization_id=organization_id, begun_at=now)
        session.add(inquiry)
    return inquiry


def _investigated_by(session: Session, objection: Objection, account_id: int) -> Inquiry:
    instance = Instance.second if objection.status == ObjectionStatus.second else Instance.first
    inquiry = session.get(Inquiry, (objection.id, instance))
    if inquiry is None or inquiry.investigator_id != account_id:
        raise DomainError(
            ObjectionErrorCode.another_handles_it, "这件异议由指派的核查人办理", status=HTTPStatus.FORBIDDEN
        )
    return inquiry
