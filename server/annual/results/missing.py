"""Measured items without a figure, for whom the standard says that a year is not closed without one."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.annual.results.error_codes import ResultErrorCode
from server.annual.results.measuring import belonging, last_day
from server.errors import DomainError, conflict
from server.organizations.models import Organization
from server.points.ledger.chains import entries_of
from server.points.scores.carrying import fact_of
from server.points.scores.rules import live
from server.points.scores.timelines import MemberTimelines
from server.standards.rules import Item, Method, StandardDocument, Unheld, audience_of
from server.standards.versions import document_of
from server.statements.freezing.roster import measured_in


@dataclass(frozen=True, slots=True)
class MissingFigure:
    """An item of which members (by id) have no figure."""

    line_code: str
    title: str
    member_ids: tuple[int, ...]


def missing_figures(session: Session, organization_id: int, year: int) -> list[MissingFigure]:
    """Return what is still to be entered before a branch's results can be drawn up, by item."""
    place = session.get_one(Organization, organization_id)
    documents = {audience: document_of(session, each) for audience, each in measured_in(session, place, year).standards}
    blocking = {audience: list(_blocking(document)) for audience, document in documents.items()}
    if not any(blocking.values()):
        return []
    ids = belonging(session, organization_id, year)
    standing, entries = MemberTimelines(session, ids), entries_of(session, ids, year)
    found: dict[str, tuple[str, list[int]]] = {}
    for member_id in ids:
        kinds = standing.year_kinds(member_id, year)
        if standing.is_exempt(member_id, last_day(year)):
            continue
        items = blocking.get(audience_of(kinds.stage), [])
        measured = {fact.item_code for fact in live([fact_of(entry) for entry in entries[member_id]])}
        figured = {item.line_code for item in items if item.code in measured}
        wanted = {item.line_code: item for item in items if item.applies_to(kinds.category, kinds.stage)}
        for code in wanted.keys() - figured:
            found.setdefault(code, (wanted[code].title, []))[1].append(member_id)
    return [MissingFigure(code, title, tuple(whose)) for code, (title, whose) in sorted(found.items())]


def _blocking(document: StandardDocument) -> Iterator[Item]:
    return (item for item in document.items if item.method is Method.measured and item.unheld is Unheld.block)


def figures_missing(missing: Collection[MissingFigure]) -> DomainError:
    """The error for a draft without these figures."""
    words = "；".join(f"“{each.title}”还有 {len(each.member_ids)} 人没有登记结果" for each in missing)
    items = [{"item_code": each.line_code, "member_ids": list(each.member_ids)} for each in missing]
    return conflict(ResultErrorCode.figures_missing, f"{words}，登记后才能形成年度积分", items=items)
