"""The past year of 李伟's branch, which the demo has ended: here it is brought to whatever step a test is about."""

from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

import server.app  # noqa: F401 what each feature owns is registered there
from server import clock
from server.annual.results.rules import is_final
from server.annual.steps import clock as steps
from server.annual.steps import filing, service, showing, undoing
from server.annual.steps.rules import ToldWay, Track
from server.annual.steps.service import ToldMember
from server.claims.models import Claim
from server.claims.rules import ClaimStatus
from server.days import shanghai_date
from server.db import make_engine
from server.errors import DomainError
from server.identity.models import Account
from server.meetings.models import Meeting, Roster
from server.meetings.rules import MeetingKind, MeetingStatus, RosterStatus
from server.organizations.models import Filing, FilingStatus, FilingSubject, Organization
from server.organizations.workdays import calendar_of
from server.publicity.models import Publicity
from server.publicity.rules import PublicityScope, PublicityStatus
from server.years import service as years
from server.years.models import BranchYear
from server.years.rules import YearState

_INSTANTS = ("opens_at", "starts_at", "late_after", "ends_at", "closes_at")


class PastYear:
    """The branch's past year. Each method brings it to a state from wherever it is."""

    def __init__(self, data: Path, branch: int) -> None:
        self.branch = branch
        self.year = shanghai_date(clock.now()).year - 1
        self._engine = make_engine(f"sqlite:///{data}/xianfeng.db")
        self.closing()

    def closing(self) -> None:
        """Nothing is drafted."""
        now = clock.now()
        with Session(self._engine) as session:
            branch_year = years.begun(session, organization_id=self.branch, year=self.year, now=now)
            state = self._unfiled(session, branch_year)
            if state is YearState.open:
                years.move(session, branch_year, YearState.closing, account_id=None, now=now)
                session.commit()
            elif state is not YearState.closing:
                self._undo(session, YearState.closing)

    def claimed(self) -> None:
        """A claim of the year waits for its review."""
        with Session(self._engine) as session:
            waiting = (Claim.organization_id == self.branch, Claim.status == ClaimStatus.submitted)
            claim = session.scalars(select(Claim).where(*waiting).order_by(Claim.id.desc()).limit(1)).one()
            claim.occurred_on = date(self.year, 12, 20)
            session.commit()

    def reviewed(self) -> None:
        """No claim of the year waits any more, nor can another come: the cut-off is the university's."""
        with Session(self._engine) as session:
            waiting = (Claim.organization_id == self.branch, Claim.status == ClaimStatus.submitted)
            of_year = Claim.occurred_on <= date(self.year, 12, 31)
            session.execute(update(BranchYear).where(BranchYear.year == self.year).values(claim_until=None))
            session.execute(update(Claim).where(*waiting, of_year).values(occurred_on=date(self.year + 1, 1, 2)))
            session.commit()

    def assemble(self) -> str:
        """Let the branch's newest members' meeting be over this second, its list confirmed; return its title."""
        now = clock.now()
        with Session(self._engine) as session:
            held = (
                Meeting.organization_id == self.branch,
                Meeting.kind == MeetingKind.members_meeting,
                Meeting.status == MeetingStatus.settled,
            )
            meeting = session.scalars(select(Meeting).where(*held).order_by(Meeting.starts_at.desc()).limit(1)).one()
            for place, name in enumerate(reversed(_INSTANTS)):
                setattr(meeting, name, now - timedelta(seconds=1 + place))
            meeting.minutes = meeting.minutes or "通报年度积分"
            roster = session.scalars(select(Roster).where(Roster.meeting_id == meeting.id)).one()
            roster.status, roster.confirmed_at = RosterStatus.confirmed, now
            title = meeting.title
            session.commit()
            return title

    def reported(self) -> None:
        """The results are drafted, and a meeting has heard them."""
        self.reviewed()
        with Session(self._engine) as session:
            branch_year = years.begun(session, organization_id=self.branch, year=self.year, now=clock.now())
            state = self._unfiled(session, branch_year)
            if state in (YearState.publicized, YearState.settled):
                self._undo(session, YearState.reported)
                state = YearState.reported
            elif state is YearState.reported:
                self._withdraw_proposed(session)
        if state is YearState.closing:
            self._draft()
        if state is not YearState.reported:
            self.assemble()
            self._report()

    def proposed(self) -> int:
        """王芳 has proposed to put the points on show from the next working day on; return the publicity's id."""
        self.reported()
        with Session(self._engine) as session:
            return self._propose(session, self._workday(session, 0, step=1), clock.now())

    def on_show(self) -> int:
        """The points are on show today, whatever day it is; return the publicity's id."""
        return self._shown(days_ago=0)

    def over(self) -> int:
        """The points were on show, and are no more; return the publicity's id."""
        return self._shown(days_ago=30)

    def filed(self) -> int:
        """The results are filed with the level above; return the filing's id."""
        self.over()
        steps.settle_due(self._engine, now=clock.now())
        with Session(self._engine) as session:
            by = self._account(session, "李伟")
            row = filing.file(session, organization_id=self.branch, year=self.year, account_id=by, now=clock.now())
            session.commit()
            return row.id

    def _shown(self, *, days_ago: int) -> int:
        self.reported()
        with Session(self._engine) as session:
            first = self._workday(session, days_ago, step=-1)
            then = clock.now() - timedelta(days=(shanghai_date(clock.now()) - first).days)
            shown = self._propose(session, first, then)
            showing.approve(
                session,
                organization_id=self.branch,
                year=self.year,
                last_day=session.get_one(Publicity, shown).last_day,
                account_id=self._account(session, "李伟"),
                now=then,
            )
            session.commit()
            return shown

    def _unfiled(self, session: Session, branch_year: BranchYear) -> YearState:
        """Return how far it has come: what is filed nobody can take back, so that here it is set back by hand."""
        state = YearState(branch_year.state)
        if is_final(state):
            branch_year.state = state = YearState.settled
            filed = (Filing.from_organization_id == self.branch, Filing.subject_kind == FilingSubject.annual_result)
            session.execute(update(Filing).where(*filed).values(status=FilingStatus.returned))
        return state

    def _withdraw_proposed(self, session: Session) -> None:
        waits = (Publicity.organization_id == self.branch, Publicity.status == PublicityStatus.proposed)
        if session.scalar(select(Publicity.id).where(*waits)) is not None:
            showing.withdraw(
                session,
                organization_id=self.branch,
                year=self.year,
                reason="另行安排",
                account_id=self._account(session, "李伟"),
                now=clock.now(),
            )
            session.commit()

    def _undo(self, session: Session, to: YearState) -> None:
        undoing.undo(
            session,
            organization_id=self.branch,
            year=self.year,
            track=Track.points,
            to=to,
            reason="另行核对",
            account_id=self._account(session, "陈静"),
            now=clock.now(),
        )
        session.commit()

    def _draft(self) -> None:
        with Session(self._engine) as session:
            by = self._account(session, "李伟")
            service.draft(session, organization_id=self.branch, year=self.year, account_id=by, now=clock.now())
            session.commit()

    def _report(self) -> None:
        """Report at the meeting just held; who was not there, as the refusal says, was told at home."""
        try:
            self._report_with([])
        except DomainError as error:
            self._report_with(list(error.detail["member_ids"]))

    def _report_with(self, absent: list[int]) -> None:
        now = clock.now()
        with Session(self._engine) as session:
            newest = select(Meeting.id).where(Meeting.organization_id == self.branch, Meeting.closes_at < now)
            meeting = session.scalars(newest.order_by(Meeting.closes_at.desc()).limit(1)).one()
            service.report(
                session,
                organization_id=self.branch,
                year=self.year,
                meeting_id=meeting,
                told=[ToldMember(each, ToldWay.visit, shanghai_date(now)) for each in absent],
                account_id=self._account(session, "李伟"),
                now=now,
            )
            session.commit()

    def _propose(self, session: Session, first: date, now: datetime) -> int:
        row = showing.propose(
            session,
            organization_id=self.branch,
            year=self.year,
            scope=PublicityScope.branch,
            place="明德楼一楼公示栏",
            text="",
            first_day=first,
            working_days=5,
            account_id=self._account(session, "王芳"),
            now=now,
        )
        session.commit()
        return row.id

    def _workday(self, session: Session, days_ago: int, *, step: int) -> date:
        """That day, or where nobody works then the nearest working day after it (1) or before it (-1)."""
        day = shanghai_date(clock.now()) - timedelta(days=days_ago)
        calendar = calendar_of(session, root_id=session.get_one(Organization, self.branch).root_id or 0, around=day)
        while not calendar.is_workday(day):
            day += timedelta(days=step)
        return day

    def _account(self, session: Session, name: str) -> int:
        """The account of one of the demo's people; of several of that name the first, who has an office."""
        return int(session.scalars(select(func.min(Account.id)).where(Account.name == name)).one())
