"""The members' meeting that hears the results: whether it will do, and who was there."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.annual.results.models import AnnualEdition
from server.annual.steps.courses import Way
from server.annual.steps.error_codes import AnnualErrorCode
from server.annual.steps.models import AnnualReport
from server.days import shanghai_date
from server.errors import DomainError
from server.meetings.models import Meeting, Roster
from server.meetings.rosters.queries import RosterLine, lines
from server.meetings.rules import AttendanceState, MeetingKind, MeetingStatus, Part, RosterStatus

_THERE = (AttendanceState.present, AttendanceState.late)


@dataclass(frozen=True, slots=True)
class Hearing:
    """应到 and 实到 of a meeting, and who has heard what was told there: those who made up for it, too."""

    expected: int
    present: int
    member_ids: frozenset[int]


def refuse_unfit(session: Session, way: Way, edition: AnnualEdition, meeting: Meeting, *, now: datetime) -> None:
    """Raise DomainError 422 `meeting_unfit` unless a meeting can have heard an edition's figures."""
    if (words := _unfit(session, way, edition, meeting, now)) is not None:
        raise DomainError(AnnualErrorCode.meeting_unfit, words)


def _unfit(session: Session, way: Way, edition: AnnualEdition, meeting: Meeting, now: datetime) -> str | None:
    roster = _roster(session, meeting, way.organization.id)
    early = meeting.day < shanghai_date(edition.drawn_at) and not _reported_at(session, way, meeting)
    faults = {
        "请选择本支部的支部党员大会": meeting.organization_id != way.organization.id
        or meeting.kind != MeetingKind.members_meeting,
        "这次会议已取消": meeting.status == MeetingStatus.cancelled,
        "签到还没有结束，请在会议之后登记": now <= meeting.closes_at,
        "会议早于年度结果形成的日期，不能作为通报会议": early,
        "请先填写会议记录": not meeting.minutes.strip(),
        "请先确认这次会议的签到名单，应到、实到人数才能确定": roster is None or roster.status != RosterStatus.confirmed,
    }
    return next((words for words, holds in faults.items() if holds), None)


def heard_at(session: Session, meeting: Meeting, organization_id: int, *, now: datetime) -> Hearing:
    """Return who was at a branch's meeting, by its list."""
    roster = _roster(session, meeting, organization_id)
    found = lines(session, roster, closes_at=meeting.closes_at, now=now) if roster is not None else []
    invited = [line for line in found if line.part is Part.invited]
    return Hearing(
        expected=len(invited),
        present=sum(_was_there(line) for line in invited),
        member_ids=frozenset(line.member_id for line in found if line.attendance is not None),
    )


def open_report(session: Session, branch_year_id: int | None) -> AnnualReport | None:
    """Return the report of a year that is not undone."""
    query = select(AnnualReport).where(AnnualReport.branch_year_id == branch_year_id, AnnualReport.open.is_(True))
    return session.scalar(query)


def _was_there(line: RosterLine) -> bool:
    return line.attendance is not None and line.attendance.state in _THERE


def _reported_at(session: Session, way: Way, meeting: Meeting) -> bool:
    """Whether an earlier report, undone meanwhile, named this meeting: what changed since is told by 更正通报."""
    query = select(AnnualReport.id).where(
        AnnualReport.branch_year_id == way.branch_year.id, AnnualReport.meeting_id == meeting.id
    )
    return session.scalar(query.limit(1)) is not None


def _roster(session: Session, meeting: Meeting, organization_id: int) -> Roster | None:
    query = select(Roster).where(Roster.meeting_id == meeting.id, Roster.organization_id == organization_id)
    return session.scalar(query)
