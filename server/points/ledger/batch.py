"""One transaction's postings: chains locked, openings ensured, entries added once, scores set."""

from collections.abc import Collection, Hashable, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.organizations.events import CategoryChange
from server.points import warrants
from server.points.decisions.negative_years import negative_members
from server.points.ledger import chains as ledger
from server.points.ledger.openings import (
    category_steps,
    differences,
    opening_columns,
    opening_facts,
    opening_figures,
    openings,
)
from server.points.ledger.stored import Figures, store
from server.points.models import PointEntry, SourceKind
from server.points.scores.carrying import measured_by
from server.points.scores.rules import Fact, YearScore, score
from server.points.scores.timelines import MemberTimelines
from server.standards.rules import StandardDocument, audience_of
from server.years.queries import year_drafted
from server.years.rules import Warrant

Key = tuple[int, int]
"""(member, year)."""

Known = dict[tuple[Hashable, ...], YearScore]
"""Scores worked out before: members of a kind with equal facts share one."""

ZERO = Decimal(0)


class LedgerBatch:
    """Members' ledgers under lock. Add to them, then `close`, which flushes and sets the scores of what was touched.

    Years whose results stand take nothing but by a warrant: the caller's, or one under which the session acts.
    """

    def __init__(
        self, session: Session, member_ids: Collection[int], *, now: datetime, warrant: Warrant | None = None
    ) -> None:
        self.session = session
        self.now = now.astimezone(UTC)
        self._under = warrants.current(session)
        self._warrant = warrant or (self._under.warrant if self._under is not None else None)
        self._drafted: dict[int, frozenset[int]] = {}
        self.heads = ledger.lock_heads(session, member_ids)
        self.standing = MemberTimelines(session, member_ids)
        self._entries: dict[Key, list[PointEntry]] = {}
        self._loaded: set[int] = set()
        self._touched: set[Key] = set()
        self._opened: dict[Key, int] = {}
        self._known: Known = {}

    def load(self, year: int) -> None:
        """Read the members' entries of a year, once."""
        if year in self._loaded:
            return
        self._loaded.add(year)
        for member_id, entries in ledger.entries_of(self.session, self.heads, year).items():
            self._entries[member_id, year] = entries

    def entries(self, member_id: int, year: int) -> list[PointEntry]:
        self.load(year)
        return self._entries[member_id, year]

    def add(self, entry: PointEntry, text: str | None = None) -> PointEntry:
        """Append an entry that lacks only its place in the chain. Raises DomainError 409 `year_drafted`."""
        if self._is_shut(entry.member_id, entry.year):
            raise year_drafted(entry.year)
        entry.posted_at = self.now
        ledger.append(self.session, self.heads[entry.member_id], entry, text)
        self._entries[entry.member_id, entry.year].append(entry)
        self._touched.add((entry.member_id, entry.year))
        if self._under is not None:
            self._under.entries.append(entry)
        return entry

    def touch(self, member_id: int, year: int) -> None:
        """Have the score set anew even if nothing is added."""
        self._touched.add((member_id, year))

    def open(self, member_id: int, year: int) -> None:
        """Ensure the year's openings by the standard that measures it: openings follow the standard, not the stage.

        Who has moved since the year began is opened as if nobody had been late: by the first branch's standard from
        the first day, re-based on the day they moved. Once the results of the year stand, nothing is opened any more.
        """
        if self._is_shut(member_id, year):
            return
        standard_id = self.standing.year_standard_id(member_id, year)
        begins = self.standing.first_day_in(member_id, year)
        if standard_id is None or begins is None:
            return
        self.touch(member_id, year)
        self._opened[member_id, year] = standard_id
        opened = self._opened_for(member_id, year, standard_id)
        first_id = None if opened else self.standing.first_standard_id(member_id, year)
        if first_id is not None and first_id != standard_id:
            self._bring_to(member_id, year, first_id, opened, on=begins)
            opened = self._opened_for(member_id, year, standard_id)
        if opened and self._opens_alike(opened[-1].standard_id, standard_id):
            return
        on = self._rebasing_day(member_id, year, standard_id) if opened else begins
        self._bring_to(member_id, year, standard_id, opened, on=on)

    def _opened_for(self, member_id: int, year: int, standard_id: int) -> list[PointEntry]:
        """The openings of the year that a standard's audience has, in their order."""
        audience = self.standing.document(standard_id).audience
        return [entry for entry in self._openings(member_id, year) if self._audience(entry) == audience]

    def _bring_to(self, member_id: int, year: int, standard_id: int, opened: Sequence[PointEntry], *, on: date) -> None:
        """Add what makes the openings of a year those of a standard."""
        kinds = self.standing.year_kinds(member_id, year)
        wanted = openings(self.standing.document(standard_id), kinds.category, kinds.stage)
        for code, points in differences(wanted, _sums(opened)).items():
            left = (entry.standard_id for entry in reversed(opened) if entry.item_code == code)
            owner = standard_id if code in wanted else next(left)
            self._open_item(member_id, code, points, standard_id=owner, year=year, on=on)

    def rebase(self, change: CategoryChange, year: int) -> None:
        """Let the year's openings follow a change of category, on its day: lines that are lost are taken off, new ones
        opened. Nothing is done where there are none, and once the results of the year stand.
        """
        member_id = change.member_id
        if self._is_shut(member_id, year) or self.standing.last_in(member_id, year) is None:
            return
        kinds = self.standing.year_kinds(member_id, year)
        if kinds.category is not change.after:
            return
        audience = audience_of(kinds.stage)
        opened = [entry for entry in self._openings(member_id, year) if self._audience(entry) == audience]
        if not opened:
            return
        last = opened[-1]
        document = self.standing.document(last.standard_id)
        on = max(change.on, last.occurred_on)
        for code, points in category_steps(document, change.before, change.after, kinds.stage).items():
            self._open_item(member_id, code, points, standard_id=last.standard_id, year=year, on=on)

    def drafted(self, year: int) -> frozenset[int]:
        """Return the members whose results of a year stand; that holds until the transaction ends."""
        if year not in self._drafted:
            today = shanghai_date(self.now)
            self._drafted[year] = self.standing.drafted_in(year, today=today, lock=True)
        return self._drafted[year]

    def _is_shut(self, member_id: int, year: int) -> bool:
        return self._warrant is None and member_id in self.drafted(year)

    def close(self) -> None:
        """Flush the entries and set the scores."""
        self.session.flush()
        for year in sorted({year for _, year in self._touched}):
            self._set_scores(year, [member_id for member_id, touched in sorted(self._touched) if touched == year])
        self._touched.clear()
        self._opened.clear()

    def score(self, member_id: int, year: int, *, negative: bool = False) -> YearScore | None:
        """Return the year's score, or None where no standard measures it."""
        entries, closed = self.entries(member_id, year), member_id in self.drafted(year)
        return year_score(
            self.standing, member_id, year, entries, known=self._known, negative=negative, year_closed=closed
        )

    def _opens_alike(self, one_id: int, other_id: int) -> bool:
        one, other = self.standing.document(one_id), self.standing.document(other_id)
        return one is other or opening_figures(one) == opening_figures(other)

    def _openings(self, member_id: int, year: int) -> list[PointEntry]:
        return [entry for entry in self.entries(member_id, year) if entry.source_kind == SourceKind.opening]

    def _audience(self, entry: PointEntry) -> str:
        return self.standing.document(entry.standard_id).audience

    def _open_item(self, member_id: int, code: str, points: Decimal, *, standard_id: int, year: int, on: date) -> None:
        item = self.standing.document(standard_id).item(code)
        assert item is not None
        earlier = [e for e in self._openings(member_id, year) if e.item_code == code and e.source_id == standard_id]
        columns = opening_columns(item, points, standard_id=standard_id, year=year, on=on, revision=len(earlier) + 1)
        root_id = self.standing.member(member_id).root_id
        organization_id = self.standing.opening_branch(member_id, year, on)
        self.add(PointEntry(member_id=member_id, root_id=root_id, organization_id=organization_id, **columns))

    def _rebasing_day(self, member_id: int, year: int, standard_id: int) -> date:
        """The day of the transfer that brought another standard; one published since then takes over today."""
        membership = self.standing.last_in(member_id, year)
        assert membership is not None
        last = self._openings(member_id, year)[-1].occurred_on
        came = max(membership.from_date, date(year, 1, 1))
        if last <= came and self.standing.was_published(standard_id, by=came):
            return came
        return max(last, min(shanghai_date(self.now), date(year, 12, 31)))

    def _set_scores(self, year: int, member_ids: list[int]) -> None:
        self.load(year)
        for part in ledger.chunks(member_ids):
            negative = negative_members(self.session, part, year)
            figures = {each: self._figures(each, year, negative=each in negative) for each in part}
            store(self.session, year, figures, now=self.now)

    def _figures(self, member_id: int, year: int, *, negative: bool) -> Figures | None:
        result, membership = self.score(member_id, year, negative=negative), self.standing.last_in(member_id, year)
        if result is None or membership is None:
            return None
        opened = self._opened.get((member_id, year))
        return Figures(membership.organization_id, result.negative, result.figures, opened)


def year_score(
    standing: MemberTimelines,
    member_id: int,
    year: int,
    entries: Sequence[PointEntry],
    *,
    known: Known,
    negative: bool = False,
    year_closed: bool = False,
) -> YearScore | None:
    """Return the score of a member's entries by the standard that measures the year.

    None where there is no standard, and for who is 不列入 on every day of the year.
    `year_closed`: the year's results stand (`MemberTimelines.drafted_in`), as in `score`.
    """
    standard_id = standing.year_standard_id(member_id, year)
    if standard_id is None or standing.first_day_in(member_id, year) is None:
        return None
    document, facts = measured(standing, member_id, year, standard_id, entries)
    kinds = standing.year_kinds(member_id, year)
    key = (standard_id, kinds, negative, year_closed, *facts)
    if key not in known:
        known[key] = score(
            document,
            facts,
            category=kinds.category,
            stage=kinds.stage,
            year_closed=year_closed,
            negative=negative,
        )
    return known[key]


def measured(
    standing: MemberTimelines, member_id: int, year: int, standard_id: int, entries: Sequence[PointEntry]
) -> tuple[StandardDocument, list[Fact]]:
    """Return the standard's document, with what it must carry along, and the year's entries as facts under it.

    Where the year is not opened yet, the openings that are due count as well.
    """
    documents = {entry.standard_id: standing.document(entry.standard_id) for entry in entries}
    document, facts = measured_by(standing.document(standard_id), entries, documents)
    begins = standing.first_day_in(member_id, year)
    if begins is None or any(fact.opening for fact in facts):
        return document, facts
    kinds = standing.year_kinds(member_id, year)
    return document, facts + opening_facts(openings(document, kinds.category, kinds.stage), begins)


def _sums(entries: Iterable[PointEntry]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for entry in entries:
        sums[entry.item_code] = sums.get(entry.item_code, ZERO) + entry.points
    return sums
