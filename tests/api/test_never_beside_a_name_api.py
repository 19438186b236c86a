"""另行通报, 不列入 and 不定星级 stand beside no name that members read, and nowhere in what they read of others.

张敏 is under a negative decision, 孙丽 is 不列入. 王芳, whose office has ended, asks for everything there is.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from server.config import Settings
from server.identity.models import Grant
from server.organizations.schemas import BoardVisibility
from server.publicity.rules import APART, PublicityScope
from tests.api.answers import body
from tests.api.permission_table import ROUTES
from tests.boards import Told, cast_statement, show
from tests.bot.talking import Chat
from tests.bulletins import published as publish
from tests.cast import TODAY, YEAR_START, Cast, Person
from tests.conftest import Call
from tests.exempting import exempt
from tests.publicizing import approved, owning, stars
from tests.two_persons import let_in_force, recorded

SPEAKS_OF_RULES = {
    "GET /organizations/<int:organization_id>/standards",
    "GET /organizations/<int:organization_id>/standards/in-force",
    "GET /standards/<int:standard_id>",
    "GET /standards/<int:standard_id>/diff",
    "GET /privacy-notice",
}
"""What names nobody: rules for everyone, which may say 另行通报 as the notice does."""

READS = {
    "GET /organizations/<int:organization_id>/board",
    "GET /organizations/<int:organization_id>/statements",
    "GET /statements/<int:statement_id>",
    "GET /members/<int:member_id>/statements",
    "GET /members/<int:member_id>/statement-sheet",
    "GET /members/<int:member_id>/score",
    "GET /organizations/<int:organization_id>/bulletins",
    "GET /bulletins/<int:bulletin_id>",
    "GET /organizations/<int:organization_id>/publicities",
    "GET /publicities/<int:publicity_id>",
    "GET /me/inbox",
}
"""What has to have answered for the walk to have seen anything."""

ASKED = (
    "本月积分",
    "排名",
    "支部排名",
    "我的积分",
    "通报",
    "公示",
    "支部有谁没参评",
    "张敏多少分",
    "孙丽多少分",
    "待办",
)


@dataclass(frozen=True, slots=True)
class World:
    reader: Person
    ids: dict[str, str]
    screen: dict[str, str]


@pytest.fixture
def world(call: Call, session: Session, cast: Cast) -> Iterator[World]:
    session.execute(delete(Grant).where(Grant.account_id == cast.wang_fang.account_id))
    let_in_force(session, recorded(session, cast, by=cast.organization_department), cast.chen_jing)
    exempt(session, cast, cast.sun_li.member_id, YEAR_START)
    show(session, cast, BoardVisibility.full, names_outside=True)
    lines = [
        Told(cast.zhang_min.member_id, "62.00", "14.00"),
        Told(cast.wang_fang.member_id, "64.25", "20.00", 1, "2.00"),
        Told(cast.li_wei.member_id, "64.25", "20.00", 1, None),
    ]
    month = cast_statement(session, cast, exempt=1, lines=lines)
    cast_statement(session, cast, exempt=1, lines=lines, period="2026-06", until=date(2026, 6, 30))
    bulletin = publish(session, cast)
    with owning(stars(cast.wang_fang, cast.li_wei, unlisted=2)):
        row = approved(
            session,
            cast,
            by=cast.sun_li,
            scope=PublicityScope.outside,
            first_day=TODAY,
            now=cast.now,
        )
        link = {"place": "一楼大厅", "until_date": "2026-12-31"}
        key = body(call(cast.li_wei, "POST", f"/organizations/{cast.branch}/board-links", json=link))["url"]
        opened = body(call(None, "POST", "/board-sessions", json={"key": key.partition("#")[2]}))
        yield World(
            cast.wang_fang,
            {
                "organization_id": str(cast.branch),
                "member_id": str(cast.wang_fang.member_id),
                "statement_id": str(month.id),
                "bulletin_id": str(bulletin.id),
                "publicity_id": str(row.id),
                "standard_id": str(cast.standard_id),
                "year": "2026",
                "month": "2026-05",
            },
            {"X-Board-Token": opened["board_token"]},
        )


def url(route: str, ids: dict[str, str]) -> str:
    path = re.sub(r"<(?:int|string):(\w+)>", lambda found: ids.get(found[1], "1"), route.removeprefix("GET "))
    return path + ("?year=2026" if route.endswith(("/statements", "/score")) and "member_id" in route else "")


def words_of(answer: TestResponse) -> str:
    """Return what an answer says; of a file that is no text, what can be read of it."""
    content = answer.get_data()
    if answer.mimetype == "application/pdf":
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return content.decode(errors="ignore")


def test_a_member_reads_them_nowhere(call: Call, cast: Cast, world: World) -> None:
    read: set[str] = set()
    for route in (each for each in ROUTES if each.startswith("GET") and each not in SPEAKS_OF_RULES):
        for other in ({}, {"organization_id": str(cast.general_branch)}, {"member_id": str(cast.zhang_min.member_id)}):
            answer = call(world.reader, "GET", url(route, world.ids | other), headers=world.screen)
            text = words_of(answer)
            if answer.status_code == 200:
                read.add(route)
            assert not [word for word in APART if word in text], route
            assert '"negative":true' not in text, route
            assert answer.status_code != 200 or not re.search(r'"exempt":[1-9]', text), route
    assert read >= READS


def test_lists_for_all_leave_them_out_and_count_them(call: Call, cast: Cast, world: World) -> None:
    board = body(call(None, "GET", f"/boards/{cast.branch}", headers=world.screen))
    assert (board["apart"], [row["name"] for row in board["rows"]]) == (2, ["王芳", "李伟"])
    month = body(call(world.reader, "GET", f"/statements/{world.ids['statement_id']}"))
    assert (month["apart"], month["exempt"], len(month["lines"])) == (2, None, 2)
    assert body(call(cast.li_wei, "GET", f"/statements/{world.ids['statement_id']}"))["exempt"] == 1
    total = body(call(world.reader, "GET", f"/bulletins/{world.ids['bulletin_id']}"))["total"]
    assert (total["members"], total["rated"], total["apart"]) == (4, 2, 2)
    shown = body(call(world.reader, "GET", f"/publicities/{world.ids['publicity_id']}"))
    assert (shown["listed"], shown["unlisted"]) == (2, 2)


def test_the_bot_says_them_to_nobody_else(
    session: Session, engine: Engine, settings: Settings, cast: Cast, world: World
) -> None:
    chat = Chat(session, engine, settings, "wang_fang", now=cast.now)
    for words in ASKED:
        said = chat(words)
        assert said
        assert not [word for word in APART if word in said], words


def test_who_is_told_apart_reads_it_of_themselves(call: Call, cast: Cast, world: World) -> None:
    own = call(cast.zhang_min, "GET", f"/organizations/{cast.branch}/board")
    assert own.json["own"]["note"] == "另行通报"
    assert "另行通报" not in str([row for row in own.json["rows"] if row["name"] != "张敏"])
    assert "张敏" not in [row["name"] for row in own.json["rows"]]
