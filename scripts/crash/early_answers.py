"""The product with a mistake, for the harness to find: it acknowledges before the commit.

The scans are written and answered, and the commit follows a moment later on another thread. In good weather nobody
notices.
"""

import time
from collections.abc import Callable
from threading import Thread
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.meetings.check_in import committer
from server.wsgi import app

T = TypeVar("T")

MOMENT_SECONDS = 0.02


def answer_first(engine: Engine, work: Callable[[Session], T]) -> T:
    """Stand in for `transaction`."""
    session = Session(engine, expire_on_commit=False)
    try:
        result = work(session)
    except BaseException:
        session.close()
        raise
    Thread(target=_commit_later, args=(session,), daemon=True).start()
    return result


def _commit_later(session: Session) -> None:
    with session:
        time.sleep(MOMENT_SECONDS)
        session.commit()


committer.transaction = answer_first  # type: ignore[assignment, attr-defined]

__all__ = ["app"]
