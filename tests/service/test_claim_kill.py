"""An approval cut off by `kill -9` before or after any statement, the commit among them, is paid exactly once."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.claims import review
from server.claims.models import Claim
from server.claims.rules import ClaimStatus
from server.db import transaction
from server.errors import DomainError
from server.points.verification import verify_ledger
from tests.cast import NOW, Cast
from tests.claiming import VOLUNTEERING, paid, section_points, submitted
from tests.killing import SOME, killed_at

MOST_MOMENTS = 200


@pytest.mark.thinned
def test_an_approval_killed_at_any_moment_is_paid_exactly_once(engine: Engine, cast: Cast) -> None:
    outcomes = []
    for moment, claim_id, version in _opened_claims(engine, cast):
        approve = partial(_approve, cast=cast, claim_id=claim_id, version=version)
        killed = killed_at(engine, moment, partial(transaction, work=approve), every=SOME)
        outcomes.append(_whole_or_nothing(engine, claim_id))
        _do_again(engine, approve)
        _check_paid_once(engine, cast, claim_id)
        if not killed:
            break
    else:
        raise AssertionError("the approval never came to its end")
    assert len(outcomes) > 10
    assert outcomes == sorted(outcomes)  # nothing is there before the commit, everything from it on
    assert outcomes[:1] == [False]
    assert outcomes[-2:] == [True, True]
    with Session(engine) as session:
        assert section_points(session, cast.zhang_min.member_id) == min(len(outcomes), 10)
        assert list(verify_ledger(session)) == []


def _opened_claims(engine: Engine, cast: Cast) -> Iterator[tuple[int, int, int]]:
    """Yield moment after moment, each with a fresh claim that the secretary has before them."""
    for moment in range(1, MOST_MOMENTS):
        with Session(engine, expire_on_commit=False) as session:
            claim = submitted(session, cast.zhang_min, VOLUNTEERING, title=f"第{moment}次志愿服务")
            review.open_for_review(session, claim_id=claim.id, actor=cast.li_wei.actor, now=NOW)
            session.commit()
        yield moment, claim.id, claim.version


def _approve(session: Session, *, cast: Cast, claim_id: int, version: int) -> Claim:
    return review.approve(session, claim_id=claim_id, actor=cast.li_wei.actor, version=version, now=NOW)


def _whole_or_nothing(engine: Engine, claim_id: int) -> bool:
    """Return whether the approval is there; half of it must not be."""
    with Session(engine) as session:
        approved = session.get_one(Claim, claim_id).status == ClaimStatus.approved
        assert len(paid(session, claim_id)) == int(approved)
        assert list(verify_ledger(session)) == []
    return approved


def _do_again(engine: Engine, approve: Callable[[Session], object]) -> None:
    """Do what a person does whose answer never came."""
    try:
        transaction(engine, approve)
    except DomainError as refusal:
        if refusal.code != "already_decided":
            raise


def _check_paid_once(engine: Engine, cast: Cast, claim_id: int) -> None:
    with Session(engine) as session:
        assert session.get_one(Claim, claim_id).status == ClaimStatus.approved
        assert paid(session, claim_id) == [(cast.zhang_min.member_id, Decimal(1))]
