"""公示栏 on the corridor's screen and on paper: the right figures, on one sheet, and nothing for whom it is not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from scripts.bench.serving import serving
from server import clock
from server.days import shanghai_date
from server.db import make_engine
from server.organizations.models import Category, Member, Membership, Organization, Stage
from server.points.models import PointEntry
from server.standards.models import Standard
from server.statements.models import Statement, StatementBackdated, StatementLine, StatementSection
from server.statements.rules import MONTHLY
from tests.boards import Told, line_at_head, make_statement
from tests.demo import copy_of_demo
from tests.e2e.walls import hung_up
from tests.waiting import LONG

ROWS = 27
LISTED = ROWS - 1
"""One is 另行通报."""

A3, A4 = (842, 1191), (595, 842)
"""Points of 1/72 inch."""

UNTIL = date(2026, 5, 31)


@dataclass(frozen=True)
class Corridor:
    """教工第一党支部 of the demo with a confirmed month of 27 members, over the API."""

    address: str
    branch_id: int
    zhang_min_id: int

    def token(self, person: str) -> str:
        answer = requests.post(f"{self.address}/api/v1/auth/wechat", json={"code": f"sandbox:{person}"}, timeout=LONG)
        return str(answer.json()["token"])

    def call(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token('li_wei')}"}
        answer = requests.request(method, f"{self.address}/api/v1{path}", headers=headers, timeout=LONG, **options)
        assert answer.ok, answer.text
        return answer.json()

    def show(self, visibility: str, *, names_outside: bool = False) -> None:
        decided = {"board_visibility": visibility, "board_names_outside": names_outside}
        self.call("PUT", f"/organizations/{self.branch_id}/settings", json=decided)

    def link(self) -> dict[str, Any]:
        body = {"place": "三楼走廊", "until_date": shanghai_date(clock.now()).isoformat()}
        made: dict[str, Any] = self.call("POST", f"/organizations/{self.branch_id}/board-links", json=body)
        return made


@pytest.fixture(scope="module")
def corridor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corridor]:
    """A demo of these tests' own: they add a month and links."""
    directory = copy_of_demo(tmp_path_factory)
    url = f"sqlite:///{directory}/xianfeng.db"
    branch_id, zhang_min_id = _add_month(url)
    with serving(url, directory, environment={"XIANFENG_SCHEDULER": "none"}) as server:
        server.wait_until_ready()
        yield Corridor(server.address, branch_id, zhang_min_id)


def _forget_months(session: Session, branch_id: int) -> None:
    """Take the demo's own months of a branch away: the board shows the newest. A closed year stays."""
    months = (Statement.organization_id == branch_id, Statement.status.in_(MONTHLY))
    ids = select(Statement.id).where(*months).scalar_subquery()
    for table in (StatementBackdated, StatementSection, StatementLine):
        session.execute(delete(table).where(table.statement_id.in_(ids)))
    session.execute(update(Statement).where(Statement.previous_id.in_(ids)).values(previous_id=None))
    session.execute(delete(Statement).where(*months))


def _add_month(url: str) -> tuple[int, int]:
    engine = make_engine(url)
    with Session(engine, expire_on_commit=False) as session:
        zhang_min = session.scalars(select(Member).where(Member.name == "张敏")).one()
        home = select(Membership.organization_id).where(Membership.member_id == zhang_min.id)
        branch = session.get_one(Organization, session.scalars(home).one())
        _forget_months(session, branch.id)
        make_statement(
            session,
            organization_id=branch.id,
            root_id=zhang_min.root_id,
            standard_id=session.scalars(select(Standard.id)).first() or 0,
            lines=_lines(session, branch, zhang_min),
            period="2026-05",
            until=UNTIL,
        )
    engine.dispose()
    return branch.id, zhang_min.id


def _lines(session: Session, branch: Organization, first: Member) -> list[Told]:
    """27 lines: 张敏 first with 85.25, the last one 另行通报."""
    members = select(Membership.member_id).where(Membership.organization_id == branch.id)
    others = [member_id for member_id in session.scalars(members) if member_id != first.id]
    ids = [first.id, *others][: ROWS - 1]
    while len(ids) < ROWS:
        ids.append(_newcomer(session, branch, len(ids)))
    lines = [Told(ids[0], "68.25", "17.00", 1, "2.50", (("2026-04", "0.50"),))]
    lines += [Told(i, "60.00", f"{24 - n}.00" if n < 24 else "0.00", n + 1, "-1.75") for n, i in enumerate(ids) if n]
    lines[-1] = Told(ids[-1], "60.00", "3.00")
    chain = select(PointEntry).where(PointEntry.member_id == first.id, PointEntry.occurred_on <= UNTIL)
    entries = session.scalars(chain.order_by(PointEntry.seq)).all()
    return [line_at_head(lines[0], entries), *lines[1:]] if entries else lines


def _newcomer(session: Session, branch: Organization, number: int) -> int:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    member = Member(
        root_id=branch.root_id or 0,
        name=f"新来{number}",
        work_number=f"new{number}",
        category=Category.staff,
        stage=Stage.full,
        created_at=now,
        updated_at=now,
    )
    session.add(member)
    session.flush()
    session.add(Membership(member_id=member.id, organization_id=branch.id, from_date=now.date()))
    return member.id


@pytest.fixture
def wall(chromium: Browser, corridor: Corridor) -> Iterator[BrowserContext]:
    with hung_up(chromium, corridor.address) as wall:
        yield wall


def signed_in(wall: BrowserContext, corridor: Corridor, person: str, path: str) -> Page:
    page = wall.new_page()
    page.goto(f"{corridor.address}/healthz")
    page.evaluate("token => sessionStorage.setItem('token', token)", corridor.token(person))
    page.goto(f"{corridor.address}{path}")
    return page


def fits(page: Page) -> bool:
    wide = int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
    high = int(page.evaluate("document.documentElement.scrollHeight - window.innerHeight"))
    return wide <= 0 and high <= 0


def sheets(pdf: bytes) -> tuple[int, tuple[int, int]]:
    """Return how many pages a PDF has, and how large they are."""
    box = re.search(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)", pdf)
    assert box is not None
    size = round(float(box.group(1))), round(float(box.group(2)))
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)), size


def several(route: Route, *, times: int) -> None:
    """Answer with as many lists, one behind the other."""
    answer = route.fetch()
    shown = answer.json()
    route.fulfill(response=answer, json=shown | {"rows": shown["rows"] * times})


@pytest.mark.parametrize("size", [(1920, 1080), (1440, 900), (1366, 768)])
def test_all_rows_stand_on_the_screen_without_scrolling(
    wall: BrowserContext, corridor: Corridor, size: tuple[int, int]
) -> None:
    corridor.show("full")
    page = wall.new_page()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(corridor.link()["url"])
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(LISTED)
    expect(rows.first.locator("td")).to_have_text(["1", "张*", "68.25", "17.00", "85.25", "+2.50"])
    expect(rows.nth(1).locator(".d")).to_have_text("−1.75")
    expect(rows.last).to_be_in_viewport(ratio=1)
    expect(page.locator("#masked")).to_contain_text("小程序内查看完整名单")
    expect(page.locator("#masked")).to_be_in_viewport(ratio=1)
    expect(page.locator("#note")).to_contain_text("未参评 2 人")
    expect(page.locator("#note")).to_be_in_viewport(ratio=1)
    expect(page.locator("body")).not_to_contain_text("另行通报")
    expect(page.locator("#hash")).to_be_in_viewport(ratio=1)
    assert fits(page)


def test_on_a_phone_one_list_scrolls_down_but_not_sideways(wall: BrowserContext, corridor: Corridor) -> None:
    corridor.show("full")
    page = wall.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(corridor.link()["url"])
    expect(page.locator("tbody")).to_have_count(1)
    expect(page.locator("tbody tr")).to_have_count(LISTED)
    assert int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth")) <= 0


def test_too_many_rows_for_one_screen_take_turns(wall: BrowserContext, corridor: Corridor) -> None:
    corridor.show("full")
    page = wall.new_page()
    page.clock.install()
    page.route("**/api/v1/boards/*", lambda route: several(route, times=3))
    page.goto(corridor.link()["url"])
    expect(page.locator("#page-mark")).to_contain_text("第 1 页，共 3 页")
    expect(page.locator("tbody tr")).to_have_count(28)
    expect(page.locator("#note")).to_be_in_viewport(ratio=1)
    assert fits(page)
    page.clock.run_for(41_000)
    expect(page.locator("#page-mark")).to_contain_text("第 3 页，共 3 页")
    expect(page.locator("tbody tr")).to_have_count(3 * LISTED - 2 * 28)


def test_the_key_leaves_the_address_and_the_screen_survives_a_restart(wall: BrowserContext, corridor: Corridor) -> None:
    page = wall.new_page()
    page.goto(corridor.link()["url"])
    expect(page.locator("#title")).to_have_text("2026 年 5 月党员积分公示")
    assert urlsplit(page.url).fragment == ""
    page.close()
    again = wall.new_page()
    again.goto(f"{corridor.address}/board/{corridor.branch_id}")
    expect(again.locator("#title")).to_have_text("2026 年 5 月党员积分公示")
    expect(again.locator("#beside a")).to_have_count(0)


def test_a_revoked_link_goes_dark_at_the_next_look(wall: BrowserContext, corridor: Corridor) -> None:
    link = corridor.link()
    page = wall.new_page()
    page.clock.install()
    page.goto(link["url"])
    expect(page.locator("#wall")).to_be_visible()
    corridor.call("POST", f"/board-links/{link['id']}/revocation")
    page.clock.run_for(61_000)
    expect(page.locator("#door")).to_contain_text("已到期或已撤销")
    expect(page.locator("#wall")).to_be_hidden()


def test_what_the_branch_decides_about_names_counts_on_a_running_screen(
    wall: BrowserContext, corridor: Corridor
) -> None:
    corridor.show("full", names_outside=True)
    page = wall.new_page()
    page.clock.install()
    page.goto(corridor.link()["url"])
    first = page.locator("tbody tr").first.locator(".nm")
    expect(first).to_have_text("张敏")
    expect(page.locator("#masked")).to_be_hidden()
    corridor.show("full")
    page.clock.run_for(61_000)
    expect(first).to_have_text("张*")
    expect(page.locator("#masked")).to_be_visible()


def test_pages_go_on_taking_turns_where_nothing_has_changed(wall: BrowserContext, corridor: Corridor) -> None:
    corridor.show("full")
    page = wall.new_page()
    page.clock.install()
    page.route("**/api/v1/boards/*", lambda route: several(route, times=2))
    page.goto(corridor.link()["url"])
    expect(page.locator("#page-mark")).to_contain_text("第 1 页，共 2 页")
    with page.expect_response("**/api/v1/boards/*"):
        page.clock.run_for(65_000)
    page.clock.run_for(1_000)
    expect(page.locator("#page-mark")).to_contain_text("第 2 页，共 2 页")


def test_without_network_the_last_board_stays_and_says_so(wall: BrowserContext, corridor: Corridor) -> None:
    page = wall.new_page()
    page.clock.install()
    page.goto(corridor.link()["url"])
    expect(page.locator("#wall")).to_be_visible()
    wall.set_offline(True)
    page.clock.run_for(3_700_000)
    expect(page.locator("#stale")).to_contain_text("连不上服务")
    expect(page.locator("#wall")).to_be_visible()
    wall.set_offline(False)
    page.route("**/api/v1/boards/*", lambda route: route.fulfill(status=503, json={}))
    page.clock.run_for(61_000)
    expect(page.locator("#wall")).to_be_visible()
    page.unroute("**/api/v1/boards/*")
    page.clock.run_for(61_000)
    expect(page.locator("#stale")).to_be_hidden()


def test_a_branch_that_shows_no_list_shows_how_totals_spread(wall: BrowserContext, corridor: Corridor) -> None:
    corridor.show("own")
    page = wall.new_page()
    page.goto(corridor.link()["url"])
    expect(page.locator(".bars dd")).to_have_text(["0 人", "5 人", "10 人", "11 人", "0 人"])
    expect(page.locator("tbody tr")).to_have_count(0)
    expect(page.locator("body")).not_to_contain_text("张敏")
    own = signed_in(wall, corridor, "zhang_min", f"/board/{corridor.branch_id}")
    expect(own.locator(".mine")).to_contain_text("第 1 名 / 26 人")
    expect(own.locator("dd.own")).to_have_text("5 人")


def test_without_a_link_one_signs_in(wall: BrowserContext, corridor: Corridor) -> None:
    page = wall.new_page()
    page.goto(f"{corridor.address}/board/{corridor.branch_id}")
    expect(page.get_by_role("heading")).to_have_text("请先登录")
    expect(page.get_by_role("link")).to_have_attribute("href", "/")


def test_another_branch_and_an_unknown_month_say_what_to_do(wall: BrowserContext, corridor: Corridor) -> None:
    page = signed_in(wall, corridor, "zhao_qiang", f"/board/{corridor.branch_id}")
    expect(page.get_by_role("heading")).to_have_text("没有找到这个公示栏")
    empty = signed_in(wall, corridor, "zhang_min", f"/board/{corridor.branch_id}?month=2025-12")
    expect(empty.get_by_role("heading")).to_have_text("还没有公示")


@pytest.mark.parametrize(
    ("visibility", "names_outside", "row"),
    [
        ("full", False, "1张*68.2517.0085.25+2.504 月 0.50"),
        ("full", True, "1张敏68.2517.0085.25+2.504 月 0.50"),
        ("scores", False, "张*68.25"),
    ],
)
def test_the_poster_prints_on_one_sheet(
    wall: BrowserContext, corridor: Corridor, *, visibility: str, names_outside: bool, row: str
) -> None:
    corridor.show(visibility, names_outside=names_outside)
    page = signed_in(wall, corridor, "li_wei", f"/board/{corridor.branch_id}/poster?month=2026-05")
    expect(page.locator("#sheet")).to_be_visible()
    expect(page.locator("tbody tr").filter(has_text="68.25")).to_contain_text(row)
    expect(page.locator("body")).not_to_contain_text("另行通报")
    assert sheets(page.pdf(prefer_css_page_size=True)) == (1, A3)


def test_a_members_month_prints_with_its_entries(wall: BrowserContext, corridor: Corridor) -> None:
    corridor.show("own")
    page = signed_in(wall, corridor, "li_wei", f"/members/{corridor.zhang_min_id}/statement")
    expect(page.locator("#who")).to_contain_text("85.25 / 100")
    expect(page.locator("#who")).to_contain_text("第 1 名 / 26 人")
    expect(page.locator("#sections caption")).to_have_count(2)
    expect(page.locator("#late")).to_contain_text("4 月 0.50")
    expect(page.locator("body")).not_to_contain_text("工号")
    expect(page.locator("#hash")).to_contain_text("链首")
    count, size = sheets(page.pdf(prefer_css_page_size=True))
    assert size == A4
    assert 1 <= count <= 3
    stranger = signed_in(wall, corridor, "zhao_qiang", f"/members/{corridor.zhang_min_id}/statement")
    expect(stranger.get_by_role("heading", level=1)).to_have_text("没有找到这份清单")
