"""Register a pasted Excel selection: every line by itself, so that a bad line loses no other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.dues import queries, service
from server.dues.paste import Pasted, PastedNote, PastedProblem, PastedRow, lines_of, parse
from server.dues.rules import DuesState, last_day
from server.dues.service import Payment
from server.errors import DomainError
from server.names import name_key
from server.organizations.models import Member, Membership
from server.organizations.rules import normal_work_number
from server.spreadsheets.error_codes import SpreadsheetErrorCode

MAX_ROWS = 500


class RowOutcome(StrEnum):
    registered = "registered"
    unchanged = "unchanged"
    unpaid = "unpaid"  # nothing paid yet: left for the month's close
    skipped = "skipped"  # a heading, a title, a total: no payment
    error = "error"


@dataclass(frozen=True, slots=True)
class RowResult:
    """What a pasted line leads to; `column` and `message` say what is wrong with it, `text` how it was pasted."""

    line: int
    outcome: RowOutcome
    member: Member | None = None
    row: PastedRow | None = None
    state: DuesState | None = None
    column: str | None = None
    message: str | None = None
    text: str = ""


def register_pasted(
    session: Session,
    *,
    organization_id: int,
    text: str,
    month: str | None = None,
    apply: bool,
    account_id: int,
    now: datetime,
) -> list[RowResult]:
    """Register the lines that are right; without `apply` do the same and undo it, so that the preview cannot differ.

    `month` completes lines that leave year or month out. Raises DomainError `too_many_rows`.
    """
    rows = parse(text, month)
    if len(rows) > MAX_ROWS:
        raise DomainError(SpreadsheetErrorCode.too_many_rows, f"一次最多粘贴 {MAX_ROWS} 行，请分几次登记")
    branch = _Branch(session, organization_id)
    with session.begin_nested() as attempt:
        results = list(_results(session, branch, rows, account_id=account_id, now=now))
        if not apply:
            attempt.rollback()
    lines = lines_of(text)
    return [replace(result, text=lines[result.line - 1].strip()) for result in results]


def _results(
    session: Session, branch: "_Branch", rows: Iterable[Pasted], *, account_id: int, now: datetime
) -> Iterator[RowResult]:
    """Take one line after another; a second one for the same person and month is a problem, however they are called."""
    seen: dict[tuple[int, str], int] = {}
    for row in rows:
        found = branch.find(row) if isinstance(row, PastedRow) else None
        if isinstance(row, PastedRow) and isinstance(found, Member):
            first = seen.setdefault((found.id, row.month), row.line)
            if first != row.line:
                yield RowResult(row.line, RowOutcome.error, found, row, column="月份", message=f"与第 {first} 行重复")
                continue
        yield _result(session, row, found, account_id=account_id, now=now)


def _result(session: Session, row: Pasted, found: Member | str | None, *, account_id: int, now: datetime) -> RowResult:
    if isinstance(row, PastedNote):
        return RowResult(row.line, RowOutcome.skipped, message=row.message)
    if isinstance(row, PastedProblem):
        return RowResult(row.line, RowOutcome.error, column=row.column, message=row.message)
    if not isinstance(found, Member):
        return RowResult(row.line, RowOutcome.error, row=row, column="姓名或工号", message=found)
    if row.paid_on is None and row.due_cents > 0:
        return RowResult(row.line, RowOutcome.unpaid, found, row)
    try:
        with session.begin_nested():
            return _registered(session, found, row, account_id=account_id, now=now)
    except DomainError as refusal:
        return RowResult(row.line, RowOutcome.error, found, row, message=refusal.message)


def _registered(session: Session, member: Member, row: PastedRow, *, account_id: int, now: datetime) -> RowResult:
    before = queries.records_of_month(session, member_ids=[member.id], month=row.month).get(member.id)
    changes = before.changes if before else 0
    payment = Payment(row.due_cents, row.paid_cents, row.paid_on)
    record = service.register(
        session, member_id=member.id, month=row.month, payment=payment, account_id=account_id, now=now
    )
    outcome = RowOutcome.unchanged if record.changes == changes else RowOutcome.registered
    return RowResult(row.line, outcome, member, row, DuesState(record.state))


class _Branch:
    """Who belonged to a branch in a month, found by 工号 or by a name that only one of them has."""

    def __init__(self, session: Session, organization_id: int) -> None:
        rows = select(Member, Membership).join(Membership, Membership.member_id == Member.id)
        self._all = [
            (member, membership)
            for member, membership in session.execute(rows.where(Membership.organization_id == organization_id))
        ]

    def find(self, row: PastedRow) -> Member | str:
        """Return the member, or in words why there is none."""
        people = self._in_month(row.month)
        number, name = normal_work_number(row.who), name_key(row.who)
        by_number = [member for member in people if normal_work_number(member.work_number) == number]
        found = by_number or [member for member in people if name_key(member.name) == name]
        if not found:
            return f"{row.month} 本支部没有“{row.who}”"
        if len(found) > 1:
            return f"本支部有 {len(found)} 位“{row.who}”，请改填工号"
        if row.name and name_key(row.name) != name_key(found[0].name):
            return f"工号“{row.who}”不是“{row.name}”，请核对"
        return found[0]

    def _in_month(self, month: str) -> list[Member]:
        first, last = date.fromisoformat(f"{month}-01"), last_day(month)
        there = {
            member.id: member
            for member, membership in self._all
            if membership.from_date <= last and membership.ends_after(first)
        }
        return list(there.values())
