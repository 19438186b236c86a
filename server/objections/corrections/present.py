"""A correction as it goes over the wire: filled in, with what comes of it."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.errors import DomainError, forbidden
from server.identity.access import Context
from server.objections.corrections.acts import Proposal, Remedy
from server.objections.corrections.matters import components_of, proposal_of, source_of
from server.objections.corrections.rehearsal import Rehearsed, rehearse
from server.objections.corrections.schemas import (
    ComponentOut,
    FigureOut,
    RemedyChoiceOut,
    RemedyOut,
    UpheldCorrectionIn,
    UpheldCorrectionOut,
    UpheldCorrectionQuery,
)
from server.objections.corrections.service import DONE_WORDS, refuse_acting, roles_for
from server.objections.models import Objection
from server.objections.places import hands_of, is_told
from server.objections.present import due_out
from server.objections.queries import open_due_of
from server.objections.rules import REMEDY_TITLES, AttendanceRemedy
from server.objections.steps import takes_part
from server.organizations.four_eyes import Matter, RecentKeyResets
from server.organizations.officers import Officers
from server.points.models import PointEntry
from server.standards.versions import document_of

_CHOOSE = "请选择要更正的一笔"
_ANSWER_FIRST = "结论为成立或部分成立并提交答复后，才能办理更正"


def wished(given: UpheldCorrectionQuery | UpheldCorrectionIn) -> Remedy:
    """Return what the caller wishes otherwise than it is filled in."""
    return Remedy(
        seq=given.seq,
        points=given.points,
        attendance=given.attendance,
        paid_on=given.paid_on,
        times=given.times,
        document_number=given.document_number,
        decided_on=given.decided_on,
    )


def correction(
    context: Context, engine: Engine, objection: Objection, query: UpheldCorrectionQuery
) -> UpheldCorrectionOut:
    """Return what would be done at the source, with the figures before and after, to who may know of it.

    Who may not act there sees the figures as those who may would bring them about. Raises DomainError 403 `takes_part`.
    """
    session = context.session
    if not is_told(session, objection, context.account_id, context.actor.member_id):
        raise takes_part()
    if context.actor.member_id == objection.member_id:
        raise forbidden()
    remedy = wished(query)
    found = source_of(session, objection, remedy)
    proposal = proposal_of(session, objection, found, remedy)
    components = components_of(session, objection)
    refusal = _refusal(context, objection, proposal, choosing=found is None)
    rehearsed = _rehearsed(context, engine, objection, proposal, remedy, refused=refusal is not None)
    refusal = refusal or rehearsed.refusal
    return UpheldCorrectionOut(
        kind=proposal.kind if proposal is not None else None,
        place=proposal.place if proposal is not None else None,
        words=proposal.words if proposal is not None else DONE_WORDS if found is not None else None,
        remedy=_remedy(proposal.remedy) if proposal is not None else None,
        choices=[RemedyChoiceOut(value=each, title=REMEDY_TITLES[each]) for each in _choices(proposal)],
        components=[_component(session, each) for each in components],
        figures=[FigureOut(label=each.label, before=each.before, after=each.after) for each in rehearsed.figures],
        in_steps=proposal is not None and proposal.in_steps,
        to_correct=bool(objection.to_correct),
        due=due_out(context, objection, open_due_of(session, objection.id, correction=True)),
        may_act=refusal is None,
        refusal=refusal,
        version=objection.version,
    )


def _remedy(remedy: Remedy) -> RemedyOut:
    return RemedyOut(
        points=remedy.points,
        attendance=remedy.attendance,
        paid_on=remedy.paid_on,
        times=remedy.times,
        document_number=remedy.document_number,
        decided_on=remedy.decided_on,
    )


def _choices(proposal: Proposal | None) -> tuple[AttendanceRemedy, ...]:
    return proposal.choices if proposal is not None else ()


def _component(session: Session, entry: PointEntry) -> ComponentOut:
    item = document_of(session, entry.standard_id).item(entry.item_code)
    return ComponentOut(
        seq=entry.seq,
        title=item.title if item is not None else entry.item_code,
        on=entry.occurred_on,
        points=entry.points,
    )


def _refusal(context: Context, objection: Objection, proposal: Proposal | None, *, choosing: bool) -> str | None:
    """Say in words why the caller cannot do it now; None if they can, as far as is known before it is tried."""
    if choosing:
        return _CHOOSE
    if not objection.to_correct:
        return _ANSWER_FIRST
    try:
        refuse_acting(context.session, objection, proposal, actor=context.actor, account_id=context.account_id)
    except DomainError as refusal:
        return refusal.message
    return None


def _rehearsed(
    context: Context,
    engine: Engine,
    objection: Objection,
    proposal: Proposal | None,
    remedy: Remedy,
    *,
    refused: bool,
) -> Rehearsed:
    if proposal is None:
        return Rehearsed()
    account_id = _stand_in(context, objection, proposal) if refused else context.account_id
    if account_id is None:
        return Rehearsed()
    return rehearse(engine, objection.id, wished=remedy, account_id=account_id, now=context.now)


def _stand_in(context: Context, objection: Objection, proposal: Proposal) -> int | None:
    """Return one of those who may act at the source, to see what it comes to."""
    session, now = context.session, context.now
    hands = hands_of(session, objection)
    offices = Officers(session, objection.root_id, shanghai_date(now))
    in_turn = offices.in_turn(
        proposal.organization_id,
        roles_for(proposal),
        not_members={objection.member_id},
        not_accounts=hands,
        bars=RecentKeyResets(session, now=now),
        matter=Matter(frozenset(hands), since=objection.raised_at),
    )
    return in_turn[0].account_id if in_turn else None
