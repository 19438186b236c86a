"""Whatever officers and the job do, in whatever order: what stands is what the lists say, and the score follows."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.errors import DomainError
from server.meetings.models import Attendance, Leave, Meeting, Roster
from server.meetings.rules import AttendanceState, LeaveStatus, MeetingStatus
from server.meetings.settlement import service as settlement
from server.meetings.settlement.alignment import is_posted
from server.meetings.settlement.cases import concerned, ids_concerned, planned_items
from server.meetings.settlement.outcomes import outcomes, postings
from tests.cast import TODAY, Cast, Person
from tests.fuzzing import examples
from tests.meeting import make_meeting
from tests.settling import CLOSED, adjusted, came, check_books, confirmed, excused, reopened, roster_of

ITEMS = [("B01", "1"), ("B06a", "1.5"), ("B07", "1"), ("C04", "1")]
WHO = st.sampled_from(["zhang_min", "wang_fang", "zhou_yu"])
LIST = st.sampled_from(["branch", "other_branch"])
STEPS = st.one_of(
    st.tuples(st.just("enter"), WHO, st.sampled_from(AttendanceState)),
    st.tuples(st.just("undo"), WHO),
    st.tuples(st.just("leave"), WHO, st.none() | st.integers(0, 40)),
    st.tuples(st.just("refuse"), WHO),
    st.tuples(st.just("confirm"), LIST),
    st.tuples(st.just("reopen"), LIST),
    st.tuples(st.just("settle")),
    st.tuples(st.just("catch_up")),
    st.tuples(st.just("wait"), st.integers(1, 20)),
)


@pytest.mark.sqlite_only
@hypothesis_settings(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=3, max_size=14))
def test_live_entries_are_the_wanted_ones_after_any_sequence(
    session: Session, cast: Cast, steps: list[tuple[object, ...]]
) -> None:
    play = Play(session, cast)
    for step in steps:
        play.take(step)
        play.check()
    play.end()
    check_books(session)


class Play:
    """One joint meeting of two branches, and the hours that pass."""

    def __init__(self, session: Session, cast: Cast) -> None:
        self.session = session
        self.cast = cast
        lists = {cast.branch: [cast.zhang_min, cast.wang_fang], cast.other_branch: [cast.zhou_yu]}
        self.meeting = make_meeting(session, cast, items=ITEMS, invited=dict(lists))
        self.now = CLOSED

    def take(self, step: tuple[object, ...]) -> None:
        """Do one thing as its feature does it; a refusal is an outcome, too."""
        action, *arguments = step
        try:
            getattr(self, str(action))(*arguments)
        except DomainError:
            self.session.rollback()

    def enter(self, who: str, state: AttendanceState) -> None:
        came(self.session, self.meeting, self.person(who), state=state)
        self.adjust(who)

    def undo(self, who: str) -> None:
        found = self.session.get(Attendance, (self.meeting.id, self.person(who).member_id))
        if found is not None:
            self.session.delete(found)
        self.adjust(who)

    def leave(self, who: str, makeup_days: int | None) -> None:
        person = self.person(who)
        until = None if makeup_days is None else TODAY + timedelta(days=makeup_days)
        found = self.leave_of(person)
        if found is None:
            found = excused(self.session, self.meeting, person)
        place = self.cast.other_branch if who == "zhou_yu" else self.cast.branch
        found.roster_id = roster_of(self.session, self.meeting, place).id
        found.status, found.makeup_until = LeaveStatus.granted, until
        self.adjust(who)

    def refuse(self, who: str) -> None:
        found = self.leave_of(self.person(who))
        if found is not None:
            found.status = LeaveStatus.refused
        self.adjust(who)

    def confirm(self, place: str) -> None:
        confirmed(self.session, self.cast, self.roster(place), now=self.now)

    def reopen(self, place: str) -> None:
        reopened(self.session, self.cast, self.roster(place), now=self.now)

    def settle(self) -> None:
        self.now = max(self.now, self.meeting.settles_at)
        assert settlement.settle(self.session, meeting_id=self.meeting.id, now=self.now)
        self.session.commit()

    def catch_up(self) -> None:
        for place in ("branch", "other_branch"):
            assert settlement.catch_up(self.session, roster_id=self.roster(place).id, now=self.now)
        self.session.commit()

    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)
        self.catch_up()

    def adjust(self, who: str) -> None:
        self.session.flush()
        adjusted(self.session, self.cast, self.meeting, self.person(who), now=self.now)

    def person(self, who: str) -> Person:
        return self.cast.people[who]

    def roster(self, place: str) -> Roster:
        return roster_of(self.session, self.meeting, getattr(self.cast, place))

    def leave_of(self, person: Person) -> Leave | None:
        return self.session.scalar(
            select(Leave).where(Leave.meeting_id == self.meeting.id, Leave.member_id == person.member_id)
        )

    def check(self) -> None:
        """Where the meeting is settled or the list confirmed, the ledger says what the list says; else no miss."""
        meeting = self.session.get_one(Meeting, self.meeting.id)
        settled = meeting.status == MeetingStatus.settled
        for person in concerned(self.session, meeting, ids_concerned(self.session, meeting.id)):
            found = outcomes(planned_items(meeting), person.case, today=shanghai_date(self.now))
            wanted = postings(found, settled=settled, confirmed=person.is_confirmed)
            if settled or person.is_confirmed:
                assert all(is_posted(meeting, person, outcome) for outcome in wanted)
                assert len(person.live) == len(wanted)
            else:
                assert all(entry.points >= 0 for entry in person.live)

    def end(self) -> None:
        """Settle and confirm all that is left."""
        self.settle()
        for place in ("branch", "other_branch"):
            self.confirm(place)
        self.check()
