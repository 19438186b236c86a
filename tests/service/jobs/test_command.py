"""`xianfeng jobs`: times, failures, one job by hand."""

from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine
from time_machine import Traveller

from server import cli


def xianfeng(directory: Path, *words: str) -> Result:
    return CliRunner().invoke(cli.main, list(words), env={"XIANFENG_DATA": str(directory)})


@pytest.mark.sqlite_only
def test_the_command_shows_times_and_failures_and_runs_one_job(
    engine: Engine, tmp_path: Path, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(engine: Engine, *, now: datetime) -> int:
        raise RuntimeError("no [space] left")

    monkeypatch.setattr(cli.console, "width", 200)
    assert "每 5 分钟" in xianfeng(tmp_path, "jobs").output
    with monkeypatch.context() as broken:
        broken.setattr("server.meetings.settlement.due.settle_due", refuse)
        for _ in range(2):
            failed = xianfeng(tmp_path, "jobs", "run", "settle_meetings")
            assert failed.exit_code == 1
            assert "会议到期结算没有完成" in failed.output
    shown = xianfeng(tmp_path, "jobs").output
    assert "失败 2 次" in shown
    assert "RuntimeError: no [space] left" in shown
    assert "2026-06-18 10:05" in shown  # when it is next due
    done = xianfeng(tmp_path, "jobs", "run", "settle_meetings", "--period", "2026-06-18T10:00")
    assert "会议到期结算已完成：2026-06-18 10:00" in done.output
    shown = xianfeng(tmp_path, "jobs").output
    assert "完成 2026-06-18 10:00" in shown
    assert "未完成" not in shown


@pytest.mark.parametrize("words", [("jobs",), ("jobs", "run", "purge_photos"), ("scheduler",)])
def test_the_commands_ask_for_the_schema_first(tmp_path: Path, words: tuple[str, ...]) -> None:
    asked = xianfeng(tmp_path, *words)
    assert asked.exit_code == 1
    assert "xianfeng db upgrade" in asked.output


@pytest.mark.sqlite_only
def test_the_command_says_what_it_does_not_know(engine: Engine, tmp_path: Path) -> None:
    unknown = xianfeng(tmp_path, "jobs", "run", "make_coffee")
    assert unknown.exit_code == 1
    assert "settle_meetings" in unknown.output
    early = xianfeng(tmp_path, "jobs", "run", "purge_photos", "--period", "2026-06-18T04:00")
    assert early.exit_code == 1
    assert "每天 03:30" in early.output
