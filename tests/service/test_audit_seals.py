"""The audit trail is insert-only, and sealed in batches that name every line that was changed, removed or put in."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server.audit import sealing
from server.audit.models import AuditLine, AuditSeal
from server.audit.verification import verify_audit
from server.db import snapshot
from tests.at_once import at_once
from tests.cast import NOW
from tests.forging import without_triggers
from tests.killing import killed_at

SOON = NOW + timedelta(hours=1)
ROOT = 1


def add_lines(session: Session, count: int, *, root_id: int | None = ROOT, at: datetime = NOW) -> list[int]:
    lines = [
        AuditLine(root_id=root_id, at=at, action="look", subject_kind="member", subject_id=each, detail={"甲": [each]})
        for each in range(count)
    ]
    session.add_all(lines)
    session.commit()
    return [line.id for line in lines]


def found(engine: Engine) -> list[str]:
    with snapshot(engine) as session:
        return [str(each) for each in verify_audit(session)]


def seals(session: Session, root_id: int = ROOT) -> list[tuple[int, int]]:
    session.rollback()
    rows = select(AuditSeal.lines, AuditSeal.late).where(AuditSeal.root_id == root_id).order_by(AuditSeal.number)
    return [(lines, late) for lines, late in session.execute(rows)]


@pytest.fixture
def unprotected(session: Session) -> Iterator[Session]:
    with without_triggers(session):
        yield session


@pytest.mark.parametrize("table", ["audit_lines", "audit_seals"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET root_id = 2"])
def test_the_database_refuses_to_change_or_delete(engine: Engine, session: Session, table: str, statement: str) -> None:
    add_lines(session, 2)
    sealing.seal_due(engine, now=SOON)
    with engine.connect() as connection, pytest.raises(DBAPIError, match="insert-only"):
        connection.execute(text(statement.format(table)))


@pytest.mark.sqlite_only
def test_replacing_is_refused_too(engine: Engine, session: Session) -> None:
    (key,) = add_lines(session, 1)
    replace = (
        "INSERT OR REPLACE INTO audit_lines (id, at, action, subject_kind, detail) VALUES (:id, '2026', 'x', 'x', '{}')"
    )
    with engine.connect() as connection, pytest.raises(DBAPIError, match="insert-only"):
        connection.execute(text(replace), {"id": key})


def test_every_root_has_its_own_seals_and_none_is_sealed_twice(
    engine: Engine, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "LINES_AT_ONCE", 2)
    add_lines(session, 5)
    add_lines(session, 1, root_id=2)
    add_lines(session, 1, root_id=None)
    assert [sealing.seal_due(engine, now=SOON) for _ in range(2)] == [7, 0]
    assert [seals(session, root_id) for root_id in (ROOT, 2, 0)] == [[(2, 0), (2, 0), (1, 0)], [(1, 0)], [(1, 0)]]
    assert found(engine) == []


def test_what_is_young_waits_and_a_clock_far_ahead_holds_nothing_up(engine: Engine, session: Session) -> None:
    add_lines(session, 1)
    add_lines(session, 1, at=NOW + timedelta(days=400))
    add_lines(session, 1, at=SOON - timedelta(minutes=9))
    add_lines(session, 1)  # a machine whose clock is behind: not before the young one
    assert sealing.seal_due(engine, now=SOON) == 2
    assert sealing.seal_due(engine, now=SOON + timedelta(minutes=5)) == 2


@pytest.mark.mariadb_only
def test_a_line_that_becomes_visible_late_goes_into_the_next_seal(engine: Engine, session: Session) -> None:
    """A transaction takes a low id, and commits after the seal of later ones."""
    with Session(engine) as slow:
        slow.add(AuditLine(root_id=ROOT, at=NOW, action="slow", subject_kind="member", subject_id=1, detail={}))
        slow.flush()
        add_lines(session, 2)
        assert sealing.seal_due(engine, now=SOON) == 2
        slow.commit()
    assert [len(found(engine)), sealing.seal_due(engine, now=SOON + timedelta(minutes=10))] == [1, 1]
    assert (seals(session), found(engine)) == ([(2, 0), (1, 1)], [])


def test_what_turns_up_after_days_is_named_and_not_sealed(engine: Engine, unprotected: Session) -> None:
    ids = add_lines(unprotected, 3)
    unprotected.execute(delete(AuditLine).where(AuditLine.id == ids[1]))
    unprotected.commit()
    sealing.seal_due(engine, now=SOON)
    unprotected.add(
        AuditLine(id=ids[1], root_id=ROOT, at=NOW, action="look", subject_kind="member", subject_id=7, detail={})
    )
    unprotected.commit()
    assert sealing.seal_due(engine, now=SOON + timedelta(days=3)) == 0
    assert found(engine) == [f"审计记录 {ids[1]}（单位 1）：封存之后才出现，不在任何一批封存之中"]


def test_a_changed_and_a_deleted_line_are_named(engine: Engine, unprotected: Session) -> None:
    ids = add_lines(unprotected, 4)
    sealing.seal_due(engine, now=SOON)
    unprotected.execute(update(AuditLine).where(AuditLine.id == ids[0]).values(actor_id=99))
    unprotected.execute(update(AuditLine).where(AuditLine.id == ids[1]).values(root_id=2))
    unprotected.execute(delete(AuditLine).where(AuditLine.id == ids[3]))
    unprotected.commit()
    assert found(engine) == [
        f"审计记录 {ids[0]}（单位 1）：内容与第 1 批封存时不符",
        f"审计记录 {ids[1]}（单位 1）：已封存于第 1 批，记录缺失",
        f"审计记录 {ids[3]}（单位 1）：已封存于第 1 批，记录缺失",
    ]


def test_marks_made_anew_do_not_hide_a_change(engine: Engine, unprotected: Session) -> None:
    """Whoever also writes the marks anew is found by the hash of the batch, and whoever writes that by the next."""
    ids = add_lines(unprotected, 2)
    sealing.seal_due(engine, now=SOON)
    add_lines(unprotected, 1)
    sealing.seal_due(engine, now=SOON)
    unprotected.execute(delete(AuditLine).where(AuditLine.id == ids[1]))
    seal = unprotected.get_one(AuditSeal, (ROOT, 1))
    seal.marks = seal.marks.split()[0]
    unprotected.commit()
    assert found(engine) == [
        "审计封存（单位 1）第 1 批：封存记录与校验值不符",
    ]
    seal.hash = "0" * 64
    unprotected.commit()
    assert "审计封存（单位 1）第 2 批：与上一批的校验值不相接" in found(engine)


def test_a_seal_that_is_gone_is_missed(engine: Engine, unprotected: Session) -> None:
    for _ in range(3):
        add_lines(unprotected, 1)
        sealing.seal_due(engine, now=SOON)
    unprotected.execute(delete(AuditSeal).where(AuditSeal.number == 2))
    unprotected.commit()
    assert found(engine)[0] == "审计封存（单位 1）第 2 批：封存记录缺失"


def test_two_machines_at_once_seal_each_line_once(engine: Engine, session: Session) -> None:
    add_lines(session, 50)
    at_once(*[lambda: sealing.seal_due(engine, now=SOON)] * 2)
    assert (sum(lines for lines, _ in seals(session)), found(engine)) == (50, [])


def test_wherever_a_machine_dies_the_next_seals_what_is_left(engine: Engine, session: Session) -> None:
    moment = 1
    while True:
        add_lines(session, 3)
        killed = killed_at(engine, moment, lambda its: sealing.seal_due(its, now=SOON))
        sealing.seal_due(engine, now=SOON)
        assert (sum(lines for lines, _ in seals(session)), found(engine)) == (3 * moment, [])
        if not killed:
            break
        moment += 1
    assert moment > 5
