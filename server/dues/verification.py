"""Proof that what is registered of dues, how it came to be and what the ledger deducts for it agree."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.dues.models import DuesConsent, DuesEvent, DuesRecord
from server.dues.posting import dues_item
from server.dues.rules import DEDUCTING, STATE_TITLES, ConsentTerm, DuesState, due_day, last_day, state_of
from server.points.ledger.posted import Posted, member_pages, posted
from server.points.models import SourceKind
from server.points.scores.timelines import MemberTimelines
from server.verifying import Fault, Findings, Verification, unlike


@dataclass(frozen=True, slots=True)
class _Case:
    """A record with what it is compared with. `last` is its latest event."""

    record: Row[Any]
    last: Row[Any] | None
    terms: Sequence[ConsentTerm]
    entries: Sequence[Posted]

    @property
    def name(self) -> str:
        return f"党费 {self.record.id}（党员 {self.record.member_id}，{self.record.month}）"


def verify_dues(session: Session) -> Findings:
    """Yield every month whose deduction is missing from the ledger or differs there from what is registered."""
    looked = 0
    for member_ids in member_pages(session):
        records = session.execute(select(*DuesRecord.__table__.c).where(DuesRecord.member_id.in_(member_ids))).all()
        entries = posted(session, member_ids, SourceKind.dues)
        known = {(record.id, record.member_id) for record in records}
        by_record: dict[int, list[Posted]] = defaultdict(list)
        for each in entries:
            if (each.entry.source_id, each.entry.member_id) in known:
                by_record[each.entry.source_id].append(each)
            else:
                yield Fault(each.name, "来源", f"党费 {each.entry.source_id}", "该党员的党费记录")
        last, terms = _last_events(session, member_ids), _terms(session, member_ids)
        standing = MemberTimelines(session, member_ids)
        for record in records:
            case = _Case(record, last.get(record.id), terms[record.member_id], by_record[record.id])
            yield from _of_record(case)
            yield from _of_ledger(case, standing)
        looked += len(records)
    return looked


def _last_events(session: Session, member_ids: Sequence[int]) -> dict[int, Row[Any]]:
    of_members = select(DuesRecord.id).where(DuesRecord.member_id.in_(member_ids))
    latest = (
        select(func.max(DuesEvent.id).label("id"), func.count().label("events"))
        .where(DuesEvent.record_id.in_(of_members))
        .group_by(DuesEvent.record_id)
        .subquery()
    )
    rows = select(*DuesEvent.__table__.c, latest.c.events).join(latest, latest.c.id == DuesEvent.id)
    found: Iterable[Row[Any]] = session.execute(rows)
    return {row.record_id: row for row in found}


def _terms(session: Session, member_ids: Sequence[int]) -> dict[int, list[ConsentTerm]]:
    found: dict[int, list[ConsentTerm]] = defaultdict(list)
    for consent in session.scalars(select(DuesConsent).where(DuesConsent.member_id.in_(member_ids))):
        found[consent.member_id].append(consent.term)
    return found


def _of_record(case: _Case) -> Iterator[Fault]:
    """Compare a record with its own history and with the rule that gives its state."""
    record, last = case.record, case.last
    yield from unlike(case.name, (("变动次数", record.changes, last.events if last else 0),))
    if last is not None:
        columns = (
            ("状态", record.state, last.state),
            ("应交金额（分）", record.due_cents, last.due_cents),
            ("实交金额（分）", record.paid_cents, last.paid_cents),
            ("交纳日期", record.paid_on, last.paid_on),
        )
        yield from unlike(f"{case.name}与最后一次变动 {last.id}", columns)
    if record.state == DuesState.waived:
        return
    state = state_of(
        due_day(record.month, case.terms),
        due_cents=record.due_cents,
        paid_cents=record.paid_cents,
        paid_on=record.paid_on,
        today=shanghai_date(record.recorded_at),
    )
    yield from unlike(case.name, (("状态", _title(record.state), _title(state)),))


def _title(state: str) -> str:
    return STATE_TITLES[DuesState(state)] if state in set(DuesState) else state


def _of_ledger(case: _Case, standing: MemberTimelines) -> Iterator[Fault]:
    record = case.record
    live = [each for each in case.entries if each.stands]
    for each in case.entries:
        if each.entry.revision > record.revision:
            yield Fault(each.name, "轮次", each.entry.revision, f"不超过{case.name}的 {record.revision}")
    if record.state not in DEDUCTING:
        for each in live:
            yield Fault(case.name, "状态", _title(record.state), f"应扣分的状态，或冲销{each.name}")
        return
    if not live and _deducts(case, standing):
        yield Fault(case.name, "台账记录", None, f"“{_title(record.state)}”须扣分")
    for each in live:
        yield from _figures(case, standing, each)


def _deducts(case: _Case, standing: MemberTimelines) -> bool:
    """Whether a month without an entry should have one: its member was managed then, and a standard says how much."""
    member_id, month = case.record.member_id, case.record.month
    due_on = due_day(month, case.terms)
    membership = standing.membership_on(member_id, due_on)
    if membership is None or any(standing.is_exempt(member_id, day) for day in (last_day(month), due_on)):
        return False
    standard_id = standing.standard_id_if_any(member_id, case.record.organization_id, due_on)
    if standard_id is None:
        return False
    return dues_item(standing.document(standard_id), standing.kinds_on(member_id, due_on)) is not None


def _figures(case: _Case, standing: MemberTimelines, found: Posted) -> Iterator[Fault]:
    """A consent that changes no state lets the deduction stand on the day on which it was made."""
    record, entry = case.record, found.entry
    row = f"{case.name}与{found.name}"
    agreed = (term for term in case.terms if term.from_month <= record.month <= term.until_month)
    days = {last_day(record.month), *(last_day(term.due_month(record.month)) for term in agreed)}
    if entry.occurred_on not in days:
        yield Fault(row, "日期", entry.occurred_on, due_day(record.month, case.terms))
    item = standing.document(entry.standard_id).item(entry.item_code)
    points = -item.points if item else None
    yield from unlike(row, (("分值", entry.points, points), ("轮次", entry.revision, record.revision)))


DUES = Verification("dues", "党费", "条", "登记、变动与台账互相印证", lambda session, _: verify_dues(session))
