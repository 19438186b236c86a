"""A branch's own decision: taken back, and taken anew where it should have come out otherwise."""

from sqlalchemy.orm import Session

from server.identity.rules import RULES, Permission
from server.objections.corrections.acts import REASON, Act, Proposal, Remedy
from server.objections.rules import CorrectionKind
from server.points.decisions import service
from server.points.models import BranchDecision, PointEntry, SourceKind
from server.points.queries import live_entries_of
from server.presentation import points_text
from server.statements.bulletins.wording import full_day


def propose(session: Session, source_id: int, member_id: int, wished: Remedy) -> Proposal | None:
    """Take the decision back; None where that was done. With `times` or `points` it is taken anew by these."""
    entry = _entry(session, source_id)
    if entry is None:
        return None
    decision = session.get_one(BranchDecision, source_id)
    return Proposal(
        kind=CorrectionKind.decision,
        organization_id=decision.organization_id,
        place=f"{full_day(decision.occurred_on)}的支部决定",
        words=f"撤销{points_text(entry.points)}分{_anew(wished)}",
        remedy=Remedy(times=wished.times, points=wished.points),
        roles=RULES[Permission.decision_record].roles,
    )


def carry_out(session: Session, act: Act) -> None:
    decision, entry, wished = (
        session.get_one(BranchDecision, act.source_id),
        _entry(session, act.source_id),
        act.proposal,
    )
    assert entry is not None
    service.reverse(
        session,
        actor=act.actor,
        account_id=act.account_id,
        member_id=act.member_id,
        seq=entry.seq,
        reason=REASON,
        now=act.now,
    )
    if wished.remedy.times is None and wished.remedy.points is None:
        return
    service.record(
        session,
        actor=act.actor,
        account_id=act.account_id,
        member_id=act.member_id,
        item_code=decision.item_code,
        occurred_on=decision.occurred_on,
        times=wished.remedy.times or decision.times,
        figure=wished.remedy.points,
        level=entry.level,
        reason=decision.reason,
        document_number=decision.document_number,
        now=act.now,
    )


def _entry(session: Session, decision_id: int) -> PointEntry | None:
    live = live_entries_of(session, source_kind=SourceKind.decision, source_id=decision_id)
    return live[0] if live else None


def _anew(wished: Remedy) -> str:
    if wished.points is not None:
        return f"，改为 {points_text(wished.points)} 分"
    return f"，改为 {wished.times} 次" if wished.times is not None else ""
