"""Bringing the ledger in line with a meeting: what no longer holds is reversed, what is missing is posted.

Nothing here remembers what was done before: what is wanted follows from the lists, what stands is in the ledger, and
only the difference is written. So it may be repeated, cut off and run twice at once.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.meetings.models import Meeting
from server.meetings.settlement.cases import MemberCase, concerned, planned_items
from server.meetings.settlement.outcomes import REASON_TITLES, EntryFigures, ItemOutcome, outcomes, postings
from server.points import service as points
from server.points.models import PointEntry, SourceKind
from server.points.service import Posting
from server.rounding import finest

AT_ONCE = 500
"""How many members' ledgers one transaction changes."""

CORRECTED = "考勤更正"


@dataclass(frozen=True, slots=True)
class AlignmentCause:
    """Why the ledger is brought in line: by whom (None: the clock), and the reason that stands in reversals."""

    now: datetime
    settled: bool
    account_id: int | None = None
    reason: str = CORRECTED

    @property
    def today(self) -> date:
        return shanghai_date(self.now)


def align(session: Session, meeting: Meeting, member_ids: Collection[int], occasion: AlignmentCause) -> bool:
    """Bring these members' ledgers in line, 500 at most; return whether that was all. The meeting is locked.

    Members whose results of the year stand are left as they are: guests, say, of a branch that was quicker.
    """
    drafted = points.drafted(session, member_ids, year=meeting.day.year, now=occasion.now)
    differing = [
        person.member.id
        for person in concerned(session, meeting, set(member_ids) - drafted)
        if any(_differences(meeting, person, occasion))
    ]
    if part := differing[:AT_ONCE]:
        points.lock(session, part)  # what a claim counted in between is seen by the second reading
        _write(session, meeting, concerned(session, meeting, part), occasion)
    return len(differing) <= AT_ONCE


def is_posted(meeting: Meeting, person: MemberCase, outcome: ItemOutcome) -> bool:
    """Whether the ledger says what an outcome wants; one that wants nothing is never posted."""
    standing = {figures_of(entry) for entry in person.live if entry.occurred_on == meeting.day}
    return as_kept(outcome.figures) in standing


def _write(session: Session, meeting: Meeting, people: Iterable[MemberCase], occasion: AlignmentCause) -> None:
    stale: list[PointEntry] = []
    missing: list[Posting] = []
    for person in people:
        gone, wanted = _differences(meeting, person, occasion)
        stale += gone
        missing += [_posting(meeting, person, outcome, occasion) for outcome in wanted]
    points.amend(
        session,
        reversing=stale,
        postings=missing,
        reason=occasion.reason,
        decided_by=occasion.account_id,
        now=occasion.now,
    )


def _differences(
    meeting: Meeting, person: MemberCase, occasion: AlignmentCause
) -> tuple[list[PointEntry], list[ItemOutcome]]:
    """Return the entries that no longer hold and the outcomes that lack an entry."""
    found = outcomes(planned_items(meeting), person.case, today=occasion.today)
    wanted = postings(found, settled=occasion.settled, confirmed=person.is_confirmed)
    day = meeting.day
    standing = {figures_of(entry) for entry in person.live if entry.occurred_on == day}
    due = {as_kept(outcome.figures) for outcome in wanted}
    stale = [entry for entry in person.live if entry.occurred_on != day or figures_of(entry) not in due]
    return stale, [outcome for outcome in wanted if as_kept(outcome.figures) not in standing]


def _posting(meeting: Meeting, person: MemberCase, outcome: ItemOutcome, occasion: AlignmentCause) -> Posting:
    figures = outcome.figures
    officer = person.roster.confirmed_by if person.roster and person.is_confirmed else None
    return Posting(
        member_id=person.member.id,
        item_code=figures.item_code,
        occurred_on=meeting.day,
        source_kind=SourceKind.meeting,
        source_id=meeting.id,
        points=figures.points,
        owed=figures.owed,
        attended=figures.attended,
        made_up=figures.made_up,
        excused=figures.excused,
        revision=1 + person.posted[figures.item_code],
        decided_by=occasion.account_id or officer,
        text=f"{meeting.title}：{REASON_TITLES[outcome.reason]}",
        standard_id=person.case.measure.standard_id if person.case.measure else None,
    )


def figures_of(entry: PointEntry | Row[Any]) -> EntryFigures:
    """Return what an entry, or a row of one, says."""
    return EntryFigures(entry.item_code, entry.points, entry.owed, entry.attended, entry.made_up, entry.excused)


def as_kept(figures: EntryFigures) -> EntryFigures:
    """Return figures as the ledger keeps them: finer parts than a ten-thousandth are rounded."""
    return replace(figures, points=finest(figures.points))
