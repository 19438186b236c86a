"""An approval cut off by `kill -9` before or after any statement, the commit among them, is paid exactly once."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from decimal import Decimal
from multiprocessing.context import ForkProcess
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from server.claims import review
from server.claims.models import Claim
from server.claims.rules import ClaimStatus
from server.db import transaction
from server.errors import DomainError
from server.points.verification import verify_ledger
from tests.cast import NOW, Cast
from tests.claiming import VOLUNTEERING, paid, section_points, submitted

MOST_MOMENTS = 200


def test_an_approval_killed_at_any_moment_is_paid_exactly_once(engine: Engine, cast: Cast) -> None:
    outcomes = []
    for moment, claim_id, version in _opened_claims(engine, cast):
        process = _approve_apart(engine, cast, claim_id, version, moment)
        killed = process.exitcode == -signal.SIGKILL
        assert killed or process.exitcode == 0
        outcomes.append(_whole_or_nothing(engine, claim_id))
        _approve_again(engine, cast, claim_id, version)
        _check_paid_once(engine, cast, claim_id)
        if not killed:
            break
    else:
        raise AssertionError("the approval never came to its end")
    assert len(outcomes) > 20
    assert outcomes == sorted(outcomes)  # nothing is there before the commit, everything from it on
    assert outcomes[:1] == [False]
    assert outcomes[-2:] == [True, True]
    with Session(engine) as session:
        assert section_points(session, cast.zhang_min.member_id) == min(len(outcomes), 10)
        assert list(verify_ledger(session)) == []


def _opened_claims(engine: Engine, cast: Cast) -> Iterator[tuple[int, int, int]]:
    """Yield moment after moment, each with a fresh claim that the secretary has before him."""
    for moment in range(1, MOST_MOMENTS):
        with Session(engine, expire_on_commit=False) as session:
            claim = submitted(session, cast.zhang_min, VOLUNTEERING, title=f"第{moment}次志愿服务")
            review.open_for_review(session, claim_id=claim.id, actor=cast.li_wei.actor, now=NOW)
            session.commit()
        yield moment, claim.id, claim.version


def _approve_apart(engine: Engine, cast: Cast, claim_id: int, version: int, moment: int) -> ForkProcess:
    """Approve in a process of its own that kills itself at its `moment`-th step."""
    engine.dispose()
    process = multiprocessing.get_context("fork").Process(
        target=_approve_and_die, args=(engine, cast, claim_id, version, moment)
    )
    process.start()
    process.join(60)
    return process


def _approve_and_die(engine: Engine, cast: Cast, claim_id: int, version: int, moment: int) -> None:
    steps = 0

    def step(*_arguments: Any) -> None:
        nonlocal steps
        steps += 1
        if steps == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def after_commit(_session: Session) -> None:
        step()

    for moment_of in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(engine, moment_of, step)
    event.listen(Session, "after_commit", after_commit)
    transaction(engine, lambda session: _approve(session, cast, claim_id, version))
    os._exit(0)


def _approve(session: Session, cast: Cast, claim_id: int, version: int) -> Claim:
    return review.approve(session, claim_id=claim_id, actor=cast.li_wei.actor, version=version, now=NOW)


def _whole_or_nothing(engine: Engine, claim_id: int) -> bool:
    """Return whether the approval is there; half of it must not be."""
    with Session(engine) as session:
        approved = session.get_one(Claim, claim_id).status == ClaimStatus.approved
        assert len(paid(session, claim_id)) == int(approved)
        assert list(verify_ledger(session)) == []
    return approved


def _approve_again(engine: Engine, cast: Cast, claim_id: int, version: int) -> None:
    """Do what a person does whose answer never came."""
    try:
        transaction(engine, lambda session: _approve(session, cast, claim_id, version))
    except DomainError as refusal:
        if refusal.code != "already_reviewed":
            raise


def _check_paid_once(engine: Engine, cast: Cast, claim_id: int) -> None:
    with Session(engine) as session:
        assert session.get_one(Claim, claim_id).status == ClaimStatus.approved
        assert paid(session, claim_id) == [(cast.zhang_min.member_id, Decimal(1))]
