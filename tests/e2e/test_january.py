"""The first days of a year (scripts/january): what must hold every evening, also where the scheduler stood still."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from scripts.bench.databases import migrated
from scripts.january.books import Books
from scripts.january.rehearsal import Rehearsed, Scale, Schedule, compared, rehearse

SCALE = Scale(members=60, begin=date(2026, 12, 31), until=date(2027, 1, 5), outage=(date(2027, 1, 1), date(2027, 1, 3)))


def rehearsed(directory: Path, schedule: Schedule) -> Rehearsed:
    directory.mkdir()
    return rehearse(migrated(f"sqlite:///{directory}/january.db"), directory, SCALE, schedule, seed=20270101)


@pytest.mark.timeout(600)
def test_the_year_turns_alike_with_two_schedulers_and_with_one_that_stood_still(tmp_path: Path) -> None:
    rehearsals = [rehearsed(tmp_path / schedule, schedule) for schedule in (Schedule.two, Schedule.stopped)]
    assert [(each.schedule, *each.sentences()) for each in rehearsals] == [(Schedule.two,), (Schedule.stopped,)]
    assert list(compared(rehearsals)) == []
    assert all(each.books.ledger and each.pushes.pushes for each in rehearsals)


def test_books_name_the_figures_in_which_they_differ() -> None:
    here = Books({(1, 2027, "B01"): (Decimal(8), 1)}, {(3, "2026-12"): (2, 0)}, {("member:1", "notice"): 1})
    there = Books({(1, 2027, "B01"): (Decimal(16), 2)}, {(3, "2026-12"): (2, 0)}, {})
    assert list(here.unlike(here)) == []
    assert [words.partition(":")[0] for words in here.unlike(there)] == ["ledger", "told"]
