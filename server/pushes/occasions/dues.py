"""党费: a reminder before the month ends, for members with no payment registered. Never an amount."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from server.days import day_end, shanghai_date
from server.dues.models import DuesConsent, DuesRecord
from server.dues.rules import DuesState, last_day
from server.dues.terms import months_due, running
from server.organizations.beginning import has_begun
from server.organizations.history.queries import stage_on
from server.organizations.models import Member, Membership, Organization
from server.points.scores.timelines import exemptions_in_force
from server.pushes import outbox, pages
from server.pushes.occasions import wording
from server.pushes.occasions.drafting import DraftedMessage, HomePlace, concerned, to_member
from server.pushes.rules import Occasion
from server.standards.rules import AUDIENCE_STAGES, Audience

SETTLED = (DuesState.paid, DuesState.waived)


def remind(session: Session, *, period: datetime, now: datetime, after_id: int, limit: int) -> int | None:
    """Remind the next members after `after_id`; return the last of them, or None where nobody is left.

    Those who may pay later by the branch's consent are reminded in the month of that day, of all that is due by then.
    If the month is over by now, they read of it in the inbox, and it is listed as not delivered.
    """
    month = f"{shanghai_date(period):%Y-%m}"
    until = last_day(month)
    today = min(shanghai_date(now), until)
    agreed = select(DuesConsent.id).where(DuesConsent.member_id == Member.id)
    rows = session.execute(
        select(Member.id, Member.root_id, Organization.id, Organization.title)
        .join(Membership, and_(Membership.member_id == Member.id, Membership.holds_on(today)))
        .join(Organization, Organization.id == Membership.organization_id)
        .outerjoin(DuesRecord, and_(DuesRecord.member_id == Member.id, DuesRecord.month == month))
        .where(
            has_begun(until),
            Member.id > after_id,
            stage_on(today).in_(AUDIENCE_STAGES[Audience.members]),
            or_(DuesRecord.id.is_(None), DuesRecord.state.not_in(SETTLED), agreed.where(running(month)).exists()),
        )
        .order_by(Member.id)
        .limit(limit)
    ).all()
    exempt = {
        exemption.member_id
        for exemption in exemptions_in_force(session, [row[0] for row in rows])
        if exemption.holds_on(today)
    }
    first = _first_due(session, [row[0] for row in rows if row[0] not in exempt], month)
    message = DraftedMessage(Occasion.dues_reminder, month, pages.DUES, due_at=period, expires_at=day_end(until))
    told = concerned(session, message, first, now)
    drafts = [
        to_member(
            message,
            member_id,
            HomePlace(root_id, branch_id),
            wording.dues_reminder(first[member_id], month, branch, until),
        )
        for member_id, root_id, branch_id, branch in rows
        if member_id in told
    ]
    outbox.enqueue(session, drafts, now=now)
    return rows[-1][0] if len(rows) == limit else None


def _first_due(session: Session, member_ids: Sequence[int], month: str) -> dict[int, str]:
    """Return, by member, the earliest month that is due by the end of this one and not settled."""
    due = months_due(session, member_ids=member_ids, month=month)
    settled = select(DuesRecord.member_id, DuesRecord.month).where(
        DuesRecord.member_id.in_(member_ids),
        DuesRecord.month.in_({each for months in due.values() for each in months}),
        DuesRecord.state.in_(SETTLED),
    )
    done = {(row.member_id, row.month) for row in session.execute(settled)}
    left = {member_id: [each for each in months if (member_id, each) not in done] for member_id, months in due.items()}
    return {member_id: months[0] for member_id, months in left.items() if months}
