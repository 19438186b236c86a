"""Objections as they go over the wire, and how much of them to whom."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.deadlines.models import Deadline, DeadlineSubject
from server.deadlines.queries import deadlines_of, terms_of_organization
from server.deadlines.rules import Basis, VacationEffect, counted_words
from server.errors import not_found
from server.identity.access import Context
from server.identity.rules import Permission, allows
from server.objections import queries, windows
from server.objections.corrections.service import may_act
from server.objections.letters.rules import existing
from server.objections.matters import matter_of
from server.objections.matters.present import admission_of, answer_due, candidates_out, details_of
from server.objections.models import Inquiry, LetterReceipt, Objection, ObjectionStep
from server.objections.places import Handling, handling_of, is_told
from server.objections.rules import (
    ADMISSION_DAYS,
    ANSWER_DAYS,
    DELIVERY_TITLES,
    LETTER_TITLES,
    OUTCOME_TITLES,
    SECOND_DAYS,
    STATUS_TITLES,
    STEP_TITLES,
    TO_CORRECT_TITLE,
    DeliveryVia,
    Due,
    Instance,
    Letter,
    ObjectionAction,
    ObjectionOutcome,
    ObjectionStatus,
    ObjectionSubject,
    next_status,
)
from server.objections.schemas import (
    FollowedOut,
    InquiryOut,
    LetterOut,
    MatterOut,
    ObjectionDueOut,
    ObjectionLineOut,
    ObjectionOut,
    ObjectionStepOut,
)
from server.organizations.members import names
from server.organizations.models import Member, Organization
from server.organizations.queries import account_names, titles
from server.points.models import PointEntry
from server.standards.versions import document_of

_MEMBERS = (ObjectionAction.accept, ObjectionAction.escalate, ObjectionAction.withdraw)
_ASSIGNERS = (ObjectionAction.refuse, ObjectionAction.assign)
_INVESTIGATORS = (ObjectionAction.extend, ObjectionAction.answer)


def form(context: Context, member_id: int, kind: ObjectionSubject, subject_id: int) -> MatterOut:
    """Return what the form for an objection to a matter shows. Raises DomainError `not_found`."""
    session, today = context.session, shanghai_date(context.now)
    matter = matter_of(session, kind, subject_id, member_id)
    if matter is None:
        raise not_found("可提出异议的事项")
    terms = terms_of_organization(session, matter.organization_id, around=today)
    basis = Basis(today, ADMISSION_DAYS, VacationEffect.shifts)
    closes_on = windows.last_day(session, matter.organization_id, matter.year)
    probe = Objection(subject_kind=kind, subject_id=subject_id, member_id=member_id)
    open_one = queries.open_one_of(session, probe)
    admission_by = basis.due_on(terms)
    answer_by, answer_counted = answer_due(session, matter.organization_id, admission_by)
    return MatterOut(
        title=matter.title,
        year=matter.year,
        details=details_of(matter),
        organization=session.get_one(Organization, matter.organization_id).title,
        closes_on=closes_on,
        needs_reason=matter.year < today.year and closes_on is not None and today > closes_on,
        open_id=open_one.id if open_one is not None else None,
        admission_by=admission_by,
        admission_counted=counted_words(terms, basis, admission_by),
        answer_by=answer_by,
        answer_counted=answer_counted,
        answer_days=ANSWER_DAYS,
        second_days=SECOND_DAYS,
    )


def lines(context: Context, rows: Sequence[Objection]) -> list[ObjectionLineOut]:
    """Return objections as a list shows them; whose they are is told to those who may know it."""
    session, today = context.session, shanghai_date(context.now)
    places = titles(session, [row.organization_id for row in rows])
    people = names(session, [row.member_id for row in rows])
    dues = queries.open_dues_of(session, [row.id for row in rows])
    corrections = queries.open_dues_of(session, [row.id for row in rows], correction=True)
    shown = []
    for row in rows:
        due = dues.get(row.id) or corrections.get(row.id)
        told = is_told(session, row, context.account_id, context.actor.member_id)
        late = [each for each in (due, corrections.get(row.id)) if each is not None and each.due_on < today]
        shown.append(
            ObjectionLineOut(
                id=row.id,
                title=row.title,
                year=row.year,
                status=row.status,
                status_title=_status_title(row),
                to_correct=bool(row.to_correct),
                organization=places[row.organization_id],
                name=people[row.member_id] if told else None,
                raised_at=row.raised_at,
                due_on=due.due_on if due is not None else None,
                overdue=bool(late),
            )
        )
    return shown


def whole(context: Context, row: Objection) -> ObjectionOut:
    """Return an objection as far as the caller may know it, with what they may do."""
    session = context.session
    handling = handling_of(session, row, now=context.now)
    told = is_told(session, row, context.account_id, context.actor.member_id)
    inquiries = queries.inquiries_of(session, row.id)
    steps = queries.story_of(session, row.id)
    matter = matter_of(session, ObjectionSubject(row.subject_kind), row.subject_id, row.member_id)
    places = titles(session, [row.organization_id, *(each.organization_id for each in inquiries.values())])
    people = account_names(session, _accounts(row, inquiries, steps, handling))
    actions = _actions(context, row, handling, inquiries)
    receipts = queries.receipts_of(session, row.id)
    return ObjectionOut(
        id=row.id,
        title=row.title,
        year=row.year,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        organization_id=row.organization_id,
        organization=places[row.organization_id],
        status=row.status,
        status_title=_status_title(row),
        version=row.version,
        to_correct=bool(row.to_correct),
        correction_due=due_out(context, row, queries.open_due_of(session, row.id, correction=True)),
        told=told,
        member_id=row.member_id if told else None,
        name=session.get_one(Member, row.member_id).name if told else None,
        words=row.words if told else None,
        wish=row.wish if told else None,
        via=row.via if told else None,
        late_reason=row.late_reason if told else None,
        raised_at=row.raised_at,
        due=due_out(context, row, queries.open_due_of(session, row.id)),
        details=details_of(matter) if matter is not None and told else [],
        path=matter.path if matter is not None and told else None,
        admission=admission_of(context, row) if ObjectionAction.assign in actions else None,
        inquiries=[_inquiry(session, row, each, places, people, told=told) for each in inquiries.values()],
        steps=_steps(context, row, steps, people, told=told),
        letters=[_letter(each, receipts.get(each)) for each in existing(row, inquiries)] if told else [],
        candidates=candidates_out(context, row, handling, people) if ObjectionAction.assign in actions else [],
        actions=actions,
        on_behalf=_on_behalf(context, row, told=told),
    )


def _status_title(row: Objection) -> str:
    title = STATUS_TITLES[ObjectionStatus(row.status)]
    return f"{title}，{TO_CORRECT_TITLE}" if row.to_correct else title


def _actions(
    context: Context, row: Objection, handling: Handling, inquiries: dict[Instance, Inquiry]
) -> list[ObjectionAction]:
    status = ObjectionStatus(row.status)
    instance = Instance.second if status is ObjectionStatus.second else Instance.first
    inquiry = inquiries.get(instance)
    mine: list[ObjectionAction] = []
    if context.actor.member_id == row.member_id:
        mine += _MEMBERS
    if context.account_id in handling.assigners:
        mine += _ASSIGNERS
    if inquiry is not None and inquiry.investigator_id == context.account_id:
        mine += [each for each in _INVESTIGATORS if each is not ObjectionAction.extend or inquiry.extended_at is None]
    if may_act(context.session, row, actor=context.actor, account_id=context.account_id):
        mine.append(ObjectionAction.correct)
    return [each for each in mine if next_status(status, each) is not None]


def _on_behalf(context: Context, row: Objection, *, told: bool) -> list[ObjectionAction]:
    """What the caller may write down for the member: they had no hand in the matter."""
    if not told or context.actor.member_id == row.member_id:
        return []
    if not allows(context.actor, Permission.objection_raise, context.target):
        return []
    return [each for each in _MEMBERS if next_status(ObjectionStatus(row.status), each) is not None]


def _accounts(
    row: Objection, inquiries: dict[Instance, Inquiry], steps: Sequence[ObjectionStep], handling: Handling
) -> list[int | None]:
    investigators = [each.investigator_id for each in inquiries.values()]
    return [*investigators, *(each.account_id for each in steps), *(each.account_id for each in handling.found)]


def _inquiry(
    session: Session,
    objection: Objection,
    row: Inquiry,
    places: dict[int, str],
    people: dict[int, str],
    *,
    told: bool,
) -> InquiryOut:
    return InquiryOut(
        instance=row.instance,
        organization=places[row.organization_id],
        investigator=people.get(row.investigator_id or 0),
        outcome=row.outcome,
        outcome_title=OUTCOME_TITLES[ObjectionOutcome(row.outcome)] if row.outcome is not None else None,
        finding=row.finding,
        corrects=row.corrects,
        why_no_correction=row.why_no_correction,
        answered_at=row.answered_at,
        correction=row.correction,
        corrected_at=row.corrected_at,
        followed_by=_followed(session, objection.member_id, row.correcting_seq) if told else None,
    )


def _followed(session: Session, member_id: int, seq: int | None) -> FollowedOut | None:
    if seq is None:
        return None
    entry = session.get_one(PointEntry, (member_id, seq))
    item = document_of(session, entry.standard_id).item(entry.item_code)
    title = item.title if item is not None else entry.item_code
    return FollowedOut(seq=seq, title=title, points=entry.points, posted_at=entry.posted_at)


def _letter(letter: Letter, receipt: LetterReceipt | None) -> LetterOut:
    via = DeliveryVia(receipt.via) if receipt is not None else None
    return LetterOut(
        letter=letter,
        title=LETTER_TITLES[letter],
        delivered_at=receipt.at if receipt is not None else None,
        via=via,
        via_title=DELIVERY_TITLES[via] if via is not None else None,
        words=receipt.words if receipt is not None else None,
    )


def _steps(
    context: Context, row: Objection, steps: Sequence[ObjectionStep], people: dict[int, str], *, told: bool
) -> list[ObjectionStepOut]:
    """Return the story, each step with how the day that it had to keep was counted."""
    dues = deadlines_of(context.session, DeadlineSubject.objection, [row.id])[row.id]
    counted = {}
    for due in dues:
        terms = terms_of_organization(context.session, row.organization_id, around=due.row.counted_from)
        counted[due.row.due_on] = counted_words(terms, due.row.basis, due.row.due_on)
    return [_step(each, people, counted.get(each.due_on) if each.due_on else None, told=told) for each in steps]


def _step(row: ObjectionStep, people: dict[int, str], counted: str | None, *, told: bool) -> ObjectionStepOut:
    action = ObjectionAction(row.action)
    by_member = action in (ObjectionAction.submit, *_MEMBERS)
    return ObjectionStepOut(
        action=action,
        title=STEP_TITLES[action],
        by=people.get(row.account_id or 0) if told or not by_member else None,
        at=row.at,
        due_on=row.due_on,
        counted=counted,
        words=row.words if told else None,
    )


def due_out(context: Context, row: Objection, due: Deadline | None) -> ObjectionDueOut | None:
    """Return a due day with how it is counted."""
    if due is None:
        return None
    terms = terms_of_organization(context.session, row.organization_id, around=due.counted_from)
    return ObjectionDueOut(
        kind=Due(due.kind),
        on=due.due_on,
        counted=counted_words(terms, due.basis, due.due_on),
        overdue=due.due_on < shanghai_date(context.now),
    )
