"""Photos kept, attached, found again, let go of."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, TypeVar

import pytest
from PIL import Image
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.claims.models import Claim
from server.claims.rules import ClaimStatus
from server.errors import DomainError
from server.organizations.models import Membership
from server.photos import queries, service
from server.photos.duplicates import matches_of_claim
from server.photos.models import Photo
from server.photos.processing import process_trusted
from server.photos.rules import MAX_UNATTACHED, MatchKind, Variant
from server.photos.storage import DiskStorage
from tests.at_once import at_once, race
from tests.cast import NOW, Cast, Person
from tests.pictures import encoded, jpeg, opened, scene

T = TypeVar("T")


@pytest.fixture
def storage(tmp_path: Path) -> DiskStorage:
    return DiskStorage(tmp_path / "photos")


def files(storage: DiskStorage) -> set[str]:
    return {key for key, _ in storage.stored()}


def upload(
    session: Session, storage: DiskStorage, person: Person, original: bytes, uploader: Person | None = None
) -> Photo:
    photo, _ = service.upload(
        session,
        storage,
        member_id=person.member_id,
        original=original,
        uploaded_by=(uploader or person).account_id,
        now=NOW,
        decode=process_trusted,
    )
    return photo


def make_claim(session: Session, cast: Cast, person: Person) -> int:
    claim = Claim(
        root_id=cast.root,
        member_id=person.member_id,
        organization_id=person.actor.organization_ids[-1],
        title="志愿服务",
        description="",
        status=ClaimStatus.draft,
        entered_by=person.account_id,
        created_at=NOW,
    )
    session.add(claim)
    session.flush()
    return claim.id


def attached(session: Session, storage: DiskStorage, cast: Cast, person: Person, original: bytes) -> tuple[int, Photo]:
    claim_id, photo = make_claim(session, cast, person), upload(session, storage, person, original)
    service.attach(session, claim_id=claim_id, member_id=person.member_id, photo_ids=[photo.id])
    return claim_id, photo


def refusal(
    session: Session, claim_id: int, person: Person, photo_ids: list[int], uploaded_by: int | None = None
) -> str:
    with pytest.raises(DomainError) as raised:
        service.attach(
            session, claim_id=claim_id, member_id=person.member_id, photo_ids=photo_ids, uploaded_by=uploaded_by
        )
    return raised.value.code


def test_a_photo_is_kept_under_its_content_with_its_thumbnail(
    session: Session, cast: Cast, storage: DiskStorage
) -> None:
    photo = upload(session, storage, cast.zhang_min, jpeg())
    assert files(storage) == set(photo.keys)
    assert (photo.organization_id, photo.root_id, photo.created_at) == (cast.branch, cast.root, NOW)
    with storage.open(photo.key(Variant.full)) as file:
        assert opened(file.read()).size == (photo.width, photo.height)
    with storage.open(photo.key(Variant.thumb)) as file:
        assert opened(file.read()).size == (480, 360)


def test_the_same_file_again_is_the_same_photo(session: Session, cast: Cast, storage: DiskStorage) -> None:
    first = upload(session, storage, cast.zhang_min, jpeg())
    assert upload(session, storage, cast.zhang_min, jpeg()) is first
    assert len(files(storage)) == 2
    assert upload(session, storage, cast.wang_fang, jpeg()).id != first.id


def test_a_file_used_in_a_claim_may_be_uploaded_again(session: Session, cast: Cast, storage: DiskStorage) -> None:
    _, used = attached(session, storage, cast, cast.zhang_min, jpeg())
    assert upload(session, storage, cast.zhang_min, jpeg()).id != used.id


def test_someone_without_a_branch_cannot_upload(session: Session, cast: Cast, storage: DiskStorage) -> None:
    membership = session.scalar(select(Membership).where(Membership.member_id == cast.zhang_min.member_id))
    assert membership
    membership.until_date = date(2026, 6, 1)
    with pytest.raises(DomainError, match="no_membership"):
        upload(session, storage, cast.zhang_min, jpeg())
    assert not files(storage)


def test_thirty_photos_may_wait_and_no_more(session: Session, cast: Cast, storage: DiskStorage) -> None:
    for seed in range(MAX_UNATTACHED):
        upload(session, storage, cast.zhang_min, encoded(scene(seed, (8, 8))))
    with pytest.raises(DomainError, match="photo_too_many_waiting"):
        upload(session, storage, cast.zhang_min, jpeg(99))
    assert upload(session, storage, cast.zhang_min, encoded(scene(0, (8, 8)))).id


def test_two_uploads_of_one_file_at_once_make_one_photo(engine: Engine, cast: Cast, storage: DiskStorage) -> None:
    picture = process_trusted(jpeg())

    def keep() -> tuple[int, bool]:
        with Session(engine, expire_on_commit=False) as session:
            photo, new = service.keep(
                session,
                storage,
                member_id=cast.zhang_min.member_id,
                picture=picture,
                uploaded_by=cast.zhang_min.account_id,
                now=NOW,
            )
            session.commit()
            return photo.id, new

    outcomes = at_once(*[keep] * 4)
    assert len({photo_id for photo_id, _ in outcomes}) == 1
    assert sorted(new for _, new in outcomes) == [False, False, False, True]
    assert len(files(storage)) == 2


def test_a_full_disk_is_told_and_leaves_no_row(session: Session, cast: Cast) -> None:
    class FullDisk:
        def put(self, key: str, content: bytes) -> None:
            raise OSError(28, "No space left on device")

        def open(self, key: str) -> BinaryIO:
            return BytesIO()

        def delete(self, key: str) -> None: ...

        def stored(self) -> Iterator[tuple[str, object]]:
            return iter(())

    with pytest.raises(DomainError, match="photo_storage_unavailable") as raised:
        service.keep(
            session,
            FullDisk(),  # type: ignore[arg-type]
            member_id=cast.zhang_min.member_id,
            picture=process_trusted(jpeg()),
            uploaded_by=cast.zhang_min.account_id,
            now=NOW,
        )
    assert raised.value.status == 503
    assert session.scalar(select(func.count()).select_from(Photo)) == 0


def test_attached_photos_keep_the_order_given(session: Session, cast: Cast, storage: DiskStorage) -> None:
    claim_id = make_claim(session, cast, cast.zhang_min)
    one, two, three = (upload(session, storage, cast.zhang_min, jpeg(seed)) for seed in range(3))
    service.attach(session, claim_id=claim_id, member_id=cast.zhang_min.member_id, photo_ids=[two.id, three.id, one.id])
    assert queries.photos_of_claim(session, claim_id) == [two, three, one]
    assert queries.waiting_photos(session, member_id=cast.zhang_min.member_id) == []


def test_attaching_again_replaces_and_what_is_left_out_waits(
    session: Session, cast: Cast, storage: DiskStorage
) -> None:
    claim_id = make_claim(session, cast, cast.zhang_min)
    one, two, three = (upload(session, storage, cast.zhang_min, jpeg(seed)) for seed in range(3))
    member_id = cast.zhang_min.member_id
    for _ in range(2):
        service.attach(session, claim_id=claim_id, member_id=member_id, photo_ids=[one.id, two.id])
        service.attach(session, claim_id=claim_id, member_id=member_id, photo_ids=[three.id, one.id])
        assert queries.photos_of_claim(session, claim_id) == [three, one]
        assert queries.waiting_photos(session, member_id=member_id) == [two]
    service.attach(session, claim_id=claim_id, member_id=member_id, photo_ids=[])
    assert queries.photos_of_claim(session, claim_id) == []


def test_a_photo_can_give_way_to_its_own_second_upload(session: Session, cast: Cast, storage: DiskStorage) -> None:
    claim_id, first = attached(session, storage, cast, cast.zhang_min, jpeg())
    second = upload(session, storage, cast.zhang_min, jpeg())
    member_id = cast.zhang_min.member_id
    service.attach(session, claim_id=claim_id, member_id=member_id, photo_ids=[second.id])
    assert queries.photos_of_claim(session, claim_id) == [second]
    assert queries.waiting_photos(session, member_id=member_id) == [first]
    service.attach(session, claim_id=claim_id, member_id=member_id, photo_ids=[])
    assert queries.waiting_photos(session, member_id=member_id) == [first]


def test_nine_photos_are_the_limit(session: Session, cast: Cast, storage: DiskStorage) -> None:
    claim_id = make_claim(session, cast, cast.zhang_min)
    ids = [upload(session, storage, cast.zhang_min, encoded(scene(seed, (8, 8)))).id for seed in range(10)]
    assert refusal(session, claim_id, cast.zhang_min, ids) == "photo_too_many"
    service.attach(session, claim_id=claim_id, member_id=cast.zhang_min.member_id, photo_ids=ids[:9])
    assert len(queries.photos_of_claim(session, claim_id)) == 9


def test_only_ones_own_free_photos_can_be_attached(session: Session, cast: Cast, storage: DiskStorage) -> None:
    claim_id = make_claim(session, cast, cast.zhang_min)
    own = upload(session, storage, cast.zhang_min, jpeg(1))
    others = upload(session, storage, cast.wang_fang, jpeg(2))
    _, used = attached(session, storage, cast, cast.zhang_min, jpeg(3))
    erased = upload(session, storage, cast.zhang_min, jpeg(4))
    service.erase(session, storage, erased, now=NOW)
    for photo_id in (others.id, used.id, erased.id, 10**15):
        assert refusal(session, claim_id, cast.zhang_min, [own.id, photo_id]) == "photo_unavailable"
    assert refusal(session, claim_id, cast.zhang_min, [own.id, own.id]) == "photo_repeated"
    assert queries.photos_of_claim(session, claim_id) == []


def test_the_same_picture_cannot_stand_twice_in_a_claim(session: Session, cast: Cast, storage: DiskStorage) -> None:
    claim_id, photo = attached(session, storage, cast, cast.zhang_min, jpeg())
    again = upload(session, storage, cast.zhang_min, jpeg())
    assert refusal(session, claim_id, cast.zhang_min, [photo.id, again.id]) == "photo_repeated"


def test_who_enters_a_claim_for_a_member_takes_only_what_he_uploaded(
    session: Session, cast: Cast, storage: DiskStorage
) -> None:
    claim_id = make_claim(session, cast, cast.zhang_min)
    private = upload(session, storage, cast.zhang_min, jpeg(1))
    entered = upload(session, storage, cast.zhang_min, jpeg(2), uploader=cast.li_wei)
    uploaded_by = cast.li_wei.account_id
    assert refusal(session, claim_id, cast.zhang_min, [private.id], uploaded_by) == "photo_unavailable"
    member_id = cast.zhang_min.member_id
    service.attach(session, claim_id=claim_id, member_id=member_id, photo_ids=[entered.id], uploaded_by=uploaded_by)
    assert queries.photos_of_claim(session, claim_id) == [entered]


@pytest.mark.mariadb_only
def test_two_claims_cannot_take_one_photo_at_once(engine: Engine, cast: Cast, storage: DiskStorage) -> None:
    with Session(engine, expire_on_commit=False) as session:
        photo = upload(session, storage, cast.zhang_min, jpeg())
        claims = [make_claim(session, cast, cast.zhang_min) for _ in range(2)]
        session.commit()

    def attaching(claim_id: int) -> Callable[[Session], object]:
        member_id = cast.zhang_min.member_id
        return partial(service.attach, claim_id=claim_id, member_id=member_id, photo_ids=[photo.id])

    assert race(engine, *map(attaching, claims)) == ["done", "photo_unavailable"]


def test_an_exact_copy_within_the_branch_is_found(session: Session, cast: Cast, storage: DiskStorage) -> None:
    earlier, first = attached(session, storage, cast, cast.wang_fang, jpeg())
    later, second = attached(session, storage, cast, cast.zhang_min, jpeg())
    (match,) = matches_of_claim(session, later)
    assert (match.kind, match.distance, match.earlier) == (MatchKind.exact, 0, True)
    assert (match.member_id, match.claim_id, match.uploaded_at) == (cast.wang_fang.member_id, earlier, NOW)
    assert (match.photo_id, match.other_photo_id) == (second.id, first.id)
    assert [match.earlier for match in matches_of_claim(session, earlier)] == [False]


def test_a_copy_resized_and_compressed_again_is_found_as_similar(
    session: Session, cast: Cast, storage: DiskStorage
) -> None:
    attached(session, storage, cast, cast.wang_fang, jpeg(1))
    attached(session, storage, cast, cast.wang_fang, jpeg(2))
    claim_id, _ = attached(session, storage, cast, cast.zhang_min, encoded(scene(1).resize((400, 300)), quality=50))
    (match,) = matches_of_claim(session, claim_id)
    assert match.kind is MatchKind.similar
    assert match.distance <= 8


def test_other_branches_are_not_searched_but_the_members_own_past_is(
    session: Session, cast: Cast, storage: DiskStorage
) -> None:
    attached(session, storage, cast, cast.zhao_qiang, jpeg())
    past, photo = attached(session, storage, cast, cast.zhang_min, jpeg())
    photo.organization_id = cast.foreign_branch
    claim_id, _ = attached(session, storage, cast, cast.zhang_min, jpeg())
    assert [match.claim_id for match in matches_of_claim(session, claim_id)] == [past]


def test_even_pictures_match_only_exactly(session: Session, cast: Cast, storage: DiskStorage) -> None:
    white, whiter = (encoded(Image.new("RGB", (640, 480), (level,) * 3)) for level in (250, 255))
    attached(session, storage, cast, cast.wang_fang, white)
    claim_id, _ = attached(session, storage, cast, cast.zhang_min, whiter)
    assert matches_of_claim(session, claim_id) == []
    same, _ = attached(session, storage, cast, cast.zhang_min, white)
    assert [match.kind for match in matches_of_claim(session, same)] == [MatchKind.exact]


def test_an_unattached_photo_is_no_evidence_and_warns_nobody(
    session: Session, cast: Cast, storage: DiskStorage
) -> None:
    upload(session, storage, cast.wang_fang, jpeg())
    claim_id, _ = attached(session, storage, cast, cast.zhang_min, jpeg())
    assert matches_of_claim(session, claim_id) == []


def test_erasing_removes_the_files_after_the_commit_and_keeps_the_evidence(
    session: Session, cast: Cast, storage: DiskStorage
) -> None:
    claim_id, photo = attached(session, storage, cast, cast.zhang_min, jpeg())
    before = queries.evidence_hash(queries.photos_of_claim(session, claim_id))
    service.erase(session, storage, photo, now=NOW)
    assert len(files(storage)) == 2
    session.commit()
    assert not files(storage)
    assert before
    assert queries.evidence_hash(queries.photos_of_claim(session, claim_id)) == before
    with pytest.raises(DomainError, match="not_found"):
        queries.read(session, storage, public_id=photo.public_id, variant=Variant.full)
    again, _ = attached(session, storage, cast, cast.wang_fang, jpeg())
    assert [match.claim_id for match in matches_of_claim(session, again)] == [claim_id]


def test_erasing_one_of_two_equal_photos_leaves_the_other(session: Session, cast: Cast, storage: DiskStorage) -> None:
    _, mine = attached(session, storage, cast, cast.zhang_min, jpeg())
    _, hers = attached(session, storage, cast, cast.wang_fang, jpeg())
    service.erase(session, storage, mine, now=NOW)
    session.commit()
    assert files(storage) == set(hers.keys)


def test_a_rolled_back_erasure_deletes_nothing(session: Session, cast: Cast, storage: DiskStorage) -> None:
    _, photo = attached(session, storage, cast, cast.zhang_min, jpeg())
    session.commit()
    service.erase(session, storage, photo, now=NOW)
    session.rollback()
    session.commit()
    assert len(files(storage)) == 2


def test_a_savepoint_within_the_transaction_deletes_nothing_yet(
    session: Session, cast: Cast, storage: DiskStorage
) -> None:
    _, photo = attached(session, storage, cast, cast.zhang_min, jpeg())
    service.erase(session, storage, photo, now=NOW)
    with session.begin_nested():
        pass
    assert len(files(storage)) == 2


def test_a_lost_file_is_answered_as_not_found(session: Session, cast: Cast, storage: DiskStorage) -> None:
    photo = upload(session, storage, cast.zhang_min, jpeg())
    storage.delete(photo.key(Variant.thumb))
    with pytest.raises(DomainError, match="not_found"):
        queries.read(session, storage, public_id=photo.public_id, variant=Variant.thumb)


@pytest.mark.parametrize("key", ["../../etc/passwd", "ab/x.jpg", "/etc/passwd", "ab/" + "0" * 62 + ".jpg", ""])
def test_the_storage_takes_no_other_names(storage: DiskStorage, key: str) -> None:
    with pytest.raises(ValueError, match="not a file's key"):
        storage.open(key)
    with pytest.raises(ValueError, match="not a file's key"):
        storage.put(key, b"x")
