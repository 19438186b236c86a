"""The rules of feedback: its course, its query codes, and how a flood is folded."""

from datetime import date
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.feedback import codes
from server.feedback.rules import (
    ALIKE,
    FROM_ONE_NETWORK,
    KIND_TITLES,
    OPEN,
    OUTCOME_TITLES,
    REFUSAL_TITLES,
    STATUS_TITLES,
    STEP_TITLES,
    FeedbackAction,
    FeedbackArrival,
    FeedbackKind,
    FeedbackOutcome,
    FeedbackRefusal,
    FeedbackStatus,
    folds,
    grouped,
    is_open,
    next_status,
)

KEY = b"a" * 32
DAY = date(2026, 6, 18)
S, A = FeedbackStatus, FeedbackAction


def test_what_has_ended_takes_no_step() -> None:
    for status in FeedbackStatus:
        steps = [each for each in FeedbackAction if next_status(status, each) is not None]
        assert bool(steps) == (status in OPEN)
        assert is_open(status) == (status in OPEN)


def test_only_what_was_admitted_is_answered_or_handed_over() -> None:
    assert next_status(S.submitted, A.answer) is None
    assert next_status(S.submitted, A.hand_over) is None
    assert next_status(S.investigating, A.answer) is S.answered
    assert next_status(S.investigating, A.hand_over) is S.handed_over
    assert next_status(S.investigating, A.refuse) is None


@pytest.mark.parametrize(
    ("codes_of", "titles"),
    [
        (FeedbackKind, KIND_TITLES),
        (FeedbackStatus, STATUS_TITLES),
        (FeedbackAction, STEP_TITLES),
        (FeedbackOutcome, OUTCOME_TITLES),
        (FeedbackRefusal, REFUSAL_TITLES),
    ],
)
def test_everything_has_words(codes_of: type[StrEnum], titles: dict[StrEnum, str]) -> None:
    assert titles.keys() == set(codes_of)


def test_a_code_is_the_forms_and_has_two_groups_without_look_alikes() -> None:
    code = codes.code_of(KEY, "f" * 32)
    assert code == codes.code_of(KEY, "f" * 32)
    assert code != codes.code_of(KEY, "e" * 32)
    assert code != codes.code_of(b"b" * 32, "f" * 32)
    assert len(code) == 8
    assert not set(code) & set("01ILO")
    assert grouped("7K3M9P2Q") == "7K3M 9P2Q"


@given(st.text(alphabet="0123456789abcdef", min_size=32, max_size=32))
def test_a_code_is_read_however_it_is_typed(form: str) -> None:
    code = codes.code_of(KEY, form)
    assert codes.normal_code(grouped(code)) == code
    assert codes.normal_code(f" {code[:4].lower()}-{code[4:]} ") == code
    assert codes.normal_code(code[:7]) is None
    assert codes.normal_code(f"{code[:7]}0") is None


def test_a_hash_does_not_show_its_code_and_hangs_on_the_key() -> None:
    assert codes.code_hash(KEY, "7K3M9P2Q") != codes.code_hash(b"b" * 32, "7K3M9P2Q")
    assert "7K3M" not in codes.code_hash(KEY, "7K3M9P2Q").upper()


def test_a_network_has_another_mark_every_day() -> None:
    mark = codes.sender_of(KEY, "198.51.100.7", DAY)
    assert mark == codes.sender_of(KEY, "198.51.100.7", DAY)
    assert mark != codes.sender_of(KEY, "198.51.100.7", date(2026, 6, 19))
    assert len(mark) == 4, "one of 65,536: too few to tell whose it was"


def test_words_are_the_same_whatever_stands_between() -> None:
    assert codes.words_key(KEY, "没有人 值守。\n") == codes.words_key(KEY, "没有人值守。")
    assert codes.words_key(KEY, "没有人值守。") != codes.words_key(KEY, "有人值守。")


def test_a_flood_of_the_same_words_is_one_and_stands_last() -> None:
    flood = [FeedbackArrival(at, "same", f"{at:04x}") for at in range(1_000)]
    real = [FeedbackArrival(2_000, "a", "ffff"), FeedbackArrival(2_001, "b", None)]
    found = folds([*flood[:500], *real, *flood[500:]])
    assert found[:2] == ((2_000,), (2_001,))
    assert [len(each) for each in found[2:]] == [1_000]


def test_many_of_one_network_and_day_are_one_but_not_who_was_signed_in() -> None:
    flood = [FeedbackArrival(at, f"words {at}", "beef") for at in range(FROM_ONE_NETWORK)]
    signed_in = [FeedbackArrival(100 + at, f"other {at}", None) for at in range(FROM_ONE_NETWORK)]
    found = folds([*flood, *signed_in])
    assert found[:-1] == tuple((each.id,) for each in signed_in)
    assert len(found[-1]) == FROM_ONE_NETWORK


def test_a_few_alike_stay_apart() -> None:
    assert len(folds([FeedbackArrival(at, "same", "beef") for at in range(ALIKE - 1)])) == ALIKE - 1
    assert len(folds([FeedbackArrival(at, "same", None) for at in range(ALIKE)])) == 1
    assert (
        len(folds([FeedbackArrival(at, f"{at}", "beef") for at in range(FROM_ONE_NETWORK - 1)])) == FROM_ONE_NETWORK - 1
    )


def test_a_flood_of_the_same_words_does_not_take_others_of_its_network_with_it() -> None:
    flood = [FeedbackArrival(at, "same", "beef") for at in range(50)]
    assert folds([*flood, FeedbackArrival(99, "real", "beef")])[0] == (99,)
