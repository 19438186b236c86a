"""Scores read: the stored figures, the full explanation, lists for a branch. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Integer, and_, bindparam, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from server.errors import DomainError
from server.identity.models import Account
from server.organizations.models import Member, Membership, Organization, OrganizationKind
from server.points.batch import measured
from server.points.explanation import Background, Explanation, SourceKey, explained_sections
from server.points.models import EntryText, PointEntry, Score, SourceKind
from server.points.negative_years import negative_members
from server.points.openings import opening_facts, openings
from server.points.possible import still_possible
from server.points.rules import Fact, score
from server.points.sources import Described, described
from server.points.standing import Standing
from server.standards.rules import StandardDocument
from server.standards.service import no_standard

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


@dataclass(frozen=True, slots=True)
class Figures:
    """One member's figures in a list."""

    member_id: int
    name: str
    work_number: str
    total: Decimal
    negative: bool
    sections: tuple[Score, ...]


def stored(session: Session, *, member_id: int, year: int) -> Sequence[Score]:
    """Return the member's stored figures of a year by one look at the primary key; empty where nothing was posted."""
    return session.scalars(_STORED, {"member_id": member_id, "year": year}).all()


def explain(session: Session, *, member_id: int, year: int, as_of: datetime) -> Explanation:
    """Explain the year by the entries posted until `as_of`. Raises DomainError `no_membership`, `no_standard`."""
    standing = Standing(session, [member_id])
    standard_id = standing.year_standard_id(member_id, year)
    if standard_id is None:
        if standing.last_in(member_id, year) is None:
            raise DomainError("no_membership", f"{year} 年度该党员的组织关系不在本校任何支部")
        raise no_standard(year)
    entries, texts, names = _posted(session, member_id, year, as_of)
    document, facts = measured(standing, standard_id, entries)
    member = standing.member(member_id)
    facts += _openings_due(standing, member, year, document, facts)
    result = score(
        document,
        facts,
        category=member.category,
        stage=member.stage,
        negative=bool(negative_members(session, [member_id], year)),
    )
    codes = {fact.seq: fact.item_code for fact in facts}
    background = Background(texts=texts, names=names, sources=_sources(session, entries))
    return Explanation(
        member_id=member_id,
        year=year,
        standard_id=standard_id,
        standard_title=document.title,
        total_cap=document.total_cap,
        score=result,
        sections=explained_sections(document, result, entries, codes, background),
        still_possible=still_possible(document, result, category=member.category, stage=member.stage),
    )


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


def figures_of(
    session: Session, *, organization_id: int, year: int, after: tuple[Decimal, int] | None, limit: int, on: date
) -> list[Figures]:
    """Return the members' figures of an organization and all below it, the highest total first."""
    rows = (
        select(Score, Member.name, Member.work_number)
        .join(Member, Member.id == Score.member_id)
        .where(Score.year == year, Score.section == TOTAL, _within(session, organization_id, on))
    )
    if after is not None:
        points, member_id = after
        rows = rows.where(or_(Score.points < points, and_(Score.points == points, Score.member_id > member_id)))
    page = session.execute(rows.order_by(Score.points.desc(), Score.member_id).limit(limit)).all()
    sections = _sections(session, [total.member_id for total, _, _ in page], year)
    return [
        Figures(total.member_id, name, number, total.points, total.negative, sections.get(total.member_id, ()))
        for total, name, number in page
    ]


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


def _openings_due(
    standing: Standing, member: Member, year: int, document: StandardDocument, facts: Sequence[Fact]
) -> list[Fact]:
    """The openings that the first posting of the year will make; they have no entry yet and so no seq of their own."""
    begins = standing.first_day_in(member.id, year)
    if begins is None or any(fact.opening for fact in facts):
        return []
    return opening_facts(openings(document, member.category, member.stage), begins)


def _sources(session: Session, entries: Sequence[PointEntry]) -> dict[SourceKey, Described]:
    found: dict[SourceKey, Described] = {}
    for kind in SourceKind:
        ids = sorted({entry.source_id for entry in entries if entry.source_kind == kind})
        found |= {(kind.value, source_id): about for source_id, about in described(session, kind, ids).items()}
    return found


def _within(session: Session, organization_id: int, on: date) -> ColumnElement[bool]:
    """The condition that a score belongs to the organization; a 党小组 has the members who are in it on the day."""
    organization = session.get_one(Organization, organization_id)
    if organization.kind == OrganizationKind.group:
        still = or_(Membership.until_date.is_(None), Membership.until_date > on)
        return Score.member_id.in_(select(Membership.member_id).where(Membership.group_id == organization_id, still))
    below = select(Organization.id).where(Organization.path.startswith(organization.path, autoescape=True))
    return Score.organization_id.in_(below)


def _sections(session: Session, member_ids: Sequence[int], year: int) -> dict[int, tuple[Score, ...]]:
    rows = select(Score).where(Score.member_id.in_(member_ids), Score.year == year, Score.section != TOTAL)
    found: dict[int, tuple[Score, ...]] = {}
    for row in session.scalars(rows.order_by(Score.member_id, Score.section)):
        found[row.member_id] = (*found.get(row.member_id, ()), row)
    return found
