"""The write behind check-in: any number of scans in one transaction, each with an answer of its own.

However many scans there are, the statements are the same few: the meetings are read under a shared lock, so that nobody
slips in behind a settlement, which takes them for update; who is invited, on leave or already there is read once; the
rows are inserted in the order of (meeting, member), and read back to tell a new one from one that was there before; the
same holds of guests' visits.
Writing the same scans again gives the same answers. docs/check-in.md has them all. What is beyond a ticket or a helper
(`places.py`) is kept beside the attendances until the host decides it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from sqlalchemy.orm import Session

from server.errors import DomainError, conflict
from server.meetings.check_in import statements
from server.meetings.check_in.places import TakenPlaces, TicketUse, taken
from server.meetings.check_in.statements import AnyRow, Key
from server.meetings.check_in.wording import answer_words, message
from server.meetings.error_codes import MeetingErrorCode
from server.meetings.rules import (
    MOST_ACCOUNTS,
    AttendanceState,
    CheckInRefusal,
    CheckInWindow,
    HeldStatus,
    HoldReason,
    LeaveStatus,
    MeetingStatus,
    Via,
    refusal,
    state_at,
)
from server.presentation import local_time

NOBODY = 0
"""The member behind a 工号 that does not exist: the answer is that of a member who is not invited."""


class CheckInResult(StrEnum):
    checked_in = "checked_in"
    late = "late"
    already_checked_in = "already_checked_in"
    guest_waiting = "guest_waiting"
    held = "held"
    dismissed = "dismissed"


MOST_ROUNDS = 2 + MOST_ACCOUNTS
"""Without looking, and then once for each place that somebody else may have taken meanwhile."""

_NEW = {AttendanceState.present: CheckInResult.checked_in, AttendanceState.late: CheckInResult.late}


@dataclass(frozen=True, slots=True)
class Scan:
    """A ticket that held, in someone's hand. `scan_id` is this request's own.

    `helper_id` is the member who enters another (代签) and has to be invited too; None for one's own, and for an
    officer of the host. `beyond`: far more tickets were exchanged in the same place than people are expected.
    """

    scan_id: str
    public_id: str
    ticket_id: str
    scanned_at: datetime
    root_id: int | None
    member_id: int
    account_id: int
    via: Via
    helper_id: int | None = None
    end_leave: bool = False
    as_guest: bool = False
    beyond: bool = False


@dataclass(frozen=True, slots=True)
class ShownMeeting:
    """The meeting as the answer shows it."""

    id: int
    title: str
    place: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """What stands in the database now; `checked_in_at` is when the code was seen."""

    result: CheckInResult
    state: AttendanceState
    via: Via
    checked_in_at: datetime
    member_name: str
    meeting: ShownMeeting

    @property
    def counts(self) -> bool:
        """Whether it stands: the host has to confirm what is held, and has not confirmed what is dismissed."""
        return self.result not in (CheckInResult.held, CheckInResult.dismissed)

    @property
    def heading(self) -> str:
        return answer_words(self.result).heading

    @property
    def advice(self) -> str:
        """What there is still to do, or that there is nothing."""
        words = answer_words(self.result)
        return words.note or "" if self.counts else words.words


Answer = Recorded | DomainError
"""A refusal is an answer too, to be raised by whoever asked."""


def window_refusal(meeting: Any, *, scanned_at: datetime) -> DomainError | None:
    """Return why a scan of this meeting (or row of one) does not count, or None if it does."""
    detail = {"opens_at": local_time(meeting.opens_at), "closes_at": local_time(meeting.closes_at)}
    if meeting.status == MeetingStatus.cancelled:
        return conflict(MeetingErrorCode.meeting_cancelled, message("meeting_cancelled"), **detail)
    settled = meeting.status == MeetingStatus.settled
    why = CheckInRefusal.closed if settled else refusal(_window(meeting), scanned_at=scanned_at)
    return None if why is None else conflict(why, message(why), **detail)


def write(session: Session, scans: Sequence[Scan], *, now: datetime) -> list[Answer]:
    """Record a batch of scans and return the answer to each, in their order."""
    batch = _read(session, scans)
    answers = {scan.scan_id: batch.answer(scan) for scan in scans}
    fresh = [scan for scan in scans if answers[scan.scan_id] is None]
    invited = [scan for scan in fresh if batch.is_invited(scan)]
    guests = [scan for scan in fresh if not batch.is_invited(scan)]
    if invited:
        answers |= _write(session, batch, invited, now)
    if guests:
        answers |= _receive(session, batch, guests)
    return [answer for answer in answers.values() if answer is not None]


def _write(session: Session, batch: "_Batch", fresh: Sequence[Scan], now: datetime) -> dict[str, Answer]:
    """Record who has a place, hold the others, and return the answers by scan."""
    holds = {scan.scan_id: why for scan in fresh if (why := batch.must_wait(scan)) is not None}
    open_scans = [scan for scan in fresh if scan.scan_id not in holds]
    records: dict[Key, AnyRow] = {}
    rows = [batch.row(scan, batch.use(scan).first(), now) for scan in open_scans]
    for _ in range(MOST_ROUNDS):
        records |= statements.insert_attendances(session, rows)
        crowded = [scan for scan in open_scans if scan.scan_id not in holds and batch.key(scan) not in records]
        if not crowded:
            break
        found = taken(session, [batch.use(scan) for scan in crowded])
        rows = []
        for scan in crowded:
            places = found.take(batch.use(scan))
            if isinstance(places, TakenPlaces):
                rows.append(batch.row(scan, places, now))
            else:
                holds[scan.scan_id] = places
    came = [scan for scan in open_scans if batch.key(scan) in records]
    statements.end_leaves(session, [batch.person(scan) for scan in came])
    answers: dict[str, Answer] = {scan.scan_id: batch.recorded(scan, records[batch.key(scan)]) for scan in came}
    beyond = [scan for scan in fresh if scan.scan_id not in answers]
    if beyond:
        rows = [batch.held_row(scan, holds.get(scan.scan_id, HoldReason.shared_ticket), now) for scan in beyond]
        statements.ask_again(session, [row for scan, row in zip(beyond, rows, strict=True) if batch.was_decided(scan)])
        held = statements.insert_held(session, rows)
        answers |= {scan.scan_id: batch.held(scan, held[batch.key(scan)]) for scan in beyond}
    return answers


def _receive(session: Session, batch: "_Batch", scans: Sequence[Scan]) -> dict[str, Answer]:
    """Note who came as a guest, each once, and return the answers by scan."""
    people = statements.strangers(session, {scan.member_id for scan in scans})
    ours = [scan for scan in scans if people[scan.member_id].root_id == batch.meetings[scan.public_id].root_id]
    visits = statements.insert_visits(session, [batch.visit_row(scan) for scan in ours])
    answers: dict[str, Answer] = {
        scan.scan_id: conflict(MeetingErrorCode.not_invited, "您的组织关系不在本校，不能在这次会议签到")
        for scan in scans
    }
    return answers | {
        scan.scan_id: batch.received(scan, people[scan.member_id], visits[batch.key(scan)]) for scan in ours
    }


@dataclass(frozen=True, slots=True)
class _Batch:
    """What was read for the scans: meetings by public id, and whoever is invited by meeting and member."""

    meetings: Mapping[str, AnyRow]
    people: Mapping[Key, AnyRow]

    def answer(self, scan: Scan) -> Answer | None:
        """Return the answer if nothing has to be written, or None if an attendance or a visit has to."""
        meeting = self.meetings.get(scan.public_id)
        if meeting is None:
            return ticket_invalid()
        person = self._invited(scan, meeting)
        if person is None:
            return self._of_stranger(scan, meeting)
        if person.state is not None:
            return self.recorded(scan, person)
        if person.held_status is not None and self._repeats(scan, person):
            return self.held(scan, person)
        return window_refusal(meeting, scanned_at=scan.scanned_at) or _leave_refusal(scan, person)

    def is_invited(self, scan: Scan) -> bool:
        return self._invited(scan, self.meetings[scan.public_id]) is not None

    def _invited(self, scan: Scan, meeting: AnyRow) -> AnyRow | None:
        """Return the member to be checked in, if they are invited and so is their helper, if any."""
        if scan.helper_id is not None and (meeting.id, scan.helper_id) not in self.people:
            return None
        return self.people.get((meeting.id, scan.member_id))

    def key(self, scan: Scan) -> Key:
        return self.meetings[scan.public_id].id, scan.member_id

    def person(self, scan: Scan) -> AnyRow:
        return self.people[self.key(scan)]

    def use(self, scan: Scan) -> TicketUse:
        meeting = self.meetings[scan.public_id]
        return TicketUse(meeting.id, scan.ticket_id, scan.account_id, scan.via is Via.helper, meeting.allows_sharing)

    def must_wait(self, scan: Scan) -> HoldReason | None:
        """Return why a scan waits for the host whatever places are free, or None."""
        if self.was_decided(scan) or self.person(scan).held_why == HoldReason.decided_before:
            return HoldReason.decided_before
        allowed = self.meetings[scan.public_id].allows_sharing
        return HoldReason.many_exchanges if scan.beyond and not allowed else None

    def was_decided(self, scan: Scan) -> bool:
        """Whether the host has decided an earlier one of this member; it left no attendance, or that was undone."""
        return self.person(scan).held_status not in (None, HeldStatus.waiting)

    def row(self, scan: Scan, places: TakenPlaces, now: datetime) -> dict[str, Any]:
        """Return the attendance to insert."""
        return self._plain_row(scan) | {
            "recorded_at": now,
            "ticket_place": places.ticket,
            "helper_place": places.helper,
        }

    def held_row(self, scan: Scan, why: HoldReason, now: datetime) -> dict[str, Any]:
        """Return what is held of a scan."""
        return self._plain_row(scan) | {"held_at": now, "why": why, "status": HeldStatus.waiting}

    def _plain_row(self, scan: Scan) -> dict[str, Any]:
        return self.visit_row(scan) | {"via": scan.via, "scan_id": scan.scan_id, "ticket_id": scan.ticket_id}

    @staticmethod
    def _repeats(scan: Scan, person: AnyRow) -> bool:
        """Whether a scan is the one that is held already, sent again."""
        return (scan.ticket_id, scan.account_id) == (person.held_ticket_id, person.held_account_id)

    def held(self, scan: Scan, record: AnyRow) -> Recorded:
        """Return what is held of a member, this scan's own or an earlier one, as the host left it."""
        return Recorded(
            CheckInResult.held if record.held_status == HeldStatus.waiting else CheckInResult.dismissed,
            AttendanceState(record.held_state),
            Via(record.held_via),
            record.held_scanned_at,
            self.person(scan).name,
            _place(self.meetings[scan.public_id]),
        )

    def recorded(self, scan: Scan, record: AnyRow) -> Recorded:
        """Return what stands in the database: this scan's own record, or the one that was there first."""
        own = record.scan_id == scan.scan_id
        state = AttendanceState(record.state)
        return Recorded(
            _NEW[state] if own else CheckInResult.already_checked_in,
            state,
            Via(record.via),
            record.scanned_at,
            self.person(scan).name,
            _place(self.meetings[scan.public_id]),
        )

    def _of_stranger(self, scan: Scan, meeting: AnyRow) -> Answer | None:
        """Refuse members who are not invited, unless they ask to be received as a guest and belong to the same 党委."""
        if not (scan.as_guest and _may_visit(scan, meeting)):
            return _not_invited(scan, meeting)
        return window_refusal(meeting, scanned_at=scan.scanned_at)

    def visit_row(self, scan: Scan) -> dict[str, Any]:
        """Return the visit to insert."""
        meeting = self.meetings[scan.public_id]
        return {
            "meeting_id": meeting.id,
            "member_id": scan.member_id,
            "state": state_at(_window(meeting), scanned_at=scan.scanned_at),
            "scanned_at": scan.scanned_at,
            "account_id": scan.account_id,
        }

    def received(self, scan: Scan, guest: AnyRow, visit: AnyRow) -> Recorded:
        """Return what stands of a guest: this scan's own visit, or the one that was noted first."""
        state, place = AttendanceState(visit.state), _place(self.meetings[scan.public_id])
        return Recorded(CheckInResult.guest_waiting, state, scan.via, visit.scanned_at, guest.name, place)


def _read(session: Session, scans: Sequence[Scan]) -> _Batch:
    """Lock the meetings of the scans and read who is invited."""
    members = {scan.member_id for scan in scans} | {scan.helper_id for scan in scans if scan.helper_id is not None}
    meetings, people = statements.read(session, public_ids={scan.public_id for scan in scans}, member_ids=members)
    return _Batch(meetings, people)


def _window(meeting: Any) -> CheckInWindow:
    return CheckInWindow(meeting.opens_at, meeting.late_after, meeting.closes_at)


def _place(meeting: AnyRow) -> ShownMeeting:
    return ShownMeeting(meeting.id, meeting.title, meeting.place, meeting.starts_at)


def _may_visit(scan: Scan, meeting: AnyRow) -> bool:
    return scan.via is not Via.helper and bool(scan.root_id == meeting.root_id)


def _not_invited(scan: Scan, meeting: AnyRow) -> DomainError:
    """One answer whether the number is unknown or not invited, so that numbers cannot be probed."""
    words = message("not_invited_helped" if scan.via is Via.helper else "not_invited")
    detail = {"as_guest": _may_visit(scan, meeting)}
    return DomainError(MeetingErrorCode.not_invited, words, status=HTTPStatus.FORBIDDEN, detail=detail)


def _leave_refusal(scan: Scan, person: AnyRow) -> DomainError | None:
    if person.leave_status != LeaveStatus.granted or scan.end_leave:
        return None
    return conflict(MeetingErrorCode.on_leave, message("on_leave"))


def ticket_invalid() -> DomainError:
    return DomainError(MeetingErrorCode.ticket_invalid, message("ticket_invalid"))
