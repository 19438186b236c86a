"""Recording what a members' meeting voted on, and taking a mistaken record back.

Nothing here is a vote: people vote in the room, by hand or by ballot, and the figures are written down afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.subjects import AuditSubject
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict, not_found
from server.meetings.error_codes import MeetingErrorCode
from server.meetings.models import Meeting
from server.meetings.resolutions import queries
from server.meetings.resolutions.models import Resolution, VoteExclusion
from server.meetings.resolutions.rules import (
    AGAIN_WITHIN,
    ExclusionGround,
    Votes,
    VotingRule,
    VotingRuleCode,
    carries,
    fault,
    is_quorate,
    rules_on,
)
from server.meetings.rules import MeetingKind, MeetingStatus
from server.meetings.service import locked_meeting
from server.organizations.workdays import calendar_of


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A full member who is not counted, on which ground, and what it rests on."""

    member_id: int
    ground: ExclusionGround
    reason: str


@dataclass(frozen=True, slots=True)
class Ballots:
    """The ballots as they were counted at the meeting."""

    written: int
    ayes: int
    nays: int
    abstentions: int
    invalid: int
    unreturned: int


def refusal(meeting: Meeting, now: datetime) -> DomainError | None:
    """Return why no vote can be recorded for a meeting now, or None."""
    if meeting.kind != MeetingKind.members_meeting:
        return conflict(MeetingErrorCode.no_vote_here, "只有支部党员大会可以登记表决")
    if meeting.status == MeetingStatus.cancelled:
        return conflict(MeetingErrorCode.meeting_cancelled, "这次会议已取消，不能登记表决")
    if now <= meeting.closes_at:
        return conflict(MeetingErrorCode.check_in_open, "签到还没有结束，实到人数尚未确定，请在签到结束后登记表决")
    return None


def record(
    session: Session,
    *,
    meeting_id: int,
    rule: VotingRuleCode,
    title: str,
    text: str,
    exclusions: Sequence[Exclusion],
    ballots: Ballots,
    account_id: int,
    now: datetime,
) -> Resolution:
    """Write down a vote and whether it carried.

    Raises DomainError 409 as `refusal` and `already_recorded`, 422 `not_a_voter`, `no_quorum` (with the day by which to
    meet again) and `votes_disagree`.
    """
    meeting = locked_meeting(session, meeting_id)
    refused = refusal(meeting, now)
    if refused is not None:
        raise refused
    if any(row.title == title and row.withdrawn_at is None for row in queries.of_meeting(session, meeting.id)):
        raise conflict(CoreErrorCode.already_recorded, "这次会议已登记同一事项的表决；登记有误的，请先撤回")
    voters = queries.voters(session, meeting)
    excluded = {each.member_id for each in exclusions}
    if len(excluded) != len(exclusions) or not excluded <= {voter.member_id for voter in voters}:
        raise DomainError(MeetingErrorCode.not_a_voter, "不计入应到会的只能是本支部当日的正式党员，每人填一次")
    entitled, present = queries.present_among(voters, excluded)
    voting_rule = rules_on(meeting.day)[rule]
    if not is_quorate(voting_rule, entitled=entitled, present=present):
        raise _no_quorum(session, meeting, voting_rule, entitled, present)
    votes = Votes(
        entitled=entitled,
        present=present,
        written=ballots.written,
        ayes=ballots.ayes,
        nays=ballots.nays,
        abstentions=ballots.abstentions,
        invalid=ballots.invalid,
        unreturned=ballots.unreturned,
    )
    words = fault(voting_rule, votes)
    if words is not None:
        raise DomainError(MeetingErrorCode.votes_disagree, words)
    row = Resolution(
        meeting_id=meeting.id,
        rule=rule,
        rule_from=voting_rule.valid_from,
        title=title,
        text=text,
        entitled=votes.entitled,
        present=votes.present,
        written=votes.written,
        ayes=votes.ayes,
        nays=votes.nays,
        abstentions=votes.abstentions,
        invalid=votes.invalid,
        unreturned=votes.unreturned,
        passed=carries(votes),
        recorded_by=account_id,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    for each in exclusions:
        session.add(
            VoteExclusion(resolution_id=row.id, member_id=each.member_id, ground=each.ground, reason=each.reason)
        )
    _note(session, meeting, row, "resolution_record")
    session.flush()
    return row


def withdraw(session: Session, *, resolution_id: int, reason: str, account_id: int, now: datetime) -> Resolution:
    """Take a mistaken record back; it stays readable with the reason. Raises DomainError `not_found`, 409
    `already_withdrawn`."""
    row = session.get(Resolution, resolution_id)
    if row is None:
        raise not_found("表决")
    meeting = locked_meeting(session, row.meeting_id)
    session.refresh(row)
    if row.withdrawn_at is not None:
        raise conflict(MeetingErrorCode.already_withdrawn, "这项表决登记已经撤回")
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_reason = account_id, now, reason
    _note(session, meeting, row, "resolution_withdraw")
    session.flush()
    return row


def _no_quorum(session: Session, meeting: Meeting, rule: VotingRule, entitled: int, present: int) -> DomainError:
    by = again_by(session, meeting)
    return DomainError(
        MeetingErrorCode.no_quorum,
        f"应到会有表决权党员 {entitled} 名，实到 {present} 名，不足法定人数，不能表决；"
        f"请在 {by.year} 年 {by.month} 月 {by.day} 日前（{AGAIN_WITHIN} 个工作日内）再次召开",
        detail={"entitled": entitled, "present": present, "again_by": by.isoformat(), "clause": rule.clause},
    )


def again_by(session: Session, meeting: Meeting) -> date:
    """Return the last day on which a meeting without a quorum is to be held again."""
    calendar = calendar_of(session, root_id=meeting.root_id, around=meeting.day)
    return calendar.workday_after(meeting.day, AGAIN_WITHIN)


def _note(session: Session, meeting: Meeting, row: Resolution, action: str) -> None:
    audit.record(
        session,
        actor_id=row.withdrawn_by or row.recorded_by,
        root_id=meeting.root_id,
        action=action,
        subject_kind=AuditSubject.resolution,
        subject_id=row.id,
        now=row.withdrawn_at or row.recorded_at,
        detail={"meeting_id": meeting.id},
    )
