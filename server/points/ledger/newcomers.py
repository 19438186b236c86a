"""Opening the year of many who have no ledger yet, as a roster brings them.

Writes the very entries, heads and scores that `LedgerBatch` would, from plain values and in three statements:
newcomers of a kind open alike, so a kind is worked out once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.db import Base
from server.organizations.history.rules import Kinds
from server.points.decisions.negative_years import negative_members
from server.points.ledger.chain import COVERED, GENESIS, VERSION, link
from server.points.ledger.openings import opening_columns, opening_facts, openings
from server.points.models import LedgerHead, PointEntry, Score
from server.points.scores.rules import score
from server.points.scores.timelines import MemberTimelines

Row = dict[str, Any]
_SAYS_NOTHING = dict.fromkeys(COVERED[VERSION])


@dataclass(frozen=True, slots=True)
class _NewcomerKind:
    """What newcomers may have in common: everything that decides their openings and their score."""

    standard_id: int
    kinds: Kinds
    begins: date
    negative: bool


def open_ledgers(session: Session, member_ids: Sequence[int], year: int, *, now: datetime) -> set[int]:
    """Begin the ledgers of those who have none and open their year; return who they are.

    Empty if another transaction was first with any of them. Who has moved under another standard since the year began
    only gets an empty ledger and is left to the ordinary path.
    """
    begun = set(session.scalars(select(LedgerHead.member_id).where(LedgerHead.member_id.in_(member_ids))))
    newcomers = [member_id for member_id in member_ids if member_id not in begun]
    if not newcomers:
        return set()
    written = _Newcomers(session, newcomers, year, now)
    try:
        with session.begin_nested():
            for kind, rows in ((LedgerHead, written.heads), (PointEntry, written.entries), (Score, written.scores)):
                _insert(session, kind, rows)
    except IntegrityError:
        return set()
    return set(newcomers) - written.moved


def _insert(session: Session, kind: type[Base], rows: list[Row]) -> None:
    table = kind.__table__
    assert isinstance(table, Table)
    if rows:
        session.execute(insert(table), rows)


class _Newcomers:
    """The rows to be written."""

    def __init__(self, session: Session, member_ids: Sequence[int], year: int, now: datetime) -> None:
        self.heads: list[Row] = []
        self.entries: list[Row] = []
        self.scores: list[Row] = []
        self.moved: set[int] = set()
        self._year = year
        self._now = now.astimezone(UTC)
        self._standing = MemberTimelines(session, member_ids)
        self._known: dict[_NewcomerKind, tuple[list[Row], dict[str, Decimal]]] = {}
        negative = negative_members(session, member_ids, year)
        self._drafted = self._standing.drafted_in(year, today=shanghai_date(now), lock=True)
        for member_id in member_ids:
            self._open(member_id, member_id in negative)

    def _open(self, member_id: int, negative: bool) -> None:
        standard_id = self._standing.year_standard_id(member_id, self._year)
        begins = self._standing.first_day_in(member_id, self._year)
        if standard_id is None or begins is None or member_id in self._drafted:
            self._add_chain(member_id, [])
            return
        if self._standing.first_standard_id(member_id, self._year) not in (None, standard_id):
            self.moved.add(member_id)
            self._add_chain(member_id, [])
            return
        member = self._standing.member(member_id)
        kind = _NewcomerKind(standard_id, self._standing.year_kinds(member_id, self._year), begins, negative)
        if kind not in self._known:
            self._known[kind] = self._work_out(kind)
        opened, figures = self._known[kind]
        branch_id = self._standing.opening_branch(member_id, self._year, begins)
        whose = {"member_id": member_id, "root_id": member.root_id, "organization_id": branch_id}
        self._add_chain(member_id, [entry | whose for entry in opened])
        self._add_scores(member_id, figures, kind)

    def _work_out(self, kind: _NewcomerKind) -> tuple[list[Row], dict[str, Decimal]]:
        """Return what the entries say and the score's figures."""
        document = self._standing.document(kind.standard_id)
        due = openings(document, kind.kinds.category, kind.kinds.stage)
        items = {item.code: item for item in document.items}
        common = {**_SAYS_NOTHING, "posted_at": self._now, "hash_version": VERSION}
        entries = [
            common | opening_columns(items[code], points, standard_id=kind.standard_id, year=self._year, on=kind.begins)
            for code, points in due.items()
        ]
        facts = opening_facts(due, kind.begins)
        category, stage = kind.kinds.category, kind.kinds.stage
        result = score(document, facts, category=category, stage=stage, negative=kind.negative)
        return entries, result.figures

    def _add_chain(self, member_id: int, entries: list[Row]) -> None:
        """Link the entries into a chain and put its head beside."""
        last = GENESIS
        for seq, entry in enumerate(entries, start=1):
            entry["seq"], entry["prev_hash"] = seq, last
            entry["hash"] = last = link(last, entry)
        self.entries += entries
        self.heads.append({"member_id": member_id, "seq": len(entries), "hash": last})

    def _add_scores(self, member_id: int, figures: dict[str, Decimal], kind: _NewcomerKind) -> None:
        membership = self._standing.last_in(member_id, self._year)
        assert membership is not None
        whose: Row = {"member_id": member_id, "year": self._year, "organization_id": membership.organization_id}
        whose |= {"negative": kind.negative, "standard_id": kind.standard_id, "updated_at": self._now}
        self.scores += [{**whose, "section": section, "points": points} for section, points in figures.items()]
