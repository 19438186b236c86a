"""Printing the forms of a year over HTTP: ordered, followed, downloaded by a link that ends."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.annual.prints import making, papers
from server.annual.prints.files import storage_of
from server.annual.prints.rules import PrintForm, PrintFormat
from server.audit.models import AuditLine
from server.config import Settings
from tests import results
from tests.api.answers import body, refusal
from tests.cast import NOW, Cast
from tests.conftest import Call
from tests.years import OLD


@pytest.fixture(autouse=True)
def words_instead_of_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Setting pages is tried elsewhere."""

    def file(named: list[papers.Named], form: PrintForm, format: PrintFormat) -> bytes:
        return papers.packed([(f"{name}.pdf", paper.title.encode()) for name, paper in named])

    monkeypatch.setattr(papers, "as_file", file)


Make = Callable[[], None]


@pytest.fixture
def make(engine: Engine, settings: Settings) -> Make:
    """Run the job's work."""
    return partial(making.make_all, engine, storage_of(settings))


@pytest.fixture
def path(session: Session, cast: Cast) -> str:
    results.open_old_year(session, cast)
    results.draft(session, cast)
    return f"/organizations/{cast.branch}/years/{OLD}/prints"


ZIP = {"form": "register", "format": "zip"}


def test_an_officer_orders_follows_and_downloads(
    call: Call, session: Session, make: Make, cast: Cast, path: str
) -> None:
    first = body(call(cast.li_wei, "POST", path, json=ZIP))
    assert (first["status"], first["papers"], first["made"], first["files"]) == ("waiting", 4, 0, [])
    assert first["title"] == "党员积分量化登记表"
    make()
    done = body(call(cast.li_wei, "GET", f"/prints/{first['id']}"))
    assert (done["status"], done["made"], done["problem"]) == ("done", 4, None)
    (file,) = done["files"]
    link = file["url"].removeprefix("/api/v1")
    got = call(None, "GET", link)
    assert (got.status_code, len(got.data), got.mimetype) == (200, file["bytes"], "application/zip")
    assert "no-store" in got.headers["Cache-Control"]
    assert body(call(cast.li_wei, "GET", path))["items"][0]["id"] == first["id"]
    lines = session.scalars(select(AuditLine.action).where(AuditLine.subject_kind == "print")).all()
    assert lines == ["print_order", "export", "export"]


def test_a_link_ends_and_opens_nothing_else(call: Call, make: Make, cast: Cast, path: str) -> None:
    first = body(call(cast.li_wei, "POST", path, json=ZIP))
    make()
    url = body(call(cast.li_wei, "GET", f"/prints/{first['id']}"))["files"][0]["url"].removeprefix("/api/v1")
    assert refusal(call(None, "GET", url.replace("number=1", "number=2"))) == (403, "link_expired")
    assert refusal(call(None, "GET", url[:-1] + ("0" if url[-1] != "0" else "1"))) == (403, "link_expired")
    assert refusal(call(None, "GET", url.replace(f"/{first['id']}/", f"/{first['id'] + 1}/"))) == (403, "link_expired")


def test_a_link_is_good_for_five_minutes(call: Call, make: Make, cast: Cast, path: str) -> None:
    first = body(call(cast.li_wei, "POST", path, json=ZIP))
    make()
    url = body(call(cast.li_wei, "GET", f"/prints/{first['id']}"))["files"][0]["url"].removeprefix("/api/v1")
    with time_machine.travel(NOW + timedelta(minutes=6), tick=False):
        assert refusal(call(None, "GET", url)) == (403, "link_expired")


def test_a_repeated_order_is_one_print(call: Call, cast: Cast, path: str) -> None:
    first, again = (body(call(cast.li_wei, "POST", path, json=ZIP)) for _ in range(2))
    assert first["id"] == again["id"]


def test_other_branches_and_members_print_nothing(call: Call, cast: Cast, path: str) -> None:
    assert refusal(call(cast.zhang_min, "POST", path, json=ZIP))[0] == 403
    assert refusal(call(cast.zhao_qiang, "POST", path, json=ZIP)) == (404, "not_found")
    print_id = body(call(cast.li_wei, "POST", path, json=ZIP))["id"]
    assert refusal(call(cast.zhao_qiang, "GET", f"/prints/{print_id}")) == (404, "not_found")


def test_a_year_without_results_and_a_form_that_is_none_are_refused(call: Call, cast: Cast, path: str) -> None:
    other = path.replace(f"/{OLD}/", f"/{OLD + 1}/")
    assert refusal(call(cast.li_wei, "POST", other, json=ZIP)) == (409, "nothing_drafted")
    assert refusal(call(cast.li_wei, "POST", path, json={"form": "poster"}))[0] == 422
