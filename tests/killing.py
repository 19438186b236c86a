"""Work in a process of its own that kills itself at some moment, as a power cut would."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.context import ForkProcess
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

LONG = 120
"""Seconds after which the work is no longer waited for."""


def killed_at(engine: Engine, moment: int, work: Callable[[Engine], object]) -> bool:
    """Do the work apart, killed at its `moment`-th step: before a statement, around a commit; return whether it was.

    The work gets the engine as it is here, without a connection: what has been compiled once need not be again.
    """
    engine.dispose()
    process: ForkProcess = multiprocessing.get_context("fork").Process(
        target=_work_and_die, args=(engine, moment, work)
    )
    process.start()
    process.join(LONG)
    killed = process.exitcode == -signal.SIGKILL
    assert killed or process.exitcode == 0
    return killed


def _work_and_die(engine: Engine, moment: int, work: Callable[[Engine], object]) -> None:
    steps = 0

    def step(*_arguments: Any) -> None:
        nonlocal steps
        steps += 1
        if steps == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def after_commit(_session: Session) -> None:
        step()

    for moment_of in ("before_cursor_execute", "commit"):
        event.listen(engine, moment_of, step)
    event.listen(Session, "after_commit", after_commit)
    work(engine)
    os._exit(0)
