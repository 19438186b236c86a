"""The rotating code: it counts in its own step and the two after it, for one meeting, and tells nothing of others."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.meetings.check_in import codes

SECRET = b"s" * 32
MAC_BITS = codes.MAC_LENGTH * 6
public_ids = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", min_size=1, max_size=16)
steps = st.integers(0, 10**10)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


def key_of(public_id: str = "meeting") -> bytes:
    return codes.meeting_key(SECRET, public_id)


def mac_of(code: str) -> str:
    return code.partition(".")[2]


@given(public_ids, instants, st.integers(-5, 5))
def test_a_code_counts_in_its_own_step_and_the_two_after_it_and_in_no_other(
    public_id: str, instant: datetime, distance: int
) -> None:
    key, step = key_of(public_id), codes.step_at(instant)
    code = codes.code_of(key, step + distance)
    assert codes.is_genuine(key, code)
    assert codes.is_current(key, code, at=instant) == (distance in (0, -1, -2))


@given(steps)
def test_a_code_lives_thirty_seconds_to_the_microsecond(step: int) -> None:
    step = step % 10**9 + 1
    code, begin = codes.code_of(key_of(), step), codes.step_start(step)
    moments = {
        begin - timedelta(microseconds=1): False,
        begin: True,
        begin + timedelta(seconds=30, microseconds=-1): True,
        begin + timedelta(seconds=30): False,
    }
    assert {moment: codes.is_current(key_of(), code, at=moment) for moment in moments} == moments


@given(public_ids, public_ids, steps)
def test_a_code_counts_for_no_other_meeting(one: str, other: str, step: int) -> None:
    assert codes.is_genuine(key_of(other), codes.code_of(key_of(one), step)) == (one == other)


@given(steps, steps)
def test_a_mac_counts_for_no_other_step(one: int, other: int) -> None:
    moved = f"{other}.{mac_of(codes.code_of(key_of(), one))}"
    assert codes.is_genuine(key_of(), moved) == (one == other)


@given(steps, st.integers(0, codes.MAC_LENGTH - 1), st.characters(codec="utf-8"))
def test_one_letter_changed_makes_it_worthless(step: int, place: int, letter: str) -> None:
    head, _, mac = codes.code_of(key_of(), step).partition(".")
    changed = mac[:place] + letter + mac[place + 1 :]
    assert codes.is_genuine(key_of(), f"{head}.{changed}") == (changed == mac)


@given(st.text(max_size=40))
def test_anything_else_is_no_code_and_no_crash(text: str) -> None:
    assert not codes.is_genuine(key_of(), text)


@pytest.mark.parametrize("form", ["0{}", "+{}", " {}", "{}\n", "１{}"])
def test_a_code_is_written_in_one_way_only(form: str) -> None:
    code = codes.code_of(key_of(), 7)
    assert not codes.is_genuine(key_of(), form.format(code))


def test_the_mac_is_long_enough_and_codes_of_a_day_are_all_different() -> None:
    assert MAC_BITS >= 64
    day = [mac_of(codes.code_of(key_of(), step)) for step in range(8_640)]
    assert len(set(day)) == len(day)
    assert all(re.fullmatch(rf"[A-Za-z0-9_-]{{{codes.MAC_LENGTH}}}", mac) for mac in day)


def test_a_code_shares_no_bits_with_those_before_it() -> None:
    """Half of the bits differ from one step to the next, as of any two random texts: nothing to go on."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    macs = [mac_of(codes.code_of(key_of(), step)) for step in range(2_000)]
    numbers = [int("".join(f"{alphabet.index(letter):06b}" for letter in mac), 2) for mac in macs]
    changed = [(one ^ next_one).bit_count() for one, next_one in pairwise(numbers)]
    assert abs(sum(changed) / len(changed) - MAC_BITS / 2) < 1


def test_keys_differ_by_meeting_and_by_secret() -> None:
    keys = {codes.meeting_key(secret, name) for secret in (SECRET, b"t" * 32) for name in ("a", "b", "A")}
    assert len(keys) == 6
    assert all(len(key) == 32 for key in keys)


@given(instants, st.integers(-5, 5))
def test_six_digits_count_in_the_same_steps(instant: datetime, distance: int) -> None:
    digits = codes.digits_of(key_of(), codes.step_at(instant) + distance)
    assert re.fullmatch(r"[0-9]{6}", digits)
    nearby = {codes.digits_of(key_of(), codes.step_at(instant) + each) for each in (0, -1, -2)}
    assert codes.are_current_digits(key_of(), digits, at=instant) == (digits in nearby)


def test_digits_are_spread_over_all_there_are_and_tell_nothing_of_the_code() -> None:
    shown = [codes.digits_of(key_of(), step) for step in range(20_000)]
    assert len(set(shown)) > 19_500
    assert {digits[0] for digits in shown} == set("0123456789")
    assert codes.digits_of(key_of("other"), 1) != codes.digits_of(key_of(), 1)


@given(public_ids, steps)
def test_the_payload_is_a_url_with_the_code(public_id: str, step: int) -> None:
    code = codes.code_of(key_of(public_id), step)
    url = codes.payload_url("https://x.edu.cn", public_id, code)
    assert url == f"https://x.edu.cn/c/{public_id}?t={code}"


@given(public_ids, steps)
def test_what_is_no_address_of_a_code_is_none(public_id: str, step: int) -> None:
    code = codes.code_of(key_of(public_id), step)
    for text in (
        "",
        "?",
        f"https://x.edu.cn/m/{public_id}?t={code}",
        f"https://x.edu.cn/c/{public_id}#t={code}",
        f"?t={code}",
    ):
        assert codes.payload_in(text) is None


@given(st.text(max_size=60))
def test_any_text_is_read_without_a_crash(text: str) -> None:
    codes.payload_in(text)
    codes.payload_in(f"https://x.edu.cn/c/{text}")
    codes.payload_link_in(text)


def test_a_link_is_found_among_the_words_around_it() -> None:
    code = codes.code_of(key_of(), 7)
    link = f"https://x.edu.cn/c/meeting?t={code}"
    for said in (link, f"签到 {link}#rd", f"【签到】{link}&from=singlemessage，快来", f"{link}\n收到"):
        found = codes.payload_link_in(said)
        assert found is not None
        assert codes.payload_in(found) == ("meeting", code)
    for said in ("482915", "版本 1.2.3 好了吗", "https://example.org/c/x", "meeting.7.AAAAAAAAAAA"):
        assert codes.payload_link_in(said) is None
