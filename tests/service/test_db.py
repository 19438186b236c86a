"""What the database layer promises, on both databases."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import OperationalError, StatementError
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.db import Points, is_retryable, make_engine, reading, transaction
from server.identity.models import WechatIdentity
from server.organizations.models import Organization
from tests.cast import NOW, Cast
from tests.waiting import LONG


def audit_line(at: datetime, action: str = "test") -> AuditLine:
    return AuditLine(at=at, action=action, subject_kind="test", subject_id=1, detail={})


def test_an_instant_keeps_its_microseconds_and_its_zone(session: Session) -> None:
    instant = datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=8)))
    session.add(audit_line(instant))
    session.commit()
    session.expire_all()
    stored = session.scalars(select(AuditLine.at)).one()
    assert stored == instant
    assert stored.tzinfo is UTC


def test_a_naive_instant_is_refused(session: Session) -> None:
    session.add(audit_line(datetime(2026, 1, 1)))
    with pytest.raises(StatementError, match="naive"):
        session.flush()


def test_openids_that_differ_in_case_are_two_people(session: Session) -> None:
    for openid in ("oAbC", "oabc"):
        session.add(WechatIdentity(app_id="app", openid=openid, created_at=NOW))
    session.commit()
    assert len(session.scalars(select(WechatIdentity)).all()) == 2


def test_rare_characters_are_kept(session: Session) -> None:
    session.add(audit_line(NOW, action="𬭎🙂"))
    session.commit()
    session.expire_all()
    assert session.scalars(select(AuditLine.action)).one() == "𬭎🙂"


def test_a_refused_transaction_is_run_again(engine: Engine) -> None:
    runs = []

    def work(session: Session) -> int:
        runs.append(1)
        session.add(audit_line(NOW))
        session.flush()
        if len(runs) < 3:
            raise OperationalError("COMMIT", {}, RuntimeError("database is locked"))
        return len(runs)

    assert transaction(engine, work) == 3
    with reading(engine) as session:
        assert len(session.scalars(select(AuditLine)).all()) == 1


def test_a_transaction_refused_for_good_is_raised_and_leaves_nothing(engine: Engine) -> None:
    def work(session: Session) -> None:
        session.add(audit_line(NOW))
        session.flush()
        raise OperationalError("COMMIT", {}, RuntimeError("database is locked"))

    with pytest.raises(OperationalError):
        transaction(engine, work, attempts=2)
    with reading(engine) as session:
        assert session.scalars(select(AuditLine)).all() == []


@pytest.mark.parametrize(("number", "again"), [(1213, True), (1205, True), (2013, True), (1062, False), (1146, False)])
def test_only_what_may_succeed_the_next_time_is_tried_again(number: int, again: bool) -> None:
    error = OperationalError("…", {}, RuntimeError(number, "…"))
    assert is_retryable(error) is again


@pytest.mark.mariadb_only
@pytest.mark.parametrize("nested", [False, True], ids=["plainly", "in a savepoint"])
def test_a_real_deadlock_is_survived(engine: Engine, cast: Cast, nested: bool) -> None:
    """Two transactions lock two rows in opposite order; both end well, also where a savepoint was lost with one.

    They change a column without an index: to check a unique one (`title`) InnoDB locks the neighbour too, and whoever
    is second then waits for the first before the two have met.
    """
    barrier = Barrier(2, timeout=LONG)
    met: set[int] = set()

    def mark(mine: int, first: int, second: int) -> None:
        def work(session: Session) -> None:
            for organization_id in (first, second):
                with session.begin_nested() if nested else nullcontext():
                    session.execute(
                        update(Organization).where(Organization.id == organization_id).values(settings={"mark": mine})
                    )
                if mine not in met:
                    met.add(mine)
                    barrier.wait()

        transaction(engine, work)

    orders = [(cast.branch, cast.other_branch), (cast.other_branch, cast.branch)]
    threads = [Thread(target=mark, args=(number, *order)) for number, order in enumerate(orders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=LONG)
    with reading(engine) as session:
        marks = [session.get_one(Organization, organization_id).settings["mark"] for organization_id in orders[0]]
    assert len(set(marks)) == 1


@pytest.mark.mariadb_only
def test_a_connection_reads_what_is_committed_and_is_strict(engine: Engine) -> None:
    with engine.connect() as connection:
        isolation, zone, mode = connection.exec_driver_sql("SELECT @@tx_isolation, @@time_zone, @@sql_mode").one()
    assert (isolation, zone) == ("READ-COMMITTED", "+00:00")
    assert "STRICT_ALL_TABLES" in mode


def test_sqlite_waits_for_the_disk(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/own.db")  # not the tests' one, which does not wait
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()


def test_points_finer_than_a_ten_thousandth_are_refused() -> None:
    with pytest.raises(ValueError, match="finer"):
        Points().process_bind_param(Decimal("0.00005"), None)  # type: ignore[arg-type]
