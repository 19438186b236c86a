"""Carrying out the correction of an upheld objection: the act at its source and the objection's own step, as one."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import conflict, forbidden
from server.events import emit
from server.identity.rules import RULES, Actor, Permission, Role, roles_at
from server.objections.corrections.acts import Act, Proposal, Remedy
from server.objections.corrections.matters import SOURCE_KINDS, Found, proposal_of, source_of
from server.objections.corrections.sources import SOURCES
from server.objections.error_codes import ObjectionErrorCode
from server.objections.events import ObjectionCorrected
from server.objections.models import Inquiry, Objection
from server.objections.places import is_told
from server.objections.queries import answering
from server.objections.rules import Due, ObjectionAction, ObjectionSubject
from server.objections.steps import check_version, close_due, is_repeated, locked, take, takes_part
from server.organizations.queries import ancestor_ids
from server.points import warrants
from server.points.events import NegativeDecisionChanged
from server.points.models import NegativeDecision, PointEntry
from server.points.queries import entries_of_sources
from server.points.scores.rules import NegativeStatus
from server.years.rules import Warrant, WarrantKind

DONE_WORDS = "已在原处更正"
"""Said where nothing is left to correct at the source: somebody was there before."""


def carry_out(
    session: Session,
    objection_id: int,
    *,
    version: int,
    wished: Remedy,
    actor: Actor,
    account_id: int,
    now: datetime,
) -> Objection:
    """Put right at its source what was upheld, as it is filled in or as `wished`; the same call again changes nothing.

    Who may act there does it, by that feature's own service, and also in a year whose results stand. Raises DomainError
    404, 409 `stale_version`, `nothing_to_correct`, 403 `takes_part`, `forbidden`, and what the source refuses.
    """
    objection = locked(session, objection_id)
    action = ObjectionAction.correct
    inquiry = answering(session, objection)
    said = inquiry.correction if inquiry is not None else None
    if is_repeated(session, objection, action, version=version, words=said, account_id=account_id):
        return objection
    check_version(objection, version)
    if not objection.to_correct or inquiry is None:
        raise conflict(ObjectionErrorCode.nothing_to_correct, "这件异议没有待办理的更正，请刷新后查看")
    found = source_of(session, objection, wished)
    if found is None:
        raise conflict(ObjectionErrorCode.nothing_to_correct, "请先选择要更正的一笔")
    proposal = proposal_of(session, objection, found, wished)
    refuse_acting(session, objection, proposal, actor=actor, account_id=account_id)
    if proposal is None:
        done = _done_since(session, objection, inquiry, found)
        _stands(session, objection, inquiry, DONE_WORDS, done, account_id=account_id, now=now)
        return objection
    entries = act_at_source(session, objection, found, proposal, actor=actor, account_id=account_id, now=now)
    if proposal.in_steps:
        inquiry.corrected_by = account_id  # who confirms it says when it stands
    else:
        _stands(session, objection, inquiry, proposal.words, entries, account_id=account_id, now=now)
    return objection


def act_at_source(
    session: Session,
    objection: Objection,
    found: Found,
    proposal: Proposal,
    *,
    actor: Actor,
    account_id: int,
    now: datetime,
) -> list[PointEntry]:
    """Do what a proposal says and return what was posted by it; the objection itself is left as it is."""
    kind, source_id = found
    act = Act(source_id, objection.member_id, proposal, actor, account_id, now)
    with warrants.under(session, Warrant(WarrantKind.upheld_objection, objection.id)) as warranted:
        SOURCES[kind].carry_out(session, act)
    return warranted.entries


def _whose(objection: Objection, proposal: Proposal | None) -> tuple[int, frozenset[Role]]:
    if proposal is None:
        return objection.organization_id, RULES[Permission.decision_record].roles
    return proposal.organization_id, roles_for(proposal)


def _done_since(session: Session, objection: Objection, inquiry: Inquiry, found: Found) -> list[PointEntry]:
    """Return what was posted at a source since the answer: it was put right there without the objection's page."""
    kind, source_id = found
    if kind not in SOURCE_KINDS:
        return []
    posted = entries_of_sources(session, source_kind=SOURCE_KINDS[kind], source_ids=[source_id])
    reversals = select(PointEntry).where(
        PointEntry.member_id == objection.member_id, PointEntry.reverses_seq.in_([each.seq for each in posted])
    )
    own = [each for each in (*posted, *session.scalars(reversals)) if each.member_id == objection.member_id]
    return [each for each in own if inquiry.answered_at is not None and each.posted_at >= inquiry.answered_at]


def roles_for(proposal: Proposal) -> frozenset[Role]:
    """Return the roles that may carry a proposal out from the objection's page."""
    return proposal.roles & RULES[Permission.objection_handle].roles


def waits_for(session: Session, objection: Objection) -> tuple[int, frozenset[Role]]:
    """Return where and for which roles the correction waits; while an entry is to be chosen, for those who decide on
    points in the organization that decided the matter."""
    found = source_of(session, objection, Remedy())
    return _whose(objection, proposal_of(session, objection, found, Remedy()))


def may_act(session: Session, objection: Objection, *, actor: Actor, account_id: int) -> bool:
    """Whether the correction waits for this person, as far as is known before it is tried."""
    if not objection.to_correct or not is_told(session, objection, account_id, None):
        return False
    organization_id, roles = waits_for(session, objection)
    return bool(roles_at(actor, ancestor_ids(session, organization_id)) & roles)


def refuse_acting(
    session: Session, objection: Objection, proposal: Proposal | None, *, actor: Actor, account_id: int
) -> None:
    """Raise DomainError 403 `takes_part` to whoever had a hand in the matter, `forbidden` to whom the source does not
    allow it. Without a proposal it is only noted that nothing is left to correct."""
    if not is_told(session, objection, account_id, None):
        raise takes_part()
    organization_id, roles = _whose(objection, proposal)
    if not roles_at(actor, ancestor_ids(session, organization_id)) & roles:
        raise forbidden()


def registration_changed(session: Session, event: NegativeDecisionChanged) -> None:
    """Have a correction stand once a second person has confirmed that the registration is revoked."""
    if event.status is not NegativeStatus.revoked:
        return
    decision = session.get_one(NegativeDecision, event.decision_id)
    waiting = select(Objection.id).where(
        Objection.subject_kind == ObjectionSubject.negative,
        Objection.subject_id == decision.id,
        Objection.to_correct.is_(True),
    )
    for objection_id in session.scalars(waiting.order_by(Objection.id)).all():
        objection = locked(session, objection_id)
        inquiry = answering(session, objection)
        if objection.to_correct and inquiry is not None:
            by = inquiry.corrected_by or decision.changed_by
            _stands(session, objection, inquiry, "撤销这项登记", (), account_id=by, now=event.now)


def _stands(
    session: Session,
    objection: Objection,
    inquiry: Inquiry,
    words: str,
    entries: Collection[PointEntry],
    *,
    account_id: int | None,
    now: datetime,
) -> None:
    """Note that the correction stands and which entry followed, and tell the features above whose years it changed."""
    inquiry.correction, inquiry.corrected_by, inquiry.corrected_at = words[:200], account_id, now
    inquiry.correcting_seq = _followed_by(objection.member_id, entries)
    objection.to_correct = None
    take(session, objection, ObjectionAction.correct, words=inquiry.correction, account_id=account_id, now=now)
    close_due(session, objection, Due.correction, now=now)
    changed = frozenset((entry.member_id, entry.year) for entry in entries)
    emit(session, ObjectionCorrected(objection.id, changed, account_id, now))


def _followed_by(member_id: int, entries: Collection[PointEntry]) -> int | None:
    """Return the seq of the member's entry that says what is right now, or of the last reversal where none does."""
    own = [entry for entry in entries if entry.member_id == member_id]
    posted = [entry.seq for entry in own if entry.reverses_seq is None]
    return max(posted or [entry.seq for entry in own], default=None)
