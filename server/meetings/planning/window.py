"""End a meeting's check-in before its time, or keep it open longer."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.errors import DomainError, conflict
from server.meetings.error_codes import MeetingErrorCode
from server.meetings.models import Meeting
from server.meetings.planning.changes import check_planned, check_unconfirmed
from server.meetings.planning.service import record
from server.meetings.rules import SETTLES_AFTER, CheckInRefusal
from server.meetings.service import locked_meeting

_MICROSECOND = timedelta(microseconds=1)


def end_check_in(session: Session, *, meeting_id: int, account_id: int, now: datetime) -> Meeting:
    """Close check-in, so that a scan of this instant no longer counts; one that has closed stays as it is.

    Raises DomainError 409 `too_early`, `already_settled` or `meeting_cancelled`.
    """
    meeting = locked_meeting(session, meeting_id)
    check_planned(meeting)
    if now < meeting.opens_at:
        raise conflict(CheckInRefusal.too_early, "签到还没有开始，不能结束；如需调整请修改签到时间")
    if now <= meeting.closes_at:
        _close_at(session, meeting, now - _MICROSECOND)
        record(session, meeting, "meeting_end_check_in", account_id, now)
    return meeting


def extend_check_in(
    session: Session, *, meeting_id: int, closes_at: datetime, account_id: int, now: datetime
) -> Meeting:
    """Let check-in close at another time, also after it was ended.

    Raises DomainError `invalid_closing`, 409 `roster_confirmed`, `already_settled` or `meeting_cancelled`.
    """
    meeting = locked_meeting(session, meeting_id)
    check_planned(meeting)
    check_unconfirmed(session, meeting)
    if closes_at <= max(now, meeting.opens_at):
        raise DomainError(MeetingErrorCode.invalid_closing, "签到结束时间应晚于现在和签到开始时间，请重新选择")
    if closes_at > meeting.ends_at:
        raise DomainError(MeetingErrorCode.invalid_closing, "签到应在会议结束前截止；会议延长了请先修改结束时间")
    if closes_at != meeting.closes_at:
        _close_at(session, meeting, closes_at)
        record(session, meeting, "meeting_extend_check_in", account_id, now)
    return meeting


def _close_at(session: Session, meeting: Meeting, closes_at: datetime) -> None:
    meeting.closes_at, meeting.settles_at = closes_at, closes_at + SETTLES_AFTER
    meeting.version += 1
    session.flush()
