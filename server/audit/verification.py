"""Proof that every sealed line of the audit trail is there, unchanged, and that none was inserted among them."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine, AuditSeal
from server.audit.rules import GENESIS, MARK, SealedBatch, batch_hash, leaf_hash, marked
from server.audit.sealing import lines_of
from server.verifying import Findings, Verification

SEALS_AT_ONCE = 20


def verify_audit(session: Session) -> Findings:
    """Yield every line that is changed, gone or inserted, and every seal that does not match; return how many lines are
    sealed."""
    looked = 0
    for root_id in session.scalars(select(AuditSeal.root_id).distinct().order_by(AuditSeal.root_id)).all():
        looked += yield from _of_root(session, root_id)
    return looked


def sealed_hashes(session: Session, root_id: int, until: int) -> Iterator[tuple[int, str]]:
    """Yield the number of each seal of a root and the hash that its lines give today, from the first on."""
    before = GENESIS
    for seals in _pages(session, root_id, until):
        leaves = _leaves(session, root_id, seals)
        for seal in seals:
            before = batch_hash(_batch(seal, before, leaves))
            yield seal.number, before


def _of_root(session: Session, root_id: int) -> Findings:
    looked, before, number, end = 0, GENESIS, 0, 0
    strays: dict[int, None] = {}
    for seals in _pages(session, root_id, None):
        leaves = _leaves(session, root_id, seals, after=end)
        strays |= dict.fromkeys(key for key in leaves if end < key <= seals[-1].to_id)
        for seal in seals:
            number += 1
            if seal.number != number:
                yield f"审计封存（单位 {root_id}）第 {number} 批：封存记录缺失"
                number = seal.number
            yield from _of_seal(seal, before, leaves)
            for key in marked(seal.marks):
                strays.pop(key, None)
            looked, before = looked + seal.lines, seal.hash
        end = seals[-1].to_id
    for key in strays:
        yield f"审计记录 {key}（单位 {root_id}）：封存之后才出现，不在任何一批封存之中"
    return looked


def _of_seal(seal: AuditSeal, before: str, leaves: dict[int, str]) -> Iterator[str]:
    name = f"审计封存（单位 {seal.root_id}）第 {seal.number} 批"
    named = False
    for key, mark in marked(seal.marks).items():
        if key not in leaves:
            yield f"审计记录 {key}（单位 {seal.root_id}）：已封存于第 {seal.number} 批，记录缺失"
        elif leaves[key][:MARK] != mark:
            yield f"审计记录 {key}（单位 {seal.root_id}）：内容与第 {seal.number} 批封存时不符"
        else:
            continue
        named = True
    if seal.previous_hash != before:
        yield f"{name}：与上一批的校验值不相接"
    elif not named and seal.hash != batch_hash(_batch(seal, before, leaves)):
        yield f"{name}：封存记录与校验值不符"


def _batch(seal: AuditSeal, before: str, leaves: dict[int, str]) -> SealedBatch:
    of_seal = {key: leaves.get(key, "") for key in marked(seal.marks)}
    return SealedBatch(seal.root_id, seal.number, before, seal.late, seal.sealed_at, of_seal)


def _pages(session: Session, root_id: int, until: int | None) -> Iterator[Sequence[AuditSeal]]:
    after = 0
    query = select(AuditSeal).where(AuditSeal.root_id == root_id).order_by(AuditSeal.number).limit(SEALS_AT_ONCE)
    if until is not None:
        query = query.where(AuditSeal.number <= until)
    while seals := session.scalars(query.where(AuditSeal.number > after)).all():
        yield seals
        after = seals[-1].number
        session.expunge_all()


def _leaves(session: Session, root_id: int, seals: Sequence[AuditSeal], *, after: int | None = None) -> dict[int, str]:
    """Return the hashes of all lines in the range of these seals, and of those `after` an id."""
    first = min(seal.from_id for seal in seals)
    since = first if after is None else min(first, after + 1)
    rows = select(*AuditLine.__table__.c).where(lines_of(root_id), AuditLine.id.between(since, seals[-1].to_id))
    return {row.id: leaf_hash(row) for row in session.execute(rows.order_by(AuditLine.id))}


AUDIT = Verification("audit", "审计记录", "条已封存", "都与封存时相同", lambda session, _: verify_audit(session))
