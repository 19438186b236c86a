"""Who objects, and in which words, stands where it is kept and nowhere else: the whole story is played and searched."""

import io
import json
import logging
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from server.db import reading
from server.identity.models import Account
from server.models import Base
from server.organizations.models import Member
from tests.api.answers import body, refusal
from tests.cast import Cast, Person
from tests.conftest import Call
from tests.objecting import rejected

NAME = "欧阳知非"
PHONE = "13955550123"
WORDS = f"那天整个上午都在社区，居委会谷大姐可以证明，请打{PHONE}问我"
WISH = "恢复谷雨那天的一分"
AGAIN = "谷大姐的证明没有看，请再核一次"
PLANTED = (NAME, PHONE, "谷大姐", "谷雨那天")

KEPT = {
    "accounts.name",
    "members.name",
    "objections.words",
    "objections.wish",
    "objection_steps.words",
}
"""Columns that hold them by right: who people are, and what was said."""


def held(engine: Engine) -> Iterator[tuple[str, str]]:
    """Yield each column of the database with everything it says."""
    with reading(engine) as session:
        for table in Base.metadata.sorted_tables:
            rows = session.execute(text(f"SELECT * FROM {table.name}")).mappings().all()
            for column in table.columns:
                yield f"{table.name}.{column.name}", "\n".join(str(row[column.name]) for row in rows)


def planted_in(said: str) -> list[str]:
    """Return which of the planted words something says, also where JSON or a URL writes them otherwise."""
    return [each for each in PLANTED if each in said or json.dumps(each)[1:-1] in said]


def step(call: Call, by: Person, found: dict[str, Any], action: str, **said: Any) -> dict[str, Any]:
    answer = call(
        by,
        "POST",
        f"/objections/{found['id']}/{action}",
        json={"version": found["version"]} | said,
        headers={"Idempotency-Key": f"{action}-{found['version']}"},
    )
    after: dict[str, Any] = body(answer)
    return after


@pytest.fixture
def story(session: Session, call: Call, cast: Cast) -> tuple[dict[str, Any], list[Any]]:
    """张敏 under another name objects, asks above and is found right; 王芳's rejection is put right. With the log."""
    session.get_one(Member, cast.zhang_min.member_id).name = NAME
    session.get_one(Account, cast.zhang_min.account_id).name = NAME
    claim = rejected(session, cast.zhang_min, cast.wang_fang)
    session.commit()
    with capture_logs() as logs:
        said = {"subject_kind": "rejection", "subject_id": claim.id, "words": WORDS, "wish": WISH}
        found = body(
            call(
                cast.zhang_min,
                "POST",
                f"/members/{cast.zhang_min.member_id}/objections",
                json=said,
                headers={"Idempotency-Key": "raise-1"},
            )
        )
        found = step(call, cast.li_wei, found, "assign", investigator_id=cast.sun_li.account_id)
        found = step(call, cast.sun_li, found, "extend", words="证明人外出")
        found = step(call, cast.sun_li, found, "answer", finding="活动属于本职工作。", outcome="dismissed")
        body(call(cast.zhang_min, "POST", f"/objections/{found['id']}/letters/answer/receipt", json={}))
        found = step(call, cast.zhang_min, found, "escalate", words=AGAIN)
        found = step(call, cast.chen_jing, found, "assign", investigator_id=cast.chen_jing.account_id)
        found = step(call, cast.chen_jing, found, "answer", finding="活动由社区组织。", outcome="upheld", corrects=True)
        body(call(cast.chen_jing, "GET", f"/objections/{found['id']}/correction"))
        found = step(call, cast.chen_jing, found, "correction")
    return found, logs


def test_the_database_holds_them_in_their_columns_alone(engine: Engine, story: object) -> None:
    found = {column for column, said in held(engine) if planted_in(said)}
    assert found == KEPT


def test_nothing_is_logged_of_them(story: tuple[object, list[Any]], caplog: pytest.LogCaptureFixture) -> None:
    _found, logs = story
    assert planted_in(repr(logs)) == []
    said = [each.getMessage() for each in caplog.records if each.levelno >= logging.DEBUG]
    assert planted_in("\n".join(said)) == []


def test_who_is_concerned_is_told_the_answer_alone(
    call: Call, cast: Cast, story: tuple[dict[str, Any], object]
) -> None:
    found, _logs = story
    one = f"/objections/{found['id']}"
    shown = call(cast.wang_fang, "GET", one).get_data(as_text=True)
    assert planted_in(shown) == []
    assert "活动由社区组织。" in shown
    for place in (f"/organizations/{cast.branch}/objections", "/me/todos", "/me/inbox"):
        assert planted_in(call(cast.wang_fang, "GET", place).get_data(as_text=True)) == [], place
    for place in (f"{one}/correction", f"{one}/letters/final", f"{one}/letters/admission"):
        assert refusal(call(cast.wang_fang, "GET", place)) == (403, "takes_part")
    archive = zipfile.ZipFile(
        io.BytesIO(call(cast.wang_fang, "GET", f"/members/{cast.wang_fang.member_id}/export").data)
    )
    for name in archive.namelist():
        assert planted_in(archive.read(name).decode(errors="replace")) == [], name


def test_the_audit_trail_does_not_say_whose_step_it_was(
    session: Session, call: Call, cast: Cast, story: tuple[dict[str, Any], object]
) -> None:
    for reader in (cast.inspector, cast.administrator, cast.organization_department):
        lines = call(reader, "GET", f"/organizations/{cast.root}/audit-lines?limit=100").get_data(as_text=True)
        said = [each for each in json.loads(lines)["items"] if "objection" in json.dumps(each)]
        assert len(said) >= 10
        assert planted_in(json.dumps(said, ensure_ascii=False)) == []


def test_those_whom_it_waits_for_read_it_on_its_page_alone(
    call: Call, cast: Cast, story: tuple[dict[str, Any], object]
) -> None:
    for reader in (cast.li_wei, cast.sun_li, cast.chen_jing):
        assert planted_in(call(reader, "GET", "/me/todos").get_data(as_text=True)) == []
    found, _logs = story
    word = call(cast.chen_jing, "GET", f"/objections/{found['id']}/letters/final?format=word")
    parts = zipfile.ZipFile(io.BytesIO(word.data))
    naming = {each for each in parts.namelist() if planted_in(parts.read(each).decode(errors="replace"))}
    assert naming == {"word/document.xml"}, "it is addressed to them"
    assert planted_in(word.headers["Content-Disposition"]) == []
