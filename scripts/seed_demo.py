"""Fill an empty sandbox with the demo: 山海学院, some 600 members, half a year of claims, meetings and dues.

    python -m scripts.seed_demo

On SQLite it is built in a file of its own that takes the database's place when it is whole: killed half-way, it begins
anew. What is written is in scripts/demo/.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from rich.console import Console
from sqlalchemy import Engine, event, select

from scripts.demo.writing import FULL, Scale, write
from server import clock, config, installation, migrations
from server.days import shanghai_date
from server.db import make_engine, reading
from server.organizations.models import Organization
from server.photos.storage import storage_of

console = Console(stderr=True)


def main(scale: Scale = FULL) -> None:
    settings = config.load()
    if not settings.sandbox:
        sys.exit("演示数据只用于沙盒，正式环境请导入花名册")
    with console.status("正在生成演示数据（约一分钟，只需一次）…"):
        if fill(settings, scale):
            console.print("演示数据已就绪")


def fill(settings: config.Settings, scale: Scale = FULL) -> bool:
    """Write the demo into the settings' migrated database; return whether it was empty."""
    if not _is_empty(settings.database_url):
        return False
    now = clock.now()
    today = shanghai_date(now)
    with _engine(settings.database_url) as engine:
        installation.pair(engine, settings.data_dir)
    _put_away_leftovers(settings, now)
    if not settings.database_url.startswith("sqlite:///"):
        with _engine(settings.database_url) as engine:
            write(settings, engine, today=today, now=now, scale=scale)
        return True
    final = Path(settings.database_url.removeprefix("sqlite:///"))
    with _building(final) as engine:
        write(settings, engine, today=today, now=now, scale=scale)
    return True


def _is_empty(url: str) -> bool:
    with _engine(url) as engine, reading(engine) as session:
        return session.scalar(select(Organization.id).limit(1)) is None


def _put_away_leftovers(settings: config.Settings, now: datetime) -> None:
    """Quarantine the photos of a seeding that was killed: an empty database knows none of them."""
    storage = storage_of(settings)
    for key, _ in storage.stored():
        storage.put_away(key, now=now)


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _building(final: Path) -> Iterator[Engine]:
    """Hand out a new database beside the empty one, which it replaces at the end and whose id it bears."""
    part = final.with_name(f"{final.name}.building")
    _remove(part)
    with _engine(f"sqlite:///{final}") as engine:
        database_id = installation.id_of(engine)
    with _engine(f"sqlite:///{part}") as engine:
        event.listen(engine, "connect", _hurry)
        migrations.upgrade(engine)
        if database_id is not None:
            installation.name(engine, database_id)
        yield engine
        with engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    _sync(part)
    _remove(final)
    os.replace(part, final)
    _remove(part)


def _hurry(connection: object, _record: object) -> None:
    """A file that is thrown away when its making is cut short needs no sync at every commit."""
    connection.execute("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _remove(database: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


if __name__ == "__main__":
    main()
