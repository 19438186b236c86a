"""Register a pasted Excel selection: every line by itself, so that a bad one loses no other."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.dues import service
from server.dues.paste import PastedProblem, PastedRow, parse
from server.dues.rules import DuesState, last_day
from server.dues.service import Payment
from server.errors import DomainError
from server.names import name_key
from server.organizations.models import Member, Membership
from server.organizations.rules import normal_work_number

MAX_ROWS = 500


class Outcome(StrEnum):
    registered = "registered"
    unchanged = "unchanged"
    unpaid = "unpaid"  # nothing paid yet: left for the month's close
    error = "error"


@dataclass(frozen=True, slots=True)
class RowResult:
    """What a pasted line leads to; `column` and `message` say what is wrong with it."""

    line: int
    outcome: Outcome
    member: Member | None = None
    row: PastedRow | None = None
    state: DuesState | None = None
    column: str | None = None
    message: str | None = None


def register_pasted(
    session: Session, *, organization_id: int, text: str, apply: bool, account_id: int, now: datetime
) -> list[RowResult]:
    """Register the lines that are right; without `apply` do the same and undo it, so that the preview cannot err.

    Raises DomainError `too_many_rows`.
    """
    rows = parse(text)
    if len(rows) > MAX_ROWS:
        raise DomainError("too_many_rows", f"一次最多粘贴 {MAX_ROWS} 行，请分几次登记")
    branch = _Branch(session, organization_id)
    with session.begin_nested() as attempt:
        results = [_result(session, branch, row, account_id=account_id, now=now) for row in _once(rows)]
        if not apply:
            attempt.rollback()
    return results


def _once(rows: list[PastedRow | PastedProblem]) -> list[PastedRow | PastedProblem]:
    """Turn a second line for the same person and month into a problem."""
    seen: dict[tuple[str, str], int] = {}
    checked: list[PastedRow | PastedProblem] = []
    for row in rows:
        if isinstance(row, PastedRow):
            first = seen.setdefault((row.who, row.month), row.line)
            if first != row.line:
                checked.append(PastedProblem(row.line, "月份", f"与第 {first} 行重复"))
                continue
        checked.append(row)
    return checked


def _result(
    session: Session, branch: "_Branch", row: PastedRow | PastedProblem, *, account_id: int, now: datetime
) -> RowResult:
    if isinstance(row, PastedProblem):
        return RowResult(row.line, Outcome.error, column=row.column, message=row.message)
    found = branch.find(row)
    if isinstance(found, str):
        return RowResult(row.line, Outcome.error, row=row, column="姓名或工号", message=found)
    if row.paid_on is None and row.due_cents > 0:
        return RowResult(row.line, Outcome.unpaid, found, row)
    try:
        with session.begin_nested():
            return _registered(session, found, row, account_id=account_id, now=now)
    except DomainError as refusal:
        return RowResult(row.line, Outcome.error, found, row, message=refusal.message)


def _registered(session: Session, member: Member, row: PastedRow, *, account_id: int, now: datetime) -> RowResult:
    before = service.records_of_month(session, member_ids=[member.id], month=row.month).get(member.id)
    changes = before.changes if before else 0
    payment = Payment(row.due_cents, row.paid_cents, row.paid_on)
    record = service.register(
        session, member_id=member.id, month=row.month, payment=payment, account_id=account_id, now=now
    )
    outcome = Outcome.unchanged if record.changes == changes else Outcome.registered
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
        return found[0] if len(found) == 1 else f"本支部有 {len(found)} 位“{row.who}”，请改填工号"

    def _in_month(self, month: str) -> list[Member]:
        first, last = date.fromisoformat(f"{month}-01"), last_day(month)
        there = {
            member.id: member
            for member, membership in self._all
            if membership.from_date <= last and (membership.until_date is None or membership.until_date > first)
        }
        return list(there.values())
