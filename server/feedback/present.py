"""Feedbacks as they go over the wire, and to whom."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.deadlines.models import Deadline
from server.deadlines.queries import terms_of_organization
from server.deadlines.rules import Basis, VacationEffect, counted_words
from server.errors import not_found
from server.feedback import queries
from server.feedback.models import Feedback, FeedbackStep
from server.feedback.places import handled_at, handling_in, handling_of
from server.feedback.rules import (
    ADMISSION_DAYS,
    ALIKE,
    ANSWER_DAYS,
    KIND_TITLES,
    OUTCOME_TITLES,
    STATUS_TITLES,
    STEP_TITLES,
    FeedbackAction,
    FeedbackDue,
    FeedbackKind,
    FeedbackOutcome,
    FeedbackStatus,
    folds,
    grouped,
    next_status,
)
from server.feedback.schemas import (
    FeedbackCandidateOut,
    FeedbackDueOut,
    FeedbackFormOut,
    FeedbackLineOut,
    FeedbackOut,
    FeedbackStepOut,
    FeedbackTermOut,
    ProgressOut,
    ProgressStepOut,
    ReceiptOut,
)
from server.feedback.taking import place_of_form, shown_at
from server.identity.access import Context
from server.objections.places import Handling
from server.objections.rules import HAND_TITLES
from server.organizations.four_eyes import RecentKeyResets
from server.organizations.models import Organization
from server.organizations.officers import Officers
from server.organizations.queries import account_names, titles
from server.publicity import queries as publicities
from server.publicity.models import Publicity
from server.publicity.schemas import TelephoneOut
from server.publicity.telephones import telephones_of

BEGINNING = 40
"""How many characters of the words a list shows."""

_ASSIGNERS = (FeedbackAction.refuse, FeedbackAction.assign)
_INVESTIGATORS = (
    FeedbackAction.extend,
    FeedbackAction.answer,
    FeedbackAction.enter_objection,
    FeedbackAction.hand_over,
)
_TOLD = (FeedbackAction.refuse, FeedbackAction.extend)
"""Steps whose words whoever has the code reads."""


def form(session: Session, organization_id: int, publicity_id: int | None, *, now: datetime) -> FeedbackFormOut:
    """Return what the form says. Raises DomainError `not_found`."""
    today = shanghai_date(now)
    place = place_of_form(session, organization_id, today=today)
    above = handled_at(session, place, about_officer=True)
    shown = shown_at(session, place.id, publicity_id, today=today)
    admission = _term(session, place.id, today, ADMISSION_DAYS)
    return FeedbackFormOut(
        organization=place.title,
        above=above.title if above.id != place.id else None,
        title=publicities.content_of(session, shown).title if shown is not None else None,
        last_day=shown.last_day if shown is not None else None,
        admission=admission,
        answer=_term(session, place.id, admission.on, ANSWER_DAYS),
        telephones=[TelephoneOut(title=each.title, number=each.number) for each in telephones_of(session, place.id)],
    )


def receipt(session: Session, row: Feedback, code: str) -> ReceiptOut:
    """Return what whoever reported is shown once."""
    admission = _term(session, row.organization_id, shanghai_date(row.received_at), ADMISSION_DAYS)
    return ReceiptOut(
        code=grouped(code),
        received_at=row.received_at,
        handled_by=session.get_one(Organization, row.organization_id).title,
        named=row.name_sealed is not None,
        answer=_term(session, row.organization_id, admission.on, ANSWER_DAYS),
    )


def progress(session: Session, row: Feedback) -> ProgressOut:
    """Return how far it has come, without a name of anybody."""
    due = queries.open_dues_of(session, [row.id]).get(row.id)
    return ProgressOut(
        kind_title=_kind_title(row),
        status=row.status,
        status_title=STATUS_TITLES[FeedbackStatus(row.status)],
        handled_by=session.get_one(Organization, row.organization_id).title,
        received_at=row.received_at,
        due=due.due_on if due is not None else None,
        outcome_title=_outcome_title(row),
        reply=row.reply,
        steps=[
            ProgressStepOut(
                title=STEP_TITLES[FeedbackAction(step.action)],
                at=step.at,
                words=step.words if step.action in _TOLD else None,
            )
            for step in queries.story_of(session, row.id)
        ],
    )


def open_lines(context: Context, organization_id: int) -> list[FeedbackLineOut]:
    """Return what waits at a place for the caller: each by itself first, then floods, one line each."""
    session, now = context.session, context.now
    rows = {row.id: row for row in queries.of_organization(session, organization_id, is_open=True)}
    submitted = [row for row in rows.values() if row.status == FeedbackStatus.submitted]
    named = [row for row in rows.values() if row.status != FeedbackStatus.submitted]
    found = [*((row.id,) for row in named), *folds(queries.arrivals(submitted))]
    mine = _mine(context, [rows[ids[0]] for ids in found])
    dues = queries.open_dues_of(session, mine)
    places = titles(session, [rows[each].about_id for each in mine])
    today = shanghai_date(now)
    shown = [ids for ids in found if ids[0] in mine]
    return [
        _line(rows[ids[0]], places, dues.get(ids[0]), today, count=len(ids), alike=_is_alike(rows, ids))
        for ids in shown
    ]


def ended_lines(context: Context, rows: Sequence[Feedback]) -> list[FeedbackLineOut]:
    """Return those of a page that the caller handled or may know of."""
    mine = _mine(context, rows)
    places = titles(context.session, [row.about_id for row in rows])
    today = shanghai_date(context.now)
    return [_line(row, places, None, today, count=1, alike=False) for row in rows if row.id in mine]


def whole(context: Context, row: Feedback) -> FeedbackOut:
    """Return a feedback for whoever assigns it or looks into it. Raises DomainError `not_found` for all others."""
    session = context.session
    handling = handling_of(session, row, now=context.now)
    if not _handles(context, row, handling):
        raise not_found("反映")
    steps = queries.story_of(session, row.id)
    acting = [row.investigator_id, *(each.account_id for each in steps)]
    people = account_names(session, [*acting, *(each.account_id for each in handling.found)])
    actions = _actions(context, row, handling)
    shown = session.get(Publicity, row.publicity_id) if row.publicity_id is not None else None
    return FeedbackOut(
        id=row.id,
        kind=row.kind,
        kind_title=_kind_title(row),
        about=session.get_one(Organization, row.about_id).title,
        about_name=row.about_name,
        about_officer=row.about_officer,
        publicity=publicities.content_of(session, shown).title if shown is not None else None,
        words=row.words,
        photos=[f"data:image/jpeg;base64,{b64encode(each).decode()}" for each in queries.photos_of(session, row.id)],
        sealed=row.name_sealed is not None,
        identity_gone=row.identity_gone_at is not None,
        handled_by=session.get_one(Organization, handling.organization_id).title,
        status=row.status,
        status_title=STATUS_TITLES[FeedbackStatus(row.status)],
        version=row.version,
        received_at=row.received_at,
        due=_due(context, row, queries.open_dues_of(session, [row.id]).get(row.id)),
        investigator=people.get(row.investigator_id or 0),
        refusal=row.refusal,
        outcome=row.outcome,
        outcome_title=_outcome_title(row),
        finding=row.finding,
        reply=row.reply,
        steps=[_step(each, people) for each in steps],
        candidates=_candidates(handling, people) if FeedbackAction.assign in actions else [],
        actions=actions,
        alike=_alike(session, row),
    )


def _mine(context: Context, rows: Sequence[Feedback]) -> set[int]:
    """Return which of these feedbacks the caller assigns or looks into."""
    if not rows:
        return set()
    session = context.session
    offices = Officers(session, rows[0].root_id, shanghai_date(context.now))
    bars = RecentKeyResets(session, now=context.now)
    return {row.id for row in rows if _handles(context, row, handling_in(session, offices, row, bars=bars))}


def _handles(context: Context, row: Feedback, handling: Handling) -> bool:
    return context.account_id in (*handling.assigners, row.investigator_id)


def _actions(context: Context, row: Feedback, handling: Handling) -> list[FeedbackAction]:
    mine: list[FeedbackAction] = []
    if context.account_id in handling.assigners:
        mine += _ASSIGNERS
    if row.investigator_id == context.account_id:
        mine += [each for each in _INVESTIGATORS if each in _possible(row)]
    return [each for each in mine if next_status(FeedbackStatus(row.status), each) is not None]


def _possible(row: Feedback) -> set[FeedbackAction]:
    possible = {FeedbackAction.answer, FeedbackAction.hand_over}
    if row.extended_at is None:
        possible.add(FeedbackAction.extend)
    if row.kind == FeedbackKind.publicity_error and row.publicity_id is not None and row.name_sealed is not None:
        possible.add(FeedbackAction.enter_objection)
    return possible


def _line(
    row: Feedback, places: dict[int, str], due: Deadline | None, today: date, *, count: int, alike: bool
) -> FeedbackLineOut:
    return FeedbackLineOut(
        id=row.id,
        kind_title=_kind_title(row),
        status=row.status,
        status_title=STATUS_TITLES[FeedbackStatus(row.status)],
        about=places[row.about_id],
        beginning=row.words[:BEGINNING] if row.words is not None else None,
        named=row.name_sealed is not None,
        received_at=row.received_at,
        due_on=due.due_on if due is not None else None,
        overdue=due is not None and due.due_on < today,
        count=count,
        alike=alike,
    )


def _is_alike(rows: dict[int, Feedback], ids: Sequence[int]) -> bool:
    return len(ids) >= ALIKE and len({rows[each].words_key for each in ids}) == 1


def _alike(session: Session, row: Feedback) -> int:
    """Return how many others wait at the same place with the same words."""
    if row.status != FeedbackStatus.submitted:
        return 0
    return len(queries.alike(session, row, limit=None))


def _step(row: FeedbackStep, people: dict[int, str]) -> FeedbackStepOut:
    action = FeedbackAction(row.action)
    by = people.get(row.account_id or 0)
    return FeedbackStepOut(
        action=action, title=STEP_TITLES[action], by=by, at=row.at, due_on=row.due_on, words=row.words
    )


def _candidates(handling: Handling, people: dict[int, str]) -> list[FeedbackCandidateOut]:
    return [
        FeedbackCandidateOut(
            account_id=each.account_id,
            name=people[each.account_id],
            hand=each.hand,
            reason=HAND_TITLES[each.hand] if each.hand is not None else None,
        )
        for each in handling.found
    ]


def _due(context: Context, row: Feedback, due: Deadline | None) -> FeedbackDueOut | None:
    if due is None:
        return None
    terms = terms_of_organization(context.session, row.organization_id, around=due.counted_from)
    counted = counted_words(terms, due.basis, due.due_on)
    overdue = due.due_on < shanghai_date(context.now)
    return FeedbackDueOut(kind=FeedbackDue(due.kind), on=due.due_on, counted=counted, overdue=overdue)


def _term(session: Session, organization_id: int, since: date, working_days: int) -> FeedbackTermOut:
    terms = terms_of_organization(session, organization_id, around=since)
    basis = Basis(since, working_days, VacationEffect.shifts)
    due_on = basis.due_on(terms)
    return FeedbackTermOut(on=due_on, counted=counted_words(terms, basis, due_on))


def _kind_title(row: Feedback) -> str | None:
    return KIND_TITLES[FeedbackKind(row.kind)] if row.kind is not None else None


def _outcome_title(row: Feedback) -> str | None:
    return OUTCOME_TITLES[FeedbackOutcome(row.outcome)] if row.outcome is not None else None
