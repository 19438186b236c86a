"""What a member can claim, and how much their lines still take this year."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from server.claims.models import Claim
from server.claims.rules import item_refusal
from server.days import shanghai_date
from server.errors import DomainError
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.history.queries import kinds_of
from server.organizations.queries import branch_of
from server.points.scores.queries import explain
from server.points.scores.rules import YearScore
from server.points.scores.timelines import year_branch
from server.standards.rules import Item, audience_of
from server.standards.versions import document_in, in_force
from server.years.queries import standing_of


@dataclass(frozen=True, slots=True)
class Room:
    """A line of a year: the points that count there, what it can give, and what it and its section still take."""

    points: Decimal
    cap: Decimal
    left: Decimal


def room_of(session: Session, claim: Claim, *, now: datetime) -> Room | None:
    """Return the room for the claim's item in its member's year, None while it has no day or item."""
    if claim.item_code is None or claim.occurred_on is None:
        return None
    score = _score(session, claim.member_id, claim.occurred_on.year, now)
    return _room(score, claim.item_code)


@dataclass(frozen=True, slots=True)
class Claimable:
    """What a member can claim in a year, each item with what it still takes, and the last day for it."""

    items: list[tuple[Item, Decimal]]
    until: date


def claimable_items(session: Session, *, member_id: int, year: int, now: datetime) -> Claimable:
    """Return the items a member can claim in a year, each with what it still takes.

    Raises DomainError `no_membership`, `no_standard`.
    """
    on = min(shanghai_date(now), date(year, 12, 31))
    kinds, branch = kinds_of(session, member_id, on), branch_of(session, member_id=member_id, on=on)
    if branch is None:
        raise DomainError(OrganizationErrorCode.no_membership, f"{year}年度党员的组织关系不在本校任何支部")
    standard = in_force(session, organization_id=branch.id, year=year, audience=audience_of(kinds.stage))
    document = document_in(standard)
    score = _score(session, member_id, year, now)
    items = document.items_for(kinds.category, kinds.stage)
    rooms = [(item, _room(score, item.code)) for item in items if item_refusal(item) is None]
    until = standing_of(session, year_branch(session, member_id, year) or branch.id, year).cut_off
    return Claimable([(item, room.left if room else Decimal(0)) for item, room in rooms], until)


def _score(session: Session, member_id: int, year: int, now: datetime) -> YearScore:
    return explain(session, member_id=member_id, year=year, as_of=now).score


def _room(score: YearScore, item_code: str) -> Room | None:
    """None where the year's standard has no such item."""
    for section in score.sections:
        for line in section.lines:
            if any(item.code == item_code for item in line.items):
                left = min(line.cap - line.points, section.section.cap - section.points)
                return Room(line.points, line.cap, max(left, Decimal(0)))
    return None
