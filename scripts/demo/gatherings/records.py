"""The rows of meetings that have been held, many at once: nobody waits for ten thousand check-ins one by one."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from scripts.demo.gatherings.plans import Occasion
from scripts.demo.gatherings.turnout import MADE_UP, ON_PAPER, Fate, Turnout, draw
from scripts.demo.people import DemoMember
from scripts.demo.university import University, at
from server.days import shanghai_date
from server.db import Base
from server.meetings.models import Attendance, AttendanceChange, GuestVisit, Invitation, Leave, Meeting, Roster
from server.meetings.planning.rules import CLOSES_AFTER, LATE_AFTER, OPENS_BEFORE
from server.meetings.rules import (
    MAKEUP_DAYS,
    SETTLES_AFTER,
    AttendanceState,
    LeaveStatus,
    MeetingStatus,
    Part,
    RosterStatus,
    Scope,
    Via,
)

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
Values = dict[str, Any]
_SCANNED = {
    Fate.present: (AttendanceState.present, Via.qr),
    Fate.late: (AttendanceState.late, Via.qr),
    Fate.helped: (AttendanceState.present, Via.helper),
}
_BY_HAND = {
    Fate.entered: (AttendanceState.present, timedelta(hours=1), ON_PAPER),
    Fate.makeup: (AttendanceState.made_up, timedelta(days=5), MADE_UP),
}


SETTLED_AFTER = timedelta(days=2)
CONFIRMED_AFTER = timedelta(days=3)
"""Lists of the last days still wait for the secretary."""


@dataclass(frozen=True, slots=True)
class Held:
    """A meeting that was held, and who was absent; of the lists of one day, all are confirmed or none."""

    occasion: Occasion
    meeting_id: int
    came: tuple[int, ...]
    absent: tuple[int, ...]
    settled: bool
    confirmed: bool


@dataclass(slots=True)
class Records:
    """Rows on their way into the database. Their ids are counted here."""

    university: University
    chance: random.Random
    group_ids: dict[tuple[str, str], int]
    meeting_ids: Iterator[int]
    roster_ids: Iterator[int]
    rows: dict[type[Base], list[Values]] = field(default_factory=dict)

    def hold(self, occasion: Occasion) -> Held:
        """Write an occasion down: settled two days on, its lists confirmed by each secretary the day after that."""
        starts_at = at(occasion.day, occasion.hour)
        meeting_id = self._meeting(occasion, starts_at)
        came: list[int] = []
        absent: list[int] = []
        for branch in occasion.branches:
            roster_id = self._roster(meeting_id, occasion, branch)
            people = [person for person in self.university.people if person.path == branch]
            for person in people:
                if occasion.group in (None, person.group):
                    turnout = draw(self.chance, person, occasion.kind, occasion.day.month)
                    both = self._invite(meeting_id, roster_id, person)
                    self._note(both, roster_id, person, turnout, starts_at=starts_at)
                    (absent if turnout.fate is Fate.absent else came).append(self.member_id(person))
        confirmed = self._confirmed_at(occasion) is not None
        return Held(occasion, meeting_id, tuple(came), tuple(absent), self._is_settled(occasion), confirmed)

    def flush(self, session: Session) -> None:
        """Write what has gathered, table by table."""
        for table in (Meeting, Roster, Invitation, Attendance, AttendanceChange, Leave, GuestVisit):
            if rows := self.rows.pop(table, []):
                session.execute(insert(table), rows)

    def _add(self, table: type[Base], **values: Any) -> None:
        self.rows.setdefault(table, []).append(values)

    def _meeting(self, occasion: Occasion, starts_at: datetime) -> int:
        university, meeting_id = self.university, next(self.meeting_ids)
        host = university.places[occasion.host]
        convener = university.actors[self._officers(occasion.branches[0])[0].work_number]
        closes_at = starts_at + CLOSES_AFTER
        self._add(
            Meeting,
            id=meeting_id,
            public_id="".join(self.chance.choices(LETTERS, k=10)),
            root_id=university.places[""].id,
            organization_id=host.id,
            kind=occasion.kind,
            title=occasion.title,
            topic=occasion.topic,
            place=occasion.place,
            agenda=occasion.topic,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=occasion.minutes),
            opens_at=starts_at - OPENS_BEFORE,
            late_after=starts_at + LATE_AFTER,
            closes_at=closes_at,
            makeup_until=occasion.day + timedelta(days=MAKEUP_DAYS),
            items=[{"code": code, "quantity": quantity} for code, quantity in occasion.items],
            shows_names=True,
            status=MeetingStatus.settled if self._is_settled(occasion) else MeetingStatus.planned,
            settles_at=closes_at + SETTLES_AFTER,
            settled_at=closes_at + SETTLES_AFTER if self._is_settled(occasion) else None,
            minutes=f"会议围绕“{occasion.topic}”进行，与会党员作了交流。",
            planned_by=convener.account_id,
            created_at=starts_at - timedelta(days=7),
        )
        return meeting_id

    def _roster(self, meeting_id: int, occasion: Occasion, branch: str) -> int:
        roster_id = next(self.roster_ids)
        confirmed_at = self._confirmed_at(occasion)
        secretary = self.account_id(self._officers(branch)[0])
        group = [self.group_ids[branch, occasion.group]] if occasion.group else []
        self._add(
            Roster,
            id=roster_id,
            meeting_id=meeting_id,
            organization_id=self.university.places[branch].id,
            scope=Scope.group if group else Scope.all,
            group_ids=group,
            status=RosterStatus.confirmed if confirmed_at else RosterStatus.open,
            confirmed_by=secretary if confirmed_at else None,
            confirmed_at=confirmed_at,
            due_at=None,
        )
        return roster_id

    def _is_settled(self, occasion: Occasion) -> bool:
        return occasion.day + SETTLED_AFTER <= self.university.today

    def _confirmed_at(self, occasion: Occasion) -> datetime | None:
        day = occasion.day + CONFIRMED_AFTER
        return at(day, 9) if day < self.university.today else None

    def _invite(self, meeting_id: int, roster_id: int, person: DemoMember) -> Values:
        """Put a member on the list; return the meeting and the member as columns."""
        both = {"meeting_id": meeting_id, "member_id": self.member_id(person)}
        self._add(Invitation, **both, roster_id=roster_id, part=Part.invited, chosen=False)
        return both

    def _note(self, both: Values, roster_id: int, person: DemoMember, turnout: Turnout, *, starts_at: datetime) -> None:
        """Note what the member did."""
        if turnout.fate in (Fate.leave, Fate.makeup):
            self._leave(both, roster_id, person, turnout, starts_at=starts_at)
        if turnout.fate in _BY_HAND:
            self._entered(both, person, turnout, starts_at)
        elif turnout.fate in _SCANNED:
            by = self._neighbour_of(person) if turnout.fate is Fate.helped else person
            self.check_in(both, turnout.fate, starts_at + turnout.offset, by)

    def check_in(self, both: Values, fate: Fate, instant: datetime, by: DemoMember) -> None:
        """Note a scan: `both` are meeting and member, `by` whose phone it was."""
        state, via = _SCANNED[fate]
        scan_id = f"{self.chance.getrandbits(128):032x}"
        account_id = self.account_id(by)
        times = {"scanned_at": instant, "recorded_at": instant}
        self._add(Attendance, **both, **times, state=state, via=via, account_id=account_id, scan_id=scan_id)

    def receive_guest(self, meeting: Meeting, person: DemoMember, instant: datetime) -> None:
        """Note that someone of another branch came; the host has still to confirm them."""
        both = {"meeting_id": meeting.id, "member_id": self.member_id(person)}
        account_id = self.account_id(person)
        self._add(GuestVisit, **both, state=AttendanceState.present, scanned_at=instant, account_id=account_id)

    def _entered(self, both: Values, person: DemoMember, turnout: Turnout, starts_at: datetime) -> None:
        """What the secretary entered afterwards, unless that day is still to come."""
        state, after, reason = _BY_HAND[turnout.fate]
        instant, account_id = starts_at + after, self.account_id(self._officer_for(person))
        if instant > self.university.now:
            return
        said = {"reason": reason, "account_id": account_id}
        self._add(AttendanceChange, **both, **said, before=None, after=state, at=instant)
        times = {"scanned_at": instant, "recorded_at": instant}
        self._add(Attendance, **both, **said, **times, state=state, via=Via.manual, scan_id=None)

    def _leave(
        self, both: Values, roster_id: int, person: DemoMember, turnout: Turnout, *, starts_at: datetime
    ) -> None:
        makeup_until = None
        if turnout.fate is Fate.makeup:
            makeup_until = shanghai_date(starts_at) + timedelta(days=MAKEUP_DAYS)
            self._note_due(makeup_until)
        self._add(
            Leave,
            **both,
            roster_id=roster_id,
            kind=turnout.leave_kind,
            reason=turnout.reason,
            status=LeaveStatus.granted,
            makeup_until=makeup_until,
            asked_by=self.account_id(person),
            asked_at=starts_at - timedelta(days=1, hours=3),
            decided_by=self.account_id(self._officer_for(person)),
            decided_at=starts_at - timedelta(hours=20),
        )

    def _officers(self, branch: str) -> list[DemoMember]:
        return [person for person in self.university.people if person.path == branch and person.duty]

    def _note_due(self, makeup_until: date) -> None:
        """Have a confirmed list, the last begun, looked at again when a 补课 may have been missed."""
        roster, due_at = self.rows[Roster][-1], at(makeup_until + timedelta(days=1), 0)
        if roster["status"] == RosterStatus.confirmed and due_at > self.university.now:
            roster["due_at"] = due_at

    def _neighbour_of(self, person: DemoMember) -> DemoMember:
        """Return the one before the member on the branch's list, who plays their spouse; the first takes the last."""
        colleagues = [other for other in self.university.people if other.path == person.path]
        return colleagues[colleagues.index(person) - 1]

    def _officer_for(self, person: DemoMember) -> DemoMember:
        """The secretary; for the secretary's own leave the 支委."""
        secretary, colleague, *_ = self._officers(person.path)
        return colleague if person is secretary else secretary

    def member_id(self, person: DemoMember) -> int:
        return self.university.members[person.work_number].id

    def account_id(self, person: DemoMember) -> int:
        return self.university.actors[person.work_number].account_id or 0
