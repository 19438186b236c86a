"""Points a branch decides itself: B08–B10 taken off with a written decision, C05 given."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.subjects import AuditSubject
from server.days import shanghai_date
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict
from server.identity.rules import Actor, Permission
from server.organizations import four_eyes
from server.points import service
from server.points.error_codes import PointsErrorCode
from server.points.models import BranchDecision, PointEntry, SourceKind
from server.points.scores.timelines import MemberTimelines
from server.standards.rules import Evidence, Item, Method

REVERSED_AT_SOURCE = {
    SourceKind.claim: "该分值来自申报，请在该申报中“撤销审核通过”，分值随之冲销",
    SourceKind.meeting: "该分值来自会议考勤，请更正该次考勤，或在会议名单中“撤销计分”，分值随之冲销",
    SourceKind.dues: "该分值来自党费登记，请在党费登记中“更正登记错误”，分值随之冲销",
}
"""Sources that have a state of their own: taking back only the entry would leave that state untrue."""


def record(
    session: Session,
    *,
    actor: Actor,
    account_id: int,
    member_id: int,
    item_code: str,
    occurred_on: date,
    times: int,
    figure: Decimal | None,
    level: str | None,
    reason: str,
    document_number: str | None,
    now: datetime,
) -> PointEntry:
    """Record a decision and post it.

    `figure` is for a measured item, `level` for one with levels, `times` for the others. Raises DomainError
    `own_decision`, `in_the_future`, `not_for_decision`, `document_number_missing`, and what posting raises.
    """
    _refuse_own(session, actor, member_id, now)
    if occurred_on > shanghai_date(now):
        raise DomainError(CoreErrorCode.in_the_future, "日期不能晚于今天")
    standing = MemberTimelines(session, [member_id])
    organization_id = standing.branch_on(member_id, occurred_on)
    standard_id = standing.standard_id(member_id, organization_id, occurred_on)
    item = _decided(standing.document(standard_id).item(item_code))
    if item.method is Method.deduct and not document_number:
        raise DomainError(CoreErrorCode.document_number_missing, f"“{item.title}”扣分须有书面决定，请填写文号")
    decision = BranchDecision(
        root_id=standing.member(member_id).root_id,
        organization_id=organization_id,
        member_id=member_id,
        item_code=item_code,
        occurred_on=occurred_on,
        times=times,
        reason=reason,
        document_number=document_number,
        decided_by=account_id,
        decided_at=now,
    )
    session.add(decision)
    session.flush()
    posting = service.Posting(
        member_id=member_id,
        item_code=item_code,
        occurred_on=occurred_on,
        source_kind=SourceKind.decision,
        source_id=decision.id,
        points=worth_of(item, times, figure, level),
        level=level,
        decided_by=account_id,
        text=reason,
    )
    (entry,) = service.post(session, [posting], now=now)
    _audit(session, entry, "decision_record", root_id=decision.root_id, account_id=account_id, now=now)
    return entry


def reverse(
    session: Session, *, actor: Actor, account_id: int, member_id: int, seq: int, reason: str, now: datetime
) -> PointEntry:
    """Take an entry back by hand. Raises DomainError `own_decision`, `reverse_at_source` and what reversing raises."""
    _refuse_own(session, actor, member_id, now)
    _refuse_sourced(session, member_id, seq)
    entry = service.reverse(session, member_id=member_id, seq=seq, reason=reason, decided_by=account_id, now=now)
    root_id = MemberTimelines(session, [member_id]).member(member_id).root_id
    _audit(session, entry, "entry_reverse", root_id=root_id, account_id=account_id, now=now)
    return entry


def _audit(
    session: Session, entry: PointEntry, action: str, *, root_id: int | None, account_id: int, now: datetime
) -> None:
    audit.record(
        session,
        actor_id=account_id,
        root_id=root_id,
        action=action,
        subject_kind=AuditSubject.score,
        subject_id=entry.member_id,
        detail={"seq": entry.seq},
        now=now,
    )


def _refuse_own(session: Session, actor: Actor, member_id: int, now: datetime) -> None:
    if actor.member_id == member_id:
        raise DomainError(PointsErrorCode.own_decision, "不能决定自己的积分，请由其他支委或上级党组织办理")
    four_eyes.refuse_of_member(
        session, account_id=actor.account_id, permission=Permission.decision_record, member_id=member_id, now=now
    )


def _refuse_sourced(session: Session, member_id: int, seq: int) -> None:
    entry = session.get(PointEntry, (member_id, seq))
    if entry is not None and entry.source_kind in REVERSED_AT_SOURCE:
        raise conflict(PointsErrorCode.reverse_at_source, REVERSED_AT_SOURCE[SourceKind(entry.source_kind)])


def _decided(item: Item | None) -> Item:
    if item is None or Evidence.decision not in item.evidence:
        raise DomainError(PointsErrorCode.not_for_decision, "该项目不由党支部直接决定")
    return item


def worth_of(item: Item, times: int, figure: Decimal | None, level: str | None) -> Decimal:
    """Return what a decision gives or takes. Raises DomainError `points_out_of_range`."""
    if item.method is Method.measured:
        if figure is None or figure > item.cap:
            raise DomainError(PointsErrorCode.points_out_of_range, f"“{item.title}”请填写 0 至 {item.cap} 之间的分值")
        return figure
    if item.method is Method.levels:
        return next((option.points for option in item.levels if option.code == level), Decimal(-1))
    return item.points * times * (-1 if item.method is Method.deduct else 1)
