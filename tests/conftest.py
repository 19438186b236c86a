"""The two databases, the app and the cast. Nothing may talk to any host but loopback."""

import gc
import os
import shutil
import socket
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import hypothesis
import pytest
import time_machine
from alembic import command as alembic
from flask.testing import FlaskClient
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Engine, Table, event, select, text
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from server import config, migrations, models, protection
from server.app import create_app
from server.db import make_engine
from server.identity import service as callers
from tests import audited, contract
from tests.cast import LATE, NOW, Cast, Person, make_cast
from tests.fuzzing import examples
from tests.mariadb import FORGETFUL, PrivateMariaDB, forgetful_directory, missing_mariadb
from tests.require_all import pytest_runtest_makereport  # noqa: F401  a hook
from tests.wsgi_transport import connect_sandbox

hypothesis.settings.register_profile("untimed", deadline=None, max_examples=examples(100))
hypothesis.settings.load_profile("untimed")

COMPILED = ("arguments", "_converters", "_trace", "_parts", "_build", "_build_unknown")
"""What `werkzeug.routing.Rule.compile` sets."""

Call = Callable[..., Any]
"""`TestResponse.json` may be None to mypy, which no test wants to hear."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "mariadb_only: needs real row locks; runs on MariaDB alone")
    config.addinivalue_line("markers", "thinned: tries a part of what it tries in `make fuzz`")
    config.addinivalue_line("markers", "at_the_edges_of_the_day: decides by day; runs on SQLite at 23:59, too")
    config.addinivalue_line("markers", "sqlite_only: about SQLite itself, or so slow that one database is enough")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Spare the garbage collector what all tests share: walking through it time and again cost a seventh of a run, and
    a fifth of collecting the tests."""
    gc.disable()
    collected = yield
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()
    return collected


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marks = {mark.name for mark in metafunc.definition.iter_markers()}
    if "database" not in metafunc.fixturenames:
        return
    names = ["mariadb"] if "mariadb_only" in marks else ["sqlite"] if "sqlite_only" in marks else ["sqlite", "mariadb"]
    if "at_the_edges_of_the_day" in marks:
        found = [*((name, clock_of(metafunc.module)) for name in names), ("sqlite", LATE)]
        metafunc.parametrize(("database", "moment"), found, indirect=True, ids=[*names, "sqlite-23:59"])
    else:
        metafunc.parametrize("database", names, indirect=True)


def clock_of(module: ModuleType) -> datetime:
    """Return when the tests of a file take place: at what it means by `NOW`."""
    found: datetime = getattr(module, "NOW", NOW)
    return found


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else "localhost"
        if host not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address!r}")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign, assignment]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(autouse=True, scope="session")
def _routes_compiled_once() -> Iterator[None]:
    """Let the apps of all tests share what werkzeug makes of a route's path: it is most of what an app costs."""
    compiling = Rule.compile
    compiled: dict[tuple[object, ...], dict[str, Any]] = {}

    def shared(self: Rule) -> None:
        key = (self.rule, repr(self.defaults), self.subdomain, self.merge_slashes)
        if key not in compiled:
            compiling(self)
            compiled[key] = {name: vars(self)[name] for name in COMPILED}
        vars(self).update(compiled[key])

    Rule.compile = shared  # type: ignore[method-assign]
    yield
    Rule.compile = compiling  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def worker_name() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "gw0")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with the schema, copied for each test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = make_engine(f"sqlite:///{path}")
    _create_schema(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("SELECT 1")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def sqlite_compiler(sqlite_template: Path) -> Iterator[Engine]:
    """The engine that has compiled the statements of the tests before: doing it anew is half of what a test costs."""
    engine = make_engine(f"sqlite:///{sqlite_template}")
    engine.connect().close()
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def mariadb_engine(worker_name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A private server with one schema for this worker; skips without the programs."""
    if why := missing_mariadb():
        pytest.skip(why)
    directory = forgetful_directory() or tmp_path_factory.mktemp("mariadb")
    with PrivateMariaDB(directory, options=FORGETFUL) as server:
        server.create_schema(worker_name)
        engine = make_engine(server.url(worker_name))
        _create_schema(engine)
        yield engine
        engine.dispose()


def _create_schema(engine: Engine) -> None:
    models.Base.metadata.create_all(engine)
    with engine.begin() as connection:
        protection.install(connection)
    alembic.stamp(migrations.alembic_config(engine), "head")


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def engine(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database with the schema: a file of its own on SQLite, a cleaned schema on MariaDB. Empty, but for `cast`."""
    if database == "mariadb":
        mariadb: Engine = request.getfixturevalue("mariadb_engine")
        _clean(mariadb)
        yield mariadb
        return
    path = tmp_path / "xianfeng.db"
    made: Made | None = request.getfixturevalue("cast_made") if _asks_for_the_cast(request) else None
    shutil.copy(made.file if made else request.getfixturevalue("sqlite_template"), path)
    sqlite = make_engine(f"sqlite:///{path}")
    event.listen(sqlite, "connect", _let_the_disk_be_late)
    compiler: Engine = request.getfixturevalue("sqlite_compiler")
    sqlite.dialect, sqlite._compiled_cache = compiler.dialect, compiler._compiled_cache
    yield sqlite
    sqlite.dispose()


def _let_the_disk_be_late(connection: Any, _record: object) -> None:
    """What is committed outlives a killed process, which is all that a test tries."""
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def blank(engine: Engine) -> Iterator[Engine]:
    """An engine on a database without any table, beside the one of the tests."""
    if engine.dialect.name == "sqlite":
        beside = make_engine(f"{engine.url}.blank")
    else:
        with engine.connect() as connection:
            connection.exec_driver_sql("DROP DATABASE IF EXISTS migrated")
            connection.exec_driver_sql("CREATE DATABASE migrated")
        url = engine.url.set(database="migrated")
        beside = make_engine(url.render_as_string(hide_password=False))
    yield beside
    beside.dispose()


MANY = 300
"""Rows from which on a new file is sooner made than they are deleted."""

FILLED = text(
    " UNION ALL ".join(
        f"SELECT '{name}', EXISTS (SELECT 1 FROM {name} LIMIT 1 OFFSET {MANY}) WHERE EXISTS (SELECT 1 FROM {name})"
        for name in models.Base.metadata.tables
    )
)
GUARDED = {triggers.table for triggers in protection.GUARDED}


def _clean(engine: Engine) -> None:
    """Empty every table that has rows. Whatever guards itself against DELETE by triggers needs the slower TRUNCATE."""
    with engine.begin() as connection:
        connection.exec_driver_sql("SET foreign_key_checks = 0")
        for name, many in connection.execute(FILLED).all():
            statement = "TRUNCATE TABLE" if many or name in GUARDED else "DELETE FROM"
            connection.exec_driver_sql(f"{statement} {name}")
        connection.exec_driver_sql("SET foreign_key_checks = 1")


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def settings(tmp_path: Path) -> config.Settings:
    return config.load({"XIANFENG_DATA": str(tmp_path / "var")})


@pytest.fixture
def moment(request: pytest.FixtureRequest) -> datetime:
    """The time of a test: its file's, and `LATE`, too, where it is marked `at_the_edges_of_the_day`."""
    found: datetime = getattr(request, "param", clock_of(request.module))
    return found


@pytest.fixture
def _frozen_time(moment: datetime) -> Iterator[None]:
    with time_machine.travel(moment, tick=True):
        yield


Rows = list[tuple[Table, list[dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Made:
    """The cast, the rows it is made of, and a file of SQLite with nothing else in it."""

    cast: Cast
    rows: Rows
    file: Path


@pytest.fixture(scope="session")
def cast_made(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The cast, made once; each test's database gets it as a copy of the file or by its rows."""
    path = Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("cast") / "cast.db"))
    engine = make_engine(f"sqlite:///{path}")
    with Session(engine, expire_on_commit=False) as session:
        cast = make_cast(session)
    with engine.connect() as connection:
        tables = models.Base.metadata.sorted_tables
        rows = [(table, [dict(row) for row in connection.execute(select(table)).mappings()]) for table in tables]
    engine.dispose()
    return Made(cast, [(table, found) for table, found in rows if found], path)


@pytest.fixture
def cast(engine: Engine, cast_made: Made, moment: datetime, request: pytest.FixtureRequest) -> Cast:
    made = cast_made.cast
    known = [person.actor.identity_id for person in made.people.values()]
    callers._callers.forget(known)  # what another test made of them
    if engine.dialect.name != "sqlite" or not _asks_for_the_cast(request):
        with engine.begin() as connection:
            for table, found in cast_made.rows:
                connection.execute(table.insert(), found)
    return replace(made, people=dict(made.people), now=moment)


def _asks_for_the_cast(request: pytest.FixtureRequest) -> bool:
    """Whether a test is known to have the cast before it begins: on SQLite its database is a copy of one with it, which
    takes less time than its rows."""
    return "cast" in request.node.fixturenames


@pytest.fixture
def app(settings: config.Settings, engine: Engine, _frozen_time: None) -> OpenAPI:
    app = create_app(settings, engine)
    app.testing = False  # errors become answers, as in production
    connect_sandbox(app)
    return app


@pytest.fixture
def client(app: OpenAPI) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def call(app: OpenAPI, client: FlaskClient) -> Call:
    """Return `call(person or None, method, path, **kw)`; every answer is held against the OpenAPI document, every
    change against the table of audit lines."""

    def call(person: Person | None, method: str, path: str, **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {person.token}"} if person else {}
        headers.update(options.pop("headers", {}))
        url = path if path.startswith("/") and path.startswith("/api/") else f"/api/v1{path}"
        with audited.check(app, method, url) as answers:
            response = client.open(url, method=method, headers=headers, **options)
            answers.append(response)
        contract.check(app, method, url, response)
        return response

    return call
