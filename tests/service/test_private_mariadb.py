"""The database the tests trust: durable, private, empty when asked for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from server.db import make_engine
from tests import mariadb
from tests.mariadb import PrivateMariaDB, missing_mariadb


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PrivateMariaDB]:
    if why := missing_mariadb():
        pytest.skip(why)
    with PrivateMariaDB(tmp_path / "mariadb") as server:
        yield server


@pytest.fixture
def engine(server: PrivateMariaDB) -> Iterator[Engine]:
    engine = make_engine(server.create_schema("first"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (a INT PRIMARY KEY)"))
    yield engine
    engine.dispose()


def test_a_committed_row_survives_a_crash_and_an_open_transaction_does_not(
    server: PrivateMariaDB, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO t VALUES (1)"))
    unfinished = engine.connect()
    unfinished.execute(text("INSERT INTO t VALUES (2)"))
    server.restart()
    unfinished.invalidate()
    unfinished.close()
    with engine.connect() as connection:
        assert connection.scalars(text("SELECT a FROM t")).all() == [1]
        assert connection.scalar(text("SELECT @@innodb_flush_log_at_trx_commit")) == 1


def test_it_listens_on_no_port(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT @@skip_networking")) == 1


def test_a_schema_created_again_is_empty(server: PrivateMariaDB, engine: Engine) -> None:
    with make_engine(server.create_schema("first")).connect() as connection:
        assert connection.execute(text("SHOW TABLES")).all() == []


def test_nothing_is_left_behind(server: PrivateMariaDB) -> None:
    process = Path(f"/proc/{server.pid}")
    assert process.exists()
    server.close()
    assert not process.exists()
    assert not server.directory.exists()


def test_memory_keeps_nothing_of_a_run_that_was_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mariadb, "MEMORY", tmp_path)
    monkeypatch.setattr(mariadb, "ROOM_BYTES", 0)
    living = mariadb.forgetful_directory()
    killed = tmp_path / "xianfeng-tests-99999999-x"  # beyond the highest process number
    killed.mkdir()
    other = mariadb.forgetful_directory()
    assert living is not None
    assert other is not None
    assert set(tmp_path.iterdir()) == {living, other}


def test_without_room_in_memory_the_disk_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mariadb, "ROOM_BYTES", 2**80)
    assert mariadb.forgetful_directory() is None
