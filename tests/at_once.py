"""Several at the same moment: each in a thread of its own, and all begin together."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from threading import Barrier
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.db import transaction
from server.errors import DomainError
from tests.waiting import LONG

T = TypeVar("T")


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


def _outcome(engine: Engine, work: Callable[[Session], object]) -> str:
    try:
        transaction(engine, work)
    except DomainError as refusal:
        return refusal.code
    return "done"
