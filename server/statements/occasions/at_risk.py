"""提醒: after each month, which base points a 补课 can still save; nobody is told of points lost for good."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Select, and_, case, select
from sqlalchemy.orm import Session

from server.days import day_end, shanghai_date
from server.meetings.models import Attendance, Invitation, Leave, Meeting
from server.meetings.rules import AttendanceState, LeaveStatus, MeetingStatus
from server.meetings.rules import Part as MeetingPart
from server.meetings.settlement.cases import MemberCase, concerned, planned_items
from server.meetings.settlement.outcomes import EntryFigures, outcomes
from server.points import service as points
from server.points.models import PointEntry
from server.points.scores.queries import year_scores
from server.pushes import pages
from server.pushes.fanouts import FanoutPart
from server.pushes.models import Fanout
from server.pushes.occasions import wording
from server.pushes.occasions.drafting import DraftedMessage, HomePlace, at_nine, to_member
from server.pushes.outbox import Draft
from server.pushes.rules import Occasion
from server.statements.models import Statement
from server.statements.occasions.months import lines_after
from server.statements.occasions.saving import MakeupChance, Saving, saving


def draft(session: Session, fanout: Fanout, limit: int, now: datetime) -> FanoutPart:
    """Draft for those of the next members of a confirmed month who could still save base points of its year.

    It goes by when it was due: those whose last chance passed while the system was down are told so, too late. Their
    ledgers are locked: a settlement between reading the score and its meetings would make the difference wrong.
    """
    statement = session.get_one(Statement, fanout.subject_id)
    member_ids = [line.member_id for line in lines_after(session, fanout, limit)]
    points.lock(session, member_ids)
    due_at = at_nine(fanout.due_at)
    today, due_on = shanghai_date(now), shanghai_date(fanout.due_at)
    found = _chances(session, member_ids, statement.year, due_on, now)
    scores = year_scores(session, member_ids=found, year=statement.year)
    drafts = [
        _draft(statement, member_id, saved, due_at)
        for member_id, chances in found.items()
        if member_id in scores and (saved := saving(scores[member_id], _open(chances, today))) is not None
    ]
    return FanoutPart(drafts, member_ids[-1] if len(member_ids) == limit else None)


def _draft(statement: Statement, member_id: int, saved: Saving, due_at: datetime) -> Draft:
    message = DraftedMessage(
        Occasion.at_risk, statement.period, pages.score(statement.year), due_at=due_at, expires_at=day_end(saved.until)
    )
    content = wording.at_risk(statement.period, value=saved.points, until=saved.until, several=saved.several)
    return to_member(message, member_id, HomePlace(statement.root_id, statement.organization_id), content)


def _open(chances: Sequence[MakeupChance], today: date) -> Sequence[MakeupChance]:
    """Return the chances that are left, or all of them if none is."""
    return [chance for chance in chances if chance.until >= today] or chances


def _chances(
    session: Session, member_ids: Collection[int], year: int, due_on: date, now: datetime
) -> dict[int, list[MakeupChance]]:
    """Return what these members have missed in the year and could still make up for on a day."""
    open_ones: dict[int, dict[int, date]] = defaultdict(dict)
    for meeting_id, member_id, until in session.execute(_not_made_up(member_ids, due_on)):
        open_ones[meeting_id][member_id] = until
    found: dict[int, list[MakeupChance]] = defaultdict(list)
    for meeting_id, until_by_member in sorted(open_ones.items()):
        meeting = session.get_one(Meeting, meeting_id)
        if meeting.closes_at < now and meeting.day.year == year:
            for one in concerned(session, meeting, until_by_member):
                found[one.member.id] += _of_meeting(meeting, one, until_by_member[one.member.id])
    return found


def _not_made_up(member_ids: Collection[int], today: date) -> Select[int, int, date]:
    """Select meeting, member and last day of every absence that may still be made up for in time."""
    same = and_(Leave.meeting_id == Invitation.meeting_id, Leave.member_id == Invitation.member_id)
    until = case((Leave.id.is_(None), Meeting.makeup_until), else_=Leave.makeup_until)
    came = and_(Attendance.meeting_id == Invitation.meeting_id, Attendance.member_id == Invitation.member_id)
    return (
        select(Meeting.id, Invitation.member_id, until)
        .select_from(Invitation)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .outerjoin(Leave, and_(same, Leave.status == LeaveStatus.granted))
        .outerjoin(Attendance, came)
        .where(
            Invitation.member_id.in_(member_ids),
            Invitation.part == MeetingPart.invited,
            Meeting.status != MeetingStatus.cancelled,
            Attendance.member_id.is_(None),
            until >= today,
        )
    )


def _of_meeting(meeting: Meeting, one: MemberCase, until: date) -> Iterator[MakeupChance]:
    """Yield what each of the meeting's items is worth to a member, missed or made up."""
    if one.case.measure is None or one.case.spared:
        return
    planned = planned_items(meeting)
    gone = replace(one.case, attendance=None, leave=None)
    missed = outcomes(planned, gone, today=until)
    made_up = outcomes(planned, replace(gone, attendance=AttendanceState.made_up), today=until)
    for without, with_it in zip(missed, made_up, strict=True):
        if without.item is not None:
            posted = _posted(without.item.code, one.live)
            yield MakeupChance(without.item, until, without.figures, with_it.figures, posted)


def _posted(item_code: str, live: Sequence[PointEntry]) -> EntryFigures:
    entries = [entry for entry in live if entry.item_code == item_code]
    return EntryFigures(
        item_code,
        points=sum((entry.points for entry in entries), Decimal(0)),
        owed=sum(entry.owed for entry in entries),
        attended=sum(entry.attended for entry in entries),
        made_up=sum(entry.made_up for entry in entries),
        excused=sum(entry.excused for entry in entries),
    )
