"""Publicities over HTTP: who reads the list and until when, how the days are shown, and the poster."""

import io
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.identity.models import Grant
from server.organizations.models import Organization
from server.publicity import poster, service
from server.publicity.models import Publicity
from server.publicity.rules import PublicityScope
from tests.api.answers import body, refusal
from tests.bulletins import needs_fonts
from tests.cast import Cast, Person
from tests.conftest import Call
from tests.publicizing import FIRST, LAST, WINTER, approved, at, owning, proposed, stars, vacation

NOW = at(FIRST, "12:40")
BEFORE, AFTER = FIRST - timedelta(days=1), LAST + timedelta(days=1)


@pytest.fixture(autouse=True)
def _owned(cast: Cast) -> Iterator[None]:
    with owning(stars(cast.wang_fang, cast.zhang_min)):
        yield


def url(row: Publicity) -> str:
    return f"/publicities/{row.id}"


def told(session: Session, **telephones: str) -> None:
    for organization_id, number in telephones.items():
        organization = session.get_one(Organization, int(organization_id.removeprefix("of_")))
        organization.settings = organization.settings | {"office_telephone": number}
    session.commit()


def test_a_member_reads_who_stands_for_it_until_when_and_whom_to_call(call: Call, session: Session, cast: Cast) -> None:
    row = approved(session, cast)
    told(session, **{f"of_{cast.branch}": "0535-5550158", f"of_{cast.general_branch}": "0535-5550162"})
    shown = body(call(cast.zhang_min, "GET", url(row)))
    assert (shown["phase"], shown["phase_words"], shown["left"]) == ("running", "公示中，还剩 5 个工作日", 5)
    assert (shown["counted"], shown["code"], shown["unlisted"]) == ("5 个工作日", "5B0C-77E1", 1)
    assert (shown["proposed"]["name"], shown["proposed"]["role_title"]) == ("王芳", "支委")
    assert (shown["approved"]["name"], shown["approved"]["role_title"]) == ("李伟", "支部书记")
    assert not shown["approved"]["for_committee"]
    assert shown["telephones"] == [
        {"title": "党支部", "number": "0535-5550158"},
        {"title": "党总支", "number": "0535-5550162"},
    ]
    entries = shown["groups"][0]["entries"]
    assert [(each["name"], each["own"]) for each in entries] == [("王芳", False), ("张敏", True)]
    assert [each["counts"] for each in shown["days"]] == [True] * 5


@pytest.mark.parametrize(
    ("day", "clock", "status"),
    [(BEFORE, "23:59", 404), (FIRST, "00:00", 200), (LAST, "23:59", 200), (AFTER, "00:00", 410)],
)
def test_members_read_it_from_the_first_day_to_the_last(
    call: Call, session: Session, cast: Cast, *, day: date, clock: str, status: int
) -> None:
    """The job that ends it has not run: the day decides."""
    row = approved(session, cast)
    with time_machine.travel(at(day, clock), tick=False):
        answer = call(cast.zhang_min, "GET", url(row))
        assert answer.status_code == status
        seen = body(call(cast.li_wei, "GET", url(row)))
        phase = {BEFORE: "upcoming", FIRST: "running", LAST: "running", AFTER: "over"}[day]
        listed = body(call(cast.li_wei, "GET", f"/organizations/{cast.branch}/publicities"))["items"]
        assert (seen["phase"], listed[0]["phase"], seen["listed"]) == (phase, phase, 2)


def test_over_is_said_with_the_title_and_without_a_name(
    call: Call, session: Session, engine: Engine, cast: Cast
) -> None:
    row = approved(session, cast)
    with time_machine.travel(at(AFTER), tick=False):
        service.end_due(engine, now=at(AFTER))
        answer = call(cast.zhang_min, "GET", url(row))
        assert refusal(answer) == (410, "publicity_over")
        assert answer.json["error"]["detail"] == {"title": "2026 年度党员星级评定公示", "last_day": "2027-03-05"}
        assert "王芳" not in answer.get_data(as_text=True)
        listed = body(call(cast.zhang_min, "GET", f"/organizations/{cast.branch}/publicities"))["items"]
        assert [(item["phase"], item["phase_words"]) for item in listed] == [("over", "公示已结束")]


def test_what_is_proposed_is_for_officers_alone(call: Call, session: Session, cast: Cast) -> None:
    row = proposed(session, cast)
    path = f"/organizations/{cast.branch}/publicities"
    assert refusal(call(cast.zhang_min, "GET", url(row))) == (404, "not_found")
    assert body(call(cast.zhang_min, "GET", path))["items"] == []
    shown = body(call(cast.sun_li, "GET", url(row)))
    assert (shown["phase"], shown["phase_words"], shown["approved"]) == ("proposed", "待批准", None)
    assert [item["id"] for item in body(call(cast.inspector, "GET", path))["items"]] == [row.id]
    assert refusal(call(cast.sun_li, "GET", f"{url(row)}/poster.pdf")) == (409, "wrong_status")


def test_what_was_withdrawn_is_gone_for_members_and_its_reason_stays_with_officers(
    call: Call, session: Session, cast: Cast
) -> None:
    row = approved(session, cast)
    service.withdraw(session, row.id, reason="结果有误", account_id=cast.li_wei.account_id, now=NOW)
    session.commit()
    answer = call(cast.zhang_min, "GET", url(row))
    assert refusal(answer) == (410, "publicity_over")
    assert "结果有误" not in answer.get_data(as_text=True)
    assert body(call(cast.li_wei, "GET", url(row)))["withdrawn_reason"] == "结果有误"


@pytest.mark.parametrize(
    ("scope", "readers"),
    [
        (PublicityScope.branch, ["zhang_min"]),
        (PublicityScope.unit, ["zhang_min", "zhou_yu"]),
        (PublicityScope.outside, ["zhang_min", "zhou_yu", "wu_gang", "he_hua"]),
    ],
)
def test_its_scope_says_whose_members_read_it(
    call: Call, session: Session, cast: Cast, scope: PublicityScope, readers: list[str]
) -> None:
    row = approved(session, cast, scope=scope)
    found = [
        name
        for name in ("zhang_min", "zhou_yu", "wu_gang", "he_hua")
        if call(getattr(cast, name), "GET", url(row)).status_code == 200
    ]
    assert found == readers
    assert call(cast.stranger, "GET", url(row)).status_code == 403


@pytest.mark.parametrize(
    ("scope", "listed_at"),
    [
        (PublicityScope.branch, [True, False, False]),
        (PublicityScope.unit, [True, True, False]),
        (PublicityScope.outside, [True, True, True]),
    ],
)
def test_members_of_a_unit_find_what_is_shown_to_them(
    call: Call, session: Session, cast: Cast, scope: PublicityScope, listed_at: list[bool]
) -> None:
    approved(session, cast, scope=scope)
    places = (cast.branch, cast.general_branch, cast.root)
    found = [body(call(cast.zhang_min, "GET", f"/organizations/{place}/publicities"))["items"] for place in places]
    assert [len(items) == 1 for items in found] == listed_at


def test_the_unit_of_a_direct_branch_is_the_branch_itself(call: Call, session: Session, cast: Cast) -> None:
    session.add(
        Grant(
            account_id=cast.he_hua.account_id,
            role="secretary",
            organization_id=cast.direct_branch,
            from_date=date(2026, 1, 1),
            created_at=at(date(2026, 1, 1)),
        )
    )
    session.commit()
    row = proposed(session, cast, cast.he_hua, organization_id=cast.direct_branch, scope=PublicityScope.unit)
    service.approve(session, row.id, account_id=cast.organization_department.account_id, now=at(BEFORE))
    session.commit()
    assert call(cast.zhang_min, "GET", url(row)).status_code == 404


def test_a_pause_is_told_with_its_reason_and_the_moved_day(call: Call, session: Session, cast: Cast) -> None:
    row = approved(session, cast, first_day=date(2027, 1, 20), now=at(date(2027, 1, 18)))
    vacation(session, cast, *WINTER, now=at(date(2027, 1, 21)))
    with time_machine.travel(at(date(2027, 2, 1)), tick=False):
        shown = body(call(cast.zhang_min, "GET", url(row)))
    assert (shown["phase"], shown["phase_words"], shown["left"]) == ("paused", "公示暂停（寒假）", 2)
    assert (shown["resumes_on"], shown["last_day"]) == ("2027-02-24", "2027-02-25")
    assert shown["counted"] == "5 个工作日，寒假期间暂停"
    assert [(move["old_day"], move["new_day"], move["by"]) for move in shown["moves"]] == [
        ("2027-01-26", "2027-02-25", "周明")
    ]
    assert {each["why"] for each in shown["days"]} == {None, "寒假"}


def test_an_office_telephone_is_a_landline(call: Call, session: Session, cast: Cast) -> None:
    path = f"/organizations/{cast.branch}/settings"
    for wrong in ("13812345678", "5550158", "联系李伟"):
        assert refusal(call(cast.li_wei, "PUT", path, json={"office_telephone": wrong})) == (422, "invalid_input")
    for right in ("０５３５－５５５０１５８", "0535-555 0158", "010-12345678-801", ""):
        assert call(cast.li_wei, "PUT", path, json={"office_telephone": right}).status_code == 200
    assert refusal(call(cast.zhang_min, "PUT", path, json={"office_telephone": ""}))[0] == 403


def test_the_posters_code_opens_the_form_and_not_the_list(client: FlaskClient, session: Session, cast: Cast) -> None:
    row = approved(session, cast)
    made = poster.of_publicity(session, row, base_url="http://localhost")
    session.commit()
    page = client.get(made.form.removeprefix("http://localhost"))
    assert page.status_code == 200
    assert "2026 年度党员星级评定公示" in page.text
    assert "公示到 3 月 5 日 24:00" in page.text
    assert not [person.name for person in cast.people.values() if person.name in page.text]


@needs_fonts
def test_the_poster_has_the_names_the_telephones_and_the_code_on_one_page(
    call: Call, session: Session, cast: Cast
) -> None:
    row = approved(session, cast)
    told(session, **{f"of_{cast.branch}": "0535-5550158"})
    answer = call(cast.zhang_min, "GET", f"{url(row)}/poster.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    (page,) = PdfReader(io.BytesIO(answer.get_data())).pages
    assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [297, 420]
    words = "".join(page.extract_text().split())
    for expected in (
        "计算机科学与技术学院党总支教工第一党支部",
        "2026年度党员星级评定公示",
        "公示期5个工作日：2027年3月1日至3月5日。",
        "王芳",
        "张敏",
        "以上2人以姓氏笔画为序，未参评1人。",
        "党支部0535-5550158",
        "公示范围：本支部；公示地点：明德楼一楼公示栏。",
        "校验码5B0C-77E1",
        "扫码反映情况，不用登录",
    ):
        assert expected in words
    with time_machine.travel(at(AFTER), tick=False):
        assert refusal(call(cast.zhang_min, "GET", f"{url(row)}/poster.pdf")) == (410, "publicity_over")


def test_a_stranger_to_the_branch_finds_no_list(call: Call, session: Session, cast: Cast) -> None:
    approved(session, cast)
    who: list[Person] = [cast.zhou_yu, cast.zhao_qiang]
    for person in who:
        assert call(person, "GET", f"/organizations/{cast.branch}/publicities").status_code == 404
