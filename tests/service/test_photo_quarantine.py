"""Files of photos that go: to quarantine, back out of it, and for good. A database that is not theirs takes none."""

import os
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, make_transient

from server.config import Settings
from server.errors import DomainError
from server.jobs import runs
from server.jobs.table import JOBS
from server.photos import jobs, queries, service
from server.photos.models import Photo
from server.photos.processing import process_trusted
from server.photos.rules import Variant
from server.photos.storage import DiskStorage
from server.photos.upkeep import SweepResult, purge_unattached, sweep
from tests.at_once import at_once
from tests.cast import NOW, Cast
from tests.pictures import encoded, scene
from tests.service.jobs.recorder import ran, stored

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
PURGE = next(job for job in JOBS if job.name == "purge_photos")


@pytest.fixture
def storage(settings: Settings) -> DiskStorage:
    return DiskStorage(settings.photo_dir, durable=False)


def evidence(session: Session, storage: DiskStorage, cast: Cast, seeds: range) -> list[Photo]:
    """Return one photo in the storage for each seed, all of them 张敏's and attached to something."""
    photos = [waiting(session, storage, cast, seed) for seed in seeds]
    for photo in photos:
        photo.meeting_id, photo.waiting_sha256 = 1, None
    session.commit()
    return photos


def waiting(session: Session, storage: DiskStorage, cast: Cast, seed: int) -> Photo:
    photo, _ = service.upload(
        session,
        storage,
        member_id=cast.zhang_min.member_id,
        original=encoded(scene(seed, (8, 8))),
        uploaded_by=cast.zhang_min.account_id,
        now=NOW,
        decode=process_trusted,
    )
    return photo


def lose(session: Session, *photos: Photo) -> None:
    """Take the rows away, as a database restored from before they were written would."""
    for photo in photos:
        session.delete(photo)
    session.commit()


def find_again(session: Session, *photos: Photo) -> None:
    for photo in photos:
        make_transient(photo)
        session.add(photo)
    session.commit()


def files(storage: DiskStorage) -> set[str]:
    return {key for key, _ in storage.stored()}


def away(storage: DiskStorage) -> set[str]:
    return {key for key, _ in storage.quarantined()}


def later(storage: DiskStorage) -> datetime:
    """Return when no file may still be waiting for its row. Files carry the time of this machine."""
    return max(at for _, at in storage.stored()) + HOUR + SECOND


def test_what_dies_between_file_and_row_goes_to_quarantine_and_what_was_half_written_at_once(
    engine: Engine, cast: Cast, storage: DiskStorage, settings: Settings
) -> None:
    with Session(engine, expire_on_commit=False) as session:
        (kept,) = evidence(session, storage, cast, range(1))
    with Session(engine) as dying:
        lost = waiting(dying, storage, cast, 1).keys
    half = settings.photo_dir / f"{kept.keys[0]}.0a1b2c3d.part"
    half.write_bytes(b"half")
    now = later(storage)
    with Session(engine) as session:
        assert sweep(session, storage, now=now - 2 * SECOND - HOUR) == SweepResult()
        assert sweep(session, storage, now=now) == SweepResult(put_away=2, deleted=1)
        assert sweep(session, storage, now=now) == SweepResult()
    assert (files(storage), away(storage)) == (set(kept.keys), set(lost))


def test_quarantine_lasts_thirty_days(session: Session, cast: Cast, storage: DiskStorage) -> None:
    lose(session, *evidence(session, storage, cast, range(1)))
    now = later(storage)
    assert sweep(session, storage, now=now).put_away == 2
    assert sweep(session, storage, now=now + 30 * DAY - SECOND) == SweepResult()
    assert sweep(session, storage, now=now + 30 * DAY) == SweepResult(deleted=2)
    assert not away(storage)


def test_a_file_whose_row_turns_up_again_comes_back_when_asked_for(
    session: Session, cast: Cast, storage: DiskStorage
) -> None:
    (photo,) = evidence(session, storage, cast, range(1))
    content = queries.read(session, storage, public_id=photo.public_id, variant=Variant.full)
    lose(session, photo)
    sweep(session, storage, now=later(storage))
    find_again(session, photo)
    for _ in range(2):
        assert queries.read(session, storage, public_id=photo.public_id, variant=Variant.full) == content
    assert (files(storage), away(storage)) == ({photo.keys[0]}, {photo.keys[1]})


def test_the_next_sweep_brings_back_what_has_a_row_again_however_long_it_was_away(
    session: Session, cast: Cast, storage: DiskStorage
) -> None:
    (photo,) = evidence(session, storage, cast, range(1))
    lose(session, photo)
    now = later(storage)
    sweep(session, storage, now=now)
    find_again(session, photo)
    assert sweep(session, storage, now=now + 400 * DAY) == SweepResult(brought_back=2)
    assert (files(storage), away(storage)) == (set(photo.keys), set())


def test_a_database_that_knows_none_of_the_files_takes_none(session: Session, cast: Cast, storage: DiskStorage) -> None:
    photos = evidence(session, storage, cast, range(3))
    lose(session, *photos)
    before = files(storage)
    for at in (later(storage), later(storage) + 400 * DAY):
        with pytest.raises(DomainError, match="6 个照片文件中有 6 个在数据库里没有记录，一个也没有清理"):
            sweep(session, storage, now=at)
    assert (files(storage), away(storage)) == (before, set())
    assert sweep(session, storage, now=later(storage), however_many=True).put_away == 6


def test_while_too_much_is_unknown_nothing_in_quarantine_goes_and_what_is_known_comes_back(
    session: Session, cast: Cast, storage: DiskStorage
) -> None:
    photos = evidence(session, storage, cast, range(5))
    lose(session, *photos[:2])
    now = later(storage)
    sweep(session, storage, now=now)
    lose(session, *photos[2:])
    find_again(session, photos[0])
    with pytest.raises(DomainError, match="too_many_unknown"):
        sweep(session, storage, now=now + 31 * DAY)
    assert away(storage) == set(photos[1].keys)
    assert len(files(storage)) == 8


def test_what_was_erased_goes_for_good_wherever_a_crash_left_it(
    session: Session, cast: Cast, storage: DiskStorage
) -> None:
    here, there = evidence(session, storage, cast, range(2))
    for key in there.keys:
        storage.put_away(key, now=NOW)
    here.erased_at = there.erased_at = NOW
    session.commit()
    assert sweep(session, storage, now=later(storage)).deleted == 4
    assert not files(storage) | away(storage)


def test_erasing_a_photo_takes_its_file_out_of_quarantine_too(
    session: Session, cast: Cast, storage: DiskStorage
) -> None:
    (photo,) = evidence(session, storage, cast, range(1))
    storage.put_away(photo.keys[0], now=NOW)
    service.erase(session, storage, photo, now=NOW)
    session.commit()
    assert not files(storage) | away(storage)


def test_photos_nobody_used_go_for_good_after_two_days(session: Session, cast: Cast, storage: DiskStorage) -> None:
    (used,) = evidence(session, storage, cast, range(1))
    waiting(session, storage, cast, 1)
    session.commit()
    assert purge_unattached(session, storage, for_good=True, now=NOW + 2 * DAY) == 0
    assert purge_unattached(session, storage, for_good=True, now=NOW + 2 * DAY + SECOND) == 1
    session.commit()
    assert (files(storage), away(storage)) == (set(used.keys), set())
    assert session.scalars(select(Photo)).all() == [used]


def test_where_the_rows_may_be_old_photos_nobody_used_go_to_quarantine(
    engine: Engine, session: Session, settings: Settings, cast: Cast, storage: DiskStorage
) -> None:
    photo = waiting(session, storage, cast, 1)
    session.commit()
    ran(engine, NOW - 5 * DAY, name=PURGE.name)
    jobs.purge_photos(engine, settings, NOW + 3 * DAY, NOW)
    assert session.scalars(select(Photo).execution_options(populate_existing=True)).all() == []
    assert (files(storage), away(storage)) == (set(), set(photo.keys))


def test_where_the_sweep_ran_yesterday_photos_nobody_used_go_as_promised(
    engine: Engine, session: Session, settings: Settings, cast: Cast, storage: DiskStorage
) -> None:
    waiting(session, storage, cast, 1)
    session.commit()
    ran(engine, NOW + 2 * DAY, name=PURGE.name)
    jobs.purge_photos(engine, settings, NOW + 3 * DAY, NOW)
    assert not files(storage) | away(storage)


@pytest.mark.parametrize("for_good", [True, False])
def test_a_purge_that_is_rolled_back_loses_nothing(
    session: Session, cast: Cast, storage: DiskStorage, for_good: bool
) -> None:
    photo = waiting(session, storage, cast, 1)
    session.commit()
    purge_unattached(session, storage, for_good=for_good, now=NOW + 3 * DAY)
    session.rollback()
    assert away(storage) == set(photo.keys)
    assert sweep(session, storage, now=NOW + 3 * DAY).brought_back == 2
    assert files(storage) == set(photo.keys)


def test_two_sweeps_and_a_reader_at_once_lose_nothing(engine: Engine, cast: Cast, storage: DiskStorage) -> None:
    with Session(engine, expire_on_commit=False) as session:
        kept, gone = evidence(session, storage, cast, range(2))
        lose(session, gone)
        for key in kept.keys:
            storage.put_away(key, now=NOW)
    now = later(storage)

    def sweeping() -> object:
        with Session(engine) as session:
            return sweep(session, storage, now=now)

    def reading() -> object:
        with Session(engine) as session:
            return queries.read(session, storage, public_id=kept.public_id, variant=Variant.full)

    at_once(sweeping, reading, sweeping, reading)
    assert (files(storage), away(storage)) == (set(kept.keys), set(gone.keys))


def test_the_job_fails_with_the_reason_and_takes_nothing(
    engine: Engine, session: Session, settings: Settings, cast: Cast, storage: DiskStorage
) -> None:
    lose(session, *evidence(session, storage, cast, range(3)))
    for key in files(storage):
        os.utime(settings.photo_dir / key, (0, 0))
    assert runs.run_by_hand(engine, settings, PURGE, None) is None
    (run,) = stored(engine, PURGE.name)
    assert run.error is not None
    assert run.error.startswith("6 个照片文件中有 6 个在数据库里没有记录")
    assert len(files(storage)) == 6
