"""Recording what the 民主评议 of a branch came to, from its meeting, and taking a mistaken record back."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.db import added
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict, not_found
from server.meetings.models import Meeting
from server.meetings.resolutions.queries import voters
from server.meetings.rules import MeetingKind, MeetingStatus
from server.meetings.service import locked_meeting
from server.organizations.models import Organization
from server.ratings.appraisals import queries
from server.ratings.appraisals.models import Appraisal
from server.ratings.appraisals.rules import AppraisalGrade, most_excellent
from server.ratings.error_codes import RatingErrorCode

_KINDS = (MeetingKind.organizational_life, MeetingKind.members_meeting)


def record(
    session: Session,
    *,
    organization_id: int,
    year: int,
    meeting_id: int,
    grades: Mapping[int, AppraisalGrade],
    account_id: int,
    now: datetime,
) -> list[Appraisal]:
    """Record the grades of some of a branch's full members for a year, by member, from the meeting that gave them.

    Raises DomainError 404, 409 `already_recorded`, 422 `not_in_results` for whoever is no full member of the branch on
    the day of the meeting, `excellent_full` for more than a third of them, `invalid_dates` for another year's meeting.
    """
    meeting = locked_meeting(session, meeting_id)
    _refuse_meeting(meeting, organization_id, year, now)
    session.execute(select(Organization.id).where(Organization.id == organization_id).with_for_update())
    full = {each.member_id for each in voters(session, meeting)}
    if strangers := sorted(grades.keys() - full):
        message = "民主评议等次只登记给会议当日本支部的正式党员；预备党员参加评议，不定等次"
        raise DomainError(RatingErrorCode.not_in_results, message, detail={"member_ids": strangers})
    rows = [
        Appraisal(
            root_id=meeting.root_id,
            organization_id=organization_id,
            member_id=member_id,
            for_year=year,
            grade=grade,
            meeting_id=meeting.id,
            open=True,
            recorded_by=account_id,
            recorded_at=now,
        )
        for member_id, grade in sorted(grades.items())
    ]
    known = queries.grades_for(session, grades.keys(), year)
    if known or not added(session, *rows):
        message = "有党员本年度的等次已经登记；登记有误的，请先撤回"
        raise conflict(CoreErrorCode.already_recorded, message, member_ids=sorted(known))
    excellent, most = queries.excellent_in(session, organization_id, year), most_excellent(len(full))
    if excellent > most:
        message = f"优秀等次不超过正式党员 {len(full)} 人的三分之一，至多 {most} 人，现为 {excellent} 人"
        raise DomainError(RatingErrorCode.excellent_full, message, detail={"most": most, "excellent": excellent})
    for row in rows:
        _note(session, row, "appraisal_record", account_id, now)
    return rows


def withdraw(session: Session, *, appraisal_id: int, reason: str, account_id: int, now: datetime) -> Appraisal:
    """Take a mistaken record back; it stays readable with the reason. Raises DomainError 409 `moved_on`."""
    row = session.get_one(Appraisal, appraisal_id, with_for_update=True, populate_existing=True)
    if row.open is None:
        raise conflict(CoreErrorCode.moved_on, "这条评议等次已经撤回")
    row.open, row.withdrawn_by, row.withdrawn_at, row.withdrawn_reason = None, account_id, now, reason
    session.flush()
    _note(session, row, "appraisal_withdraw", account_id, now)
    return row


def _refuse_meeting(meeting: Meeting, organization_id: int, year: int, now: datetime) -> None:
    if meeting.organization_id != organization_id or meeting.kind not in _KINDS:
        raise not_found("本支部评议党员的组织生活会或党员大会")
    if meeting.status == MeetingStatus.cancelled or now <= meeting.closes_at:
        raise conflict(CoreErrorCode.wrong_status, "会议已取消或尚未结束，不能登记评议等次", state=meeting.status)
    if meeting.day.year not in (year, year + 1):
        message = f"{year}年度的民主评议应在{year}年或次年召开的会议上进行"
        raise DomainError(CoreErrorCode.invalid_dates, message)


def _note(session: Session, row: Appraisal, action: str, account_id: int, now: datetime) -> None:
    audit.record(
        session,
        actor_id=account_id,
        action=action,
        now=now,
        detail={"organization_id": row.organization_id, "year": row.for_year, "meeting_id": row.meeting_id},
        **audit.of(row),
    )
