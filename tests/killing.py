"""Work in a process of its own that kills itself at some moment, as a power cut would."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.context import ForkProcess
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from tests.fuzzing import WHOLE
from tests.waiting import LONG

SOME = 1 if WHOLE else 4
"""One statement in how many of a transaction is tried by the tests with the most of them; in `make fuzz` each is."""


def killed_at(engine: Engine, moment: int, work: Callable[[Engine], object], *, every: int = 1) -> bool:
    """Do the work apart, killed at its `moment`-th step; return whether it was.

    A step is to commit, to have committed, and one statement in `every` of a transaction, its first among them.
    The work gets the engine as it is here, without a connection: what has been compiled once need not be again.
    """
    engine.dispose()
    process: ForkProcess = multiprocessing.get_context("fork").Process(
        target=_work_and_die, args=(engine, moment, work, every)
    )
    process.start()
    process.join(LONG)
    killed = process.exitcode == -signal.SIGKILL
    assert killed or process.exitcode == 0
    return killed


def _work_and_die(engine: Engine, moment: int, work: Callable[[Engine], object], every: int) -> None:
    steps = statements = 0

    def step() -> None:
        nonlocal steps
        steps += 1
        if steps == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def before_statement(*_arguments: Any) -> None:
        nonlocal statements
        if statements % every == 0:
            step()
        statements += 1

    def before_commit(_connection: Connection) -> None:
        nonlocal statements
        statements = 0
        step()

    def after_commit(_session: Session) -> None:
        step()

    event.listen(engine, "before_cursor_execute", before_statement)
    event.listen(engine, "commit", before_commit)
    event.listen(Session, "after_commit", after_commit)
    work(engine)
    os._exit(0)
