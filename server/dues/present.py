"""How 党费 is shown. Amounts are for the branch's officers and the member alone."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.dues import service
from server.dues.bulk import Outcome, RowResult
from server.dues.models import DuesEvent, DuesRecord
from server.dues.rules import STATE_TITLES, DuesState
from server.dues.schemas import DuesEventOut, DuesOut, MonthRowOut, PasteOut, PasteRowOut
from server.identity.models import Account
from server.identity.rules import RULES, Actor, Permission, Target, roles_at
from server.organizations.models import Member


def sees_amounts(actor: Actor, target: Target) -> bool:
    """Whether he is the member himself or an officer of the branch; whoever looks from above sees states only."""
    if actor.member_id is not None and actor.member_id == target.member_id:
        return True
    return bool(roles_at(actor, target.ancestor_ids) & RULES[Permission.dues_record].roles)


def months(session: Session, records: Sequence[DuesRecord], *, amounts: bool) -> list[DuesOut]:
    events = service.events_of(session, [record.id for record in records])
    names = _names(session, (event.account_id for found in events.values() for event in found))
    return [_month(record, events[record.id], names, amounts=amounts) for record in records]


def row(member: Member, record: DuesRecord | None, *, amounts: bool) -> MonthRowOut:
    shown = record if amounts else None
    return MonthRowOut(
        member_id=member.id,
        name=member.name,
        work_number=member.work_number,
        state=DuesState(record.state) if record else None,
        state_title=STATE_TITLES[DuesState(record.state)] if record else "未登记",
        due_cents=shown.due_cents if shown else None,
        paid_cents=shown.paid_cents if shown else None,
        paid_on=record.paid_on if record else None,
    )


def pasted(results: Sequence[RowResult], *, applied: bool) -> PasteOut:
    return PasteOut(
        applied=applied,
        registered=sum(result.outcome is Outcome.registered for result in results),
        errors=sum(result.outcome is Outcome.error for result in results),
        rows=[_pasted_row(result) for result in results],
    )


def _month(record: DuesRecord, events: Sequence[DuesEvent], names: dict[int, str], *, amounts: bool) -> DuesOut:
    state = DuesState(record.state)
    return DuesOut(
        member_id=record.member_id,
        month=record.month,
        state=state,
        state_title=STATE_TITLES[state],
        due_cents=record.due_cents if amounts else None,
        paid_cents=record.paid_cents if amounts else None,
        paid_on=record.paid_on,
        events=[_event(event, names, amounts=amounts) for event in events],
    )


def _event(event: DuesEvent, names: dict[int, str], *, amounts: bool) -> DuesEventOut:
    state = DuesState(event.state)
    return DuesEventOut(
        kind=event.kind,
        state=state,
        state_title=STATE_TITLES[state],
        due_cents=event.due_cents if amounts else None,
        paid_cents=event.paid_cents if amounts else None,
        paid_on=event.paid_on,
        reason=event.reason,
        actor=names[event.account_id],
        at=event.at,
    )


def _pasted_row(result: RowResult) -> PasteRowOut:
    told = result.row
    return PasteRowOut(
        line=result.line,
        text=result.text,
        outcome=result.outcome,
        member_id=result.member.id if result.member else None,
        name=result.member.name if result.member else None,
        month=told.month if told else None,
        due_cents=told.due_cents if told else None,
        paid_cents=told.paid_cents if told else None,
        paid_on=told.paid_on if told else None,
        state=result.state,
        column=result.column,
        message=result.message,
    )


def _names(session: Session, account_ids: Iterable[int]) -> dict[int, str]:
    rows = session.execute(select(Account.id, Account.name).where(Account.id.in_(set(account_ids))))
    return {found.id: found.name for found in rows}
