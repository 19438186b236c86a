"""Held check-ins over HTTP: 202 for whoever is beyond, the host's word, the switch, and a loop of exchanges."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from scripts.bench.hall import furnish
from server import clock, config
from server.meetings.check_in import codes
from server.meetings.check_in.tally import EXCHANGES_EACH, EXCHANGES_FREELY, OWN_EXCHANGES
from server.meetings.check_in.tickets import read_ticket
from server.meetings.held.wording import WORDS
from server.meetings.models import Attendance, HeldCheckIn, Meeting
from server.meetings.rules import HeldStatus
from server.organizations.models import Member
from tests.api.answers import refusal
from tests.cast import Cast
from tests.conftest import Call
from tests.meeting import make_meeting

FIVE = ("zhang_min", "wang_fang", "li_wei", "sun_li", "zhou_yu")
Exchange = Callable[..., str]


@pytest.fixture(autouse=True)
def _drained(app: OpenAPI) -> Iterator[None]:
    """Nothing of one test is written into the next one's database."""
    yield
    app.extensions["committer"].drain()


@pytest.fixture
def meeting(session: Session, cast: Cast) -> Meeting:
    return make_meeting(session, cast, invited={cast.branch: [cast.people[key] for key in FIVE]})


@pytest.fixture
def exchange(client: FlaskClient, settings: config.Settings, meeting: Meeting) -> Exchange:
    """Exchange the code that stands on the screen, from an address and as whoever is signed in, if anybody."""
    public_id = meeting.public_id

    def exchange(address: str = "10.0.0.1", token: str | None = None) -> str:
        key = codes.meeting_key(settings.secret_key, public_id)
        answer = client.post(
            "/api/v1/check-in-tickets",
            json={"code": f"{public_id}.{codes.code_of(key, codes.step_at(clock.now()))}"},
            headers={"Authorization": f"Bearer {token}"} if token else {},
            environ_overrides={"REMOTE_ADDR": address},
        )
        assert answer.status_code == 201
        return str(answer.json["ticket"]) if answer.json else ""

    return exchange


def is_beyond(settings: config.Settings, text: str) -> bool:
    ticket = read_ticket(settings.secret_key, text)
    assert ticket is not None
    return ticket.beyond


def there(session: Session, meeting: Meeting) -> int:
    count = session.scalar(select(func.count()).where(Attendance.meeting_id == meeting.id)) or 0
    session.commit()  # on SQLite reading holds the lock too
    return count


def listed(call: Call, cast: Cast, meeting: Meeting) -> dict[str, Any]:
    answer = call(cast.sun_li, "GET", f"/meetings/{meeting.id}/held-check-ins")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json
    return found


def test_a_forwarded_ticket_checks_in_two_of_five(
    call: Call, cast: Cast, session: Session, meeting: Meeting, exchange: Exchange
) -> None:
    ticket = exchange()
    answers = [call(cast.people[key], "POST", "/check-ins", json={"ticket": ticket}) for key in FIVE]
    assert [answer.status_code for answer in answers] == [201, 201, 202, 202, 202]
    third = answers[2].json
    assert (third["result"], third["state"], third["member_name"]) == ("held", "held", "李伟")
    assert (third["words"], third["advice"]) == (
        WORDS[HeldStatus.waiting].heading,
        WORDS[HeldStatus.waiting].advice,
    )
    assert third["words"] == "已收到，待会议主持人确认"
    assert not {"张敏", "王芳"} & set(str(third).split("'")), "nobody is told who the others were"
    again = call(cast.li_wei, "POST", "/check-ins", json={"ticket": ticket})
    assert (again.status_code, again.json) == (202, third)
    assert there(session, meeting) == 2


def test_one_helper_enters_one_of_five(
    call: Call, cast: Cast, session: Session, meeting: Meeting, exchange: Exchange
) -> None:
    session.execute(update(Member).values(work_number=func.upper(Member.work_number)))
    session.commit()
    ticket = exchange()
    assert call(cast.wang_fang, "POST", "/check-ins", json={"ticket": ticket}).status_code == 201
    said = []
    for key in ("zhang_min", "li_wei", "sun_li", "zhou_yu"):
        body = {"ticket": ticket if key == "zhang_min" else exchange(), "for_work_number": key}
        said.append(call(cast.wang_fang, "POST", "/check-ins", json=body).status_code)
    assert said == [201, 202, 202, 202]
    assert there(session, meeting) == 2
    items = listed(call, cast, meeting)["items"]
    assert {(item["why"], item["helper"]) for item in items} == {("many_helped", "王芳")}


def test_exchanging_in_a_loop_ends_in_tickets_that_are_held(
    call: Call, cast: Cast, settings: config.Settings, meeting: Meeting, exchange: Exchange
) -> None:
    most = EXCHANGES_FREELY + EXCHANGES_EACH * len(FIVE)
    tickets = [exchange() for _ in range(most + 5)]
    assert [is_beyond(settings, ticket) for ticket in tickets] == [False] * most + [True] * 5
    answer = call(cast.zhang_min, "POST", "/check-ins", json={"ticket": tickets[-1]})
    assert (answer.status_code, answer.json["result"]) == (202, "held")
    assert listed(call, cast, meeting)["items"][0]["why"] == "many_exchanges"
    assert not is_beyond(settings, exchange("10.0.0.2")), "another address is another"
    own = exchange(token=cast.wang_fang.token)
    assert not is_beyond(settings, own), "who has signed in does not pay for the address"
    assert call(cast.wang_fang, "POST", "/check-ins", json={"ticket": own}).status_code == 201


def test_who_has_signed_in_gets_five_tickets_by_code_or_digits(
    call: Call, cast: Cast, settings: config.Settings, meeting: Meeting, exchange: Exchange
) -> None:
    def digits() -> str:
        key = codes.meeting_key(settings.secret_key, meeting.public_id)
        typed = codes.digits_of(key, codes.step_at(clock.now()))
        return str(call(cast.zhang_min, "POST", "/check-in-digits", json={"digits": typed}).json["ticket"])

    tickets = [exchange(token=cast.zhang_min.token)] + [digits() for _ in range(OWN_EXCHANGES)]
    assert [is_beyond(settings, ticket) for ticket in tickets] == [False] * OWN_EXCHANGES + [True]
    assert not is_beyond(settings, exchange(token=cast.wang_fang.token))


def test_a_hall_of_three_hundred_behind_one_address_is_all_there(
    client: FlaskClient, engine: Engine, session: Session, settings: config.Settings
) -> None:
    """Nobody is signed in when they scan, and every second one has to scan again; then each checks in."""
    hall = furnish(engine, seats=300, rooms=1, now=clock.now())
    (room,) = hall.rooms
    key = codes.meeting_key(settings.secret_key, room.public_id)
    hall_address = {"REMOTE_ADDR": "10.0.0.1"}
    said = []
    for number, seat in enumerate(hall.seats):
        for _ in range(1 + number % 2):
            code = f"{room.public_id}.{codes.code_of(key, codes.step_at(clock.now()))}"
            exchanged = client.post("/api/v1/check-in-tickets", json={"code": code}, environ_overrides=hall_address)
        assert exchanged.json is not None
        answer = client.post(
            "/api/v1/check-ins",
            json={"ticket": exchanged.json["ticket"]},
            headers={"Authorization": f"Bearer {seat.token}"},
            environ_overrides=hall_address,
        )
        said.append(answer.status_code)
    assert said == [201] * 300
    assert session.scalar(select(func.count()).select_from(Attendance)) == 300
    assert session.scalar(select(func.count()).select_from(HeldCheckIn)) == 0


def test_the_host_decides_one_or_several(
    call: Call, cast: Cast, session: Session, meeting: Meeting, exchange: Exchange
) -> None:
    ticket = exchange()
    for key in FIVE:
        call(cast.people[key], "POST", "/check-ins", json={"ticket": ticket})
    before = listed(call, cast, meeting)
    assert (before["waiting"], before["allows_sharing"]) == (3, False)
    assert [(item["name"], item["own"], item["others"]) for item in before["items"]] == [
        ("李伟", False, ["张敏", "王芳"]),
        ("孙丽", True, ["张敏", "王芳"]),
        ("周宇", False, ["张敏", "王芳"]),
    ]
    path = f"/meetings/{meeting.id}/held-check-ins"
    ids = [cast.li_wei.member_id, cast.zhou_yu.member_id]
    after = call(cast.sun_li, "POST", f"{path}/confirm", json={"member_ids": ids}).json
    assert (after["waiting"], there(session, meeting)) == (1, 4)
    reason = {"member_ids": [cast.zhou_yu.member_id], "reason": "未在会场见到"}
    changed = call(cast.sun_li, "POST", f"{path}/dismiss", json=reason).json
    (line,) = [item for item in changed["items"] if item["name"] == "周宇"]
    assert (line["status_title"], line["reason"], line["decided_by"]) == ("签到未确认", "未在会场见到", "孙丽")
    own = call(cast.sun_li, "POST", f"{path}/confirm", json={"member_ids": [cast.sun_li.member_id]})
    assert refusal(own) == (403, "own_attendance")
    dismissed = call(cast.zhou_yu, "POST", "/check-ins", json={"ticket": ticket})
    assert (dismissed.status_code, dismissed.json["result"]) == (200, "dismissed")
    assert dismissed.json["words"] == "签到未确认"


@pytest.mark.parametrize(
    "body", [{"member_ids": []}, {"member_ids": [1] * 501}, {"member_ids": ["x"]}, {}, {"member_ids": [0]}]
)
def test_a_confirmation_names_whom(call: Call, cast: Cast, meeting: Meeting, body: dict[str, Any]) -> None:
    assert call(cast.sun_li, "POST", f"/meetings/{meeting.id}/held-check-ins/confirm", json=body).status_code == 422


def test_a_dismissal_says_why(call: Call, cast: Cast, meeting: Meeting) -> None:
    body = {"member_ids": [cast.zhang_min.member_id], "reason": " "}
    assert call(cast.sun_li, "POST", f"/meetings/{meeting.id}/held-check-ins/dismiss", json=body).status_code == 422


def test_the_switch_lets_all_five_in_and_is_taken_back(
    call: Call, cast: Cast, session: Session, meeting: Meeting, exchange: Exchange
) -> None:
    switch = f"/meetings/{meeting.id}/sharing"
    assert call(cast.li_wei, "PUT", switch, json={"allowed": True}).json["allows_sharing"] is True
    ticket = exchange()
    said = [call(cast.people[key], "POST", "/check-ins", json={"ticket": ticket}).status_code for key in FIVE[:4]]
    assert said == [201] * 4
    assert call(cast.li_wei, "PUT", switch, json={"allowed": False}).json["allows_sharing"] is False
    assert call(cast.zhou_yu, "POST", "/check-ins", json={"ticket": ticket}).status_code == 202
    screen = call(cast.li_wei, "GET", f"/meetings/{meeting.id}/screen").json
    assert (screen["counts"]["held"], screen["counts"]["present"]) == (1, 4)


def test_a_member_reads_what_became_of_it(call: Call, cast: Cast, meeting: Meeting, exchange: Exchange) -> None:
    path = f"/members/{cast.li_wei.member_id}/meetings/{meeting.id}"
    assert call(cast.li_wei, "GET", path).json["held"] is None
    ticket = exchange()
    for key in FIVE[:3]:
        call(cast.people[key], "POST", "/check-ins", json={"ticket": ticket})
    shown = call(cast.li_wei, "GET", path).json
    assert (shown["standing"], shown["held"]["status"]) == ("held", "waiting")
    decide = f"/meetings/{meeting.id}/held-check-ins"
    body = {"member_ids": [cast.li_wei.member_id]}
    call(cast.sun_li, "POST", f"{decide}/dismiss", json=body | {"reason": "未在会场见到"})
    shown = call(cast.li_wei, "GET", path).json["held"]
    assert (shown["words"], shown["reason"]) == ("签到未确认", "未在会场见到")
    call(cast.sun_li, "POST", f"{decide}/confirm", json=body)
    shown = call(cast.li_wei, "GET", path).json
    assert (shown["standing"], shown["held"]["words"], shown["held"]["reason"]) == ("present", "签到已确认", None)
