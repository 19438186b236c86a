"""What people read of each answer to a check-in, from `data/answers.json`: the page, the app and the bot say the same.

The page behind the QR carries the file in itself, and the app a copy that `make types` writes: both have to say what
happened without a network, too.
"""

import json
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from server.meetings.rules import AttendanceState

_DATA = Path(__file__).parent / "data" / "answers.json"


class _CatalogueModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AnswerWords(_CatalogueModel):
    """`message`: of a refusal, all in one sentence. `helped`: the heading where another is checked in (代签).

    `words` and `note` have places for `{when}`, `{starts}`, `{state}`, `{opens}`, `{closes}`, `{message}`. `tips` say
    what else can be done, `by_hand` that the secretary can enter it; `offer` is what the same ticket can still do.
    """

    heading: str
    words: str
    helped: str | None = None
    note: str | None = None
    message: str = ""
    tips: tuple[tuple[str, str], ...] = ()
    by_hand: bool = False
    offer: str | None = None


class CheckInCatalogue(_CatalogueModel):
    """`answers` by result, by code of a refusal, or by a case of it."""

    states: dict[AttendanceState, str]
    by_hand: tuple[str, str]
    answers: dict[str, AnswerWords]


@cache
def catalogue() -> CheckInCatalogue:
    return CheckInCatalogue.model_validate_json(_DATA.read_bytes())


def answer_words(code: str) -> AnswerWords:
    return catalogue().answers[code]


def message(code: str) -> str:
    return answer_words(code).message


@cache
def for_a_page() -> str:
    """Return the words as JSON that may stand in HTML."""
    return json.dumps(json.loads(_DATA.read_bytes()), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
