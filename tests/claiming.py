"""Steps that the tests of claims take again and again."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.claims import queries, review, service
from server.claims.contents import Contents
from server.claims.models import Claim
from server.points.models import PointEntry, Score, SourceKind
from tests.cast import NOW, Person

VOLUNTEERING = Contents(
    title="社区志愿服务", description="协助核酸登记", item_code="C04", quantity=Decimal(1), occurred_on=date(2026, 6, 1)
)
AWARD = Contents(title="省级教学成果奖", item_code="C01a", level="provincial", occurred_on=date(2026, 5, 4))


def submitted(
    session: Session, person: Person, contents: Contents = VOLUNTEERING, *, now: datetime = NOW, **changes: Any
) -> Claim:
    """Return a claim the person has handed in."""
    claim = service.create_draft(
        session, member_id=person.member_id, actor=person.actor, contents=replace(contents, **changes), now=now
    )
    return service.submit(session, claim_id=claim.id, actor=person.actor, version=claim.version, now=now)


def approved(session: Session, claim: Claim, reviewer: Person, *, now: datetime = NOW, **options: Any) -> Claim:
    """Open and approve a claim."""
    review.open_for_review(session, claim_id=claim.id, actor=reviewer.actor, now=now)
    return review.approve(session, claim_id=claim.id, actor=reviewer.actor, version=claim.version, now=now, **options)


def returned(session: Session, claim: Claim, reviewer: Person, *, now: datetime = NOW) -> Claim:
    """Open a claim and send it back."""
    review.open_for_review(session, claim_id=claim.id, actor=reviewer.actor, now=now)
    return review.send_back(
        session, claim_id=claim.id, actor=reviewer.actor, version=claim.version, reason="请补充证明", now=now
    )


def paid(session: Session, claim_id: int) -> list[tuple[int, Decimal]]:
    """Return what a claim's entries that stand give: member and points."""
    rows = session.scalars(
        select(PointEntry).where(PointEntry.source_kind == SourceKind.claim, PointEntry.source_id == claim_id)
    ).all()
    reversals = session.scalars(select(PointEntry).where(PointEntry.reverses_seq.is_not(None)))
    undone = {(row.member_id, row.reverses_seq) for row in reversals}
    return [(row.member_id, row.points) for row in rows if (row.member_id, row.seq) not in undone]


def section_points(session: Session, member_id: int, section: str = "contribution") -> Decimal:
    """Return a member's stored points of 2026 in a section."""
    row = session.get(Score, (member_id, 2026, section))
    return row.points if row else Decimal(0)


def kinds(session: Session, claim: Claim) -> list[str]:
    return [event.kind for event in queries.timeline(session, claim.id)]


def decide(session: Session, claim: Claim, reviewer: Person, **options: object) -> Claim:
    """Approve without opening first."""
    arguments: dict[str, object] = {"version": claim.version, "now": NOW} | options
    return review.approve(session, claim_id=claim.id, actor=reviewer.actor, **arguments)  # type: ignore[arg-type]
