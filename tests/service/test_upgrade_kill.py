"""An upgrade that dies anywhere is finished by running it again, and leads to the schema of one that never died."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from time import monotonic
from typing import Any

import pymysql.cursors
import pytest
from sqlalchemy import Engine, event, inspect
from sqlalchemy.exc import DBAPIError

from server import migrations, models, protection
from server.db import make_engine
from server.migrations import STEPS, UpgradeRefused, resuming
from server.migrations.resuming import Steps
from tests.fuzzing import WHOLE
from tests.waiting import LONG

Execute = Callable[..., Any]
EACH = 1 if WHOLE else 3
"""One statement in how many of all migrations is died at."""

WRITES = ("CREATE", "ALTER", "DROP", "INSERT", "UPDATE")


class Died(BaseException):
    """The process is gone, and does nothing any more."""


def schema_of(engine: Engine) -> dict[str, object]:
    """Return everything the database knows about its tables and triggers."""
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        triggers = connection.exec_driver_sql(
            "SELECT trigger_name, action_statement FROM information_schema.triggers WHERE trigger_schema = DATABASE()"
        )
        return {str(name): body for name, body in triggers} | {
            name: connection.exec_driver_sql(f"SHOW CREATE TABLE {name}").one()[1] for name in tables
        }


@contextmanager
def dying(monkeypatch: pytest.MonkeyPatch, dies: Callable[[str], bool], *, answered: bool) -> Iterator[None]:
    """Let the process die at the statement that `dies` says: when it is carried out, or when it is about to be sent."""
    execute: Execute = pymysql.cursors.Cursor.execute

    def until(self: pymysql.cursors.Cursor, query: str, args: object = None) -> object:
        last = query.split(None, 1)[0] in WRITES and STEPS not in query and dies(query)
        if last and not answered:
            raise Died
        result = execute(self, query, args)
        if last:
            raise Died
        return result

    with monkeypatch.context() as patch:
        patch.setattr(pymysql.cursors.Cursor, "execute", until)
        yield


def upgraded(engine: Engine, monkeypatch: pytest.MonkeyPatch, dies: Callable[[str], bool], *, answered: bool) -> bool:
    """Run an upgrade; return whether it came to its end."""
    try:
        with dying(monkeypatch, dies, answered=answered):
            migrations.upgrade(engine)
    except Died:
        bury(engine)
        return False
    return True


def bury(engine: Engine) -> None:
    """Wait until the database has noticed that the dead process is gone: until then it keeps its lock."""
    engine.dispose()
    others = "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
    locked = f"SELECT IS_USED_LOCK({resuming._LOCK})"  # let go of after the process has left the list
    deadline = monotonic() + LONG
    with engine.connect() as connection:
        while connection.exec_driver_sql(others).scalar() or connection.exec_driver_sql(locked).scalar():
            assert monotonic() < deadline


@pytest.fixture(scope="module")
def whole(mariadb_engine: Engine) -> dict[str, object]:
    """The schema as one upgrade leaves it, which takes a second or two: made once."""
    with mariadb_engine.connect() as connection:
        connection.exec_driver_sql("CREATE OR REPLACE DATABASE upgraded_once")
    url = mariadb_engine.url.set(database="upgraded_once")
    engine = make_engine(url.render_as_string(hide_password=False))
    migrations.upgrade(engine)
    schema = schema_of(engine)
    engine.dispose()
    return schema


@pytest.mark.thinned
@pytest.mark.mariadb_only
@pytest.mark.parametrize("answered", [True, False], ids=["carried out", "not sent"])
def test_an_upgrade_that_dies_at_every_single_statement_gets_to_the_end(
    blank: Engine, whole: dict[str, object], monkeypatch: pytest.MonkeyPatch, answered: bool
) -> None:
    """Each run gets one new statement, or `EACH`, further than the one before."""
    met: set[tuple[str, int]] = set()
    ended = False
    while not ended:
        here: Counter[str] = Counter()

        def dies(statement: str, here: Counter[str] = here) -> bool:
            if "TRIGGER" in statement:
                return False
            here[statement] += 1
            fresh = (statement, here[statement]) not in met
            met.add((statement, here[statement]))
            return fresh and len(met) % EACH == 0

        ended = upgraded(blank, monkeypatch, dies, answered=answered)
    assert len(met) > 100
    assert schema_of(blank) == whole


@pytest.mark.mariadb_only
@pytest.mark.parametrize("place", [1, 5, 8, 12, 40, 71])
def test_an_upgrade_that_dies_between_the_triggers_is_protected_in_the_end(
    blank: Engine, whole: dict[str, object], monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    places = count(1)
    triggers = lambda statement: "TRIGGER" in statement and next(places) == place  # noqa: E731
    assert not upgraded(blank, monkeypatch, triggers, answered=True)
    migrations.upgrade(blank)
    assert schema_of(blank) == whole
    with blank.connect() as connection:
        protection.assert_protected(connection)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("place", [2, 30, 100, 150])
def test_sqlite_undoes_what_an_upgrade_that_died_had_begun(blank: Engine, engine: Engine, place: int) -> None:
    places = count(1)

    def die(*_: object) -> None:
        if next(places) == place:
            raise Died

    event.listen(blank, "after_cursor_execute", die)
    with pytest.raises(Died):
        migrations.upgrade(blank)
    event.remove(blank, "after_cursor_execute", die)
    blank.dispose()
    migrations.upgrade(blank)
    tables = inspect(blank).get_table_names()
    assert set(tables) == {"alembic_version", *inspect(engine).get_table_names()}
    with blank.connect() as connection:
        protection.assert_protected(connection)
        assert migrations.current(connection) == migrations.newest()


MIGRATION = (
    "CREATE TABLE counted (n INT)",
    "INSERT INTO counted VALUES (0)",
    "UPDATE counted SET n = n + 1",
    "CREATE TABLE afterwards (n INT)",
    "UPDATE counted SET n = n + 10",
    "ALTER TABLE counted ADD COLUMN m INT",
    "UPDATE counted SET n = n + 100",
    "DROP TABLE afterwards",
)


def migrate(engine: Engine, statements: Sequence[str] = MIGRATION) -> None:
    with engine.connect() as connection, Steps(connection) as steps:
        for statement in statements:
            connection.exec_driver_sql(statement)
        steps.forget()
        connection.commit()


@pytest.mark.mariadb_only
@pytest.mark.parametrize("answered", [True, False], ids=["carried out", "not sent"])
@pytest.mark.parametrize("place", range(1, len(MIGRATION) + 1))
def test_data_is_changed_once_wherever_the_upgrade_dies(
    blank: Engine, monkeypatch: pytest.MonkeyPatch, place: int, answered: bool
) -> None:
    places = count(1)
    with pytest.raises(Died), dying(monkeypatch, lambda _: next(places) == place, answered=answered):
        migrate(blank)
    bury(blank)
    migrate(blank)
    with blank.connect() as connection:
        assert connection.exec_driver_sql("SELECT n, m FROM counted").all() == [(111, None)]
    assert inspect(blank).get_table_names() == ["counted"]


@pytest.mark.mariadb_only
def test_a_statement_that_was_refused_is_refused_again(blank: Engine) -> None:
    """What was half done may find its work done; what failed for a reason of its own may not."""
    with blank.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE afterwards (someone_elses INT)")
    for _ in range(2):
        with pytest.raises(DBAPIError, match="already exists"):
            migrate(blank)
        bury(blank)


@pytest.mark.mariadb_only
def test_a_half_done_migration_is_not_finished_as_another(blank: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Died), dying(monkeypatch, lambda query: "afterwards" in query, answered=True):
        migrate(blank)
    bury(blank)
    with pytest.raises(UpgradeRefused, match="版本不同"):
        migrate(blank, [statement.replace("counted", "renamed") for statement in MIGRATION])
    bury(blank)
    migrate(blank)


@pytest.mark.mariadb_only
def test_of_two_upgrades_at_once_the_second_is_told_to_wait(blank: Engine) -> None:
    with (
        blank.connect() as first,
        Steps(first),
        blank.connect() as second,
        pytest.raises(UpgradeRefused, match="另一个"),
        Steps(second),
    ):
        raise AssertionError("both upgrade")
    migrations.upgrade(blank)


def test_tables_without_a_record_are_not_upgraded_over(blank: Engine) -> None:
    """As an upgrade of before left them, which noted nothing."""
    models.Base.metadata.create_all(blank)
    with pytest.raises(UpgradeRefused, match="没有升级记录"):
        migrations.upgrade(blank)
