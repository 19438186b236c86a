"""What the bot understands, measured on the examples it learns from and on utterances it never saw."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bot.intents import all_intents
from bot.understanding.engine import Meaning, understand
from bot.understanding.likeness import EXAMPLES
from tests.cast import TODAY

FILES = {"corpus": EXAMPLES, "held_out": Path(__file__).parent / "data" / "held_out.jsonl"}
GOAL = 0.985
UNSEEN_GOAL = 0.95


def utterances(name: str) -> list[dict[str, Any]]:
    lines = FILES[name].read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line]


def meaning_of(utterance: dict[str, Any]) -> Meaning:
    return understand(utterance["text"], all_intents(), today=TODAY, moment=utterance.get("in"))


def is_right(utterance: dict[str, Any]) -> bool:
    meaning = meaning_of(utterance)
    return (meaning.intent, meaning.slots) == (utterance["intent"], utterance["slots"])


def test_what_was_written_for_building_is_understood(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = [each for each in utterances("corpus") if not is_right(each)]
    with capsys.disabled():
        for each in wrong:
            print(f"\n{each['text']}: {each['intent']} {each['slots']}, understood as {meaning_of(each)}", end="")
    assert len(wrong) <= len(utterances("corpus")) * (1 - GOAL)


def test_of_what_nobody_looked_at_the_rate_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    held_out = utterances("held_out")
    right = Counter(each["intent"] for each in held_out if is_right(each))
    all_of_them = Counter(each["intent"] for each in held_out)
    rate = right.total() / all_of_them.total()
    with capsys.disabled():
        counts = ", ".join(f"{intent} {right[intent]}/{count}" for intent, count in sorted(all_of_them.items()))
        print(f"\nheld out: {rate:.1%} of {all_of_them.total()} ({counts})")
    assert rate >= UNSEEN_GOAL
