"""Half a year of meetings: held and settled in the order of their days, one open today, one planned for next week."""

import random
from collections.abc import Collection, Iterable
from datetime import date
from itertools import count

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from scripts.demo.gatherings import today
from scripts.demo.gatherings.plans import Occasion, occasions
from scripts.demo.gatherings.records import CONFIRMED_AFTER, SETTLED_AFTER, Held, Records
from scripts.demo.university import University, at
from server.meetings.models import Meeting, Roster
from server.meetings.rules import MeetingKind
from server.meetings.settlement.alignment import AlignmentCause as Settling
from server.meetings.settlement.alignment import align
from server.organizations.models import Member, Membership, Organization, OrganizationKind

SEED = 2018
BATCH = 50
GIVES_TO_WHO_CAME = {MeetingKind.training, MeetingKind.organizational_life}
"""For the other kinds the ledger only learns who was absent."""


def meet(university: University, *, months: int) -> None:
    """Hold the meetings of the last months, and prepare today's and next week's."""
    first = max(university.begin, _months_back(university.today, months))
    planned = [each for each in occasions(first, university.today) if _is_held(university, each)]
    records = records_of(university, random.Random(SEED))
    hold(records, planned)
    with university.transaction() as session:
        today.gather(university, session, records)
        today.plan_next_week(university, session, records)
        records.flush(session)


def records_of(university: University, chance: random.Random) -> Records:
    """Return an empty sheaf of records, whose ids follow those in the tables."""
    with university.transaction() as session:
        meetings, rosters = (session.scalar(select(func.max(table.id))) or 0 for table in (Meeting, Roster))
        return Records(university, chance, _group_ids(session), count(meetings + 1), count(rosters + 1))


def hold(records: Records, planned: Iterable[Occasion]) -> list[Held]:
    """Write meetings down in the order of their days, and post what those gave and cost that are settled."""
    university = records.university
    with university.transaction() as session:
        held = [records.hold(each) for each in sorted(planned, key=lambda each: each.day)]
        records.flush(session)
    settled = [each for each in held if each.settled]
    for start in range(0, len(settled), BATCH):
        with university.transaction() as session:
            _known = _everyone(session)
            for each in settled[start : start + BATCH]:
                _post(session, each)
    return held


def _months_back(day: date, months: int) -> date:
    """Return the first day of the month so many months before, in the same year at the earliest."""
    return day.replace(month=max(day.month - months, 1), day=1)


def _is_held(university: University, occasion: Occasion) -> bool:
    """The first branch's theme day of this month is today's."""
    own = occasion.kind is MeetingKind.theme_day and occasion.host == today.BRANCH
    return not (own and occasion.day.month == university.today.month)


def _post(session: Session, held: Held) -> None:
    """Post what the meeting gave and cost, as its settlement does; those who neither gain nor lose need not be read."""
    member_ids = held.absent if held.confirmed else ()
    if held.occasion.kind in GIVES_TO_WHO_CAME:
        member_ids += held.came
    if member_ids:
        meeting = session.get_one(Meeting, held.meeting_id)
        day = held.occasion.day + (CONFIRMED_AFTER if held.confirmed else SETTLED_AFTER)
        align(session, meeting, member_ids, Settling(at(day, 9), settled=True))


def _group_ids(session: Session) -> dict[tuple[str, str], int]:
    """Return the ids of the groups by the path of their branch and their own title."""
    group, branch, unit = Organization, aliased(Organization), aliased(Organization)
    rows = session.execute(
        select(group.id, group.title, branch.title, unit.title, unit.kind)
        .join(branch, branch.id == group.parent_id)
        .join(unit, unit.id == branch.parent_id)
        .where(group.kind == OrganizationKind.group)
    )
    return {
        (f"{above}/{title}" if kind == OrganizationKind.general_branch else title, own): group_id
        for group_id, own, title, above, kind in rows
    }


def _everyone(session: Session) -> Collection[object]:
    """Return what every settlement looks up by id: as long as it is held, the session need not ask again."""
    return [row for model in (Organization, Member, Membership) for row in session.scalars(select(model))]
