"""An export speaks Chinese: every code that a field may hold has a word."""

import re
import typing
from collections.abc import Iterator
from enum import StrEnum

import pytest
from sqlalchemy.orm import InstrumentedAttribute

from server import app
from server.audit.holdings import ACTIONS, SUBJECTS
from server.audit.subjects import AuditSubject
from server.export import registry
from server.holdings import DataSubject, Holding
from tests.api.audit_table import LINES

assert app.FEATURES
HOLDINGS = list(registry.holdings(DataSubject(1, 1, "张敏", None, 1, (1,), ("member:1",))))
BY_NOBODY = {"bulletin_draw_up bulletin", "standard_carried_forward standard", "screens_close meeting"}
"""What no request leaves: jobs and commands do."""


def enums_in(hint: object) -> Iterator[type[StrEnum]]:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        yield hint
    for part in typing.get_args(hint):
        yield from enums_in(part)


def codes_of(field: object) -> Iterator[str]:
    if isinstance(field, InstrumentedAttribute):
        for kind in enums_in(typing.get_type_hints(field.class_)[field.key]):
            yield from (member.value for member in kind)


@pytest.mark.parametrize("holding", HOLDINGS, ids=[holding.title for holding in HOLDINGS])
def test_every_code_of_a_field_has_a_word(holding: Holding) -> None:
    words = holding.words or {}
    codes = {(title, code) for title, field in holding.fields.items() for code in codes_of(field)}
    assert not {(title, code) for title, code in codes if code not in words}


def test_every_act_and_subject_of_the_trail_has_a_word() -> None:
    lines = [line.split() for kept in (*LINES.values(), *BY_NOBODY) for line in re.split(r" \+ | \| ", kept)]
    assert len(lines) > 100
    assert {act for act, _ in lines} <= ACTIONS.keys()
    assert {subject for _, subject in lines} <= set(AuditSubject)
    assert set(AuditSubject) == SUBJECTS.keys()


def test_a_code_that_is_both_an_act_and_a_subject_has_one_word() -> None:
    assert not [code for code in ACTIONS.keys() & SUBJECTS.keys() if ACTIONS[code] != SUBJECTS[code]]


def test_every_word_is_chinese() -> None:
    words = [word for holding in HOLDINGS for word in (holding.words or {}).values()]
    assert not [word for word in words if re.search(r"[a-z]", word)]
