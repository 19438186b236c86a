"""What a claim is worth by the standard of its day, and who gets how much; what does not fit is refused in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from server.claims.error_codes import ClaimErrorCode
from server.claims.models import Claim
from server.claims.rules import (
    ClaimRefusal,
    date_refusal,
    item_refusal,
    places_refusal,
    proposed_points,
    share,
)
from server.claims.steps import places_of
from server.days import shanghai_date
from server.errors import DomainError
from server.organizations.exemptions import is_exempt
from server.organizations.history.queries import kinds_on
from server.organizations.history.rules import Kinds
from server.organizations.models import Member
from server.organizations.queries import membership_on
from server.points import queries as ledger_queries
from server.points import service as ledger
from server.points.error_codes import PointsErrorCode
from server.points.models import PointEntry, SourceKind
from server.points.scores.timelines import year_branch
from server.standards.rules import Item, Method, audience_of
from server.standards.versions import document_of, documents_of, in_force
from server.years.queries import standing_of

ACHIEVEMENT_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Worth:
    """What submitting settles. `points` is what the whole work gives, before sharing and caps."""

    standard_id: int
    points: Decimal
    achievement: str | None


def appraise(session: Session, claim: Claim, *, now: datetime) -> Worth:
    """Return what a finished claim is worth. Raises DomainError naming what is missing or does not fit."""
    occurred_on = _finished(claim)
    places = places_of(session, claim)
    ledger.refuse_drafted(session, places, year=occurred_on.year, now=now)  # any of them may have moved on since
    _check(_date_refusal(session, claim, occurred_on, now))
    check_same_branch(session, list(places), claim.organization_id, occurred_on)
    _check(places_refusal(list(places.values()), claim.people))
    members = {member_id: session.get_one(Member, member_id) for member_id in places}
    kinds = kinds_on(session, places, occurred_on)
    counted = _counted_before(session, claim, occurred_on.year)
    if counted:
        standard_id = counted[-1].standard_id
    else:
        standard_id = _in_force(session, claim, kinds[claim.member_id], occurred_on.year)
    item = _claimable(document_of(session, standard_id).item(claim.item_code or ""))
    points = proposed_points(item, quantity=claim.quantity, level=claim.level)
    if isinstance(points, ClaimRefusal):
        raise as_error(points)
    for member_id, place in places.items():
        if all(entry.member_id != member_id for entry in counted):
            _check_kinds(members[member_id], kinds[member_id], item)
        _check_managed(session, members[member_id], occurred_on)
        if share(points, item, place=place, people=claim.people) <= 0:
            raise DomainError(ClaimErrorCode.nothing_to_share, f"按积分标准，第{place}位没有可计的分值")
    return Worth(standard_id, points, _achievement(claim, item))


def shares(session: Session, claim: Claim, item: Item, whole: Decimal) -> dict[int, Decimal]:
    """Return each paid member's part of `whole`."""
    places = places_of(session, claim)
    return {member: share(whole, item, place=place, people=claim.people) for member, place in places.items()}


def item_of(session: Session, claim: Claim) -> Item | None:
    """Return the item of the version under which the claim was submitted."""
    return items_of(session, [claim])[claim.id]


def items_of(session: Session, claims: Sequence[Claim]) -> dict[int, Item | None]:
    """Return `item_of` of each claim, by the claim's id."""
    standard_ids = {claim.standard_id for claim in claims if claim.standard_id is not None}
    documents = documents_of(session, standard_ids) if standard_ids else {}
    return {
        claim.id: documents[claim.standard_id].item(claim.item_code) if claim.standard_id and claim.item_code else None
        for claim in claims
    }


def check_same_branch(session: Session, member_ids: list[int], organization_id: int, on: date) -> None:
    """Refuse participants of other branches: they claim for themselves, where they are known."""
    for member_id in member_ids:
        membership = membership_on(session, member_id=member_id, on=on)
        if membership is None or membership.organization_id != organization_id:
            message = "合作人员中有人当日不在本支部，请由其本人向所在支部申报"
            raise DomainError(ClaimErrorCode.participant_elsewhere, message, detail={"member_id": member_id})


def as_error(refusal: ClaimRefusal) -> DomainError:
    return DomainError(refusal.code, refusal.message)


def _check(refusal: ClaimRefusal | None) -> None:
    if refusal is not None:
        raise as_error(refusal)


def _finished(claim: Claim) -> date:
    """Return the claim's day. Raises DomainError `unfinished` naming every field still empty."""
    wanted = {"title": claim.title, "item_code": claim.item_code, "occurred_on": claim.occurred_on}
    missing = [field for field, value in wanted.items() if not value]
    if missing or claim.occurred_on is None:
        titles = {"title": "标题", "item_code": "申报项目", "occurred_on": "发生日期"}
        words = "、".join(titles[field] for field in missing)
        raise DomainError(ClaimErrorCode.unfinished, f"请先填写：{words}", detail={"fields": missing})
    return claim.occurred_on


def _date_refusal(session: Session, claim: Claim, occurred_on: date, now: datetime) -> ClaimRefusal | None:
    """A claim that came in by the cut-off and was returned stays in time for that year."""
    today = shanghai_date(now)
    in_time = claim.claimed_at is not None and claim.claimed_year == occurred_on.year
    claimed_on = shanghai_date(claim.claimed_at) if in_time and claim.claimed_at else today
    branch_id = year_branch(session, claim.member_id, occurred_on.year) or claim.organization_id
    branch_year = standing_of(session, branch_id, occurred_on.year)
    return date_refusal(occurred_on=occurred_on, today=today, claimed_on=claimed_on, branch_year=branch_year)


def _claimable(item: Item | None) -> Item:
    _check(item_refusal(item))
    assert item is not None
    return item


def _in_force(session: Session, claim: Claim, kinds: Kinds, year: int) -> int:
    audience = audience_of(kinds.stage)
    return in_force(session, organization_id=claim.organization_id, year=year, audience=audience).id


def _counted_before(session: Session, claim: Claim, year: int) -> list[PointEntry]:
    """What the claim was paid for this item before it was taken back: it shows what measured its people on that day."""
    entries = ledger_queries.entries_of_sources(session, source_kind=SourceKind.claim, source_ids=[claim.id])
    return [entry for entry in entries if (entry.item_code, entry.year) == (claim.item_code, year)]


def _check_kinds(member: Member, kinds: Kinds, item: Item) -> None:
    if not item.applies_to(kinds.category, kinds.stage):
        message = f"“{item.title}”不适用于{member.name}当日的人员类别或党员类别"
        raise DomainError(PointsErrorCode.item_not_applicable, message)


def _check_managed(session: Session, member: Member, on: date) -> None:
    if is_exempt(session, member.id, on):
        raise DomainError(PointsErrorCode.member_exempt, f"{member.name}当日不列入积分管理范围，不记积分")


def _achievement(claim: Claim, item: Item) -> str | None:
    """Levels count once per achievement, so it needs a name; the title stands in for it."""
    if item.method is not Method.levels:
        return None
    return claim.achievement or claim.title[:ACHIEVEMENT_LENGTH]
