"""The words of check-in's answers: every answer has them, and their places can be filled."""

import re
from pathlib import Path

from server.meetings.check_in.service import CheckInResult
from server.meetings.check_in.wording import catalogue, for_a_page
from server.meetings.rules import CheckInRefusal

PAGE = Path(__file__).resolve().parents[2] / "docs" / "check-in.md"
FILLED = {"when", "starts", "state", "opens", "closes", "message"}
SAID_ELSEWHERE = {"not_signed_in", "token_expired"}


def test_every_answer_of_the_document_has_its_words() -> None:
    table = PAGE.read_text("utf-8").partition("## Answers")[2].partition("What people read")[0]
    rows = [line.split("|")[2] for line in table.splitlines() if re.match(r"\| \d{3} ", line)]
    told = {code for row in rows for code in re.findall(r"`(\w+)`", row)}
    answers = catalogue().answers
    assert {*CheckInResult, *CheckInRefusal} <= told
    assert told - SAID_ELSEWHERE <= set(answers)
    assert not [code for code in told - SAID_ELSEWHERE - set(CheckInResult) if not answers[code].message]


def test_what_counts_says_that_there_is_nothing_left_to_do() -> None:
    answers = catalogue().answers
    assert not [result for result in CheckInResult if not answers[result].note]


def test_only_known_places_are_left_to_be_filled() -> None:
    for code, words in catalogue().answers.items():
        assert set(re.findall(r"\{(\w*)\}", f"{words.words}{words.note}")) <= FILLED, code
        assert "{" not in f"{words.heading}{words.helped}{words.message}{words.offer}{words.tips}", code


def test_the_words_may_stand_in_a_page() -> None:
    assert "<" not in for_a_page()
