"""What months of dues deduct: posted on the day by which they were due, and taken back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.dues import terms
from server.dues.models import DuesRecord
from server.dues.rules import DEDUCTING, STATE_TITLES, DuesState, last_day
from server.organizations.exemptions import is_exempt
from server.organizations.models import Member, Organization
from server.organizations.service import ancestor_ids, branch_of
from server.points import service as points
from server.points.models import SourceKind
from server.points.service import Posting
from server.standards import service as standards
from server.standards.rules import Evidence, Item, Method, audience_of
from server.standards.versions import find_in_force

POSTED_AT_ONCE = 500


def post_all(session: Session, records: Sequence[DuesRecord], *, now: datetime) -> None:
    """Post what these months deduct; replayed it changes nothing. Who is outside the managed range loses nothing."""
    found = [posting for record in records if (posting := _posting(session, record)) is not None]
    if found:
        points.post(session, found, now=now)


def post_left(session: Session, *, organization_id: int, year: int, now: datetime) -> None:
    """Post what a year's months deduct at and below an organization, left while no standard said how much.

    Months of the year before are among them, where a branch agreed to a day of this year.
    """
    top = session.get_one(Organization, organization_id)
    below = select(Organization.id).where(Organization.path.startswith(top.path, autoescape=True))
    months = DuesRecord.month.between(f"{year - 1}-07", f"{year}-12")
    rows = select(DuesRecord).where(DuesRecord.organization_id.in_(below), months)
    deducting = session.scalars(rows.where(DuesRecord.state.in_(DEDUCTING)).order_by(DuesRecord.id)).all()
    for start in range(0, len(deducting), POSTED_AT_ONCE):
        post_all(session, deducting[start : start + POSTED_AT_ONCE], now=now)


def take_back(session: Session, record: DuesRecord, *, reason: str, account_id: int, now: datetime) -> None:
    """Reverse what this revision of the record deducted."""
    for entry in points.entries_of_source(session, source_kind=SourceKind.dues, source_id=record.id):
        if entry.revision == record.revision:
            points.reverse(
                session, member_id=entry.member_id, seq=entry.seq, reason=reason, decided_by=account_id, now=now
            )


def _posting(session: Session, record: DuesRecord) -> Posting | None:
    """Return what a month deducts, on the day by which it was due; the month's last decides whether it was owed."""
    due_on = terms.due_on(session, member_id=record.member_id, month=record.month)
    days = {last_day(record.month), due_on}
    if record.state not in DEDUCTING or any(is_exempt(session, record.member_id, day) for day in days):
        return None
    standard_id, item = _dues_item(session, record, due_on.year)
    if item is None or branch_of(session, member_id=record.member_id, on=due_on) is None:
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


def _dues_item(session: Session, record: DuesRecord, year: int) -> tuple[int | None, Item | None]:
    """Return the standard of that year and its item for dues; a scheme need not have one, nor a year a standard.

    What the record deducted in it before it was corrected was measured by what the member was then.
    """
    entries = points.entries_of_source(session, source_kind=SourceKind.dues, source_id=record.id)
    earlier = [entry for entry in entries if entry.year == year]
    if earlier:
        standard_id = earlier[-1].standard_id
        return standard_id, standards.document_of(session, standard_id).item(earlier[-1].item_code)
    member = session.get_one(Member, record.member_id)
    standard = find_in_force(
        session,
        organization_ids=ancestor_ids(session, record.organization_id),
        year=year,
        audience=audience_of(member.stage),
    )
    if standard is None:
        return None, None
    items = standards.document_of(session, standard.id).items_for(member.category, member.stage)
    fitting = (item for item in items if Evidence.dues in item.evidence and item.method is Method.deduct)
    return standard.id, next(fitting, None)
