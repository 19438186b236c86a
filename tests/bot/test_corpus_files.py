"""The utterances for the bot are well formed: known intents and slots, values in their formats, nothing said twice."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.understanding.likeness import EXAMPLES
from server.claims.rules import ClaimStatus
from server.meetings.rules import MeetingKind
from server.standards.default import default_document
from server.standards.rules import LeaveKind

FILES = {"corpus": EXAMPLES, "held_out": Path(__file__).parent / "data" / "held_out.jsonl"}
SLOTS = {
    "score": {"year"},
    "why": {"month", "year", "points", "direction", "item"},
    "still_possible": {"year", "item"},
    "rank": {"month", "year"},
    "month": {"month"},
    "claims": {"status", "item"},
    "meetings": {"meeting_kind", "day", "month"},
    "leave": {"meeting_kind", "day", "leave_kind", "reason"},
    "check_in": {"code"},
    "report": {"text", "day", "item", "quantity"},
    "notices": set(),
    "dues": {"month", "year"},
    "attendance": {"meeting_kind", "month", "year"},
    "help": set(),
    "bind": set(),
    "review": set(),
    "approve": set(),
    "adjust": {"points", "reason"},
    "return_claim": {"reason"},
    "reject": {"reason"},
    "skip": set(),
    "undo": set(),
    "yes": set(),
    "no": set(),
    "withdraw": {"item", "meeting_kind", "day"},
    "year_result": {"year"},
    "publicity": set(),
    "year_steps": {"year"},
    "stars": {"year"},
    "stars_why": {"year"},
    "object": set(),
    "objections": set(),
    "greeting": set(),
    "unknown": set(),
}
MOMENT_OF = dict.fromkeys(("approve", "adjust", "return_claim", "reject", "skip"), "review") | {"yes": "confirm"}

LEAST = {"corpus": 6, "held_out": 3}
"""Lines per intent."""


def one_of(values: set[str]) -> Callable[[str], bool]:
    return values.__contains__


def like(pattern: str) -> Callable[[str], bool]:
    return lambda value: re.fullmatch(pattern, value, re.ASCII) is not None


def is_day(value: str) -> bool:
    return date.fromisoformat(value).isoformat() == value


FORMATS: dict[str, Callable[[str], bool]] = {
    "month": like(r"20\d\d-(0[1-9]|1[0-2])"),
    "year": like(r"20\d\d"),
    "points": like(r"\d+(\.\d+)?"),
    "direction": one_of({"deducted", "earned"}),
    "meeting_kind": one_of({kind.value for kind in MeetingKind}),
    "day": is_day,
    "leave_kind": one_of({kind.value for kind in LeaveKind}),
    "reason": bool,
    "code": like(r"\d{6}"),
    "status": one_of({status.value for status in ClaimStatus}),
    "item": one_of({item.code for item in default_document().items}),
    "text": bool,
    "quantity": like(r"\d+(\.\d+)?"),
}


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in FILES[name].read_text(encoding="utf-8").splitlines()]


def folded(text: str) -> str:
    """Leave only what tells two utterances apart: no punctuation, emoji, case or width."""
    return re.sub(r"\W", "", unicodedata.normalize("NFKC", text)).casefold() or text


@pytest.mark.parametrize("name", LEAST)
def test_every_line_has_a_text_a_known_intent_and_its_slots(name: str) -> None:
    for line in lines(name):
        assert {"text", "intent", "slots"} <= line.keys() <= {"text", "intent", "slots", "in"}, line
        assert line["text"] == line["text"].strip() != "", line
        assert line["slots"].keys() <= SLOTS[line["intent"]], line


@pytest.mark.parametrize("name", LEAST)
def test_every_slot_has_its_format(name: str) -> None:
    wrong = [
        (line["text"], slot, value)
        for line in lines(name)
        for slot, value in line["slots"].items()
        if not FORMATS[slot](value)
    ]
    assert not wrong


@pytest.mark.parametrize("name", LEAST)
def test_words_taken_over_stand_in_the_utterance(name: str) -> None:
    for line in lines(name):
        assert line["slots"].get("reason", "") in line["text"], line
        assert line["slots"].get("text", line["text"]) == line["text"], line


@pytest.mark.parametrize("name", LEAST)
def test_what_needs_its_moment_says_it(name: str) -> None:
    for line in lines(name):
        moment = line.get("in")
        assert moment in {None, "review", "confirm"}, line
        assert moment == MOMENT_OF.get(line["intent"], moment), line


def test_nothing_is_said_twice() -> None:
    said = Counter(folded(line["text"]) for name in LEAST for line in lines(name))
    assert not [text for text, times in said.items() if times > 1]


@pytest.mark.parametrize("name", LEAST)
def test_every_intent_has_enough_lines(name: str) -> None:
    found = Counter(line["intent"] for line in lines(name))
    assert not {intent for intent in SLOTS if found[intent] < LEAST[name]}


def test_there_are_enough_of_them_and_enough_held_out() -> None:
    assert len(lines("held_out")) >= 100
    assert sum(len(lines(name)) for name in LEAST) >= 300
