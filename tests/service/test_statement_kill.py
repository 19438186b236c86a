"""A freeze cut off by `kill -9` before or after any statement leaves whole months only, and is resumed to the same."""

from functools import partial

import pytest
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from server.statements.freezing import service
from server.statements.models import Statement, StatementLine, StatementSection
from server.statements.rules import StatementTerm, month_before
from server.statements.verification import verify_statements
from tests.cast import NOW, Cast
from tests.killing import SOME, killed_at

TERM: StatementTerm = month_before(NOW.replace(month=6, day=2, hour=18))
MOST_MOMENTS = 400


@pytest.mark.thinned
def test_a_freeze_killed_at_any_moment_is_resumed_to_the_same_months(
    engine: Engine, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BRANCHES_AT_ONCE", 2)
    service.freeze(engine, TERM, now=TERM.cutoff_at)
    undisturbed = _hashes(engine)
    assert len(undisturbed) == 4
    for moment in range(1, MOST_MOMENTS):
        _forget(engine)
        freeze = partial(service.freeze, term=TERM, now=TERM.cutoff_at)
        killed = killed_at(engine, moment, freeze, every=SOME)
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
