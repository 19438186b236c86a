"""What the letters of an objection say, read from its story."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.deadlines.models import DeadlineSubject
from server.deadlines.queries import deadline_of, terms_of_organization
from server.deadlines.rules import counted_words
from server.documents.blocks import legible
from server.documents.paper import PlainPaper
from server.documents.signing import PaperSignature
from server.errors import conflict
from server.objections import queries
from server.objections.error_codes import ObjectionErrorCode
from server.objections.letters.papers import (
    AdmissionLetter,
    AnswerLetter,
    LetterHead,
    RefusalLetter,
    admission,
    answer,
    refusal,
)
from server.objections.letters.rules import existing
from server.objections.models import Inquiry, Objection
from server.objections.rules import (
    EXTENSION_DAYS,
    OUTCOME_TITLES,
    SECOND_DAYS,
    VIA_TITLES,
    Due,
    Instance,
    Letter,
    ObjectionAction,
    ObjectionOutcome,
    ObjectionVia,
)
from server.organizations.models import Member, Organization
from server.organizations.queries import account_names, supervising_organization
from server.statements.bulletins.wording import full_day


def paper(session: Session, objection: Objection, letter: Letter) -> PlainPaper:
    """Return a letter of an objection. Raises DomainError 409 `no_such_letter` before it has come to that."""
    inquiries = queries.inquiries_of(session, objection.id)
    if letter not in existing(objection, inquiries):
        raise conflict(ObjectionErrorCode.no_such_letter, "这件异议还没有办到这一步，没有这份文书")
    if letter is Letter.admission:
        return legible(admission(_admission(session, objection, inquiries[Instance.first])))
    if letter is Letter.refusal:
        return legible(refusal(_refusal(session, objection)))
    instance = Instance.second if letter is Letter.final else Instance.first
    return legible(answer(_answer(session, objection, inquiries[instance], letter)))


def _admission(session: Session, objection: Objection, inquiry: Inquiry) -> AdmissionLetter:
    """As it was when it was taken in: an extension has a notice of its own, a change of the investigator shows."""
    row = deadline_of(session, DeadlineSubject.objection, objection.id, Due.answer)
    assert row is not None
    terms = terms_of_organization(session, objection.organization_id, around=row.counted_from)
    names = account_names(session, [inquiry.investigator_id])
    return AdmissionLetter(
        head=_head(session, objection, inquiry.organization_id, inquiry.begun_at),
        investigator=names.get(inquiry.investigator_id or 0, ""),
        answer_by=full_day(row.due_on),
        counted=_close(counted_words(terms, row.basis, row.due_on)),
        extension_days=EXTENSION_DAYS,
    )


def _refusal(session: Session, objection: Objection) -> RefusalLetter:
    steps = queries.story_of(session, objection.id)
    step = next(each for each in steps if each.action == ObjectionAction.refuse)
    return RefusalLetter(_head(session, objection, objection.organization_id, step.at), step.words or "")


def _answer(session: Session, objection: Objection, inquiry: Inquiry, letter: Letter) -> AnswerLetter:
    assert inquiry.answered_at is not None
    assert inquiry.outcome is not None
    above = supervising_organization(session, objection.organization_id)
    object_by = queries.due_of(session, objection.id, Due.silence)
    is_final = letter is Letter.final
    return AnswerLetter(
        head=_head(session, objection, inquiry.organization_id, inquiry.answered_at),
        letter=letter,
        finding=inquiry.finding or "",
        outcome=OUTCOME_TITLES[ObjectionOutcome(inquiry.outcome)],
        correction=_correction(inquiry, queries.due_of(session, objection.id, Due.correction)),
        above="" if is_final or above is None else above.title,
        object_by="" if is_final or object_by is None else full_day(object_by),
        second_days=SECOND_DAYS,
    )


def _correction(inquiry: Inquiry, due_on: date | None) -> str:
    if inquiry.corrected_at is not None:
        return f"已于{full_day(shanghai_date(inquiry.corrected_at))}在原处更正：{_close(inquiry.correction or '')}。"
    if inquiry.corrects:
        return f"将在{full_day(due_on)}前在原处更正。" if due_on is not None else "将在原处更正。"
    why = (inquiry.why_no_correction or "").rstrip("。；")
    return f"不作更正，原因：{why}。" if why else ""


def _close(words: str) -> str:
    """Return words as official documents set them: no space beside a figure."""
    return words.replace(" ", "")


def _head(session: Session, objection: Objection, organization_id: int, at: datetime) -> LetterHead:
    unit = session.get_one(Organization, organization_id).title
    return LetterHead(
        name=session.get_one(Member, objection.member_id).name,
        matter=objection.title,
        raised_on=full_day(shanghai_date(objection.raised_at)),
        via=VIA_TITLES[ObjectionVia(objection.via)],
        unit=unit,
        signature=PaperSignature(unit, full_day(shanghai_date(at))),
        dated=at,
    )
