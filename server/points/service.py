"""Posting to the ledger and reversing. Everything that changes a score comes through here.

Callers keep a transaction to some 1,000 postings. A posting replayed, in any order or on two machines at once, pays
once: the member's chain is locked first, then looked through, and a unique key stands behind that.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.errors import DomainError, not_found
from server.organizations.events import CategoryChange
from server.points import warrants
from server.points.error_codes import PointsErrorCode
from server.points.ledger.batch import LedgerBatch
from server.points.ledger.chains import chunks, lock_heads
from server.points.ledger.newcomers import open_ledgers
from server.points.ledger.stored import Figures, store, stored_scores
from server.points.models import PointEntry, Score, SourceKind
from server.points.scores.timelines import MemberTimelines
from server.rounding import finest
from server.standards.rules import Item, Method
from server.years.queries import year_drafted
from server.years.rules import Warrant, may_have_ended

OPENED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Posting:
    """A fact to be posted. `points` is before any cap and finer parts than a ten-thousandth are rounded half up;
    a ratio item takes quantities instead. `standard_id` names the standard by which the source measured the member on
    the day of the fact; None: the one in force, for what the member was that day."""

    member_id: int
    item_code: str
    occurred_on: date
    source_kind: SourceKind
    source_id: int
    points: Decimal = Decimal(0)
    owed: int = 0
    attended: int = 0
    made_up: int = 0
    excused: int = 0
    level: str | None = None
    achievement: str | None = None
    revision: int = 1
    decided_by: int | None = None
    text: str | None = None
    evidence_hash: str | None = None
    standard_id: int | None = None


def post(
    session: Session, postings: Sequence[Posting], *, now: datetime, warrant: Warrant | None = None
) -> list[PointEntry]:
    """Post facts and set the scores; return the entries in the order of the postings, earlier ones where replayed.

    Nothing is posted into a year whose results stand without a `warrant`. Raises DomainError `no_membership`,
    `member_exempt`, `no_standard`, `unknown_item`, `item_not_applicable`, `points_out_of_range`, 409 `year_drafted`.
    """
    return amend(session, reversing=(), postings=postings, reason="", decided_by=None, now=now, warrant=warrant)


def amend(
    session: Session,
    *,
    reversing: Collection[PointEntry],
    postings: Sequence[Posting],
    reason: str,
    decided_by: int | None,
    now: datetime,
    warrant: Warrant | None = None,
) -> list[PointEntry]:
    """Take entries back for a reason and post others, as one; return the entries of the postings as `post` does.

    What was taken back before stays as it is. Raises what `post` and `reverse` raise.
    """
    member_ids = {entry.member_id for entry in reversing} | {posting.member_id for posting in postings}
    batch = LedgerBatch(session, member_ids, now=now, warrant=warrant)
    for original in sorted(reversing, key=lambda entry: (entry.member_id, entry.seq)):
        _take_back(batch, original, reason, decided_by)
    for member_id, year in sorted({(posting.member_id, posting.occurred_on.year) for posting in postings}):
        batch.open(member_id, year)
    entries = [_earlier(batch, posting) or batch.add(_entry(batch, posting), posting.text) for posting in postings]
    batch.close()
    return entries


def lock(session: Session, member_ids: Collection[int]) -> None:
    """Lock the members' ledgers until the transaction ends, so that what is read from them next stays true."""
    lock_heads(session, member_ids)


def reverse(
    session: Session,
    *,
    member_id: int,
    seq: int,
    reason: str,
    decided_by: int | None,
    now: datetime,
    warrant: Warrant | None = None,
) -> PointEntry:
    """Take an entry back; it carries the day of the original fact. Reversed before: return that reversal.

    `warrant` as in `post`. Raises DomainError `not_found`, `not_reversible`, 409 `year_drafted`.
    """
    batch = LedgerBatch(session, {member_id}, now=now, warrant=warrant)
    original = session.get(PointEntry, (member_id, seq))
    if original is None:
        raise not_found("台账记录")
    entry = _take_back(batch, original, reason, decided_by)
    batch.close()
    return entry


def open_year(session: Session, *, member_ids: Collection[int], year: int, now: datetime) -> None:
    """Ensure the openings of members' year, re-basing them where another standard measures it now.

    Safe to repeat. Members without a branch in that year or a standard for it are left out, and so are those whose
    results of it stand.
    """
    wanted = sorted(set(member_ids))
    for start in range(0, len(wanted), OPENED_AT_ONCE):
        part = wanted[start : start + OPENED_AT_ONCE]
        newcomers = open_ledgers(session, part, year, now=now)
        if rest := [member_id for member_id in part if member_id not in newcomers]:
            _reopen(LedgerBatch(session, rest, now=now), year)


def drafted(session: Session, member_ids: Collection[int], *, year: int, now: datetime) -> frozenset[int]:
    """Return the members whose year takes no more postings; that holds until the transaction ends.

    Under a warrant it takes everybody's.
    """
    today = shanghai_date(now)
    if not may_have_ended(year, today=today) or warrants.current(session) is not None:
        return frozenset()  # the usual case: not even the members are read
    return MemberTimelines(session, member_ids).drafted_in(year, lock=True)


def refuse_drafted(session: Session, member_ids: Collection[int], *, year: int, now: datetime) -> None:
    """Raise DomainError 409 `year_drafted` if the year of any of the members takes no more postings."""
    if drafted(session, member_ids, year=year, now=now):
        raise year_drafted(year)


def rebase_openings(session: Session, changes: Sequence[CategoryChange], *, year: int, now: datetime) -> None:
    """Have the openings of a year follow changes of category, and its scores with them.

    Left out are members whose year is not opened, which opens by what they are then, and those whose results stand.
    """
    for start in range(0, len(changes), OPENED_AT_ONCE):
        part = changes[start : start + OPENED_AT_ONCE]
        batch = LedgerBatch(session, {change.member_id for change in part}, now=now)
        for change in part:
            batch.rebase(change, year)
        batch.close()
    set_scores(session, member_ids=[change.member_id for change in changes], year=year, now=now)


def set_scores(session: Session, *, member_ids: Collection[int], year: int, now: datetime) -> None:
    """Set the stored scores of a year anew for members who have any, since something other than an entry changed them.

    A year that is not opened has none; whoever reads it sees the change all the same.
    """
    wanted = sorted(set(member_ids))
    for start in range(0, len(wanted), OPENED_AT_ONCE):
        batch = LedgerBatch(session, wanted[start : start + OPENED_AT_ONCE], now=now)
        for member_id in {member_id for member_id, _ in stored_scores(session, sorted(batch.heads), year)}:
            batch.touch(member_id, year)
        batch.close()


def set_branch_scores(
    session: Session, *, organization_id: int, year: int, known: Mapping[int, Figures], now: datetime
) -> None:
    """Set the stored scores of a branch's year anew, since its results came to stand or stand no more.

    `known` by member is what was computed in this transaction by ledgers that are locked; all others are computed. As
    with `set_scores`, who has no score stored gets none.
    """
    scored = select(Score.member_id).where(Score.organization_id == organization_id, Score.year == year)
    member_ids = set(session.scalars(scored))
    for part in chunks(sorted(member_ids & known.keys())):
        store(session, year, {member_id: known[member_id] for member_id in part}, now=now)
    set_scores(session, member_ids=member_ids - known.keys(), year=year, now=now)


def _reopen(batch: LedgerBatch, year: int) -> None:
    for member_id in sorted(batch.heads):
        batch.open(member_id, year)
    batch.close()


def _take_back(batch: LedgerBatch, original: PointEntry, reason: str, decided_by: int | None) -> PointEntry:
    """Add the entry's reversal, unless there is one."""
    if original.source_kind in (SourceKind.reversal, SourceKind.opening):
        raise DomainError(PointsErrorCode.not_reversible, "起始分和冲销记录本身不能冲销")
    entries = batch.entries(original.member_id, original.year)
    earlier = next((entry for entry in entries if entry.reverses_seq == original.seq), None)
    return earlier or batch.add(_reversal(original, decided_by), reason)


def _earlier(batch: LedgerBatch, posting: Posting) -> PointEntry | None:
    """The entry an equal posting made before."""
    key = (posting.item_code, posting.source_kind, posting.source_id, posting.revision)
    for entry in batch.entries(posting.member_id, posting.occurred_on.year):
        if (entry.item_code, entry.source_kind, entry.source_id, entry.revision) == key:
            return entry
    return None


def _entry(batch: LedgerBatch, posting: Posting) -> PointEntry:
    organization_id = batch.standing.branch_on(posting.member_id, posting.occurred_on)
    if batch.standing.is_exempt(posting.member_id, posting.occurred_on):
        raise DomainError(
            PointsErrorCode.member_exempt, f"{posting.occurred_on.isoformat()} 该党员不列入积分管理范围，不能记分"
        )
    standard_id = posting.standard_id or batch.standing.standard_id(
        posting.member_id, organization_id, posting.occurred_on
    )
    item = _item(batch, posting, standard_id)
    return PointEntry(
        member_id=posting.member_id,
        root_id=batch.standing.member(posting.member_id).root_id,
        organization_id=organization_id,
        year=posting.occurred_on.year,
        standard_id=standard_id,
        item_code=posting.item_code,
        points=finest(posting.points),
        owed=posting.owed,
        attended=posting.attended,
        made_up=posting.made_up,
        excused=posting.excused,
        level=posting.level,
        achievement=posting.achievement,
        occurred_on=posting.occurred_on,
        source_kind=posting.source_kind,
        source_id=posting.source_id,
        revision=posting.revision,
        clause=item.clause,
        decided_by=posting.decided_by,
        evidence_hash=posting.evidence_hash,
    )


def _item(batch: LedgerBatch, posting: Posting, standard_id: int) -> Item:
    item = batch.standing.document(standard_id).item(posting.item_code)
    if item is None:
        raise DomainError(PointsErrorCode.unknown_item, f"积分标准中没有项目 {posting.item_code}")
    kinds = batch.standing.kinds_on(posting.member_id, posting.occurred_on)
    if posting.standard_id is None and not item.applies_to(kinds.category, kinds.stage):
        raise DomainError(PointsErrorCode.item_not_applicable, f"“{item.title}”不适用于该党员的人员类别或党员类别")
    if not _fits(item, posting):
        raise DomainError(PointsErrorCode.points_out_of_range, f"“{item.title}”的分值与积分标准不符")
    return item


def _fits(item: Item, posting: Posting) -> bool:
    """Whether the figures are of the kind the item's method takes: misses take off, the rest adds."""
    if item.method is Method.deduct:
        return posting.points <= 0
    if item.method is Method.ratio:
        return posting.points == 0
    if item.method is Method.levels:
        worth = next((level.points for level in item.levels if level.code == posting.level), None)
        return worth is not None and 0 <= posting.points <= worth
    return posting.points >= 0


def _reversal(original: PointEntry, decided_by: int | None) -> PointEntry:
    return PointEntry(
        member_id=original.member_id,
        root_id=original.root_id,
        organization_id=original.organization_id,
        year=original.year,
        standard_id=original.standard_id,
        item_code=original.item_code,
        points=-original.points,
        owed=-original.owed,
        attended=-original.attended,
        made_up=-original.made_up,
        excused=-original.excused,
        level=original.level,
        achievement=original.achievement,
        occurred_on=original.occurred_on,
        source_kind=SourceKind.reversal,
        source_id=original.seq,
        revision=1,
        reverses_seq=original.seq,
        clause=original.clause,
        decided_by=decided_by,
    )
