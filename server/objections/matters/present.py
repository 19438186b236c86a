"""What a member may object to, and what is looked at before an objection is admitted. Nothing is decided here."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.deadlines.queries import terms_of_organization
from server.deadlines.rules import Basis, VacationEffect, counted_words
from server.identity.access import Context
from server.identity.rules import ROLE_TITLES
from server.objections import queries, windows
from server.objections.matters import ObjectionMatter, matter_of, recent_of
from server.objections.models import Inquiry, Objection
from server.objections.places import INVESTIGATING, Handling
from server.objections.rules import ANSWER_DAYS, HAND_TITLES, ObjectionStatus, ObjectionSubject
from server.objections.schemas import AdmissionOut, CandidateOut, MatterLineOut, ObjectionDetailOut
from server.organizations.officers import Officers

OFFERED = 10
"""Matters of each kind that are offered."""

_YEARS_BACK = 1
"""Those of this year and the one before it are offered; older ones only from where they are shown."""


def matter_lines(session: Session, member_id: int, *, today: date) -> list[MatterLineOut]:
    """Return what a member may object to: results, refusals, entries and months, the latest first."""
    open_ones = {
        (ObjectionSubject(row.subject_kind), row.subject_id): row.id
        for row in queries.of_member(session, member_id)
        if row.open
    }
    return [
        MatterLineOut(
            subject_kind=kind,
            subject_id=subject_id,
            title=matter.title,
            year=matter.year,
            details=details_of(matter),
            open_id=open_ones.get((kind, subject_id)),
        )
        for kind, subject_id, matter in recent_of(session, member_id, most=OFFERED)
        if matter.year >= today.year - _YEARS_BACK
    ]


def details_of(matter: ObjectionMatter) -> list[ObjectionDetailOut]:
    return [ObjectionDetailOut(label=label, text=text) for label, text in matter.details]


def answer_due(session: Session, organization_id: int, admitted_on: date) -> tuple[date, str]:
    """Return by when an objection that is admitted on a day is answered, and how that is counted."""
    terms = terms_of_organization(session, organization_id, around=admitted_on)
    basis = Basis(admitted_on, ANSWER_DAYS, VacationEffect.shifts)
    due_on = basis.due_on(terms)
    return due_on, counted_words(terms, basis, due_on)


def admission_of(context: Context, row: Objection) -> AdmissionOut | None:
    """Return what is looked at before an objection is admitted; None once it has been."""
    if row.status != ObjectionStatus.submitted:
        return None
    session = context.session
    closes_on = windows.last_day(session, row.organization_id, row.year)
    matter = matter_of(session, ObjectionSubject(row.subject_kind), row.subject_id, row.member_id)
    answer_by, counted = answer_due(session, row.organization_id, shanghai_date(context.now))
    return AdmissionOut(
        ours=matter is not None and matter.organization_id == row.organization_id,
        closes_on=closes_on,
        on_time=closes_on is None or shanghai_date(row.raised_at) <= closes_on,
        earlier_id=_earlier_id(session, row),
        answer_by=answer_by,
        answer_counted=counted,
    )


def candidates_out(context: Context, row: Objection, handling: Handling, people: dict[int, str]) -> list[CandidateOut]:
    """Return who might look into an objection where it lies, those who may first, each with their office there."""
    place = handling.organization_id
    offices = Officers(context.session, row.root_id, shanghai_date(context.now), places={place}).at(place)
    titles = {each.account_id: ROLE_TITLES[each.role] for each in reversed(offices) if each.role in INVESTIGATING}
    in_work = _in_work(context.session, [each.account_id for each in handling.found])
    return [
        CandidateOut(
            account_id=each.account_id,
            name=people[each.account_id],
            office=titles[each.account_id],
            in_work=in_work.get(each.account_id, 0),
            hand=each.hand,
            reason=HAND_TITLES[each.hand] if each.hand is not None else None,
        )
        for each in handling.found
    ]


def _earlier_id(session: Session, row: Objection) -> int | None:
    query = select(func.max(Objection.id)).where(
        Objection.subject_kind == row.subject_kind,
        Objection.subject_id == row.subject_id,
        Objection.member_id == row.member_id,
        Objection.status != ObjectionStatus.withdrawn,
        Objection.id < row.id,
    )
    return session.scalar(query)


def _in_work(session: Session, account_ids: Collection[int]) -> dict[int, int]:
    """Return how many objections each of these people looks into now, nobody's zero left out."""
    query = (
        select(Inquiry.investigator_id, func.count())
        .join(Objection, Objection.id == Inquiry.objection_id)
        .where(Inquiry.investigator_id.in_(account_ids), Inquiry.answered_at.is_(None), Objection.open.is_(True))
        .group_by(Inquiry.investigator_id)
    )
    return {account_id: count for account_id, count in session.execute(query) if account_id is not None}
