"""The figures of lines: computed by `score` if the ledger has changed since the cutoff, copied if it has not."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from server.organizations.history.queries import changes_between
from server.organizations.models import Category, Membership, Stage
from server.points.decisions.negative_years import negative_members
from server.points.ledger.chains import chunks
from server.points.ledger.openings import opening_facts, openings
from server.points.models import LedgerHead, PointEntry, Score
from server.points.scores.carrying import POSTED, Posted, measured_by
from server.points.scores.rules import Fact, YearScore, score
from server.standards.rules import StandardDocument
from server.standards.versions import document_of
from server.statements.freezing.roster import TOTAL
from server.statements.models import StatementLine, StatementSection
from server.statements.rules import StatementTerm
from server.years.queries import is_drafted_at

_THESE = StatementLine.statement_id.in_(bindparam("statement_ids", type_=BigInteger, expanding=True))
_MEMBERS = bindparam("member_ids", type_=BigInteger, expanding=True)
_LINES = select(StatementLine).where(_THESE, StatementLine.member_id.in_(_MEMBERS))
_SECTION = select(StatementSection.section).where(
    StatementSection.statement_id == StatementLine.statement_id,
    StatementSection.member_id == StatementLine.member_id,
)
_LEFT = (
    select(StatementLine.statement_id, StatementLine.member_id)
    .where(_THESE, ~_SECTION.exists())
    .order_by(StatementLine.member_id)
)
_POSTED: Select[*tuple[Any, ...]] = (
    select(*POSTED)
    .where(PointEntry.member_id.in_(_MEMBERS), PointEntry.year == bindparam("year", type_=Integer))
    .where(PointEntry.occurred_on <= bindparam("until", type_=Date))
    .order_by(PointEntry.member_id, PointEntry.seq)
)


@dataclass(frozen=True, slots=True)
class LineMeasure:
    """What a line's figures are computed from."""

    statement_id: int
    member_id: int
    standard_id: int | None
    category: Category
    stage: Stage
    negative: bool
    head_seq: int


def write_figures(session: Session, statement_ids: Sequence[int], term: StatementTerm) -> set[int]:
    """Set totals and sections: copied if the stored score is that of the cutoff, else computed.

    Return the statements that have a computed line.
    """
    if not term.closes_year:
        _copy_sections(session, statement_ids, term)
    left = _without_sections(session, statement_ids)
    for part in chunks([line.member_id for line in left]):
        _compute(session, statement_ids, part, term)
    return {line.statement_id for line in left}


def computed(
    session: Session, measures: Collection[LineMeasure], *, year: int, until: date, year_closed: bool
) -> Mapping[int, YearScore | None]:
    """Return each member's score by entries up to `head_seq` that occurred by `until`; None without a standard."""
    entries = _entries(session, {each.member_id: each for each in measures}, year, until)
    scoring = _Scoring(_Documents(session), year, year_closed)
    return {each.member_id: scoring.of(each, entries[each.member_id]) for each in measures}


class _Documents(dict[int, StandardDocument]):
    """Standards by id, each read on first use."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __missing__(self, standard_id: int) -> StandardDocument:
        document = self[standard_id] = document_of(self._session, standard_id)
        return document


class _Scoring:
    """Scores by the pure rules; members of a kind with equal facts share one."""

    def __init__(self, documents: _Documents, year: int, year_closed: bool) -> None:
        self._documents, self._begins, self._year_closed = documents, date(year, 1, 1), year_closed
        self._known: dict[tuple[object, ...], YearScore] = {}

    def of(self, each: LineMeasure, entries: Sequence[Posted]) -> YearScore | None:
        if each.standard_id is None:
            return None
        posted_under = {entry.standard_id: self._documents[entry.standard_id] for entry in entries}
        document, facts = measured_by(self._documents[each.standard_id], entries, posted_under)
        facts += self._openings_due(document, facts, each)
        key: tuple[object, ...] = (each.standard_id, each.category, each.stage, each.negative, *facts)
        if (found := self._known.get(key)) is None:
            found = self._known[key] = self._score(document, facts, each)
        return found

    def _openings_due(self, document: StandardDocument, facts: Sequence[Fact], each: LineMeasure) -> list[Fact]:
        """起始分 of a member who has none posted yet: they count from the first day, as the explained score says."""
        if any(fact.opening for fact in facts):
            return []
        return opening_facts(openings(document, each.category, each.stage), self._begins)

    def _score(self, document: StandardDocument, facts: Sequence[Fact], each: LineMeasure) -> YearScore:
        return score(
            document,
            facts,
            category=each.category,
            stage=each.stage,
            year_closed=self._year_closed,
            negative=each.negative,
        )


def _entries(
    session: Session, measures: Mapping[int, LineMeasure], year: int, until: date
) -> dict[int, list[Row[Any]]]:
    """Return the entries that a line counts, by member and in order."""
    found: dict[int, list[Row[Any]]] = {member_id: [] for member_id in measures}
    for part in chunks(sorted(measures)):
        rows = session.execute(_POSTED, {"member_ids": part, "year": year, "until": until})
        for member_id, entries in groupby(rows, key=attrgetter("member_id")):
            found[member_id] = [entry for entry in entries if entry.seq <= measures[member_id].head_seq]
    return found


def _copy_sections(session: Session, statement_ids: Sequence[int], term: StatementTerm) -> None:
    """Copy the stored points of members whose ledger is unchanged since their line was written, by one SQL statement.

    Not in a branch whose results stand: those points are of a closed year, and a month's are not.
    """
    plain = and_(
        LedgerHead.seq == StatementLine.head_seq,
        *(~_counts_otherwise(term), ~_moves_on(term), ~_is_other_later(term)),
        ~is_drafted_at(Score.organization_id, term.year),
    )
    stored = (
        select(StatementLine.statement_id, StatementLine.member_id, Score.section, Score.points)
        .join(LedgerHead, LedgerHead.member_id == StatementLine.member_id)
        .join(Score, and_(Score.member_id == StatementLine.member_id, Score.year == term.year, Score.section != TOTAL))
        .where(StatementLine.statement_id.in_(statement_ids), StatementLine.standard_id.is_not(None), plain)
    )
    columns = ["statement_id", "member_id", "section", "points"]
    session.execute(insert(StatementSection).from_select(columns, stored))


def _without_sections(session: Session, statement_ids: Sequence[int]) -> Sequence[Row[int, int]]:
    """Return the lines (`statement_id`, `member_id`) that have no figures yet, in the order of members."""
    return session.execute(_LEFT, {"statement_ids": list(statement_ids)}).all()


def _counts_otherwise(term: StatementTerm) -> ColumnElement[bool]:
    """An entry of the year has a later day than the statement, or was posted under a standard other than the line's."""
    other = or_(PointEntry.occurred_on > term.until, PointEntry.standard_id != StatementLine.standard_id)
    entry = select(PointEntry.seq).where(PointEntry.member_id == StatementLine.member_id, PointEntry.year == term.year)
    return entry.where(other).exists()


def _moves_on(term: StatementTerm) -> ColumnElement[bool]:
    """The stored score is measured by a later membership of the year."""
    later = and_(Membership.from_date > term.until, Membership.from_date <= date(term.year, 12, 31))
    return select(Membership.id).where(Membership.member_id == StatementLine.member_id, later).exists()


def _is_other_later(term: StatementTerm) -> ColumnElement[bool]:
    """The stored score is measured by what the member is on a later day of the year, and was not on the term's last."""
    return changes_between(StatementLine.member_id, after=term.until, until=date(term.year, 12, 31))


def _compute(session: Session, statement_ids: Sequence[int], member_ids: Sequence[int], term: StatementTerm) -> None:
    negative = negative_members(session, member_ids, term.year)
    measures = [_measure(line, line.member_id in negative) for line in _lines(session, statement_ids, member_ids)]
    scores = computed(session, measures, year=term.year, until=term.until, year_closed=term.closes_year)
    session.execute(update(StatementLine), [_line_columns(each, scores[each.member_id]) for each in measures])
    sections = [columns for each in measures for columns in _section_columns(each, scores[each.member_id])]
    if sections:
        session.execute(insert(StatementSection), sections)


def _lines(session: Session, statement_ids: Sequence[int], member_ids: Sequence[int]) -> Iterable[StatementLine]:
    wanted = {"statement_ids": list(statement_ids), "member_ids": list(member_ids)}
    return session.scalars(_LINES, wanted).all()


def _measure(line: StatementLine, negative: bool) -> LineMeasure:
    who = (line.standard_id, Category(line.category), Stage(line.stage), negative)
    return LineMeasure(line.statement_id, line.member_id, *who, line.head_seq)


def _line_columns(each: LineMeasure, result: YearScore | None) -> dict[str, object]:
    key = {"statement_id": each.statement_id, "member_id": each.member_id}
    return {**key, "negative": each.negative, "total": result.total if result else 0}


def _section_columns(each: LineMeasure, result: YearScore | None) -> Iterable[dict[str, object]]:
    for section in result.sections if result else ():
        key = {"statement_id": each.statement_id, "member_id": each.member_id}
        yield {**key, "section": section.section.code, "points": section.points}
