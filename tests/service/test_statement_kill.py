"""A freeze cut off by `kill -9` before or after any statement leaves whole months only, and is resumed to the same."""

import multiprocessing
import os
import signal
from typing import Any

from sqlalchemy import Engine, delete, event, select
from sqlalchemy.orm import Session

from server.db import make_engine
from server.statements.freezing import service
from server.statements.models import Statement, StatementLine, StatementSection
from server.statements.rules import Term, month_before
from server.statements.verification import verify_statements
from tests.cast import NOW, Cast

TERM: Term = month_before(NOW.replace(month=6, day=2, hour=18))
MOST_MOMENTS = 400


def test_a_freeze_killed_at_any_moment_is_resumed_to_the_same_months(engine: Engine, cast: Cast) -> None:
    service.freeze(engine, TERM, now=TERM.cutoff_at)
    undisturbed = _hashes(engine)
    assert len(undisturbed) == 4
    for moment in range(1, MOST_MOMENTS, 3):
        _forget(engine)
        killed = _freeze_apart(engine, moment)
        left = _hashes(engine)
        assert left.items() <= undisturbed.items()  # whole months or none
        service.freeze(engine, TERM, now=TERM.cutoff_at)
        assert _hashes(engine) == undisturbed
        with Session(engine) as session:
            assert list(verify_statements(session)) == []
        if not killed:
            break
    else:
        raise AssertionError("the freeze never came to its end")
    assert moment > 20


def _hashes(engine: Engine) -> dict[int, str]:
    with Session(engine) as session:
        return dict(session.execute(select(Statement.organization_id, Statement.hash)).all())


def _forget(engine: Engine) -> None:
    with Session(engine) as session:
        for table in (StatementSection, StatementLine, Statement):
            session.execute(delete(table))
        session.commit()


def _freeze_apart(engine: Engine, moment: int) -> bool:
    """Freeze in a process of its own that kills itself at its `moment`-th step; return whether it did."""
    engine.dispose()
    url = engine.url.render_as_string(hide_password=False)
    process = multiprocessing.get_context("fork").Process(target=_freeze_and_die, args=(url, moment))
    process.start()
    process.join(60)
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def _freeze_and_die(url: str, moment: int) -> None:
    engine = make_engine(url, pool_size=1)
    service.BRANCHES_AT_ONCE = 2
    steps = 0

    def step(*_arguments: Any) -> None:
        nonlocal steps
        steps += 1
        if steps == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    for each in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(engine, each, step)
    service.freeze(engine, TERM, now=TERM.cutoff_at)
    os._exit(0)
