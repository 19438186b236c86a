"""An empty, migrated database of each kind for a benchmark."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from server import migrations
from server.db import make_engine
from tests.mariadb import PrivateMariaDB, missing_mariadb


def each_database(*, mariadb_options: tuple[str, ...] = ()) -> Iterator[tuple[str, str, Path]]:
    """Yield (name, URL, an empty directory on disk) for SQLite and a private MariaDB, one after the other."""
    with sqlite_database() as (url, directory):
        yield "sqlite", url, directory
    if why := missing_mariadb():
        print(f"MariaDB left out: {why}", file=sys.stderr)
        return
    with mariadb_database(options=mariadb_options) as (url, directory):
        yield "mariadb", url, directory


@contextmanager
def sqlite_database() -> Iterator[tuple[str, Path]]:
    with disk_directory() as directory:
        yield migrated(f"sqlite:///{directory}/xianfeng.db"), directory


@contextmanager
def mariadb_database(*, options: tuple[str, ...] = ()) -> Iterator[tuple[str, Path]]:
    with disk_directory() as directory, PrivateMariaDB(options=options) as server:
        yield migrated(server.create_schema("bench")), directory


@contextmanager
def disk_directory() -> Iterator[Path]:
    """A directory on disk: /tmp may be in memory, where a durable commit costs nothing."""
    with TemporaryDirectory(prefix="xianfeng-bench-", dir="/var/tmp") as name:
        yield Path(name)


def migrated(url: str) -> str:
    engine = make_engine(url)
    migrations.upgrade(engine)
    engine.dispose()
    return url
