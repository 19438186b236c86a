"""What people do, one act a function: through the services that the API uses."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from scripts.quarter.world import Branch, World
from server.claims import review
from server.claims import service as claims
from server.claims.contents import Contents
from server.days import SHANGHAI
from server.dues.models import DuesRecord
from server.dues.rules import DuesState
from server.meetings.leave import service as leaves
from server.meetings.leave.service import LeaveRequest, LeaveTerms
from server.meetings.models import Attendance, Invitation, Leave, Meeting, Roster
from server.meetings.planning import changes
from server.meetings.planning import service as planning
from server.meetings.planning.changes import MeetingChange
from server.meetings.planning.service import Plan
from server.meetings.rules import AttendanceState, LeaveStatus, MeetingKind, Via
from server.meetings.settlement import queries as settlement_queries
from server.meetings.settlement import service as settlement
from server.notices import service as notices
from server.notices.models import NoticeReading
from server.notices.rules import NoticeAudience
from server.standards.rules import LeaveKind
from server.statements import confirming
from server.statements.bulletins import service as bulletins
from server.statements.models import Bulletin, Statement, StatementLine
from server.statements.rules import BulletinStatus, StatementStatus

TWO_HOURS = timedelta(hours=2)


def announce(session: Session, *, world: World, day: date, now: datetime) -> int:
    """Publish a notice of the 党委 to everyone; return its id."""
    author = world.branches[0].secretary_id
    notice = notices.write(
        session,
        organization_id=world.root_id,
        title=f"关于{day.month}月{day.day}日起集中学习的通知",
        body="请各支部组织学习。",
        audience=NoticeAudience.everyone,
        account_id=author,
        now=now,
    )
    return notices.publish(session, notice.id, account_id=author, now=now).id


def remind(session: Session, *, notice_id: int, readers: Sequence[int], account_id: int, now: datetime) -> int:
    """Let some read a notice and have the others reminded; return how many are reminded."""
    seen = [{"notice_id": notice_id, "member_id": each, "read_at": now} for each in readers]
    session.execute(insert(NoticeReading), seen)
    return notices.remind(session, notice_id, account_id=account_id, now=now)


def plan(session: Session, *, branch: Branch, on: date, now: datetime) -> int:
    """Plan a theme day; return its id."""
    begins = datetime.combine(on, time(14, 30), SHANGHAI)
    wish = Plan(
        kind=MeetingKind.theme_day,
        title=f"{on.month}月主题党日",
        topic="",
        place="实验楼 B402",
        agenda="学习交流",
        starts_at=begins,
        ends_at=begins + TWO_HOURS,
    )
    meetings = planning.plan(
        session,
        organization_id=branch.id,
        plan=wish,
        actor=branch.secretary,
        account_id=branch.secretary_id,
        now=now,
    )
    return meetings[0].id


def call_off(session: Session, *, meeting_id: int, branch: Branch, now: datetime) -> None:
    changes.cancel(
        session,
        meeting_id=meeting_id,
        reason="场地另有安排",
        following=False,
        account_id=branch.secretary_id,
        now=now,
    )


def move(session: Session, *, meeting_id: int, branch: Branch, now: datetime) -> None:
    """Hold a meeting two hours later."""
    meeting = session.get_one(Meeting, meeting_id)
    later = MeetingChange(starts_at=meeting.starts_at + TWO_HOURS, ends_at=meeting.ends_at + TWO_HOURS)
    changes.change(
        session,
        meeting_id=meeting_id,
        version=meeting.version,
        change=later,
        following=False,
        actor=branch.secretary,
        account_id=branch.secretary_id,
        now=now,
    )


def ask_leave(
    session: Session, *, meeting_id: int, branch: Branch, member_id: int, granted: bool, now: datetime
) -> None:
    """Ask for leave, and have it answered."""
    asked = leaves.ask(
        session,
        member_id=member_id,
        meeting_id=meeting_id,
        wish=LeaveRequest(LeaveKind.official, "外出参加学术会议"),
        actor=branch.member(member_id),
        account_id=member_id,
        now=now,
    )
    answer: dict[str, Any] = {"leave_id": asked.id, "actor": branch.secretary, "account_id": branch.secretary_id}
    if granted:
        leaves.grant(session, **answer, terms=LeaveTerms(), now=now)
    else:
        leaves.refuse(session, **answer, answer="请尽量参加", now=now)


def attend(session: Session, *, meeting_id: int, chance: Random, now: datetime) -> None:
    """Let nine in ten of those who are not on leave come."""
    on_leave = select(Leave.member_id).where(Leave.meeting_id == meeting_id, Leave.status == LeaveStatus.granted)
    invited = select(Invitation.member_id).where(
        Invitation.meeting_id == meeting_id, Invitation.member_id.not_in(on_leave)
    )
    came = [each for each in session.scalars(invited.order_by(Invitation.member_id)) if chance.random() < 0.9]
    at = {"state": AttendanceState.present, "via": Via.qr, "scanned_at": now, "recorded_at": now}
    session.execute(
        insert(Attendance), [{**at, "meeting_id": meeting_id, "member_id": each, "account_id": each} for each in came]
    )


def confirm(session: Session, *, meeting_id: int, branch: Branch, now: datetime) -> None:
    """Confirm a branch's list."""
    meeting = session.get_one(Meeting, meeting_id)
    roster_id = session.scalars(select(Roster.id).where(Roster.meeting_id == meeting_id)).one()
    settlement.confirm(
        session,
        roster_id=roster_id,
        absent=settlement_queries.absent_ids(session, meeting, roster_id),
        count_anyway=(),
        account_id=branch.secretary_id,
        now=now,
    )


def claim(
    session: Session, *, branch: Branch, member_id: int, day: date, now: datetime, photo_ids: Sequence[int] = ()
) -> int:
    """Report an hour of volunteering; return the claim's id."""
    contents = Contents("社区志愿服务", "协助社区登记", "C04", Decimal(1), occurred_on=day, photo_ids=photo_ids)
    actor = branch.member(member_id)
    drafted = claims.create_draft(session, member_id=member_id, actor=actor, contents=contents, now=now)
    return claims.submit(session, claim_id=drafted.id, actor=actor, version=drafted.version, now=now).id


def review_claim(session: Session, *, claim_id: int, branch: Branch, fate: float, now: datetime) -> bool:
    """Decide a claim: eight in ten are approved, one is rejected, one returned. Return whether it was returned."""
    actor = branch.secretary
    opened = review.open_for_review(session, claim_id=claim_id, actor=actor, now=now)
    decision: dict[str, Any] = {"claim_id": claim_id, "actor": actor, "version": opened.version, "now": now}
    if fate < 0.8:
        review.approve(session, **decision, distinct_reason="与主题党日不是同一活动")
    elif fate < 0.9:
        review.reject(session, **decision, reason="不属于志愿服务")
    else:
        review.send_back(session, **decision, reason="请补充证明")
    return fate >= 0.9


def register_dues(session: Session, *, branch: Branch, payers: Sequence[int], day: date, now: datetime) -> None:
    """Write down who has paid; what is paid in time posts nothing."""
    paid = {"due_cents": 1000, "paid_cents": 1000, "paid_on": day, "state": DuesState.paid, "recorded_at": now}
    place = {"root_id": branch.path[0], "organization_id": branch.id, "month": f"{day:%Y-%m}"}
    by = {"recorded_by": branch.secretary_id}
    session.execute(insert(DuesRecord), [{**paid, **place, **by, "member_id": each} for each in payers])


def confirm_months(session: Session, *, chance: Random, now: datetime) -> None:
    """Let seven in ten secretaries confirm their month; the others are confirmed by the clock."""
    waiting = select(Statement.id).where(Statement.status == StatementStatus.frozen).order_by(Statement.id)
    for statement_id in session.scalars(waiting).all():
        if chance.random() < 0.7:
            confirming.confirm(session, statement_id=statement_id, account_id=1, now=now)


def confirmed_lines(session: Session) -> int:
    """Return how many people have a line in a confirmed month."""
    confirmed = (
        select(func.count()).select_from(StatementLine).join(Statement, Statement.id == StatementLine.statement_id)
    )
    return session.scalar(confirmed.where(Statement.status == StatementStatus.confirmed)) or 0


def publish_bulletins(session: Session, *, now: datetime) -> None:
    """Give the drafts there are their number, and publish them."""
    drafts = select(Bulletin.id).where(Bulletin.status == BulletinStatus.draft).order_by(Bulletin.id)
    for bulletin_id in session.scalars(drafts).all():
        number = f"党委组〔{now.year}〕{bulletin_id}号"
        bulletins.describe(session, bulletin_id, document_number=number, remarks=None, account_id=1, now=now)
        bulletins.publish(session, bulletin_id, account_id=1, now=now)
