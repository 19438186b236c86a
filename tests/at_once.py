"""Several at the same moment: each in a thread of its own, and all begin together."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from threading import Barrier
from time import monotonic
from typing import TypeVar

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from server.db import transaction
from server.errors import DomainError
from tests.waiting import LONG

T = TypeVar("T")

WAITS = text("SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'")


def at_once(*acts: Callable[[], T]) -> list[T]:
    """Return what each came to, in their order. Raises what one of them raised."""
    together = Barrier(len(acts), timeout=LONG)

    def run(act: Callable[[], T]) -> T:
        together.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def race(engine: Engine, *works: Callable[[Session], object]) -> list[str]:
    """Run each in a transaction of its own; return "done" or the code of the refusal for each, sorted."""
    with ExitStack() as opened:  # opening a connection takes longer than the work that is to overlap
        for _ in works:
            opened.enter_context(engine.connect())
    return sorted(at_once(*(partial(_outcome, engine, work) for work in works)))


def until_waiting(engine: Engine) -> None:
    """Return once a transaction waits for a row lock. MariaDB's alone; fails where nobody does.

    Two that are to meet inside their transactions change no column of a unique key before: to check one, InnoDB locks
    the neighbouring row as well, and whoever comes second may wait before the two have met.
    """
    deadline = monotonic() + LONG
    with engine.connect() as connection:
        while connection.execute(WAITS).one()[1] == "0":
            assert monotonic() < deadline, "nobody waits for a row lock"


def _outcome(engine: Engine, work: Callable[[Session], object]) -> str:
    try:
        transaction(engine, work)
    except DomainError as refusal:
        return refusal.code
    return "done"
