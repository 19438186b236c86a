"""Photos of a meeting: in order, the writer's own, used in one place only."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from server.photos import queries, service
from server.photos.models import Photo
from server.photos.processing import process_trusted
from server.photos.storage import DiskStorage
from server.photos.upkeep import purge_unattached
from tests.cast import NOW, Cast, Person
from tests.claiming import submitted
from tests.meeting import make_meeting
from tests.pictures import jpeg
from tests.refusing import refused

Upload = Callable[[Person, int], int]


@pytest.fixture
def storage(tmp_path: Path) -> DiskStorage:
    return DiskStorage(tmp_path / "photos")


@pytest.fixture
def upload(session: Session, storage: DiskStorage) -> Upload:
    """Return `upload(person, seed)`: he uploads a picture for himself; the answer is its id."""

    def upload(person: Person, seed: int) -> int:
        photo, _ = service.upload(
            session,
            storage,
            member_id=person.member_id,
            original=jpeg(seed),
            uploaded_by=person.account_id,
            now=NOW,
            decode=process_trusted,
        )
        return photo.id

    return upload


@pytest.fixture
def meeting_id(session: Session, cast: Cast) -> int:
    return make_meeting(session, cast).id


def attach(session: Session, meeting_id: int, person: Person, photo_ids: Sequence[int]) -> list[int]:
    """Attach, and return what the meeting shows then."""
    service.attach_to_meeting(
        session,
        meeting_id=meeting_id,
        member_id=person.member_id,
        photo_ids=photo_ids,
        uploaded_by=person.account_id,
    )
    return [photo.id for photo in queries.photos_of_meeting(session, meeting_id)]


def test_they_come_in_the_order_chosen_and_go_back_to_waiting(
    session: Session, cast: Cast, meeting_id: int, upload: Upload
) -> None:
    first, second = upload(cast.li_wei, 1), upload(cast.li_wei, 2)
    assert attach(session, meeting_id, cast.li_wei, [second, first]) == [second, first]
    assert attach(session, meeting_id, cast.wang_fang, [first, second]) == [first, second]
    assert attach(session, meeting_id, cast.wang_fang, [second]) == [second]
    waiting = queries.waiting_photos(session, member_id=cast.li_wei.member_id)
    assert [photo.id for photo in waiting] == [first]


def test_a_photo_is_used_in_one_place(session: Session, cast: Cast, meeting_id: int, upload: Upload) -> None:
    shown = upload(cast.li_wei, 1)
    attach(session, meeting_id, cast.li_wei, [shown])
    other = make_meeting(session, cast).id
    refused("photo_unavailable", lambda: attach(session, other, cast.li_wei, [shown]))
    claim = submitted(session, cast.li_wei)
    member_id = cast.li_wei.member_id
    refused(
        "photo_unavailable",
        lambda: service.attach(session, claim_id=claim.id, member_id=member_id, photo_ids=[shown]),
    )
    evidence = upload(cast.li_wei, 2)
    service.attach(session, claim_id=claim.id, member_id=member_id, photo_ids=[evidence])
    refused("photo_unavailable", lambda: attach(session, meeting_id, cast.li_wei, [evidence]))


def test_nobody_shows_what_another_keeps_in_store(
    session: Session, cast: Cast, meeting_id: int, upload: Upload
) -> None:
    hers = upload(cast.zhang_min, 1)
    refused("photo_unavailable", lambda: attach(session, meeting_id, cast.li_wei, [hers]))
    refused("photo_unavailable", lambda: attach(session, meeting_id, cast.li_wei, [10**9]))


def test_one_picture_is_shown_once_and_nine_are_enough(
    session: Session, cast: Cast, meeting_id: int, upload: Upload
) -> None:
    his, hers = upload(cast.li_wei, 1), upload(cast.wang_fang, 1)
    attach(session, meeting_id, cast.wang_fang, [hers])
    refused("photo_repeated", lambda: attach(session, meeting_id, cast.li_wei, [his, hers]))
    refused("photo_repeated", lambda: attach(session, meeting_id, cast.li_wei, [his, his]))
    refused("photo_too_many", lambda: attach(session, meeting_id, cast.li_wei, range(1, 11)))


def test_what_a_meeting_shows_is_not_purged(
    session: Session, storage: DiskStorage, cast: Cast, meeting_id: int, upload: Upload
) -> None:
    shown, waiting = upload(cast.li_wei, 1), upload(cast.li_wei, 2)
    attach(session, meeting_id, cast.li_wei, [shown])
    assert purge_unattached(session, storage, for_good=True, now=NOW + timedelta(days=3)) == 1
    assert (session.get(Photo, shown) is None, session.get(Photo, waiting) is None) == (False, True)
