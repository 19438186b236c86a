"""The two databases, the app and the cast. Nothing may talk to any host but loopback."""

import gc
import os
import shutil
import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import hypothesis
import pytest
import structlog
import time_machine
from alembic import command as alembic
from flask.testing import FlaskClient
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Connection, Engine, Table, event, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from server import config, migrations, models, protection
from server.app import create_app
from server.db import make_engine
from server.identity import service as callers
from tests import audited, contract
from tests.books import Books, keep_books
from tests.cast import LATE, NOW, Cast, Person, make_cast
from tests.fuzzing import examples
from tests.mariadb import FORGETFUL, PrivateMariaDB, forgetful_directory, missing_mariadb
from tests.require_all import pytest_runtest_makereport  # noqa: F401  a hook
from tests.wsgi_transport import connect_sandbox

hypothesis.settings.register_profile("untimed", deadline=None, max_examples=examples(100))
hypothesis.settings.load_profile("untimed")

STATEMENTS = 20_000
"""How many compiled statements are kept. SQLAlchemy's own 500 are fewer than the tests know."""

COMPILED = ("arguments", "_converters", "_trace", "_parts", "_build", "_build_unknown")
"""What `werkzeug.routing.Rule.compile` sets."""

BEGINNINGS = ("books", "cast")
"""What a test's database may begin with, the more first: the fixtures by which a test asks for it."""

MANY = 300
"""Changed rows from which on a new file is sooner made than they are deleted."""

CHANGED = """
    SELECT table_name, rows_changed FROM information_schema.table_statistics
    WHERE table_schema = DATABASE() AND rows_changed > 0
"""
GUARDED = {triggers.table for triggers in protection.GUARDED}

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


@pytest.fixture(autouse=True, scope="session")
def _plain_tracebacks() -> None:
    """Let what is logged in tests stay in sight, but draw no frames around every traceback and its variables."""
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], renderer])


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
    _keep_all_compiled(engine)
    yield engine
    engine.dispose()


@dataclass(frozen=True, slots=True)
class OnMariaDB:
    """This worker's schema on a private server, and beside it one for each beginning that a test has asked for."""

    server: PrivateMariaDB
    engine: Engine
    copied: dict[str, list[str]] = field(default_factory=dict)
    """By the schema of a beginning: the statements that copy it."""

    def begin_with(self, made: "Made | None") -> None:
        """Empty every table that has rows, then fill them with those of `made`."""
        copies = self._copies(made) if made else []
        with self.engine.begin() as connection:
            connection.exec_driver_sql("SET foreign_key_checks = 0")
            self._empty(connection)
            for statement in copies:
                connection.exec_driver_sql(statement)
            connection.exec_driver_sql("SET foreign_key_checks = 1")

    def _empty(self, connection: Connection) -> None:
        """Whatever guards itself against DELETE by triggers needs the slower TRUNCATE."""
        for name, rows in connection.exec_driver_sql(CHANGED).all():
            statement = "TRUNCATE TABLE" if rows > MANY or name in GUARDED else "DELETE FROM"
            connection.exec_driver_sql(f"{statement} {name}")
        connection.exec_driver_sql("FLUSH TABLE_STATISTICS")

    def _copies(self, made: "Made") -> list[str]:
        """Return what copies the rows of `made` from a schema of their own, which is filled when first asked for."""
        schema = f"{self.engine.url.database}_{made.name}"
        if schema not in self.copied:
            beside = make_engine(self.server.create_schema(schema))
            models.Base.metadata.create_all(beside)
            rows = made.rows()
            with beside.begin() as connection:
                for table, found in rows:
                    connection.execute(table.insert(), found)
            beside.dispose()
            self.copied[schema] = [f"INSERT INTO {table} SELECT * FROM {schema}.{table}" for table, _ in rows]
        return self.copied[schema]


@pytest.fixture(scope="session")
def mariadb(worker_name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnMariaDB]:
    """A private server with one schema for this worker; skips without the programs."""
    if why := missing_mariadb():
        pytest.skip(why)
    directory = forgetful_directory() or tmp_path_factory.mktemp("mariadb")
    with PrivateMariaDB(directory, options=(*FORGETFUL, "--userstat=1")) as server:
        server.create_schema(worker_name)
        engine = make_engine(server.url(worker_name))
        _create_schema(engine)
        _keep_all_compiled(engine)
        yield OnMariaDB(server, engine)
        engine.dispose()


@pytest.fixture(scope="session")
def mariadb_engine(mariadb: OnMariaDB) -> Engine:
    return mariadb.engine


def _keep_all_compiled(engine: Engine) -> None:
    cache: Any = engine._compiled_cache
    cache.capacity = STATEMENTS


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
    """A database with the schema: a file of its own on SQLite, a cleaned schema on MariaDB. Empty, but for what a test
    asks for of `cast` and `books`."""
    made: Made | None = next(
        (request.getfixturevalue(f"{name}_made") for name in BEGINNINGS if name in request.node.fixturenames), None
    )
    if database == "mariadb":
        mariadb: OnMariaDB = request.getfixturevalue("mariadb")
        mariadb.begin_with(made)
        yield mariadb.engine
        return
    path = tmp_path / "xianfeng.db"
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


@dataclass(frozen=True, slots=True)
class Made:
    """What a test's database begins with: a file of SQLite with nothing else in it, and how to find one's way there."""

    name: str
    file: Path
    cast: Cast
    books: Books | None = None

    def rows(self) -> list[tuple[Table, list[dict[str, Any]]]]:
        engine = make_engine(f"sqlite:///{self.file}")
        with engine.connect() as connection:
            tables = models.Base.metadata.sorted_tables
            rows = [(table, [dict(row) for row in connection.execute(select(table)).mappings()]) for table in tables]
        engine.dispose()
        return [(table, found) for table, found in rows if found]


@pytest.fixture(scope="session")
def cast_made(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The cast, made once; each test's database begins with a copy."""
    path = Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("cast") / "cast.db"))
    with _alone(path) as session:
        return Made("cast", path, make_cast(session))


@pytest.fixture(scope="session")
def books_made(cast_made: Made, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The cast and their books, made once."""
    path = Path(shutil.copy(cast_made.file, tmp_path_factory.mktemp("books") / "books.db"))
    with _alone(path) as session:
        return Made("books", path, cast_made.cast, keep_books(session, cast_made.cast))


@contextmanager
def _alone(path: Path) -> Iterator[Session]:
    """Yield a session on a file of SQLite; what it committed is then in this one file."""
    engine = make_engine(f"sqlite:///{path}")
    with Session(engine, expire_on_commit=False) as session:
        yield session
    engine.dispose()


@pytest.fixture
def cast(engine: Engine, cast_made: Made, moment: datetime) -> Cast:
    made = cast_made.cast
    known = [person.actor.identity_id for person in made.people.values()]
    callers._callers.forget(known)  # what another test made of them
    return replace(made, people=dict(made.people), now=moment)


@pytest.fixture
def books(books_made: Made, cast: Cast) -> Books:
    """A branch's books with something of every kind in them, the work of the cast."""
    assert books_made.books is not None
    return books_made.books


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
