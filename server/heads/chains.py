"""How far each chain of a root has come, and the hash at a position: as stored, or as today's rows give it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import and_, func, select, tuple_
from sqlalchemy.orm import Session

from server.audit.models import AuditSeal
from server.audit.verification import sealed_hashes
from server.heads.models import ChainKind, HeadPosition
from server.organizations.models import Member
from server.points.ledger.chain import GENESIS, link
from server.points.models import LedgerHead, PointEntry
from server.statements.freezing.sealing import seals
from server.statements.models import Statement

SUBJECTS_AT_ONCE = 500
STATEMENTS_AT_ONCE = 50
NO_ROOT = 0
"""For audit lines that belong to no root: every root's head covers them."""

_COLUMNS: Mapping[ChainKind, tuple[Any, Any, Any]] = {
    ChainKind.audit: (AuditSeal.root_id, AuditSeal.number, AuditSeal.hash),
    ChainKind.ledger: (PointEntry.member_id, PointEntry.seq, PointEntry.hash),
    ChainKind.statements: (Statement.organization_id, Statement.id, Statement.hash),
}
"""Whose chain, the position in it, and the hash there."""

Positions = dict[tuple[ChainKind, int], int]
Wanted = Mapping[int, Sequence[int]]
"""The positions at which a subject's hash is wanted."""


def now_at(session: Session, root_id: int) -> Positions:
    """Return how far the root's chains have come, as far as this transaction sees."""
    ledger = select(LedgerHead.member_id, LedgerHead.seq).join(Member, Member.id == LedgerHead.member_id)
    statements = select(Statement.organization_id, func.max(Statement.id)).where(Statement.root_id == root_id)
    audit = select(AuditSeal.root_id, func.max(AuditSeal.number)).where(AuditSeal.root_id.in_((NO_ROOT, root_id)))
    queries = {
        ChainKind.audit: audit.group_by(AuditSeal.root_id),
        ChainKind.ledger: ledger.where(Member.root_id == root_id, LedgerHead.seq > 0),
        ChainKind.statements: statements.group_by(Statement.organization_id),
    }
    return {(kind, subject): at for kind, query in queries.items() for subject, at in session.execute(query)}


def noted(session: Session, root_id: int, until: int) -> Positions:
    """Return how far the chains had come at the head with that number."""
    rows = (
        select(HeadPosition.kind, HeadPosition.subject_id, func.max(HeadPosition.position))
        .where(HeadPosition.root_id == root_id, HeadPosition.number <= until)
        .group_by(HeadPosition.kind, HeadPosition.subject_id)
    )
    return {(ChainKind(kind), subject): at for kind, subject, at in session.execute(rows)}


def stored(session: Session, kind: ChainKind, wanted: Wanted) -> Mapping[tuple[int, int], str]:
    """Return the stored hashes at these positions of some subjects."""
    pairs = [(subject, position) for subject, positions in wanted.items() for position in positions]
    subject, at, found = _COLUMNS[kind]
    rows = session.execute(select(subject, at, found).where(tuple_(subject, at).in_(pairs)))
    return {(key, position): made for key, position, made in rows}


def worked_out(session: Session, kind: ChainKind, wanted: Wanted) -> Mapping[tuple[int, int], str]:
    """Return the hashes that the rows themselves give today from the beginning of each chain; if a row is missing,
    the chain gives none from there on."""
    return {ChainKind.ledger: _entries, ChainKind.statements: _statements, ChainKind.audit: _seals}[kind](
        session, wanted
    )


def _entries(session: Session, wanted: Wanted) -> dict[tuple[int, int], str]:
    found: dict[tuple[int, int], str] = {}
    rows = select(*PointEntry.__table__.c).where(PointEntry.member_id.in_(list(wanted)))
    ordered = session.execute(rows.order_by(PointEntry.member_id, PointEntry.seq))
    for member_id, entries in groupby(ordered, key=attrgetter("member_id")):
        before, asked = GENESIS, set(wanted[member_id])
        for seq, entry in enumerate(entries, 1):
            if entry.seq != seq or entry.prev_hash != before:
                break
            before = link(before, entry)
            if seq in asked:
                found[member_id, seq] = before
    return found


def _statements(session: Session, wanted: Wanted) -> dict[tuple[int, int], str]:
    """A seal covers the stored hash of the previous statement: it has to be the one worked out there."""
    found: dict[tuple[int, int], str] = {}
    rows = select(Statement).where(Statement.organization_id.in_(list(wanted)))
    by_branch: dict[int, list[Statement]] = defaultdict(list)
    for statement in session.scalars(rows.order_by(Statement.organization_id, Statement.id)):
        by_branch[statement.organization_id].append(statement)
    every = [statement for of_branch in by_branch.values() for statement in of_branch]
    made: dict[int, str] = {}
    for start in range(0, len(every), STATEMENTS_AT_ONCE):
        made |= seals(session, every[start : start + STATEMENTS_AT_ONCE])
    for organization_id, of_branch in by_branch.items():
        before: int | None = None
        for statement in of_branch:
            if statement.previous_id != before or statement.hash != made[statement.id]:
                break
            found[organization_id, statement.id] = made[statement.id]
            before = statement.id
    session.expunge_all()
    return found


def _seals(session: Session, wanted: Wanted) -> dict[tuple[int, int], str]:
    return {
        (root_id, number): found
        for root_id, at in wanted.items()
        for number, found in sealed_hashes(session, root_id, max(at))
    }


def positions_by_subject(
    session: Session, root_id: int, kind: ChainKind, until: int
) -> Iterator[list[tuple[int, list[tuple[int, int]]]]]:
    """Yield some subjects at a time in order of id, each with its (head number, position) pairs in order."""
    own = and_(HeadPosition.root_id == root_id, HeadPosition.kind == kind, HeadPosition.number <= until)
    ids = select(HeadPosition.subject_id).where(own).distinct().order_by(HeadPosition.subject_id)
    after = -1
    while subjects := session.scalars(ids.where(HeadPosition.subject_id > after).limit(SUBJECTS_AT_ONCE)).all():
        rows = select(HeadPosition.subject_id, HeadPosition.number, HeadPosition.position)
        ordered = rows.where(own, HeadPosition.subject_id.in_(subjects)).order_by(
            HeadPosition.subject_id, HeadPosition.number
        )
        yield [
            (subject, [(number, position) for _, number, position in group])
            for subject, group in groupby(session.execute(ordered), key=lambda row: row[0])
        ]
        after = subjects[-1]
