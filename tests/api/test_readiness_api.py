"""`/readyz` answers within two seconds, whatever the database does, and says what is wrong."""

import os
import signal
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from threading import enumerate as threads
from time import monotonic

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.test import TestResponse

from server import migrations, protection
from server.app import create_app
from server.config import Settings
from server.db import POOL_OVERFLOW, make_engine
from server.outages import WORDS, Outage, outage_of
from server.readiness import probe
from tests.at_once import at_once
from tests.mariadb import PrivateMariaDB, forgetful_directory, missing_mariadb
from tests.waiting import LONG

IN_TIME_SECONDS = 8
"""Less than a driver waits for a database by itself; more than a busy machine needs."""


def client_of(engine: Engine, settings: Settings) -> FlaskClient:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    app = create_app(settings, engine)
    app.testing = False
    return app.test_client()


def readyz(client: FlaskClient) -> TestResponse:
    """Ask, and hold the answer against the clock."""
    began = monotonic()
    response = client.get("/readyz")
    assert monotonic() - began < IN_TIME_SECONDS
    return response


def assert_says(client: FlaskClient, outage: Outage | None) -> None:
    response = readyz(client)
    assert response.json is not None
    if outage is None:
        assert (response.status_code, response.json) == (200, {"status": "ready"})
    else:
        assert (response.status_code, response.json["error"]["code"]) == (503, outage)
        assert response.json["error"]["message"] == WORDS[outage]
        assert response.headers["Retry-After"] == "5"


@pytest.fixture
def migrated(blank: Engine) -> Engine:
    migrations.upgrade(blank)
    return blank


@pytest.fixture
def client(migrated: Engine, settings: Settings) -> FlaskClient:
    return client_of(migrated, settings)


def execute(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_a_database_without_a_schema_is_not_ready(blank: Engine, settings: Settings) -> None:
    assert_says(client_of(blank, settings), Outage.schema_missing)


def test_an_older_schema_is_not_ready_and_a_newer_serves_the_release_before(
    client: FlaskClient, migrated: Engine
) -> None:
    assert_says(client, None)
    for revision, outage in (("0003", Outage.schema_older), ("9999", None)):
        execute(migrated, f"UPDATE alembic_version SET version_num = '{revision}'")
        assert_says(client, outage)
    execute(migrated, f"UPDATE alembic_version SET version_num = '{migrations.newest()}'")
    assert_says(client, None)


def test_missing_triggers_are_noticed_while_it_runs(client: FlaskClient, migrated: Engine) -> None:
    execute(migrated, "DROP TRIGGER point_entries_no_delete")
    assert_says(client, Outage.unprotected)
    with migrated.begin() as connection:
        protection.install(connection)
    assert_says(client, None)


def test_a_disk_with_little_space_counts_as_full(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "NEEDED_BYTES", 2**62)
    assert_says(client, Outage.disk_full)


def test_twenty_who_ask_while_it_hangs_wait_for_one_look(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    goes_on = Event()
    monkeypatch.setattr(probe, "_free_bytes", lambda _: goes_on.wait(LONG) and 2**62)
    answers = at_once(*[lambda: readyz(client.application.test_client()) for _ in range(20)])
    assert {answer.json["error"]["code"] for answer in answers if answer.json} == {Outage.slow}
    assert sum(thread.name == "readiness" for thread in threads()) == 1
    goes_on.set()
    assert_says(client, None)


def test_a_pool_without_a_free_connection_is_not_ready(migrated: Engine, settings: Settings) -> None:
    engine = make_engine(migrated.url.render_as_string(hide_password=False), pool_size=1)
    client = client_of(engine, settings)
    with ExitStack() as held:
        for _ in range(1 + POOL_OVERFLOW):
            held.enter_context(engine.connect())
        assert_says(client, Outage.connections_exhausted)
    assert_says(client, None)
    engine.dispose()
    assert outage_of(NoConnectionFree("QueuePool limit")) is Outage.connections_exhausted


@pytest.mark.sqlite_only
def test_a_file_that_cannot_be_written_is_read_only(migrated: Engine, settings: Settings) -> None:
    engine = make_engine(f"sqlite:///file:{migrated.url.database}?mode=ro&uri=true")
    assert_says(client_of(engine, settings), Outage.read_only)


def test_a_data_directory_that_is_not_mounted_is_said(client: FlaskClient, settings: Settings) -> None:
    settings.data_dir.rename(settings.data_dir.with_name("elsewhere"))
    assert_says(client, Outage.directory_missing)


@pytest.mark.sqlite_only
def test_a_file_that_is_gone_with_its_directory_is_unreachable(settings: Settings, tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///file:{tmp_path}/gone/xianfeng.db?uri=true")
    assert_says(client_of(engine, settings), Outage.unreachable)


@pytest.mark.sqlite_only
def test_a_file_that_someone_keeps_locked_is_said_to_be(client: FlaskClient, migrated: Engine) -> None:
    with sqlite3.connect(str(migrated.url.database), isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert_says(client, Outage.locked)
        other.execute("ROLLBACK")
    assert_says(client, None)


def fill(connection: Connection) -> None:
    for _ in range(10_000):
        connection.exec_driver_sql(f"INSERT INTO grows VALUES ('{'x' * 250}')")


def test_a_write_that_found_the_databases_disk_full_is_remembered(client: FlaskClient, migrated: Engine) -> None:
    """Both databases say so themselves: SQLite at its largest size, MariaDB of a table that may not grow."""
    sqlite = migrated.dialect.name == "sqlite"
    limit = "PRAGMA max_page_count = 1" if sqlite else "SET max_heap_table_size = 16384"
    execute(migrated, "CREATE TABLE grows (words VARCHAR(250))" + ("" if sqlite else " ENGINE=MEMORY"))
    with migrated.connect() as connection:
        connection.exec_driver_sql(limit)
        if not sqlite:
            connection.exec_driver_sql("ALTER TABLE grows ENGINE=MEMORY")  # which takes the limit over
        with pytest.raises(DBAPIError) as full:
            fill(connection)
    assert outage_of(full.value) is Outage.disk_full
    assert_says(client, Outage.disk_full)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateMariaDB]:
    if why := missing_mariadb():
        pytest.skip(why)
    with PrivateMariaDB(forgetful_directory() or tmp_path_factory.mktemp("outages")) as server:
        engine = make_engine(server.create_schema("office"))
        migrations.upgrade(engine)
        engine.dispose()
        yield server


@pytest.fixture
def office(server: PrivateMariaDB, settings: Settings) -> Iterator[FlaskClient]:
    engine = make_engine(server.url("office"))
    yield client_of(engine, settings)
    engine.dispose()


def test_a_server_that_is_read_only_is_not_ready(server: PrivateMariaDB, office: FlaskClient) -> None:
    server.execute("SET GLOBAL read_only = 1")
    assert_says(office, Outage.read_only)
    server.execute("SET GLOBAL read_only = 0")
    assert_says(office, None)


def test_a_server_that_stands_still_is_answered_for_in_time(server: PrivateMariaDB, office: FlaskClient) -> None:
    assert_says(office, None)
    os.kill(server.pid, signal.SIGSTOP)
    try:
        codes = {str(answer.json["error"]["code"]) for answer in (readyz(office), readyz(office)) if answer.json}
    finally:
        os.kill(server.pid, signal.SIGCONT)
    assert codes <= {Outage.slow, Outage.unreachable}
    assert_says(office, None)


def test_a_server_that_is_gone_is_unreachable_until_it_is_back(server: PrivateMariaDB, office: FlaskClient) -> None:
    server.kill()
    assert_says(office, Outage.unreachable)
    answer = office.get("/api/v1/me", headers={"Authorization": "Bearer " + "x" * 43})
    assert answer.json is not None
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "database_unavailable")
    assert answer.headers["Retry-After"] == "5"
    server.start()
    assert_says(office, None)


def test_an_address_that_never_answers_is_unreachable(settings: Settings) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        engine = make_engine(f"mysql+pymysql://app@127.0.0.1:{silent.getsockname()[1]}/office")
        response = readyz(client_of(engine, settings))
    assert response.json is not None
    assert response.json["error"]["code"] in {Outage.unreachable, Outage.slow}


@pytest.mark.parametrize(
    ("number", "words", "outage"),
    [
        (1040, "Too many connections", Outage.connections_exhausted),
        (1045, "Access denied", Outage.refused),
        (1290, "running with the --read-only option", Outage.read_only),
        (1290, "running with the --secure-file-priv option", None),
        (1030, "Got error 28 from storage engine", Outage.disk_full),
        (1030, "Got error 1 from storage engine", None),
        (1021, "Disk full", Outage.disk_full),
        (2013, "Lost connection", Outage.unreachable),
        (1213, "Deadlock found", None),
        (1054, "Unknown column", None),
    ],
)
def test_an_error_number_means_one_thing(number: int, words: str, outage: Outage | None) -> None:
    assert outage_of(OperationalError("…", {}, RuntimeError(number, words))) is outage


def test_every_outage_has_its_words() -> None:
    assert WORDS.keys() == set(Outage)
