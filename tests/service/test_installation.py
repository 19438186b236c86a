"""A data directory belongs to one database, and both know it."""

import os
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from server import installation
from server.config import Settings
from server.db import make_engine, reading
from server.installation import DRAFT, MARK, Installation
from server.photos import jobs
from tests.at_once import at_once
from tests.cast import NOW
from tests.refusing import refused


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "var"


def foreign(engine: Engine, directory: Path) -> None:
    """See that the directory is refused, again and again, and stays as it is."""
    before = [path.name for path in directory.glob("*")]
    for ask in (installation.pair, installation.assert_own):
        refused("data_of_another_database", partial(ask, engine, directory))
    assert [path.name for path in directory.glob("*")] == before


def forget(engine: Engine) -> None:
    """Make the database one that was never named, as an empty or a very old one is."""
    with Session(engine) as session:
        session.execute(delete(Installation))
        session.commit()


def test_at_the_first_start_both_get_one_id_and_keep_it(engine: Engine, directory: Path) -> None:
    installation.assert_own(engine, directory)
    assert installation.id_of(engine) is None
    for _ in range(2):
        installation.pair(engine, directory)
    assert (directory / MARK).read_text() == installation.id_of(engine)
    assert [(path.name, path.stat().st_mode & 0o777) for path in directory.iterdir()] == [(MARK, 0o644)]


def test_an_empty_database_is_refused_a_directory_in_use(engine: Engine, directory: Path) -> None:
    installation.pair(engine, directory)
    forget(engine)
    foreign(engine, directory)
    assert installation.id_of(engine) is None


def test_another_database_is_refused(engine: Engine, directory: Path) -> None:
    installation.pair(engine, directory)
    forget(engine)
    installation.name(engine, "f" * 64)
    foreign(engine, directory)


def test_a_directory_that_is_not_mounted_is_refused(engine: Engine, directory: Path) -> None:
    installation.pair(engine, directory)
    (directory / MARK).unlink()
    foreign(engine, directory)


def test_a_directory_in_use_is_refused_before_there_is_a_table(engine: Engine, directory: Path) -> None:
    installation.pair(engine, directory)
    empty = make_engine(f"sqlite:///{directory.parent}/empty.db")
    refused("data_of_another_database", lambda: installation.assert_own(empty, directory))
    empty.dispose()


@pytest.mark.parametrize("named", [False, True])
def test_a_first_start_that_was_killed_half_way_is_taken_up(engine: Engine, directory: Path, named: bool) -> None:
    directory.mkdir()
    (directory / DRAFT).write_text("a" * 64)
    if named:
        installation.name(engine, "a" * 64)
    installation.pair(engine, directory)
    assert (directory / MARK).read_text() == installation.id_of(engine) == "a" * 64
    assert not (directory / DRAFT).exists()


def test_several_that_start_together_agree(engine: Engine, directory: Path) -> None:
    at_once(*[lambda: installation.pair(engine, directory)] * 8)
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(Installation)) == 1
    assert (directory / MARK).read_text() == installation.id_of(engine)


def test_who_restored_on_purpose_lets_the_directory_be_this_databases(engine: Engine, directory: Path) -> None:
    installation.pair(engine, directory)
    forget(engine)
    installation.name(engine, "f" * 64)
    for _ in range(2):
        installation.adopt(engine, directory)
        installation.assert_own(engine, directory)
    assert (directory / MARK).read_text() == "f" * 64


def test_a_database_without_an_id_adopts_a_directory_too(engine: Engine, directory: Path) -> None:
    installation.pair(engine, directory)
    forget(engine)
    installation.adopt(engine, directory)
    installation.pair(engine, directory)
    assert (directory / MARK).read_text() == installation.id_of(engine)


def test_photos_are_not_swept_in_a_directory_that_was_exchanged_under_a_running_scheduler(
    engine: Engine, settings: Settings
) -> None:
    jobs.purge_photos(engine, settings, NOW, NOW)
    (settings.data_dir / MARK).write_text("e" * 64)
    refused("data_of_another_database", lambda: jobs.purge_photos(engine, settings, NOW, NOW))


def test_what_lies_in_the_directory_is_closed_to_other_users_also_what_lay_there_before(directory: Path) -> None:
    before = os.umask(0o022)
    try:
        (directory / "photos" / "ab").mkdir(parents=True)
        for name in ("xianfeng.db", "secret_key", MARK, "photos/ab/one.jpg"):
            (directory / name).write_text("x")
        installation.keep_private(directory)
        (directory / "xianfeng.db-wal").write_text("x")
        modes = {path.name: path.stat().st_mode & 0o777 for path in (directory, *directory.iterdir())}
    finally:
        os.umask(before)
    assert modes == {
        directory.name: 0o700,
        "photos": 0o700,
        "xianfeng.db": 0o600,
        "xianfeng.db-wal": 0o600,
        "secret_key": 0o600,
        MARK: 0o644,
    }
