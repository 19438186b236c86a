"""UTC's day at every place in one run of the tests: places become switches, and a fork tries each with what reaches it.

As a plugin of pytest it runs all tests once as they are and notes which places each reaches. Then it forks for each
place, asks UTC there, and runs those tests, the quickest first, until one fails that passes in a fork without a fault.
To start Python and the tests anew for each place took ten times as long. What no fork notices is not proved unnoticed:
what is asked at import, in another process, or remembered between tests has to be planted in the file (`faults.py`).
"""

import ast
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from _pytest.runner import runtestprotocol

from scripts.day_faults import name, places, wrong

LISTED, FOUND = "DAY_PLACES", "DAY_FOUND"
"""Of the environment: the file with the places to try and the files of their tests, and that for what notices them."""

SECONDS = 300
"""How long the tests of a fork may take."""

_SWITCH = "__import__('scripts.day_forks', fromlist=['asks_utc']).asks_utc"


class _State:
    """What is running, and at which place UTC is asked."""

    def __init__(self) -> None:
        self.test: str | None = None
        self.at: str | None = None
        self.reached: dict[str, dict[str, None]] = {}


_state = _State()


def asks_utc(place: str) -> bool:
    """Whether UTC is asked at a place, now that a test comes by."""
    if _state.test is not None:
        _state.reached.setdefault(place, {})[_state.test] = None
    return place == _state.at


def switched(file: str, text: str) -> str:
    """Return a file's code with a switch at each of its places."""
    spans = {(place.begin, place.end): number for number, place in enumerate(places(text))}
    return ast.unparse(ast.fix_missing_locations(_Switches(file, text, spans).visit(ast.parse(text))))


class _Switches(ast.NodeTransformer):
    def __init__(self, file: str, text: str, spans: dict[tuple[int, int], int]) -> None:
        self.file, self.spans = file, spans
        self.lines = [0]
        for line in text.encode().splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        return self._switch(node)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._switch(node)

    def _switch(self, node: ast.Call | ast.Name) -> ast.expr:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        begin, end = (
            self.lines[node.lineno - 1] + node.col_offset,
            self.lines[node.end_lineno - 1] + node.end_col_offset,
        )
        number = self.spans.get((begin, end))
        inner = self.generic_visit(node)
        assert isinstance(inner, ast.expr)
        if number is None:
            return inner
        right = ast.unparse(inner)
        words = f"({wrong(node, right)} if {_SWITCH}({name(self.file, number)!r}) else {right})"
        return ast.parse(words, mode="eval").body


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    listed: dict[str, list[str]] = json.loads(Path(os.environ[LISTED]).read_text(encoding="utf-8"))
    took: dict[str, float] = {}
    passed: dict[str, pytest.Item] = {}
    for item, following in zip(session.items, [*session.items[1:], session.items[-1]], strict=True):
        _state.test, began = item.nodeid, monotonic()
        if _passes(item, following):
            passed[item.nodeid] = item
        took[item.nodeid] = monotonic() - began
    _state.test = None
    sound: dict[str, bool] = {}
    with Path(os.environ[FOUND]).open("a", encoding="utf-8") as found:
        for place, files in listed.items():
            own = tuple(files)
            tests = [each for each in _state.reached.get(place, ()) if each in passed and each.startswith(own)]
            tests.sort(key=took.__getitem__)
            by = _noticed_by(place, [passed[each] for each in tests], sound)
            found.write(json.dumps({"place": place, "by": by}) + "\n")
            found.flush()
    return True


def _noticed_by(place: str, items: list[pytest.Item], sound: dict[str, bool]) -> str | None:
    """Return the first test that fails with UTC at a place and not without; `sound` remembers those that do not."""
    for failed in _failures(place, items):
        if failed.nodeid not in sound:
            sound[failed.nodeid] = next(_failures(None, [failed]), None) is None
        if sound[failed.nodeid]:
            return failed.nodeid
    return None


def _passes(item: pytest.Item, following: pytest.Item) -> bool:
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))


def _failures(place: str | None, items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """Yield which tests fail in a fork with UTC at a place, one after the other."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        signal.alarm(SECONDS)
        _state.at = place
        for number, item in enumerate(items):
            item.session._setupstate.teardown_exact(item)
            if not _passes(item, item):
                os.write(writing, f"{number}\n".encode())
        os._exit(0)
    os.close(writing)
    try:
        with os.fdopen(reading, encoding="utf-8") as lines:
            for line in lines:
                yield items[int(line)]
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
