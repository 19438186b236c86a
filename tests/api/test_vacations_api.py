"""Vacations over HTTP: entered by 组织部 for the whole university, replayed, corrected; what they refuse."""

from typing import Any

import pytest

from tests.api.answers import body, refusal
from tests.cast import Cast
from tests.conftest import Call

WINTER = {"category": "staff", "title": "2027 年寒假", "first_day": "2027-01-23", "last_day": "2027-02-23"}


def url(organization: int) -> str:
    return f"/organizations/{organization}/vacations"


def entered(call: Call, cast: Cast, **changes: Any) -> Any:
    return call(cast.organization_department, "POST", url(cast.root), json=WINTER | changes)


def test_the_department_enters_a_vacation_and_every_member_reads_it(call: Call, cast: Cast) -> None:
    made = entered(call, cast)
    assert (made.status_code, made.json["entered_by"]) == (201, "周明")
    assert body(entered(call, cast))["id"] == made.json["id"]
    assert entered(call, cast, category="student", last_day="2027-02-28").status_code == 201
    for year, count in ((2026, 0), (2027, 2)):
        found = body(call(cast.zhang_min, "GET", f"{url(cast.branch)}/{year}"))["items"]
        assert len(found) == count
    assert [(each["category"], each["title"], each["last_day"]) for each in found] == [
        ("staff", "2027 年寒假", "2027-02-23"),
        ("student", "2027 年寒假", "2027-02-28"),
    ]


@pytest.mark.parametrize("person", ["zhang_min", "li_wei", "chen_jing", "administrator", "inspector"])
def test_nobody_else_enters_one(call: Call, cast: Cast, person: str) -> None:
    assert call(getattr(cast, person), "POST", url(cast.root), json=WINTER).status_code == 403


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"category": "retired"}, "no_vacation"),
        ({"last_day": "2027-01-22"}, "invalid_dates"),
        ({"last_day": "2027-05-23"}, "vacation_too_long"),
        ({"title": "寒"}, "invalid_input"),
    ],
)
def test_a_vacation_that_cannot_be(call: Call, cast: Cast, changes: dict[str, str], code: str) -> None:
    assert refusal(entered(call, cast, **changes)) == (422, code)


def test_the_longest_vacation_and_one_day_more(call: Call, cast: Cast) -> None:
    assert entered(call, cast, last_day="2027-05-22").status_code == 201


def test_it_is_set_for_the_whole_university(call: Call, cast: Cast) -> None:
    answer = call(cast.organization_department, "POST", url(cast.general_branch), json=WINTER)
    assert refusal(answer) == (422, "not_a_root")


@pytest.mark.parametrize(
    ("first", "last", "overlaps"),
    [
        ("2027-02-23", "2027-03-01", True),
        ("2027-02-24", "2027-03-01", False),
        ("2027-01-01", "2027-01-22", False),
        ("2027-02-01", "2027-02-02", True),
    ],
)
def test_two_of_one_category_do_not_overlap(call: Call, cast: Cast, first: str, last: str, overlaps: bool) -> None:
    entered(call, cast)
    second = entered(call, cast, title="延期", first_day=first, last_day=last)
    assert second.status_code == (409 if overlaps else 201)
    assert entered(call, cast, category="student", first_day=first, last_day=last).status_code == 201


def test_a_vacation_is_corrected_and_removed(call: Call, cast: Cast) -> None:
    number = entered(call, cast).json["id"]
    entered(call, cast, title="春假", first_day="2027-04-05", last_day="2027-04-09")
    change = {key: WINTER[key] for key in ("title", "first_day")} | {"last_day": "2027-02-25"}
    path = f"/vacations/{number}"
    for _ in range(2):
        assert body(call(cast.organization_department, "PUT", path, json=change))["last_day"] == "2027-02-25"
    overlapping = change | {"last_day": "2027-04-06"}
    assert refusal(call(cast.organization_department, "PUT", path, json=overlapping)) == (409, "vacations_overlap")
    assert call(cast.li_wei, "PUT", path, json=change).status_code == 403
    assert call(cast.organization_department, "DELETE", path).status_code == 204
    assert call(cast.organization_department, "DELETE", path).status_code == 404
