"""What months of dues deduct: posted on the day by which they were due, and taken back."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.dues import terms
from server.dues.models import DuesRecord
from server.dues.rules import DEDUCTING, STATE_TITLES, DuesState, last_day
from server.organizations.history.rules import Kinds
from server.organizations.models import Organization
from server.points import queries as points_queries
from server.points import service as points
from server.points.models import PointEntry, SourceKind
from server.points.scores.timelines import MemberTimelines
from server.points.service import Posting
from server.standards.rules import Evidence, Item, Method, StandardDocument

POSTED_AT_ONCE = 500


def post_all(session: Session, records: Sequence[DuesRecord], *, now: datetime) -> None:
    """Post what these months deduct; replayed it changes nothing. Members outside the managed range lose nothing."""
    owing = [record for record in records if record.state in DEDUCTING]
    if owing:
        found = _Owed(session, owing).postings()
        points.post(session, found, now=now)


def post_left(session: Session, *, organization_id: int, year: int, now: datetime) -> None:
    """Post what a year's months deduct at and below an organization, left unposted while no standard said how much.

    Months of the year before are among them, where a branch agreed to a day of this year.
    """
    top = session.get_one(Organization, organization_id)
    below = select(Organization.id).where(Organization.path.startswith(top.path, autoescape=True))
    months = DuesRecord.month.between(f"{year - 1}-07", f"{year}-12")
    rows = select(DuesRecord).where(DuesRecord.organization_id.in_(below), months)
    deducting = session.scalars(rows.where(DuesRecord.state.in_(DEDUCTING)).order_by(DuesRecord.id)).all()
    for start in range(0, len(deducting), POSTED_AT_ONCE):
        part = deducting[start : start + POSTED_AT_ONCE]
        drafted = points.drafted(session, {record.member_id for record in part}, year=year, now=now)
        post_all(session, [record for record in part if record.member_id not in drafted], now=now)


def take_back(session: Session, record: DuesRecord, *, reason: str, account_id: int, now: datetime) -> None:
    """Reverse what this revision of the record deducted."""
    for entry in points_queries.entries_of_sources(session, source_kind=SourceKind.dues, source_ids=[record.id]):
        if entry.revision == record.revision:
            points.reverse(
                session, member_id=entry.member_id, seq=entry.seq, reason=reason, decided_by=account_id, now=now
            )


class _Owed:
    """What posting months that deduct needs to know, read once for all of them."""

    def __init__(self, session: Session, records: Sequence[DuesRecord]) -> None:
        self._records = records
        self._standing = MemberTimelines(session, {record.member_id for record in records})
        self._due_on = terms.due_days(session, [(record.member_id, record.month) for record in records])
        ids = [record.id for record in records]
        self._entries = defaultdict[int, list[PointEntry]](list)
        for entry in points_queries.entries_of_sources(session, source_kind=SourceKind.dues, source_ids=ids):
            self._entries[entry.source_id].append(entry)

    def postings(self) -> list[Posting]:
        return [posting for record in self._records if (posting := self._posting(record)) is not None]

    def _posting(self, record: DuesRecord) -> Posting | None:
        """Return what a month deducts, on the day it was due; None if the member was exempt then or at month's end."""
        due_on = self._due_on[record.member_id, record.month]
        if any(self._standing.is_exempt(record.member_id, day) for day in (last_day(record.month), due_on)):
            return None
        standard_id, item = self._item(record, due_on)
        if item is None or self._standing.membership_on(record.member_id, due_on) is None:
            return None
        return Posting(
            member_id=record.member_id,
            item_code=item.code,
            occurred_on=due_on,
            source_kind=SourceKind.dues,
            source_id=record.id,
            points=-item.points,
            revision=record.revision,
            decided_by=record.recorded_by,
            text=f"{record.month} 党费{STATE_TITLES[DuesState(record.state)]}",
            standard_id=standard_id,
        )

    def _item(self, record: DuesRecord, on: date) -> tuple[int | None, Item | None]:
        """Return the standard of that day and its item for dues; a scheme need not have one, nor a year a standard.

        What the record deducted in it before it was corrected was measured by what the member was then.
        """
        earlier = [entry for entry in self._entries[record.id] if entry.year == on.year]
        if earlier:
            standard_id = earlier[-1].standard_id
            return standard_id, self._standing.document(standard_id).item(earlier[-1].item_code)
        found = self._standing.standard_id_if_any(record.member_id, record.organization_id, on)
        if found is None:
            return None, None
        return found, dues_item(self._standing.document(found), self._standing.kinds_on(record.member_id, on))


def dues_item(document: StandardDocument, kinds: Kinds) -> Item | None:
    """Return what a standard takes off such a member for dues, if it does."""
    items = document.items_for(kinds.category, kinds.stage)
    fitting = (item for item in items if Evidence.dues in item.evidence and item.method is Method.deduct)
    return next(fitting, None)
