"""The ledger proves itself: protection, the hash chain, and scores that follow from entries whatever the history."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select, text, update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from server.points import protection, service, verification
from server.points.models import EntryText, LedgerHead, PointEntry, Score, SourceKind
from server.points.scores.carrying import fact_of
from server.points.scores.queries import stored
from server.points.scores.rules import live
from server.points.service import Posting
from server.points.verification import Break, Difference, recompute, verify_ledger, verify_scores
from server.triggers import Unprotected
from tests.cast import NOW, Cast
from tests.fuzzing import examples

D = Decimal
MARCH = date(2026, 3, 5)
in_database = hypothesis_settings(
    max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def history(session: Session, cast: Cast) -> int:
    """Post three facts, one with words, and take one back; return the member."""
    member_id = cast.zhang_min.member_id
    postings = [
        Posting(member_id, "C04", MARCH, SourceKind.claim, 1, points=D(1), text="张敏：志愿服务", decided_by=None),
        Posting(member_id, "B01", MARCH, SourceKind.meeting, 1, points=D(-3), evidence_hash="e" * 64),
        Posting(member_id, "C01a", MARCH, SourceKind.claim, 2, points=D(4), level="municipal", achievement="论文"),
    ]
    entries = service.post(session, postings, now=NOW)
    service.reverse(session, member_id=member_id, seq=entries[1].seq, reason="已请假", decided_by=None, now=NOW)
    session.commit()
    return member_id


@pytest.fixture
def unprotected(session: Session, cast: Cast) -> Iterator[Session]:
    """A session of a database from which someone with too many rights has dropped the triggers."""
    protection.TRIGGERS.remove(session.connection())
    session.commit()
    yield session
    session.rollback()
    protection.TRIGGERS.install(session.connection())
    session.commit()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE point_entries SET points = 1",
        "DELETE FROM point_entries",
        "REPLACE INTO point_entries SELECT * FROM point_entries",
    ],
)
def test_the_database_refuses_to_change_the_ledger(session: Session, cast: Cast, statement: str) -> None:
    history(session, cast)
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text(statement))
    session.rollback()
    assert list(verify_ledger(session)) == []


def test_the_orm_refuses_to_change_the_ledger(session: Session, cast: Cast) -> None:
    member_id = history(session, cast)
    with pytest.raises(TypeError, match="append-only"):
        session.execute(update(PointEntry).values(points=D(1)))
    with pytest.raises(TypeError, match="append-only"):
        session.execute(delete(PointEntry))
    session.get_one(PointEntry, (member_id, 1)).points = D(100)
    with pytest.raises(TypeError, match="append-only"):
        session.flush()


def test_missing_triggers_are_named(unprotected: Session) -> None:
    with pytest.raises(Unprotected, match="point_entries_no_delete"):
        protection.TRIGGERS.assert_present(unprotected.connection())
    protection.TRIGGERS.install(unprotected.connection())
    protection.TRIGGERS.install(unprotected.connection())
    protection.TRIGGERS.assert_present(unprotected.connection())


def test_a_whole_ledger_verifies(session: Session, cast: Cast) -> None:
    history(session, cast)
    session.expire_all()
    assert list(verify_ledger(session)) == []
    assert list(verify_scores(session)) == []


FORGED: dict[str, Any] = {
    "root_id": 2,
    "organization_id": 5,
    "year": 2025,
    "item_code": "C05",
    "points": 99999,
    "owed": 1,
    "attended": 1,
    "made_up": 1,
    "excused": 1,
    "level": "national",
    "achievement": "别的",
    "occurred_on": "2026-05-01",
    "posted_at": "2026-05-01 00:00:00.000001",
    "source_kind": "dues",
    "source_id": 77,
    "revision": 7,
    "reverses_seq": 3,
    "clause": "改",
    "decided_by": 1,
    "text_hash": "0" * 64,
    "evidence_hash": "0" * 64,
    "prev_hash": "0" * 63 + "1",
    "hash": "0" * 64,
    "hash_version": 1,
}


def test_every_column_is_forged_below() -> None:
    columns = set(PointEntry.__table__.columns.keys())
    assert columns - FORGED.keys() == {"member_id", "seq", "standard_id"}


@pytest.mark.parametrize("column", FORGED)
@pytest.mark.parametrize("seq", [1, 9, 12])
def test_forging_any_field_of_any_entry_is_found(unprotected: Session, cast: Cast, column: str, seq: int) -> None:
    member_id = history(unprotected, cast)
    change = text(f"UPDATE point_entries SET {column} = :forged WHERE member_id = :member_id AND seq = :seq")
    unprotected.execute(change, {"forged": FORGED[column], "member_id": member_id, "seq": seq})
    (broken,) = verify_ledger(unprotected)
    assert (broken.member_id, broken.seq) == (member_id, seq)


@pytest.mark.parametrize(("seq", "reason"), [(1, "记录缺失"), (10, "记录缺失"), (12, "链尾记录缺失")])
def test_deleting_any_entry_is_found(unprotected: Session, cast: Cast, seq: int, reason: str) -> None:
    member_id = history(unprotected, cast)
    unprotected.execute(text("DELETE FROM point_entries WHERE seq = :seq"), {"seq": seq})
    assert list(verify_ledger(unprotected)) == [Break(member_id, seq, reason)]


def test_deleting_everything_is_found(unprotected: Session, cast: Cast) -> None:
    member_id = history(unprotected, cast)
    unprotected.execute(text("DELETE FROM point_entries"))
    assert list(verify_ledger(unprotected)) == [Break(member_id, 1, "链尾记录缺失")]


def test_a_forged_or_missing_head_is_found(session: Session, cast: Cast) -> None:
    member_id = history(session, cast)
    head = session.get_one(LedgerHead, member_id)
    head.hash = "f" * 64
    assert list(verify_ledger(session)) == [Break(member_id, 12, "链头与最后一条记录不符")]
    head.seq = 11
    session.flush()
    assert list(verify_ledger(session)) == [Break(member_id, 12, "链头之后多出记录")]
    session.delete(head)
    session.flush()
    assert list(verify_ledger(session)) == [Break(member_id, 1, "链头记录缺失")]


def test_forged_words_are_found_and_erased_words_are_not_missed(session: Session, cast: Cast) -> None:
    member_id = history(session, cast)
    words = session.get_one(EntryText, (member_id, 9))
    words.text = "李四：志愿服务"
    session.flush()
    assert list(verify_ledger(session)) == [Break(member_id, 9, "文字与登记时不符")]
    session.delete(words)
    session.flush()
    assert list(verify_ledger(session)) == []


def test_recompute_names_and_repairs_a_wrong_score(session: Session, engine: Engine, cast: Cast) -> None:
    member_id = history(session, cast)
    session.get_one(Score, (member_id, 2026, "")).points = D(100)
    session.delete(session.get_one(Score, (member_id, 2026, "base")))
    session.commit()
    assert list(recompute(engine, now=NOW, year=2026, root_id=cast.root)) == [
        Difference(member_id, 2026, "", D(100), D(63)),
        Difference(member_id, 2026, "base", None, D(58)),
    ]
    assert list(recompute(engine, now=NOW)) == []


def test_recompute_of_another_root_leaves_this_one_alone(session: Session, engine: Engine, cast: Cast) -> None:
    member_id = history(session, cast)
    session.get_one(Score, (member_id, 2026, "")).points = D(100)
    session.commit()
    assert list(recompute(engine, now=NOW, root_id=cast.root + 1)) == []


def two_wrong_scores(session: Session, cast: Cast) -> list[int]:
    member_ids = sorted([cast.zhang_min.member_id, cast.wang_fang.member_id])
    service.open_year(session, member_ids=member_ids, year=2026, now=NOW)
    for member_id in member_ids:
        session.get_one(Score, (member_id, 2026, "")).points = D(100)
    session.commit()
    return member_ids


def test_what_recompute_repaired_before_it_was_broken_off_stays_repaired(
    session: Session, engine: Engine, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "MEMBERS_AT_ONCE", 1)
    first, second = two_wrong_scores(session, cast)
    found = recompute(engine, now=NOW)
    assert next(found).member_id == first
    found.close()
    assert {difference.member_id for difference in recompute(engine, now=NOW)} == {second}
    assert list(verify_scores(session)) == []


def test_a_repair_that_the_database_refuses_is_run_again(
    session: Session, engine: Engine, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_wrong_scores(session, cast)
    repair, refused = verification._repair, 0

    def refuse_once(session: Session, **options: Any) -> list[Difference]:
        nonlocal refused
        found = repair(session, **options)
        if not refused:
            refused += 1
            raise OperationalError("COMMIT", None, Exception(1213, "Deadlock: locked"))
        return found

    monkeypatch.setattr(verification, "_repair", refuse_once)
    assert len({difference.member_id for difference in recompute(engine, now=NOW)}) == 2
    assert (refused, list(verify_scores(session))) == (1, [])


steps = st.lists(
    st.one_of(
        st.tuples(st.just("C04"), st.integers(1, 6), st.decimals(0, 5, places=4)),
        st.tuples(st.just("B01"), st.integers(1, 6), st.just(D(-3))),
        st.tuples(st.just("B06a"), st.integers(1, 6), st.decimals(0, 8, places=2)),
        st.tuples(st.just("B07"), st.integers(1, 6), st.just(D(0))),
        st.tuples(st.just("reverse"), st.integers(1, 20), st.just(D(0))),
    ),
    max_size=20,
)


@pytest.mark.sqlite_only
@in_database
@given(steps=steps)
def test_after_any_sequence_the_stored_score_is_the_recomputed_one(session: Session, cast: Cast, steps: Any) -> None:
    member_id = cast.zhang_min.member_id
    for step in steps:
        take(session, member_id, *step)
    session.expire_all()
    assert list(verify_scores(session)) == []
    assert list(verify_ledger(session)) == []
    assert figures(session, member_id).get("", D(0)) <= 100
    session.rollback()


@pytest.mark.sqlite_only
@in_database
@given(steps=steps, again=st.randoms(use_true_random=False))
def test_replaying_all_of_it_in_any_order_pays_nothing_twice(
    session: Session, cast: Cast, steps: Any, again: Any
) -> None:
    member_id = cast.zhang_min.member_id
    postings = [step for step in steps if step[0] != "reverse"]
    for step in postings:
        take(session, member_id, *step)
    before = figures(session, member_id)
    again.shuffle(postings)
    for step in postings:
        take(session, member_id, *step)
    assert figures(session, member_id) == before
    keys = [(e.item_code, e.source_kind, e.source_id, e.revision) for e in entries(session, member_id)]
    assert len(keys) == len(set(keys))
    session.rollback()


@pytest.mark.sqlite_only
@in_database
@given(steps=steps)
def test_reversing_everything_returns_to_the_openings(session: Session, cast: Cast, steps: Any) -> None:
    member_id = cast.zhang_min.member_id
    service.open_year(session, member_ids=[member_id], year=2026, now=NOW)
    openings = figures(session, member_id)
    for step in steps:
        take(session, member_id, *step)
    for fact in live([fact_of(entry) for entry in entries(session, member_id)]):
        if not fact.opening:
            take(session, member_id, "reverse", fact.seq, D(0))
    assert figures(session, member_id) == openings
    session.rollback()


@pytest.mark.sqlite_only
@in_database
@given(steps=steps, pick=st.integers(0, 1000), column=st.sampled_from(sorted(FORGED)))
def test_one_forged_field_in_any_history_is_found(
    session: Session, cast: Cast, steps: Any, pick: int, column: str
) -> None:
    member_id = cast.zhang_min.member_id
    take(session, member_id, "C04", 1, D(1))
    for step in steps:
        take(session, member_id, *step)
    protection.TRIGGERS.remove(session.connection())
    victim = entries(session, member_id)[pick % len(entries(session, member_id))]
    forged = {"forged": FORGED[column], "seq": victim.seq}
    session.execute(text(f"UPDATE OR IGNORE point_entries SET {column} = :forged WHERE seq = :seq"), forged)
    changed = session.scalar(text(f"SELECT {column} = :forged FROM point_entries WHERE seq = :seq"), forged)
    unchanged = str(getattr(victim, column)) == str(FORGED[column]) or not changed
    assert unchanged or [broken.seq for broken in verify_ledger(session)] == [victim.seq]
    session.rollback()


def take(session: Session, member_id: int, step: str, number: int, points: Decimal) -> None:
    """Post one fact, or reverse the entry `number` if there is one that can be."""
    if step == "reverse":
        entry = session.get(PointEntry, (member_id, number))
        if entry is not None and entry.source_kind not in (SourceKind.opening, SourceKind.reversal):
            service.reverse(session, member_id=member_id, seq=number, reason="误", decided_by=None, now=NOW)
        return
    owed = int(step == "B07")
    day = date(2026, 1 + number, 3)
    posting = Posting(
        member_id, step, day, SourceKind.meeting, number, points=points, owed=owed, attended=owed * number % 2
    )
    service.post(session, [posting], now=NOW)


def figures(session: Session, member_id: int) -> dict[str, Decimal]:
    return {row.section: row.points for row in stored(session, member_id=member_id, year=2026)}


def entries(session: Session, member_id: int) -> list[PointEntry]:
    rows = select(PointEntry).where(PointEntry.member_id == member_id).order_by(PointEntry.seq)
    return list(session.scalars(rows))
