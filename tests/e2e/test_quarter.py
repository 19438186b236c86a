"""A few days of the simulated quarter (scripts/quarter): faults, two kills, two schedulers; nothing arrives twice."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from scripts.bench.databases import migrated
from scripts.quarter.report import Ended, Report
from scripts.quarter.simulation import Scale, simulate
from server.pushes.rules import Occasion, PushStatus

SCALE = Scale(members=60, kills=2, until=date(2026, 7, 6))


@pytest.mark.timeout(600)
def test_no_push_arrives_twice_and_none_is_lost(tmp_path: Path) -> None:
    report = simulate(migrated(f"sqlite:///{tmp_path}/quarter.db"), tmp_path, SCALE, seed=20261122)
    assert report.faults == []
    assert report.kills == SCALE.kills
    told = Counter(push.occasion for push in report.pushes)
    assert {Occasion.notice, Occasion.notice_unread, Occasion.month_score, Occasion.meeting_planned} <= told.keys()
    ends = Counter(push.status for push in report.pushes)
    assert ends[PushStatus.sent] > ends[PushStatus.unknown] > 0


def test_a_report_finds_what_must_not_be() -> None:
    def push(number: int, status: PushStatus, arrived: int, reason: str | None = None) -> Ended:
        return Ended(number, f"member:{number}", Occasion.notice, status, reason, arrived)

    pushes = (
        push(1, PushStatus.sent, 2),
        push(2, PushStatus.unreachable, 0),
        push(3, PushStatus.unknown, 1, "timed_out"),
        push(4, PushStatus.waiting, 0, "later"),
        push(5, PushStatus.sent, 1),
    )
    report = Report(pushes, {Occasion.notice: 6}, strangers=1, kills=0, seconds=1.0)
    assert report.faults == [
        "notice: 6 were due, 5 were written",
        "push 1 (notice) is sent and arrived 2 times",
        "push 2 (notice) is unreachable without a reason",
        "push 4 (notice) is waiting and arrived 0 times",
        "1 messages arrived that no push stands for",
    ]
