"""Every change that a test makes through the API is held against the table of audit lines, as its answer is against
the OpenAPI document."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, Self

from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Connection, Engine, event
from werkzeug.test import TestResponse

from tests.api.audit_table import LINES, SILENT, UNSEEN

CHANGES = ("POST", "PUT", "PATCH", "DELETE")
BOOKKEEPING = {"audit_lines", "idempotency_records", "counters"}
"""Tables that a request may write to without having changed anything."""

LAST = "SELECT MAX(id) FROM audit_lines"
SINCE = "SELECT action, subject_kind FROM audit_lines WHERE id > {}"


class Watch:
    """What a request commits: the tables it changes and the audit lines it leaves."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tables: set[str] = set()
        self._listeners: dict[str, Callable[..., Any]] = {
            "after_cursor_execute": self._executed,
            "commit": self._committed,
            "rollback": self._undone,
            "savepoint": self._saved,
            "rollback_savepoint": self._taken_back,
        }
        self._last = self._ask(LAST)[0][0] or 0

    def __enter__(self) -> Self:
        for name, listener in self._listeners.items():
            event.listen(self._engine, name, listener)
        return self

    def __exit__(self, *_error: object) -> None:
        for name, listener in self._listeners.items():
            event.remove(self._engine, name, listener)

    def changed(self) -> set[str]:
        return self._tables - BOOKKEEPING

    def lines(self) -> set[str]:
        return {f"{action} {kind}" for action, kind in self._ask(SINCE.format(self._last))}

    def _ask(self, query: str) -> Any:
        """Ask the driver: a session would cost as much as a small request, and there are thirteen thousand."""
        with closing(self._engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    def _executed(self, connection: Connection, cursor: Any, statement: str, *_rest: object) -> None:
        words = statement.split(maxsplit=5)
        if words[0] in ("INSERT", "UPDATE", "DELETE", "REPLACE") and cursor.rowcount:
            word = next(word for word in words[1:] if word not in ("OR", "IGNORE", "INTO", "FROM"))
            connection.info.setdefault("changed", set()).add(word.strip('`"'))

    def _committed(self, connection: Connection) -> None:
        self._tables |= connection.info.pop("changed", set())

    def _undone(self, connection: Connection) -> None:
        connection.info.pop("changed", None)

    def _saved(self, connection: Connection, name: str) -> None:
        connection.info[name] = set(connection.info.get("changed", ()))

    def _taken_back(self, connection: Connection, name: str, _context: object) -> None:
        connection.info["changed"] = connection.info.pop(name, set())


@contextmanager
def check(app: OpenAPI, method: str, url: str) -> Iterator[list[TestResponse]]:
    """Hold what is done inside against the table; the answer is appended to the list."""
    answers: list[TestResponse] = []
    if method not in CHANGES:
        yield answers
        return
    with Watch(app.extensions["engine"]) as watch:
        yield answers
    if answers[0].status_code < 300 and watch.changed():
        _hold(_route(app, method, url), watch)


def _hold(route: str, watch: Watch) -> None:
    assert route not in UNSEEN, f"a test changes something by {route} now: take it out of UNSEEN"
    assert route in LINES or route in SILENT, f"add {route} to tests/api/audit_table.py"
    cases: list[set[str]] = (
        [set(case.split(" + ")) for case in LINES[route].split(" | ")] if route in LINES else [set()]
    )
    lines = watch.lines()
    assert lines in cases, f"{route} changed {sorted(watch.changed())} and left {sorted(lines)}"


def _route(app: OpenAPI, method: str, url: str) -> str:
    rule, _arguments = app.url_map.bind("").match(url.partition("?")[0], method, return_rule=True)
    return f"{method} {rule.rule.removeprefix('/api/v1')}"
