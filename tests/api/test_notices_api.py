"""Notices over HTTP."""

from io import BytesIO
from typing import Any

from tests.api.answers import refusal
from tests.cast import Cast
from tests.conftest import Call

WORDS = {"title": "七一党员大会的通知", "body": "6 月 30 日下午三点，明德楼 305。"}


def drafted(call: Call, cast: Cast) -> dict[str, Any]:
    answer = call(cast.li_wei, "POST", f"/organizations/{cast.branch}/notices", json=WORDS)
    assert answer.status_code == 201
    notice: dict[str, Any] = answer.json
    return notice


def test_from_draft_to_receipt(call: Call, cast: Cast) -> None:
    notice = drafted(call, cast)
    path, inbox = f"/notices/{notice['id']}", f"/members/{cast.zhang_min.member_id}/notices"
    assert call(cast.zhang_min, "GET", path).status_code == 404
    assert call(cast.li_wei, "GET", path).json["status"] == "draft"
    assert call(cast.li_wei, "POST", f"{path}/publish").json["status"] == "published"
    (mine,) = call(cast.zhang_min, "GET", inbox).json["items"]
    assert (mine["notice"]["title"], mine["read_at"]) == (WORDS["title"], None)
    assert call(cast.zhang_min, "POST", f"{inbox}/{notice['id']}/read").status_code == 204
    assert call(cast.zhang_min, "GET", f"{inbox}?unread_only=true").json["items"] == []
    reading = call(cast.li_wei, "GET", f"{path}/reading").json
    assert (reading["people"], reading["read"]) == (4, 1)
    unread = call(cast.li_wei, "GET", f"{path}/readers?has_read=false").json["items"]
    assert {row["name"] for row in unread} == {"王芳", "李伟", "孙丽"}


def test_an_officer_tells_one_without_a_phone_and_reminds_the_rest(call: Call, cast: Cast) -> None:
    path = f"/notices/{drafted(call, cast)['id']}"
    call(cast.li_wei, "POST", f"{path}/publish")
    assert call(cast.li_wei, "POST", f"{path}/readers/{cast.zhang_min.member_id}/told").status_code == 204
    (told,) = call(cast.li_wei, "GET", f"{path}/readers?has_read=true").json["items"]
    assert (told["name"], told["told"]) == ("张敏", True)
    assert call(cast.li_wei, "POST", f"{path}/remind").json == {"waiting": 3}
    again = call(cast.li_wei, "POST", f"{path}/remind")
    assert refusal(again) == (429, "reminded_recently")


def test_the_list_of_readers_goes_on_page_by_page(call: Call, cast: Cast) -> None:
    path = f"/notices/{drafted(call, cast)['id']}"
    call(cast.li_wei, "POST", f"{path}/publish")
    names, cursor = [], ""
    while cursor is not None:
        page = call(
            cast.li_wei, "GET", f"{path}/readers?limit=2&cursor={cursor}" if cursor else f"{path}/readers?limit=2"
        )
        names += [row["name"] for row in page.json["items"]]
        cursor = page.json["next_cursor"]
    assert sorted(names) == sorted(["张敏", "王芳", "李伟", "孙丽"])


def test_a_file_goes_in_and_comes_out_by_link_only(call: Call, cast: Cast) -> None:
    path = f"/notices/{drafted(call, cast)['id']}"
    content = b"%PDF-1.7 agenda"
    form = {"file": (BytesIO(content), "六月 议程.pdf")}
    added = call(cast.li_wei, "POST", f"{path}/files", data=form, content_type="multipart/form-data")
    assert added.status_code == 201
    call(cast.li_wei, "POST", f"{path}/publish")
    (file,) = call(cast.zhang_min, "GET", path).json["files"]
    downloaded = call(None, "GET", file["url"])
    assert downloaded.data == content
    assert downloaded.headers["Content-Disposition"].startswith("attachment;")
    forged = call(None, "GET", file["url"][:-1] + ("0" if file["url"][-1] != "0" else "1"))
    assert refusal(forged) == (403, "link_expired")
    refused = call(cast.li_wei, "DELETE", f"{path}/files/{file['id']}")
    assert refusal(refused) == (409, "already_published")


def test_a_file_is_taken_off_a_draft_again(call: Call, cast: Cast) -> None:
    path = f"/notices/{drafted(call, cast)['id']}"
    form = {"file": (BytesIO(b"%PDF-1.7 agenda"), "六月 议程.pdf")}
    added = call(cast.li_wei, "POST", f"{path}/files", data=form, content_type="multipart/form-data")
    assert call(cast.li_wei, "DELETE", f"{path}/files/{added.json['id']}").status_code == 204
    assert call(cast.li_wei, "GET", path).json["files"] == []


def test_a_file_sent_under_a_temporary_name_keeps_the_one_people_gave_it(call: Call, cast: Cast) -> None:
    path = f"/notices/{drafted(call, cast)['id']}/files"
    form = {"file": (BytesIO(b"%PDF-1.7 agenda"), "wxfile_31a.pdf"), "filename": "../六月 议程.pdf"}
    added = call(cast.li_wei, "POST", path, data=form, content_type="multipart/form-data")
    assert (added.status_code, added.json["name"]) == (201, "六月 议程.pdf")


def test_a_disguised_file_is_refused_with_a_clear_word(call: Call, cast: Cast) -> None:
    path = f"/notices/{drafted(call, cast)['id']}/files"
    form = {"file": (BytesIO(b"MZ\x90"), "议程.pdf")}
    answer = call(cast.li_wei, "POST", path, data=form, content_type="multipart/form-data")
    assert refusal(answer) == (422, "file_not_allowed")


def test_a_withdrawn_notice_says_why(call: Call, cast: Cast) -> None:
    path = f"/notices/{drafted(call, cast)['id']}"
    call(cast.li_wei, "POST", f"{path}/publish")
    call(cast.li_wei, "POST", f"{path}/withdraw", json={"reason": "时间有误，另行通知"})
    seen = call(cast.zhang_min, "GET", path).json
    assert (seen["status"], seen["withdrawn_reason"]) == ("withdrawn", "时间有误，另行通知")


def test_a_draft_is_edited_by_the_version_seen(call: Call, cast: Cast) -> None:
    path = f"/notices/{drafted(call, cast)['id']}"
    assert call(cast.li_wei, "PATCH", path, json={**WORDS, "version": 1}).json["version"] == 2
    assert call(cast.li_wei, "PATCH", path, json={**WORDS, "version": 1}).status_code == 409
