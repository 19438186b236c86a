"""A production database as its operator sets it up: two accounts, the binary log on, and what a start refuses."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, event, inspect

from server import cli, migrations, models
from server.config import Settings
from server.db import make_engine
from server.migrations import UpgradeRefused
from server.protection import grants_sql
from server.readiness import start
from tests.mariadb import PrivateMariaDB, forgetful_directory, missing_mariadb

APP = "clerk@localhost"
MIGRATES = "SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES, TRIGGER ON office.*"
LEDGER = "office.point_entries"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateMariaDB]:
    """A server with the binary log on, two accounts, and the schema that the migrating one has brought up."""
    if why := missing_mariadb():
        pytest.skip(why)
    directory = forgetful_directory() or tmp_path_factory.mktemp("production")
    with PrivateMariaDB(directory, options=["--log-bin=binlog"]) as server:
        for account in ("migrator@localhost", APP):
            server.execute(f"CREATE USER {account}")
        server.create_schema("office")
        server.create_schema("untrusted")
        server.execute(f"GRANT {MIGRATES} TO migrator@localhost")
        server.execute("GRANT ALL ON untrusted.* TO migrator@localhost")
        yield server


@pytest.fixture(scope="module")
def migrated(server: PrivateMariaDB) -> PrivateMariaDB:
    server.execute("SET GLOBAL log_bin_trust_function_creators = 1")
    engine = make_engine(server.url("office", user="migrator"))
    migrations.upgrade(engine)
    engine.dispose()
    server.execute("SET GLOBAL log_bin_trust_function_creators = 0")
    return server


@pytest.fixture
def office(migrated: PrivateMariaDB) -> Iterator[Engine]:
    """The app's engine; its account has what it needs and nothing else."""
    migrated.execute(f"CREATE OR REPLACE USER {APP}")
    for statement in grants_sql("office", APP, models.Base.metadata.tables):
        migrated.execute(statement)
    engine = make_engine(migrated.url("office", user="clerk"))
    yield engine
    engine.dispose()


@pytest.fixture
def production(settings: Settings) -> Settings:
    return replace(settings, production=True, embeds_scheduler=False)


def test_an_upgrade_says_what_to_set_for_the_binary_log_and_leaves_no_table(server: PrivateMariaDB) -> None:
    engine = make_engine(server.url("untrusted", user="migrator"))
    for _ in range(2):
        with pytest.raises(UpgradeRefused, match="log_bin_trust_function_creators=1"):
            migrations.upgrade(engine)
        assert inspect(engine).get_table_names() == ["alembic_version"]
    server.execute("SET GLOBAL log_bin_trust_function_creators = 1")
    migrations.upgrade(engine)
    server.execute("SET GLOBAL log_bin_trust_function_creators = 0")
    engine.dispose()


def test_the_accounts_of_the_manual_are_enough(office: Engine, production: Settings) -> None:
    assert start.refusals(office, production) == []


@pytest.mark.parametrize(
    ("grant", "danger"),
    [
        (f"GRANT UPDATE ON {LEDGER} TO {APP}", "UPDATE ON office.point_entries"),
        (f"GRANT UPDATE (points) ON {LEDGER} TO {APP}", "UPDATE ON office.point_entries"),
        (f"GRANT TRIGGER ON {LEDGER} TO {APP}", "TRIGGER ON office.point_entries"),
        (f"GRANT DROP ON office.* TO {APP}", "DROP ON office.*"),
        (f"GRANT ALL ON `off%`.* TO {APP}", "ALL PRIVILEGES ON off%.*"),
        (f"GRANT ALTER ON *.* TO {APP}", "ALTER ON *.*"),
        (f"GRANT ALL ON *.* TO {APP}", "ALL PRIVILEGES ON *.*"),
    ],
)
def test_an_account_that_could_change_the_ledger_is_refused_in_production(
    office: Engine, migrated: PrivateMariaDB, production: Settings, grant: str, danger: str
) -> None:
    migrated.execute(grant)
    (words,) = start.refusals(office, production)
    assert "能够改动台账" in words
    assert danger in words
    assert start.refusals(office, replace(production, production=False)) == []


@pytest.mark.parametrize("default", [True, False], ids=["taken on at once", "to be taken on"])
def test_a_role_within_a_role_counts_whether_taken_on_or_not(
    office: Engine, migrated: PrivateMariaDB, production: Settings, default: bool
) -> None:
    for statement in (
        "CREATE OR REPLACE ROLE inner_role",
        "CREATE OR REPLACE ROLE outer_role",
        "GRANT DELETE ON office.* TO inner_role",
        "GRANT inner_role TO outer_role",
        f"GRANT outer_role TO {APP}",
        *([f"SET DEFAULT ROLE outer_role FOR {APP}"] if default else []),
    ):
        migrated.execute(statement)
    (words,) = start.refusals(office, production)
    assert "DELETE ON office.*" in words


def test_a_right_given_to_everyone_counts(office: Engine, migrated: PrivateMariaDB, production: Settings) -> None:
    migrated.execute("GRANT DROP ON office.* TO PUBLIC")
    (words,) = start.refusals(office, production)
    migrated.execute("REVOKE DROP ON office.* FROM PUBLIC")
    assert "DROP ON office.*" in words


def test_a_right_that_is_missing_is_named(office: Engine, migrated: PrivateMariaDB, production: Settings) -> None:
    """As for a table that an upgrade has added."""
    migrated.execute(f"REVOKE UPDATE ON office.members FROM {APP}")
    (words,) = start.refusals(office, production)
    assert "UPDATE ON members" in words
    assert "xianfeng db grants" in words


@pytest.mark.parametrize(
    ("bad", "good", "named"),
    [
        (
            "innodb_flush_log_at_trx_commit = 2",
            "innodb_flush_log_at_trx_commit = 1",
            "innodb_flush_log_at_trx_commit=1",
        ),
        ("binlog_format = 'STATEMENT'", "binlog_format = 'MIXED'", "binlog_format=ROW"),
        ("max_connections = 60", "max_connections = 600", "最多允许 60 个连接"),
    ],
)
def test_a_server_that_would_lose_or_refuse_writes_is_not_started_on(
    office: Engine, migrated: PrivateMariaDB, production: Settings, *, bad: str, good: str, named: str
) -> None:
    migrated.execute(f"SET GLOBAL {bad}")
    try:
        (words,) = start.refusals(office, production)
    finally:
        migrated.execute(f"SET GLOBAL {good}")
    assert named in words


def test_the_accounts_own_limit_counts_too(office: Engine, migrated: PrivateMariaDB, production: Settings) -> None:
    migrated.execute(f"ALTER USER {APP} WITH MAX_USER_CONNECTIONS 70")
    (words,) = start.refusals(office, production)
    assert "最多允许 70 个连接" in words


def test_a_session_that_a_proxy_has_changed_is_not_trusted(office: Engine, production: Settings) -> None:
    event.listen(office, "checkout", _rewrite)
    words = "；".join(start.refusals(office, production))
    assert all(named in words for named in ("sql_mode", "时区", "隔离级别"))


def _rewrite(connection: object, *_: object) -> None:
    with connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SET time_zone = '+08:00', sql_mode = '', tx_isolation = 'REPEATABLE-READ'")


def test_a_table_of_another_collation_is_named(office: Engine, migrated: PrivateMariaDB, production: Settings) -> None:
    convert = "ALTER TABLE office.audit_lines CONVERT TO CHARACTER SET utf8mb4 COLLATE"
    migrated.execute(f"{convert} utf8mb4_general_ci")
    (words,) = start.refusals(office, production)
    migrated.execute(f"{convert} utf8mb4_bin")
    assert "audit_lines" in words


def xianfeng(settings: Settings, url: str, *words: str) -> Result:
    return CliRunner().invoke(
        cli.main, words, env={"XIANFENG_DATA": str(settings.data_dir), "XIANFENG_DATABASE_URL": url}
    )


def test_the_command_line_says_it_in_lines(office: Engine, migrated: PrivateMariaDB, settings: Settings) -> None:
    url = migrated.url("office", user="clerk")
    printed = xianfeng(settings, url, "db", "grants", APP)
    assert f"GRANT INSERT, SELECT ON `office`.`point_entries` TO {APP};" in printed.output.splitlines()
    migrated.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 2")
    for command in ("run", "scheduler"):
        refused = xianfeng(settings, url, command)
        assert refused.exit_code == 1
        assert "- 数据库断电时会丢失刚提交的内容" in refused.output
    migrated.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 1")
    denied = xianfeng(settings, migrated.url("mysql", user="clerk"), "recompute")
    assert denied.output.startswith("Error: 数据库拒绝了这个账号")


def test_the_whole_upgrade_runs_through_the_command_line(migrated: PrivateMariaDB, settings: Settings) -> None:
    migrated.create_schema("another")
    refused = xianfeng(settings, migrated.url("another", user="clerk"), "db", "upgrade")
    assert refused.exit_code == 1
    assert "Traceback" not in refused.output
    assert xianfeng(settings, migrated.url("another"), "db", "upgrade").exit_code == 0
