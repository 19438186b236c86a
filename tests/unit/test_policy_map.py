"""The table from the notice to the code: what it names is there, and every part of the notice has a row."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/policy-map.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| clause")]
MISSING = ("not built yet", "–")
TEST = re.compile(r"^`(tests/[\w/]+\.py)::(test_\w+)`$")


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split(" | ")]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: _cells(row)[0])
def test_places_and_tests_exist(row: str) -> None:
    _, places, proof = _cells(row)
    if (places, proof) == MISSING:
        return
    for place in re.findall(r"`([^`]+)`", places):
        assert (ROOT / place).exists(), place
    found = [TEST.match(each) for each in proof.split(", ")]
    assert found
    for match in found:
        assert match is not None, proof
        file, name = match.groups()
        assert f"\ndef {name}(" in (ROOT / file).read_text(encoding="utf-8"), name


def test_every_part_of_the_notice_has_a_table() -> None:
    assert re.findall(r"^## (.)、", PAGE, re.MULTILINE) == list("一二三四五")
