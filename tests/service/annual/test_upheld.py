"""An objection upheld in a year whose results stand: posted by its warrant alone, superseded, settled afterwards."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.annual import doubts
from server.annual.results.queries import current_edition, result_of
from server.annual.results.verification import verify_results
from server.annual.steps import clock, corrections
from server.annual.steps.rules import Track
from server.claims import review
from server.claims.models import Claim
from server.objections import service
from server.objections.models import Objection
from server.objections.rules import ObjectionSubject
from server.points.models import SourceKind
from server.points.queries import live_entries_of
from server.years.rules import WarrantKind
from server.years.service import begun
from tests.annual import REPORTING, assembly, by_clock, drafted, report
from tests.cast import NOW, Cast
from tests.claiming import approved, submitted
from tests.objecting import WORDS, corrected, upheld
from tests.refusing import refused
from tests.settling import check_books
from tests.years import DRAFTING, OLD

OVER = datetime(2027, 1, 26, 16, 10, tzinfo=UTC)
"""Ten minutes into 27 January in Shanghai, after the last day for objections."""


@dataclass(frozen=True, slots=True)
class Doubt:
    objection: Objection
    claim: Claim
    seq: int


@pytest.fixture
def doubt(session: Session, engine: Engine, cast: Cast) -> Doubt:
    """张敏's result, upheld: one of two services was not allowed in June."""
    claim = approved(
        session,
        submitted(session, cast.zhang_min, quantity=Decimal(2)),
        cast.wang_fang,
        approved_points=Decimal(1),
        reason="只认定一次",
        now=NOW,
    )
    [entry] = live_entries_of(session, source_kind=SourceKind.claim, source_id=claim.id)
    edition = drafted(session, engine, cast)
    report(session, cast, assembly(session, cast))
    objection = service.raise_objection(
        session,
        member_id=cast.zhang_min.member_id,
        subject_kind=ObjectionSubject.result,
        subject_id=edition.id,
        words=WORDS,
        account_id=cast.zhang_min.account_id,
        now=REPORTING,
    )
    objection = upheld(session, objection, cast.sun_li, cast.sun_li, now=REPORTING)
    session.commit()
    return Doubt(objection, claim, entry.seq)


def test_nothing_else_is_posted_into_the_year_and_the_correction_supersedes(
    session: Session, cast: Cast, doubt: Doubt
) -> None:
    refused(
        "year_drafted",
        lambda: review.decide_anew(
            session,
            claim_id=doubt.claim.id,
            actor=cast.chen_jing.actor,
            version=doubt.claim.version,
            approved_points=Decimal(2),
            reason="漏认一次",
            now=DRAFTING,
        ),
    )
    session.rollback()
    before = result_of(session, cast.zhang_min.member_id, OLD)
    other = result_of(session, cast.wang_fang.member_id, OLD)
    objection = session.get_one(Objection, doubt.objection.id)
    corrected(session, objection, cast.chen_jing, now=REPORTING, seq=doubt.seq)
    session.commit()
    after = result_of(session, cast.zhang_min.member_id, OLD)
    assert before is not None
    assert after is not None
    assert other is not None
    assert (after.result.total or 0) == (before.result.total or 0) + 1
    edition = current_edition(session, cast.branch, OLD)
    assert edition is not None
    assert (edition.edition, edition.supersedes_id) == (2, before.edition.id)
    assert (edition.warrant_kind, edition.warrant_id) == (WarrantKind.upheld_objection, objection.id)
    unchanged = result_of(session, cast.wang_fang.member_id, OLD)
    assert unchanged is not None
    assert (unchanged.result.total, unchanged.result.head_seq) == (other.result.total, other.result.head_seq)
    assert list(verify_results(session)) == []
    check_books(session)
    refused(
        "year_drafted",
        lambda: review.revoke(
            session,
            claim_id=doubt.claim.id,
            actor=cast.chen_jing.actor,
            version=session.get_one(Claim, doubt.claim.id).version,
            reason="再撤",
            now=REPORTING,
        ),
    )


def test_until_it_stands_the_branch_alone_is_not_settled(
    session: Session, engine: Engine, cast: Cast, doubt: Doubt
) -> None:
    objection = session.get_one(Objection, doubt.objection.id)
    service.accept(
        session, objection.id, version=objection.version, own=True, account_id=cast.zhang_min.account_id, now=REPORTING
    )
    other = begun(session, organization_id=cast.other_branch, year=OLD, now=REPORTING)
    assert not list(doubts.unanswered(session, other, Track.points))
    session.commit()
    assert by_clock(session, clock.settle_due, engine, OVER) == 0, "accepted, but not put right"
    objection = session.get_one(Objection, objection.id)
    assert (objection.open, objection.to_correct) == (None, True)
    this = begun(session, organization_id=cast.branch, year=OLD, now=OVER)
    assert [each.kind for each in doubts.unanswered(session, this, Track.points)] == ["objections"]
    corrected(session, objection, cast.chen_jing, now=OVER, seq=doubt.seq)
    assert not list(doubts.unanswered(session, this, Track.points))
    owed = corrections.owed(session, this)
    assert owed is not None, "members were told another figure, which is the next step's to mend"
    assert set(owed.member_ids) == {cast.zhang_min.member_id}
