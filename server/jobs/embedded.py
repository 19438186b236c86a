"""The scheduler inside a web worker: several workers may have one; the leases decide which one works."""

from threading import Event, Thread

from sqlalchemy import Engine

from server.config import Settings

AFTER_SECONDS = 2
"""The server answers first; the scheduler is not even imported before."""


def start_soon(engine: Engine, settings: Settings) -> Thread:
    """Start the scheduler a moment from now, in a thread that ends with the process."""
    thread = Thread(target=_run, args=(engine, settings), name="scheduler", daemon=True)
    thread.start()
    return thread


def _run(engine: Engine, settings: Settings) -> None:
    never = Event()
    never.wait(AFTER_SECONDS)
    from server.jobs import scheduler

    scheduler.run(engine, settings, never)
