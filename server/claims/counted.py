"""已计入: the same activity may have been counted by QR or by another claim; the reviewer sees it, and it pays once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from server.claims.models import Claim, ClaimParticipant
from server.claims.rules import ClaimStatus
from server.claims.steps import places_of
from server.organizations.models import Member
from server.points.models import PointEntry, SourceKind
from server.standards.versions import document_of


@dataclass(frozen=True, slots=True)
class CountedActivity:
    """What may be the same activity. `same` = beyond doubt: member, item, day and title agree with an approved one."""

    kind: SourceKind
    source_id: int
    member_id: int
    title: str
    occurred_on: date
    status: ClaimStatus | None
    same: bool


def counted_elsewhere(session: Session, claim: Claim) -> list[CountedActivity]:
    """Return attendance of the same line and day and other claims of the same item and day, of anyone it pays."""
    if claim.occurred_on is None or claim.item_code is None or claim.standard_id is None:
        return []
    member_ids = set(places_of(session, claim))
    return [*_attendance(session, claim, member_ids), *_claims(session, claim, member_ids)]


def lock_members(session: Session, member_ids: Collection[int]) -> None:
    """Serialise decisions on the same members, so that two equal claims cannot both be found uncounted."""
    session.scalars(select(Member.id).where(Member.id.in_(member_ids)).order_by(Member.id).with_for_update()).all()


def _attendance(session: Session, claim: Claim, member_ids: set[int]) -> list[CountedActivity]:
    assert claim.standard_id is not None
    items = document_of(session, claim.standard_id).items
    line = next(item.line_code for item in items if item.code == claim.item_code)
    titles = {item.code: item.title for item in items if item.line_code == line}
    reversal = aliased(PointEntry)
    taken_back = (
        select(reversal.seq)
        .where(reversal.member_id == PointEntry.member_id, reversal.reverses_seq == PointEntry.seq)
        .exists()
    )
    entries = select(PointEntry).where(
        PointEntry.member_id.in_(member_ids),
        PointEntry.occurred_on == claim.occurred_on,
        PointEntry.source_kind == SourceKind.meeting,
        PointEntry.item_code.in_(titles),
        ~taken_back,
    )
    return [
        CountedActivity(
            SourceKind.meeting,
            entry.source_id,
            entry.member_id,
            titles[entry.item_code],
            entry.occurred_on,
            None,
            same=False,
        )
        for entry in session.scalars(entries.order_by(PointEntry.member_id, PointEntry.seq))
    ]


def _claims(session: Session, claim: Claim, member_ids: set[int]) -> list[CountedActivity]:
    joint = select(ClaimParticipant.claim_id).where(ClaimParticipant.member_id.in_(member_ids))
    others = select(Claim).where(
        Claim.id != claim.id,
        Claim.item_code == claim.item_code,
        Claim.occurred_on == claim.occurred_on,
        Claim.status.in_((ClaimStatus.submitted, ClaimStatus.approved)),
        or_(Claim.member_id.in_(member_ids), Claim.id.in_(joint)),
    )
    return [_counted(claim, other) for other in session.scalars(others.order_by(Claim.id))]


def _counted(claim: Claim, other: Claim) -> CountedActivity:
    assert other.occurred_on is not None
    same = other.status == ClaimStatus.approved and other.title.strip() == claim.title.strip()
    return CountedActivity(
        SourceKind.claim, other.id, other.member_id, other.title, other.occurred_on, other.status, same=same
    )
