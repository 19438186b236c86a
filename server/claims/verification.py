"""Proof that approved claims and the ledger agree, checked from both sides."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from server.claims.models import Claim, ClaimParticipant
from server.claims.rules import STATUS_TITLES, ClaimStatus, share
from server.points.ledger.posted import Documents, Posted, documents, member_pages, posted
from server.points.models import SourceKind
from server.verifying import Fault, Findings, Verification, unlike

IN_ONE_QUERY = 500
Claims = Mapping[int, Row[Any]]
Places = Mapping[int, Mapping[int, int]]
"""The people of each claim and their places."""


def verify_claims(session: Session) -> Findings:
    """Yield every approved claim without its entries, and every entry that its claim does not support."""
    looked, document = 0, documents(session)
    for member_ids in member_pages(session):
        entries = posted(session, member_ids, SourceKind.claim)
        claims, places = _read(session, member_ids, entries)
        yield from _of_page(document, set(member_ids), claims, places, entries)
        looked += sum(claim.member_id in set(member_ids) for claim in claims.values())
    return looked


def _read(session: Session, member_ids: Sequence[int], entries: Sequence[Posted]) -> tuple[Claims, Places]:
    """Return the claims that concern these members in any way, with their people."""
    columns = select(*Claim.__table__.c)
    claims = {row.id: row for row in session.execute(columns.where(Claim.member_id.in_(member_ids)))}
    shared = select(ClaimParticipant.claim_id).where(ClaimParticipant.member_id.in_(member_ids))
    others = sorted({*session.scalars(shared), *(each.entry.source_id for each in entries)} - claims.keys())
    for part in _parts(others):
        claims |= {row.id: row for row in session.execute(columns.where(Claim.id.in_(part)))}
    places = {claim.id: {claim.member_id: claim.place} for claim in claims.values()}
    for part in _parts([claim.id for claim in claims.values() if claim.people > 1]):
        for row in session.scalars(select(ClaimParticipant).where(ClaimParticipant.claim_id.in_(part))):
            places[row.claim_id][row.member_id] = row.place
    return claims, places


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + IN_ONE_QUERY] for start in range(0, len(ids), IN_ONE_QUERY))


def _of_page(
    document: Documents, member_ids: Collection[int], claims: Claims, places: Places, entries: Sequence[Posted]
) -> Iterator[Fault]:
    by_claim: dict[tuple[int, int], list[Posted]] = defaultdict(list)
    for each in entries:
        if each.entry.source_id in claims:
            by_claim[each.entry.source_id, each.entry.member_id].append(each)
        else:
            yield Fault(each.name, "来源", f"申报 {each.entry.source_id}", None)
    for claim in claims.values():
        yield from _decision(claim) if claim.member_id in member_ids else ()
        people = places[claim.id].keys() | {member for claim_id, member in by_claim if claim_id == claim.id}
        for member_id in sorted(people & set(member_ids)):
            place = places[claim.id].get(member_id)
            yield from _of_person(document, claim, member_id, place, by_claim.get((claim.id, member_id), ()))


def _decision(claim: Row[Any]) -> Iterator[Fault]:
    if claim.status == ClaimStatus.approved:
        for column, value in (("审核人", claim.decided_by), ("审核时间", claim.decided_at)):
            if value is None:
                yield Fault(f"申报 {claim.id}", column, None, "已通过的申报须有")


def _of_person(
    document: Documents, claim: Row[Any], member_id: int, place: int | None, entries: Sequence[Posted]
) -> Iterator[Fault]:
    """Compare one member's entries from a claim with the claim; `place` is None if they are not among its people."""
    approved = claim.status == ClaimStatus.approved
    row = f"申报 {claim.id}（党员 {member_id}）"
    standing = [each for each in entries if each.stands]
    if approved and place is not None and not standing:
        yield Fault(row, "台账记录", None, "已通过的申报须有一条")
    for each in entries:
        if each.entry.revision > claim.revision:
            yield Fault(each.name, "轮次", each.entry.revision, f"不超过申报 {claim.id} 的 {claim.revision}")
    for each in standing:
        if not approved:
            yield Fault(row, "状态", STATUS_TITLES.get(claim.status, claim.status), f"已通过，或冲销{each.name}")
        elif place is None:
            yield Fault(each.name, "党员", member_id, f"申报 {claim.id} 中的人员")
        else:
            yield from _figures(document, claim, place, each)


def _figures(document: Documents, claim: Row[Any], place: int, found: Posted) -> Iterator[Fault]:
    entry = found.entry
    item = document(claim.standard_id).item(claim.item_code) if claim.standard_id else None
    due = share(claim.approved_points, item, place=place, people=claim.people) if item and claim.approved_points else 0
    yield from unlike(
        f"申报 {claim.id} 与{found.name}",
        (
            ("项目", entry.item_code, claim.item_code),
            ("日期", entry.occurred_on, claim.occurred_on),
            ("分值", entry.points, due),
            ("级别", entry.level, claim.level),
            ("成果", entry.achievement, claim.achievement),
            ("积分标准", entry.standard_id, claim.standard_id),
            ("轮次", entry.revision, claim.revision),
            ("审核人", entry.decided_by, claim.decided_by),
        ),
    )


CLAIMS = Verification("claims", "个人申报", "份", "与台账互相印证", lambda session, _: verify_claims(session))
