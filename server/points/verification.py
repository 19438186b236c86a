"""Proof that the ledger is whole and that every score follows from it, and the repair of scores. All of it streams."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import groupby
from typing import Any

from sqlalchemy import Engine, Row, select, union
from sqlalchemy.orm import Session

from server.db import reading, transaction
from server.organizations.models import Organization
from server.points.decisions.negative_years import negative_members
from server.points.ledger.batch import LedgerBatch
from server.points.ledger.chain import broken_link, text_hash
from server.points.ledger.stored import stored_scores
from server.points.models import EntryText, LedgerHead, PointEntry, Score
from server.points.scores.queries import year_scores
from server.verifying import Verification

MEMBERS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Break:
    """The first entry of a member's chain that is not what was posted."""

    member_id: int
    seq: int
    reason: str

    def __str__(self) -> str:
        return f"党员 {self.member_id} 第 {self.seq} 条：{self.reason}"


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored score that its ledger does not give; None stands for no row."""

    member_id: int
    year: int
    section: str
    stored: Decimal | None
    computed: Decimal | None

    def __str__(self) -> str:
        whose = f"党员 {self.member_id} {self.year} {self.section or '总分'}"
        return f"{whose}：原存 {self.stored if self.stored is not None else '无'}，应为 {self.computed}"


def verify_ledger(session: Session) -> Generator[Break, None, int]:
    """Yield the first broken entry of every member whose chain, texts or head do not fit; return how many have one."""
    looked = after = 0
    while member_ids := _heads_after(session, after):
        texts = _texts(session, member_ids)
        for member_id, rows in groupby(_chains(session, member_ids), key=lambda row: row.head_member_id):
            broken = _examine(member_id, list(rows), texts)
            if broken is not None:
                yield broken
        looked, after = looked + len(member_ids), member_ids[-1]
    for member_id in session.scalars(_headless()):
        looked += 1
        yield Break(member_id, 1, "链头记录缺失")
    return looked


def verify_scores(session: Session) -> Generator[Difference, None, int]:
    """Yield every stored score that the ledger does not give; return how many members' years there are."""
    looked = 0
    for year, member_ids in _pages(session, None, None):
        yield from _differences(session, member_ids, year)
        looked += len(member_ids)
    return looked


def recompute(
    engine: Engine, *, now: datetime, year: int | None = None, root_id: int | None = None
) -> Generator[Difference, None, None]:
    """Compute every score anew from the ledger, repair what differs and yield the differences.

    Some members at a time, and only those whose score differs are locked, in a transaction of their own: broken off,
    what is repaired stays so, and run again it goes on.
    """
    with reading(engine) as session:
        for one_year, member_ids in _pages(session, year, root_id):
            doubtful = sorted({d.member_id for d in _differences(session, member_ids, one_year)})
            session.rollback()  # so that the next page is read as it is then
            if doubtful:
                yield from transaction(engine, partial(_repair, member_ids=doubtful, year=one_year, now=now))


def _heads_after(session: Session, after: int) -> Sequence[int]:
    heads = select(LedgerHead.member_id).where(LedgerHead.member_id > after)
    return session.scalars(heads.order_by(LedgerHead.member_id).limit(MEMBERS_AT_ONCE)).all()


def _chains(session: Session, member_ids: Sequence[int]) -> Iterator[Row[Any]]:
    """Entries beside their heads in one statement, so that a posting in between is seen wholly or not at all."""
    head = LedgerHead.__table__.c
    joined = LedgerHead.__table__.outerjoin(PointEntry.__table__, PointEntry.member_id == head.member_id)
    yield from session.execute(
        select(
            head.member_id.label("head_member_id"),
            head.seq.label("head_seq"),
            head.hash.label("head_hash"),
            *PointEntry.__table__.c,
        )
        .select_from(joined)
        .where(head.member_id.in_(member_ids))
        .order_by(head.member_id, PointEntry.seq)
    )


def _texts(session: Session, member_ids: Sequence[int]) -> dict[tuple[int, int], str]:
    """The hashes of the words that are still there."""
    rows = session.execute(
        select(EntryText.member_id, EntryText.seq, EntryText.salt, EntryText.text).where(
            EntryText.member_id.in_(member_ids)
        )
    )
    return {(member_id, seq): text_hash(salt, text) for member_id, seq, salt, text in rows}


def _examine(member_id: int, rows: Sequence[Row[Any]], texts: dict[tuple[int, int], str]) -> Break | None:
    head_seq, head_hash = rows[0].head_seq, rows[0].head_hash
    entries = [row for row in rows if row.seq is not None]
    broken = broken_link(entries)
    if broken is not None:
        missing = all(entry.seq != broken for entry in entries)
        return Break(member_id, broken, "记录缺失" if missing else "内容或次序与哈希链不符")
    if len(entries) != head_seq:
        reason = "链尾记录缺失" if len(entries) < head_seq else "链头之后多出记录"
        return Break(member_id, min(len(entries), head_seq) + 1, reason)
    if entries and entries[-1].hash != head_hash:
        return Break(member_id, head_seq, "链头与最后一条记录不符")
    for entry in entries:
        if texts.get((member_id, entry.seq), entry.text_hash) != entry.text_hash:
            return Break(member_id, entry.seq, "文字与登记时不符")
    return None


def _headless() -> Any:
    heads = select(LedgerHead.member_id)
    return select(PointEntry.member_id).where(PointEntry.member_id.not_in(heads)).distinct().order_by("member_id")


def _pages(session: Session, year: int | None, root_id: int | None) -> Iterator[tuple[int, Sequence[int]]]:
    """Yield the members who have entries or scores of a year, some at a time."""
    for one_year in _years(session, year):
        after = 0
        while member_ids := _members_after(session, one_year, root_id, after):
            yield one_year, member_ids
            after = member_ids[-1]


def _years(session: Session, year: int | None) -> list[int]:
    if year is not None:
        return [year]
    return sorted(session.scalars(union(select(PointEntry.year), select(Score.year))))


def _members_after(session: Session, year: int, root_id: int | None, after: int) -> Sequence[int]:
    posted = select(PointEntry.member_id).where(PointEntry.year == year, PointEntry.member_id > after)
    scored = select(Score.member_id).where(Score.year == year, Score.member_id > after)
    if root_id is not None:
        posted = posted.where(PointEntry.root_id == root_id)
        scored = scored.where(Score.organization_id.in_(_organizations_of(root_id)))
    pages = [
        select(page.distinct().order_by("member_id").limit(MEMBERS_AT_ONCE).subquery()) for page in (posted, scored)
    ]
    return sorted(session.scalars(union(*pages)))[:MEMBERS_AT_ONCE]


def _organizations_of(root_id: int) -> Any:
    return select(Organization.id).where(Organization.root_id == root_id)


def _differences(session: Session, member_ids: Sequence[int], year: int) -> Iterator[Difference]:
    scores = year_scores(session, member_ids=member_ids, year=year)
    negative = negative_members(session, member_ids, year)
    stored = stored_scores(session, member_ids, year)
    for member_id in member_ids:
        figures = scores[member_id].figures if member_id in scores else {}
        present = {section: row for (owner, section), row in stored.items() if owner == member_id}
        for section in sorted(figures.keys() | present.keys()):
            row, computed = present.get(section), figures.get(section)
            if row is None or row.points != computed or row.negative != (member_id in negative):
                yield Difference(member_id, year, section, row.points if row else None, computed)


def _repair(session: Session, *, member_ids: Sequence[int], year: int, now: datetime) -> list[Difference]:
    """Look again under lock: a posting may have come in between."""
    batch = LedgerBatch(session, member_ids, now=now)
    found = list(_differences(session, member_ids, year))
    for member_id in member_ids:
        batch.touch(member_id, year)
    batch.close()
    return found


LEDGER = Verification("ledger", "台账", "名党员", "每条记录都与链相符", lambda session, _: verify_ledger(session))
SCORES = Verification("scores", "积分", "人年", "与台账重算结果完全相同", lambda session, _: verify_scores(session))
