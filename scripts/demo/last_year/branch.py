"""What a branch's officers do to end the last year, one thing on a working day, whenever its turn has come.

One branch puts its points on show in March. A demo made in January, February or March finds them on show on its own
day, as soon as they have been reported.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts.demo.gatherings import meeting
from scripts.demo.gatherings.plans import Occasion
from scripts.demo.gatherings.records import Held, Records
from scripts.demo.people import PIONEERS
from scripts.demo.university import University, at
from server.annual.results.models import AnnualEdition
from server.annual.results.queries import current_edition, results_of
from server.annual.steps import filing, service, showing
from server.annual.steps.reporting import heard_at
from server.annual.steps.rules import ToldWay
from server.annual.steps.service import ToldMember
from server.identity.models import Grant
from server.identity.rules import Role
from server.meetings.models import Meeting
from server.meetings.rules import KIND_TITLES, MeetingKind
from server.organizations import filings
from server.organizations.filings import latest_filing
from server.organizations.models import FilingSubject
from server.publicity.rules import SHORTEST, PublicityScope, PublicitySubject
from server.workdays import ONE_DAY, Calendar
from server.years.models import BranchYear
from server.years.rules import YearState

SHOWING = PIONEERS[0]
GENERAL_BRANCH = SHOWING.rpartition("/")[0]
HOUR = 10
DRAFTED_FROM = (1, 14)
"""Month and day after the last 补课 of the year. In the afternoon of the draft the members' meeting hears it."""
REPORTED_AFTER = timedelta(days=6)
"""By then the meeting's list is confirmed, and who was not there has been told."""
SHOWN_FROM, SEASON_ENDS = (3, 10), (4, 1)
"""Month and day on which points are put on show, and from which a demo finds that this is over."""
BOARD = "明德楼一楼公示栏"
TEXT = "现将本支部党员年度积分予以公示。如有异议，请在公示期内向党支部或党总支反映。"


@dataclass(slots=True)
class ClosingBranch:
    """A branch, and the meeting that heard its results once there was one."""

    university: University
    records: Records
    calendar: Calendar
    path: str
    heard: Held | None = None

    @property
    def id(self) -> int:
        return self.university.places[self.path].id

    @property
    def year(self) -> int:
        return self.university.today.year - 1

    @property
    def secretary(self) -> int:
        return self._account("支部书记")

    def state(self) -> YearState:
        """Return how far the branch has come."""
        of_branch = (BranchYear.organization_id == self.id, BranchYear.year == self.year)
        with self.university.transaction() as session:
            return YearState(session.scalar(select(BranchYear.state).where(*of_branch)) or YearState.open)

    def act(self, day: date) -> None:
        """Do what there is to do on a day, if it is a working day and its hour has come."""
        now = at(day, HOUR)
        if now > self.university.now or not self.calendar.is_workday(day):
            return
        state = self.state()
        with self.university.transaction() as session:
            if state is YearState.closing and day >= date(day.year, *DRAFTED_FROM):
                self._draft(session, now)
            elif state is YearState.drafted and self.heard and day >= self.heard.occasion.day + REPORTED_AFTER:
                self._report(session, self.heard, now)
            elif state is YearState.reported and self._is_eve_of_show(day):
                self._show(session, now)
            elif state is YearState.settled:
                self._file(session, now)
            elif state is YearState.filed:
                self._receive(session, now)
        if state is YearState.closing and self.state() is YearState.drafted and day < self.university.today:
            (self.heard,) = meeting.hold(self.records, [self._assembly(day)])

    def _draft(self, session: Session, now: datetime) -> None:
        service.draft(session, organization_id=self.id, year=self.year, account_id=self.secretary, now=now)

    def _report(self, session: Session, heard: Held, now: datetime) -> None:
        """Who was not at the meeting was told two days later: by their group, every third at home."""
        hearing = heard_at(session, session.get_one(Meeting, heard.meeting_id), self.id, now=now)
        members = {each.result.member_id for each in results_of(session, self._edition(session).id)}
        on = heard.occasion.day + timedelta(days=2)
        told = [
            ToldMember(member_id, ToldWay.group if number % 3 else ToldWay.visit, on)
            for number, member_id in enumerate(sorted(members - hearing.member_ids))
        ]
        service.report(
            session,
            organization_id=self.id,
            year=self.year,
            meeting_id=heard.meeting_id,
            told=told,
            account_id=self.secretary,
            now=now,
        )

    def _show(self, session: Session, now: datetime) -> None:
        """Proposed by a member of the committee, approved by the secretary."""
        proposed = showing.propose(
            session,
            organization_id=self.id,
            year=self.year,
            scope=PublicityScope.branch,
            place=BOARD,
            text=TEXT,
            first_day=self._first_shown(),
            working_days=SHORTEST[PublicitySubject.points],
            account_id=self._account("支委"),
            now=now,
        )
        showing.approve(
            session,
            organization_id=self.id,
            year=self.year,
            last_day=proposed.last_day,
            account_id=self.secretary,
            now=now + timedelta(hours=1),
        )

    def _file(self, session: Session, now: datetime) -> None:
        filing.file(session, organization_id=self.id, year=self.year, account_id=self.secretary, now=now)

    def _receive(self, session: Session, now: datetime) -> None:
        edition = self._edition(session)
        filed = latest_filing(session, subject_kind=FilingSubject.annual_result, subject_id=edition.id)
        above = select(Grant.account_id).where(
            Grant.role == Role.general_secretary,
            Grant.organization_id == self.university.places[GENERAL_BRANCH].id,
        )
        assert filed is not None
        filings.receive(session, filing_id=filed.id, note=None, account_id=session.scalars(above).one(), now=now)

    def _assembly(self, day: date) -> Occasion:
        return Occasion(
            kind=MeetingKind.members_meeting,
            title=f"{self.year} 年度积分通报{KIND_TITLES[MeetingKind.members_meeting]}",
            topic=f"通报 {self.year} 年度积分，听取意见",
            place="明德楼 305",
            day=day,
            hour=15,
            minutes=90,
            items=(("B01", "1"),),
            host=self.path,
            branches=(self.path,),
        )

    def _is_eve_of_show(self, day: date) -> bool:
        return self.path == SHOWING and self.calendar.workday_after(day, 1) == self._first_shown()

    def _first_shown(self) -> date:
        """Return when the points are put on show, a working day."""
        today = self.university.today
        over = today >= date(today.year, *SEASON_ENDS)
        day = date(today.year, *SHOWN_FROM) if over else today - ONE_DAY
        while not self.calendar.is_workday(day):
            day -= ONE_DAY
        return day

    def _edition(self, session: Session) -> AnnualEdition:
        edition = current_edition(session, self.id, self.year)
        assert edition is not None
        return edition

    def _account(self, duty: str) -> int:
        whose = (person for person in self.university.people if (person.path, person.duty) == (self.path, duty))
        return self.university.actors[next(whose).work_number].account_id or 0
