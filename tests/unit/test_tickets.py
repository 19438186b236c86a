"""Signed tickets: what was signed is read back exactly, and nothing else is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.meetings.check_in.tickets import TICKET_LIFETIME, Ticket, read_ticket, write_ticket

SECRET = b"s" * 32
SEEN = datetime(2026, 6, 18, 2, 0, 0, 123_456, tzinfo=UTC)
TICKET = Ticket("meeting", "a" * 32, SEEN)
tickets = st.builds(
    Ticket,
    st.text("abcXYZ019_-", min_size=1, max_size=16),
    st.text("0123456789abcdef", min_size=32, max_size=32),
    st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.booleans(),
)


@given(tickets)
def test_a_ticket_says_what_was_written_to_the_microsecond(ticket: Ticket) -> None:
    assert read_ticket(SECRET, write_ticket(SECRET, ticket)) == ticket


@given(tickets, st.data())
def test_a_ticket_with_one_letter_changed_says_nothing_new(ticket: Ticket, data: st.DataObject) -> None:
    text = write_ticket(SECRET, ticket)
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("ABCabc019-_."))
    assert read_ticket(SECRET, text[:place] + letter + text[place + 1 :]) in (None, ticket)


@given(st.text(max_size=200))
def test_anything_else_is_no_ticket_and_no_crash(text: str) -> None:
    assert read_ticket(SECRET, text) is None


@pytest.mark.parametrize("text", ["", ".", "..", "a.b", "会.议", write_ticket(b"t" * 32, TICKET)])
def test_what_we_did_not_sign_is_refused(text: str) -> None:
    assert read_ticket(SECRET, text) is None


def test_a_code_is_no_ticket_although_the_secret_is_the_same() -> None:
    body, _, signature = write_ticket(SECRET, TICKET).partition(".")
    assert read_ticket(SECRET, f"{body}.{signature[:-2]}") is None
    assert read_ticket(SECRET, body) is None


def test_a_ticket_is_good_for_ten_minutes_and_not_a_moment_longer() -> None:
    end = SEEN + timedelta(minutes=10)
    assert (TICKET.expires_at(), timedelta(minutes=10)) == (end, TICKET_LIFETIME)
    assert [TICKET.has_expired(at) for at in (SEEN, end, end + timedelta(microseconds=1))] == [False, False, True]


def test_a_ticket_is_short_enough_for_the_body_that_brings_it() -> None:
    assert len(write_ticket(SECRET, Ticket("x" * 16, "f" * 32, SEEN, digits=True))) < 200
