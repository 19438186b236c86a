"""Proofs that the ledger and what stands beside it agree: decisions, reversals, exemptions, the negative list.

A feature above compares its own sources with the ledger; these are the sources that the ledger's feature keeps.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from server.organizations.models import Exemption, Filing, FilingStatus
from server.points.decisions.rules import next_negative_status
from server.points.decisions.service import worth_of
from server.points.holdings import NEGATIVE_CHANGES, NEGATIVE_STATUSES
from server.points.ledger.posted import Documents, Posted, documents, member_pages, posted
from server.points.models import BranchDecision, NegativeChange, NegativeDecision, SourceKind
from server.points.scores.rules import DONE, NegativeAction, NegativeStatus, NegativeStep
from server.standards.rules import Method
from server.verifying import Fault, Findings, Verification, unlike

FROM_SOURCES = (SourceKind.meeting, SourceKind.claim, SourceKind.dues, SourceKind.decision)
NEGATED = ("points", "owed", "attended", "made_up", "excused")
REPEATED = {
    "organization_id": "党组织",
    "year": "年度",
    "standard_id": "积分标准",
    "item_code": "项目",
    "level": "级别",
    "achievement": "成果",
    "occurred_on": "日期",
    "clause": "条款",
}
FIGURES = {"points": "分值", "owed": "应到", "attended": "到会", "made_up": "补课", "excused": "准假"}


def verify_postings(session: Session) -> Findings:
    """Yield every entry contradicted by its standard, its decision, what it reverses or an exemption; return how many
    entries there are."""
    looked, document = 0, documents(session)
    for member_ids in member_pages(session):
        entries = posted(session, member_ids, *SourceKind)
        by_key = {(each.entry.member_id, each.entry.seq): each for each in entries}
        exempt = _exemptions(session, member_ids)
        for each in entries:
            yield from _of_standard(document, each)
            yield from _of_reversal(each, by_key)
            yield from _of_exemption(each, exempt)
        yield from _of_decisions(session, document, member_ids, entries)
        looked += len(entries)
    return looked


def verify_negatives(session: Session) -> Findings:
    """Yield every negative decision whose status does not follow from who confirmed and changed it; return how many
    there are. That those in force set their years to zero is for `scores` to check."""
    looked = 0
    for member_ids in member_pages(session):
        rows: Iterable[Row[Any]] = session.execute(
            select(*NegativeDecision.__table__.c).where(NegativeDecision.member_id.in_(member_ids))
        )
        decisions = {row.id: row for row in rows}
        changes: dict[int, list[NegativeChange]] = defaultdict(list)
        for change in session.scalars(
            select(NegativeChange).where(NegativeChange.decision_id.in_(decisions)).order_by(NegativeChange.id)
        ):
            changes[change.decision_id].append(change)
        for decision in decisions.values():
            yield from _of_negative(decision, changes[decision.id])
        looked += len(decisions)
    return looked


def _of_standard(document: Documents, found: Posted) -> Iterator[Fault]:
    entry = found.entry
    item = document(entry.standard_id).item(entry.item_code)
    columns = (
        ("项目", entry.item_code, item.code if item else f"积分标准 {entry.standard_id} 中的项目"),
        ("条款", entry.clause, item.clause if item else entry.clause),
        ("年度", entry.year, entry.occurred_on.year),
    )
    yield from unlike(found.name, columns)


def _of_reversal(found: Posted, by_key: Mapping[tuple[int, int], Posted]) -> Iterator[Fault]:
    entry = found.entry
    if entry.source_kind != SourceKind.reversal:
        yield from unlike(found.name, (("冲销", entry.reverses_seq, None),))
        return
    original = by_key.get((entry.member_id, entry.reverses_seq))
    if original is None or entry.reverses_seq >= entry.seq or original.entry.source_kind not in FROM_SOURCES:
        yield Fault(found.name, "冲销", entry.reverses_seq, "同一党员较早的一条记录，且不是起始分或冲销")
        return
    taken = original.entry
    yield from unlike(
        f"{found.name}与被冲销的第 {taken.seq} 条",
        [
            *((title, getattr(entry, key), getattr(taken, key)) for key, title in REPEATED.items()),
            *((FIGURES[key], getattr(entry, key), -getattr(taken, key)) for key in NEGATED),
        ],
    )


def _of_exemption(found: Posted, exempt: Mapping[int, Sequence[tuple[date, date, datetime]]]) -> Iterator[Fault]:
    """Nothing is posted for a day on which the member is outside the managed range, once that is filed."""
    entry = found.entry
    if entry.source_kind not in FROM_SOURCES:
        return
    for start, end, received_at in exempt.get(entry.member_id, ()):
        if start <= entry.occurred_on < end and entry.posted_at > received_at:
            yield Fault(found.name, "日期", entry.occurred_on, f"不在 {start} 起不列入管理范围的日子里")


def _exemptions(session: Session, member_ids: Sequence[int]) -> dict[int, list[tuple[date, date, datetime]]]:
    rows = (
        select(Exemption.member_id, Exemption.from_date, Exemption.until_date, Filing.decided_at)
        .join(Filing, Filing.id == Exemption.filing_id)
        .where(Exemption.member_id.in_(member_ids), Filing.status == FilingStatus.received)
    )
    found: dict[int, list[tuple[date, date, datetime]]] = defaultdict(list)
    for member_id, start, end, received_at in session.execute(rows):
        if start and received_at:
            found[member_id].append((start, end or date.max, received_at))
    return found


def _of_decisions(
    session: Session, document: Documents, member_ids: Sequence[int], entries: Sequence[Posted]
) -> Iterator[Fault]:
    rows: Iterable[Row[Any]] = session.execute(
        select(*BranchDecision.__table__.c).where(BranchDecision.member_id.in_(member_ids)).order_by(BranchDecision.id)
    )
    decisions = {row.id: row for row in rows}
    by_decision: dict[int, list[Posted]] = defaultdict(list)
    for each in entries:
        if each.entry.source_kind != SourceKind.decision:
            continue
        decision = decisions.get(each.entry.source_id)
        if decision is None or decision.member_id != each.entry.member_id:
            yield Fault(each.name, "来源", f"支部决定 {each.entry.source_id}", "关于该党员的支部决定")
        else:
            by_decision[decision.id].append(each)
    for decision in decisions.values():
        name = f"支部决定 {decision.id}（党员 {decision.member_id}）"
        yield from unlike(name, (("台账记录（条）", len(by_decision[decision.id]), 1),))
        for each in by_decision[decision.id]:
            yield from _of_decision(document, name, decision, each)


def _of_decision(document: Documents, name: str, decision: Row[Any], found: Posted) -> Iterator[Fault]:
    entry = found.entry
    columns: list[tuple[str, object, object]] = [
        ("项目", entry.item_code, decision.item_code),
        ("日期", entry.occurred_on, decision.occurred_on),
        ("决定人", entry.decided_by, decision.decided_by),
        ("党组织", entry.organization_id, decision.organization_id),
    ]
    item = document(entry.standard_id).item(entry.item_code)
    if item is not None and item.method is not Method.measured:  # its figure stands in the entry alone
        columns.append(("分值", entry.points, worth_of(item, decision.times, None, entry.level)))
    yield from unlike(f"{name}与{found.name}", columns)


def _of_negative(decision: Row[Any], changes: Sequence[NegativeChange]) -> Iterator[Fault]:
    """Go through what was done to a decision, step by step, and see where it leads."""
    name = f"负面清单决定 {decision.id}（党员 {decision.member_id}）"
    status: NegativeStatus | None = NegativeStatus.recorded
    if decision.confirmed_at is not None:
        status = next_negative_status(NegativeStatus.recorded, NegativeAction.confirm)
        if decision.confirmed_by is None or decision.confirmed_by == decision.entered_by:
            yield Fault(name, "确认人", decision.confirmed_by, "录入人以外的一人")
    proposal: NegativeChange | None = None
    for change in changes:
        if change.step == NegativeStep.confirmed and not _are_two(proposal, change):
            yield Fault(name, "变更确认人", change.changed_by, "提出人以外的一人")
        if change.step in DONE:
            status = next_negative_status(status, NegativeAction(change.action)) if status else None
        proposal = change if change.step == NegativeStep.proposed else None
    if status is None:
        yield Fault(
            name,
            "办理经过",
            "、".join(NEGATIVE_CHANGES.get(change.action, change.action) for change in changes if change.step in DONE),
            "依次可行的步骤",
        )
        return
    last = next((change for change in reversed(changes) if change.step in DONE), None)
    columns = (
        ("状态", NEGATIVE_STATUSES.get(decision.status, decision.status), NEGATIVE_STATUSES[status]),
        ("最后办理人", decision.changed_by, last.changed_by if last else None),
        ("最后办理时间", decision.changed_at, last.changed_at if last else None),
        ("待确认的变更", decision.proposal_id, proposal.id if proposal else None),
    )
    yield from unlike(name, columns)


def _are_two(proposal: NegativeChange | None, confirmed: NegativeChange) -> bool:
    """Whether a change was proposed by one and confirmed by another."""
    return proposal is not None and proposal.action == confirmed.action and proposal.changed_by != confirmed.changed_by


POSTINGS = Verification(
    "postings", "记账依据", "条记录", "与积分标准、支部决定和冲销互相印证", lambda session, _: verify_postings(session)
)
NEGATIVES = Verification(
    "negatives", "负面清单", "项决定", "状态与办理经过相符", lambda session, _: verify_negatives(session)
)
