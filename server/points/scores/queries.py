"""Scores read: the stored figures, the full explanation, the entries. Nothing here writes."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Integer, and_, bindparam, select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.errors import DomainError
from server.identity.models import Account
from server.organizations.error_codes import OrganizationErrorCode
from server.points.decisions.negative_years import negative_members
from server.points.error_codes import PointsErrorCode
from server.points.explain.explanation import Background, Explanation, SourceKey, explained_sections
from server.points.explain.possible import still_possible, ways_left
from server.points.ledger.batch import Known, measured, year_score
from server.points.ledger.chains import entries_of
from server.points.models import EntryText, PointEntry, Score, SourceKind
from server.points.scores.rules import YearScore, score
from server.points.scores.timelines import MemberTimelines
from server.points.sources import Described, described
from server.standards.versions import no_standard
from server.years.queries import standing_of

TOTAL = ""
"""The `section` of the row that holds the total."""

_MEMBER, _YEAR = bindparam("member_id", type_=BigInteger), bindparam("year", type_=Integer)
_STORED = select(Score).where(Score.member_id == _MEMBER, Score.year == _YEAR).order_by(Score.section)
_POSTED = (
    select(PointEntry, EntryText.text, Account.name)
    .outerjoin(EntryText, and_(EntryText.member_id == PointEntry.member_id, EntryText.seq == PointEntry.seq))
    .outerjoin(Account, Account.id == PointEntry.decided_by)
    .where(PointEntry.member_id == _MEMBER, PointEntry.year == _YEAR, PointEntry.posted_at <= bindparam("as_of"))
    .order_by(PointEntry.seq)
)


def stored(session: Session, *, member_id: int, year: int) -> Sequence[Score]:
    """Return the member's stored figures of a year by one look at the primary key; empty if nothing was posted."""
    return session.scalars(_STORED, {"member_id": member_id, "year": year}).all()


def explain(session: Session, *, member_id: int, year: int, as_of: datetime) -> Explanation:
    """Explain the year by the entries posted until `as_of`.

    Raises DomainError `no_membership`, `no_standard`, `member_exempt` for who is 不列入 on every day of the year.
    """
    standing = MemberTimelines(session, [member_id])
    membership = standing.last_in(member_id, year)
    if membership is None:
        raise DomainError(OrganizationErrorCode.no_membership, f"{year} 年度该党员的组织关系不在本校任何支部")
    standard_id = standing.year_standard_id(member_id, year)
    if standard_id is None:
        raise no_standard(year)
    if standing.first_day_in(member_id, year) is None:
        raise DomainError(PointsErrorCode.member_exempt, f"{year} 年度该党员不列入积分管理范围，不计积分")
    branch_year = standing_of(session, membership.organization_id, year)
    entries, texts, names = _posted(session, member_id, year, as_of)
    document, facts = measured(standing, member_id, year, standard_id, entries)
    kinds = standing.year_kinds(member_id, year)
    result = score(
        document,
        facts,
        category=kinds.category,
        stage=kinds.stage,
        year_closed=branch_year.drafted,
        negative=bool(negative_members(session, [member_id], year)),
    )
    codes = {fact.seq: fact.item_code for fact in facts}
    background = Background(texts=texts, names=names, sources=sources_of(session, entries))
    return Explanation(
        member_id=member_id,
        year=year,
        standard_id=standard_id,
        standard_title=document.title,
        total_cap=document.total_cap,
        score=result,
        sections=explained_sections(document, result, entries, codes, background),
        still_possible=still_possible(
            document,
            result,
            category=kinds.category,
            stage=kinds.stage,
            ways=ways_left(year, today=shanghai_date(as_of), branch_year=branch_year),
        ),
    )


def year_scores(session: Session, *, member_ids: Collection[int], year: int) -> dict[int, YearScore]:
    """Compute the members' scores of a year; members whom no standard measures in it have none."""
    standing, entries = MemberTimelines(session, member_ids), entries_of(session, member_ids, year)
    negative, drafted = negative_members(session, list(member_ids), year), standing.drafted_in(year)
    known: Known = {}
    found = {}
    for each in member_ids:
        facts = (each in negative, each in drafted)
        result = year_score(standing, each, year, entries[each], known=known, negative=facts[0], year_closed=facts[1])
        if result is not None:
            found[each] = result
    return found


def entries_page(
    session: Session, *, member_id: int, year: int | None, before: int | None, limit: int
) -> Sequence[PointEntry]:
    """Return the member's entries, the latest first, below seq `before`."""
    rows = select(PointEntry).where(PointEntry.member_id == member_id)
    if year is not None:
        rows = rows.where(PointEntry.year == year)
    if before is not None:
        rows = rows.where(PointEntry.seq < before)
    return session.scalars(rows.order_by(PointEntry.seq.desc()).limit(limit)).all()


def texts_of(session: Session, member_id: int, entries: Sequence[PointEntry]) -> dict[int, str]:
    """Return the words of these entries by seq, as far as they are still kept."""
    seqs = [entry.seq for entry in entries if entry.text_hash is not None]
    if not seqs:
        return {}
    rows = select(EntryText.seq, EntryText.text).where(EntryText.member_id == member_id, EntryText.seq.in_(seqs))
    return {row.seq: row.text for row in session.execute(rows)}


def _posted(
    session: Session, member_id: int, year: int, as_of: datetime
) -> tuple[list[PointEntry], dict[int, str], dict[int, str]]:
    """The entries in their order, the words still kept by seq, and the names of who decided by account."""
    entries: list[PointEntry] = []
    texts: dict[int, str] = {}
    names: dict[int, str] = {}
    for entry, text, name in session.execute(_POSTED, {"member_id": member_id, "year": year, "as_of": as_of}):
        entries.append(entry)
        if text is not None:
            texts[entry.seq] = text
        if entry.decided_by is not None:
            names[entry.decided_by] = name
    return entries, texts, names


def sources_of(session: Session, entries: Sequence[PointEntry]) -> dict[SourceKey, Described]:
    """Return what stands behind these entries, by kind and id."""
    found: dict[SourceKey, Described] = {}
    for kind in SourceKind:
        ids = sorted({entry.source_id for entry in entries if entry.source_kind == kind})
        found |= {(kind.value, source_id): about for source_id, about in described(session, kind, ids).items()}
    return found
