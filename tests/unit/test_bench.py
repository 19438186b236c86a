"""The benchmarks' runner: what it finds, what it prints, what it refuses."""

import json
from collections.abc import Iterator

import pytest

from scripts.bench import __main__ as runner
from scripts.bench.lines import Line, measured

KEYS = ["bench", "database", "metric", "value", "unit", "against", "ratio", "goal", "met"]


def quick(size: str) -> Iterator[Line]:
    yield measured("quick", size, 12.34567, "s", against="nothing: 10 s", ratio=1.234567, goal="< 20 s", met=True)
    yield measured("quick", "rows", 3, "rows", database="sqlite")


@pytest.fixture(autouse=True)
def benches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "discovered", lambda: {"quick": quick, "other": quick})


def test_every_line_is_json_with_the_same_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main(["only=quick", "size=full"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert list(first) == list(second) == KEYS
    assert (first["metric"], first["value"], first["ratio"], first["met"]) == ("full", 12.35, 1.235, True)
    assert (second["database"], second["value"], second["goal"]) == ("sqlite", 3.0, None)


def test_all_run_at_the_default_size_unless_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main([]) == 0
    assert [json.loads(line)["metric"] for line in capsys.readouterr().out.splitlines()] == ["default", "rows"] * 2


@pytest.mark.parametrize("arguments", [["only=nonsense"], ["size=huge"], ["quick"], ["only=quick", "fast=yes"]])
def test_what_it_does_not_know_is_refused_with_the_list(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert runner.main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "benchmarks: quick, other; sizes: default, full" in captured.err


def test_the_modules_with_a_run_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    found = runner.discovered()
    assert "start" in found
    assert not {"lines", "databases", "serving"} & found.keys()
