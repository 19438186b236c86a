"""Photos over HTTP: upload, look, discard, and the signed links."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from server.audit.models import AuditLine
from server.claims.models import Claim
from server.claims.rules import ClaimStatus
from server.config import Settings
from server.photos import processing, service
from server.photos.models import Photo
from server.photos.storage import storage_of
from tests.api.answers import body, refusal
from tests.cast import NOW, Cast, Person
from tests.conftest import Call
from tests.pictures import MAKER, encoded, exif, jpeg, opened, png_bomb, scene

Upload = Callable[..., TestResponse]


@pytest.fixture
def upload(call: Call, cast: Cast) -> Upload:
    """Return `upload(person, content)`: posts a photo for himself, or for `member`."""

    def upload(
        person: Person | None,
        content: bytes,
        *,
        member: Person | None = None,
        name: str = "照片.jpg",
        kind: str = "image/jpeg",
    ) -> TestResponse:
        target = member or person or cast.zhang_min
        form = {"photo": (BytesIO(content), name, kind)}
        response: TestResponse = call(person, "POST", f"/members/{target.member_id}/photos", data=form)
        return response

    return upload


def attach(engine: Engine, cast: Cast, person: Person, photo_id: int) -> None:
    """Make the photo evidence of a claim."""
    with Session(engine) as session:
        claim = Claim(
            root_id=cast.root,
            member_id=person.member_id,
            organization_id=cast.branch,
            title="志愿服务",
            description="",
            status=ClaimStatus.submitted,
            entered_by=person.account_id,
            created_at=NOW,
        )
        session.add(claim)
        session.flush()
        service.attach(session, claim_id=claim.id, member_id=person.member_id, photo_ids=[photo_id])
        session.commit()


def test_a_member_uploads_a_photo_and_looks_at_it(call: Call, cast: Cast, upload: Upload) -> None:
    response = upload(cast.zhang_min, encoded(scene(), exif=exif().tobytes()), name="🎉志愿服务𬭎.jpg")
    assert response.status_code == 201
    photo = body(response)
    assert (photo["width"], photo["height"], photo["claim_id"]) == (640, 480, None)
    assert photo["uploaded_at"].endswith("+08:00")
    full = call(None, "GET", photo["url"])
    assert full.status_code == 200
    assert opened(full.data).size == (640, 480)
    assert MAKER.encode() not in full.data
    assert opened(call(None, "GET", photo["thumb_url"]).data).size == (480, 360)


@pytest.mark.parametrize(("kind", "mime"), [("HEIF", "image/heic"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_what_a_phone_sends_is_taken_whatever_it_is_called(cast: Cast, upload: Upload, kind: str, mime: str) -> None:
    assert upload(cast.zhang_min, encoded(scene(), kind), name="x.exe", kind=mime).status_code == 201
    assert upload(cast.wang_fang, encoded(scene(), kind), name="", kind="text/html").status_code in (201, 422)


def test_an_upload_sent_twice_is_one_photo(call: Call, cast: Cast, upload: Upload) -> None:
    first, second = upload(cast.zhang_min, jpeg()), upload(cast.zhang_min, jpeg())
    assert (first.status_code, second.status_code) == (201, 200)
    assert body(first)["id"] == body(second)["id"]
    listed = body(call(cast.zhang_min, "GET", f"/members/{cast.zhang_min.member_id}/photos"))
    assert [item["id"] for item in listed["items"]] == [body(first)["id"]]


@pytest.mark.parametrize(
    ("expected", "content"),
    [
        ((422, "photo_unreadable"), b""),
        ((422, "photo_type"), b"MZ\x90\x00" + bytes(1000)),
        ((422, "photo_type"), b"%PDF-1.7\n" + bytes(1000)),
        ((422, "photo_type"), b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ((422, "photo_unreadable"), jpeg()[:500]),
        ((422, "photo_too_many_pixels"), png_bomb(50_000)),
        ((413, "photo_too_large"), b"\xff\xd8\xff" + bytes(11 * 1024 * 1024)),
        ((413, "photo_too_large"), b"\xff\xd8\xff" + bytes(20 * 1024 * 1024)),
    ],
    ids=["empty", "exe", "pdf", "svg", "truncated", "bomb", "11 MB", "20 MB"],
)
def test_what_is_no_usable_photo_is_refused_in_words(
    cast: Cast, upload: Upload, settings: Settings, expected: tuple[int, str], content: bytes
) -> None:
    response = upload(cast.zhang_min, content)
    assert refusal(response) == expected
    assert not list(settings.photo_dir.glob("*/*"))


@pytest.mark.parametrize(
    "make",
    [
        lambda: {"data": {}},
        lambda: {"data": {"photo": "text, not a file"}},
        lambda: {"data": {"picture": (BytesIO(jpeg()), "a.jpg")}},
        lambda: {"data": {"photo": (BytesIO(jpeg()), "a.jpg"), "claim_id": "1"}},
        lambda: {"json": {"photo": "x"}},
        lambda: {"data": b"\0\xff no multipart", "content_type": "multipart/form-data; boundary=x"},
        lambda: {"data": b"raw", "content_type": "image/jpeg"},
    ],
    ids=["nothing", "text", "other name", "more fields", "json", "broken multipart", "raw"],
)
def test_a_form_that_does_not_fit_is_refused(call: Call, cast: Cast, make: Callable[[], dict[str, Any]]) -> None:
    response = call(cast.zhang_min, "POST", f"/members/{cast.zhang_min.member_id}/photos", **make())
    assert response.status_code in (400, 422)


def test_one_photo_at_a_time(call: Call, cast: Cast) -> None:
    form = {"photo": [(BytesIO(jpeg(1)), "a.jpg"), (BytesIO(jpeg(2)), "b.jpg")]}
    response = call(cast.zhang_min, "POST", f"/members/{cast.zhang_min.member_id}/photos", data=form)
    assert refusal(response)[1] == "photo_one_at_a_time"


def test_who_may_upload_for_whom(cast: Cast, upload: Upload) -> None:
    assert upload(cast.li_wei, jpeg(), member=cast.zhang_min).status_code == 201
    assert upload(cast.zhang_min, jpeg(), member=cast.wang_fang).status_code == 404
    assert upload(cast.zhao_qiang, jpeg(), member=cast.zhang_min).status_code == 404
    assert upload(cast.administrator, jpeg(), member=cast.zhang_min).status_code == 403
    assert upload(cast.stranger, jpeg(), member=cast.zhang_min).status_code == 403
    assert upload(None, jpeg(), member=cast.zhang_min).status_code == 401


def test_a_waiting_photo_is_its_members_and_uploaders_alone(call: Call, cast: Cast, upload: Upload) -> None:
    own = body(upload(cast.zhang_min, jpeg(1)))["id"]
    entered = body(upload(cast.li_wei, jpeg(2), member=cast.zhang_min))["id"]
    path = f"/members/{cast.zhang_min.member_id}/photos"

    def listed(person: Person) -> list[int]:
        return [item["id"] for item in body(call(person, "GET", path))["items"]]

    assert listed(cast.zhang_min) == [own, entered]
    assert listed(cast.li_wei) == [entered]
    assert listed(cast.wang_fang) == []
    assert call(cast.li_wei, "GET", f"/photos/{own}").status_code == 404
    assert call(cast.li_wei, "DELETE", f"/photos/{own}").status_code == 404
    assert call(cast.li_wei, "GET", f"/photos/{entered}").status_code == 200


def test_evidence_is_seen_by_reviewers_and_their_look_is_noted(
    call: Call, cast: Cast, upload: Upload, engine: Engine
) -> None:
    photo_id = body(upload(cast.zhang_min, jpeg()))["id"]
    attach(engine, cast, cast.zhang_min, photo_id)
    assert call(cast.zhang_min, "GET", f"/photos/{photo_id}").status_code == 200
    seen = body(call(cast.li_wei, "GET", f"/photos/{photo_id}"))
    assert call(None, "GET", seen["url"]).status_code == 200
    for person in (cast.zhao_qiang, cast.wu_gang, cast.zhou_yu):
        assert call(person, "GET", f"/photos/{photo_id}").status_code == 404
    assert call(cast.administrator, "GET", f"/photos/{photo_id}").status_code == 403
    with Session(engine) as session:
        looks = session.scalars(select(AuditLine).where(AuditLine.subject_kind == "photo")).all()
    assert [(look.actor_id, look.subject_id) for look in looks] == [(cast.li_wei.account_id, photo_id)]


def test_a_waiting_photo_can_be_deleted_and_evidence_cannot(
    call: Call, cast: Cast, upload: Upload, engine: Engine, settings: Settings
) -> None:
    waiting, used = body(upload(cast.zhang_min, jpeg(1))), body(upload(cast.zhang_min, jpeg(2)))
    attach(engine, cast, cast.zhang_min, used["id"])
    assert call(cast.zhang_min, "DELETE", f"/photos/{waiting['id']}").status_code == 204
    assert call(cast.zhang_min, "DELETE", f"/photos/{waiting['id']}").status_code == 404
    assert call(None, "GET", waiting["url"]).status_code == 404
    refused = call(cast.zhang_min, "DELETE", f"/photos/{used['id']}")
    assert refusal(refused) == (409, "photo_attached")
    assert len(list(settings.photo_dir.glob("*/*"))) == 2


def test_a_link_opens_for_five_minutes_and_not_longer(call: Call, cast: Cast, upload: Upload) -> None:
    url = body(upload(cast.zhang_min, jpeg()))["url"]
    expires = int(parse_qs(urlsplit(url).query)["expires"][0])
    assert expires - NOW.timestamp() <= 300 + 60
    with time_machine.travel(expires - 1, tick=False):
        assert call(None, "GET", url).status_code == 200
    with time_machine.travel(expires, tick=False):
        response = call(None, "GET", url)
    assert refusal(response) == (403, "link_expired")


def test_a_link_changed_in_any_part_opens_nothing(call: Call, cast: Cast, upload: Upload) -> None:
    one, other = body(upload(cast.zhang_min, jpeg(1)))["url"], body(upload(cast.zhang_min, jpeg(2)))["url"]
    path, _, query = one.partition("?")
    expires, signature = (parse_qs(query)[name][0] for name in ("expires", "signature"))
    tampered = [
        one.replace("/full?", "/thumb?"),
        f"{other.partition('?')[0]}?{query}",
        f"{path}?expires={int(expires) + 1}&signature={signature}",
        f"{path}?expires={expires}&signature={signature[:-1]}{'0' if signature[-1] != '0' else '1'}",
        f"{path}?expires={expires}&signature={signature.upper()}",
        f"{path}?expires=9999999999&signature={signature}",
    ]
    for url in tampered:
        response = call(None, "GET", url)
        assert refusal(response) == (403, "link_expired"), url
    assert refusal(call(None, "GET", f"{path}?expires={expires}&signature=签名")) == (422, "invalid_input")


@pytest.mark.parametrize(
    "rest",
    [
        "../../secret_key",
        "..%2f..%2fsecret_key",
        "full/../../../secret_key",
        "%2e%2e/%2e%2e/secret_key",
        "original",
        "full%00",
        "full.jpg",
    ],
)
def test_no_other_file_can_be_reached(call: Call, cast: Cast, upload: Upload, rest: str) -> None:
    url = body(upload(cast.zhang_min, jpeg()))["url"]
    head, _, query = url.partition("/full?")
    response = call(None, "GET", f"{head}/{rest}?{query}")
    assert response.status_code in (403, 404, 422)


@pytest.mark.parametrize(
    "query", ["", "?expires=1", "?signature=a", "?expires=x&signature=a", f"?expires={2**63}&signature=a"]
)
def test_a_link_without_its_parts_is_no_link(call: Call, query: str) -> None:
    assert call(None, "GET", f"/photo-files/{'0' * 32}/full{query}").status_code == 422


def test_a_file_is_served_so_that_no_browser_runs_or_shares_it(call: Call, cast: Cast, upload: Upload) -> None:
    headers = call(None, "GET", body(upload(cast.zhang_min, jpeg()))["url"]).headers
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Content-Disposition"].startswith("inline")
    private, age = headers["Cache-Control"].split(", ")[:2]
    assert private == "private"
    assert int(age.removeprefix("max-age=")) <= 300


def test_no_transaction_is_open_while_the_child_decodes(
    cast: Cast, upload: Upload, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_connections: list[int] = []
    decode = processing.process

    def watched(original: bytes) -> processing.CleanPhoto:
        open_connections.append(engine.pool.checkedout())  # type: ignore[attr-defined]
        return decode(original)

    monkeypatch.setattr(processing, "process", watched)
    assert upload(cast.zhang_min, jpeg()).status_code == 201
    assert open_connections == [0]


def test_an_upload_survives_a_refused_commit(cast: Cast, upload: Upload, engine: Engine, settings: Settings) -> None:
    refused: list[bool] = []

    def refuse_once(session: Session) -> None:
        if not refused and not session.in_nested_transaction() and any(settings.photo_dir.glob("*/*")):
            refused.append(True)
            raise OperationalError("COMMIT", {}, sqlite3.OperationalError("database is locked"))

    event.listen(Session, "before_commit", refuse_once)
    try:
        response = upload(cast.zhang_min, jpeg())
    finally:
        event.remove(Session, "before_commit", refuse_once)
    assert refused
    assert response.status_code == 201
    with Session(engine) as session:
        photos = session.scalars(select(Photo)).all()
    assert len(photos) == 1
    assert {str(path.relative_to(settings.photo_dir)) for path in settings.photo_dir.glob("*/*")} >= set(photos[0].keys)


def test_a_photo_once_erased_is_still_named_but_shown_no_more(
    call: Call, cast: Cast, upload: Upload, engine: Engine, settings: Settings
) -> None:
    before = body(upload(cast.zhang_min, jpeg()))
    attach(engine, cast, cast.zhang_min, before["id"])
    with Session(engine) as session:
        photo = session.get(Photo, before["id"])
        assert photo
        service.erase(session, storage_of(settings), photo, now=NOW + timedelta(days=1))
        session.commit()
    after = body(call(cast.zhang_min, "GET", f"/photos/{before['id']}"))
    assert (after["url"], after["thumb_url"]) == (None, None)
    assert call(None, "GET", before["url"]).status_code == 404
    assert list(Path(settings.photo_dir).glob("*/*")) == []
