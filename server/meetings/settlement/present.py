"""How a settlement is shown."""

from datetime import datetime

from sqlalchemy.orm import Session

from server.meetings.rules import STANDING_TITLES, MeetingStatus, RosterStatus
from server.meetings.settlement.outcomes import OutcomeReason
from server.meetings.settlement.preview import Effect, PreviewRow, preview
from server.meetings.settlement.schemas import EffectOut, SettlementOut, SettlementRowOut
from server.organizations.queries import account_names
from server.standards.rules import Method


def settlement(session: Session, roster_id: int, now: datetime) -> SettlementOut:
    found = preview(session, roster_id=roster_id, now=now)
    roster, meeting = found.roster, found.meeting
    names = account_names(session, [roster.confirmed_by])
    return SettlementOut(
        roster_id=roster.id,
        meeting_id=meeting.id,
        meeting_status=MeetingStatus(meeting.status),
        status=RosterStatus(roster.status),
        closed=found.closed,
        settles_at=meeting.settles_at,
        confirmed_by=names[roster.confirmed_by] if roster.confirmed_by is not None else None,
        confirmed_at=roster.confirmed_at,
        pending=found.pending,
        absent=found.absent,
        held=found.held,
        already_counted=[row.person.member.id for row in found.rows if _is_counted(row)],
        rows=[_row(row) for row in found.rows],
    )


def _is_counted(row: PreviewRow) -> bool:
    return any(effect.outcome.reason is OutcomeReason.already_counted for effect in row.effects)


def _row(row: PreviewRow) -> SettlementRowOut:
    return SettlementRowOut(
        member_id=row.person.member.id,
        name=row.person.member.name,
        part=row.person.case.part,
        standing=row.standing,
        standing_title=STANDING_TITLES[row.standing],
        effects=[_effect(effect) for effect in row.effects],
    )


def _effect(effect: Effect) -> EffectOut:
    outcome = effect.outcome
    figures, item = outcome.figures, outcome.item
    return EffectOut(
        item_code=figures.item_code,
        item_title=item.title if item else None,
        method=item.method if item else None,
        reason=outcome.reason,
        words=effect.words,
        points=None if item and item.method is Method.ratio else figures.points,
        owed=figures.owed,
        attended=figures.attended,
        made_up=figures.made_up,
        excused=figures.excused,
        posted=effect.posted,
    )
