"""A month of 党费 that was registered as late, short or missing."""

from sqlalchemy.orm import Session

from server.dues import service, terms
from server.dues.models import DuesRecord
from server.dues.rules import DEDUCTING, STATE_TITLES, DuesState
from server.dues.service import Payment
from server.identity.rules import RULES, Permission
from server.objections.corrections.acts import REASON, Act, Proposal, Remedy
from server.objections.rules import CorrectionKind
from server.statements.bulletins.wording import full_day


def propose(session: Session, source_id: int, member_id: int, wished: Remedy) -> Proposal | None:
    """Register the month as paid in full on its last day in time, or on the day that is wished."""
    record = session.get_one(DuesRecord, source_id)
    paid_on = wished.paid_on or terms.due_on(session, member_id=member_id, month=record.month)
    if record.state not in DEDUCTING or (record.paid_on, record.paid_cents) == (paid_on, record.due_cents):
        return None
    return Proposal(
        kind=CorrectionKind.dues,
        organization_id=record.organization_id,
        place=f"{record.month} 党费登记",
        words=f"{STATE_TITLES[DuesState(record.state)]}改为{full_day(paid_on)}交齐",
        remedy=Remedy(paid_on=paid_on),
        roles=RULES[Permission.dues_waive].roles,
    )


def carry_out(session: Session, act: Act) -> None:
    record = session.get_one(DuesRecord, act.source_id)
    service.correct(
        session,
        member_id=act.member_id,
        month=record.month,
        payment=Payment(record.due_cents, record.due_cents, act.proposal.remedy.paid_on),
        reason=REASON,
        actor=act.actor,
        now=act.now,
    )
