"""Which organizations have not published the standard of a year that is near or runs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from server.organizations.models import Organization, OrganizationKind, ids_in
from server.standards.models import Standard
from server.standards.rules import Audience
from server.standards.versions import years_in_force

WARNED_FROM_MONTH = 11
"""From 1 November on the next year's standard is awaited."""

ALWAYS_WARNED = (OrganizationKind.party_committee, OrganizationKind.general_branch)
"""Other organizations are responsible for a standard only if they have one of their own."""

TITLES = {Audience.members: "积分标准", Audience.activists: "积分标准（发展对象、积极分子）"}


@dataclass(frozen=True, slots=True)
class AwaitedStandard:
    """An organization whose members nobody published a standard for; last year's is carried where there is one.

    `own`: the standard without a successor is the organization's own, not that of one above it.
    """

    organization_id: int
    year: int
    audience: Audience
    carried: bool
    own: bool

    def words(self, today: date) -> str:
        """Say what is missing and what holds until it comes."""
        missing = f"{self.year} 年度{TITLES[self.audience]}尚未发布"
        if not self.carried:
            return f"{missing}，发布之前不计分"
        begun = today.year >= self.year
        return f"{missing}，{'现' if begun else '1 月 1 日起将'}沿用 {self.year - 1} 年度标准（未备案）"


def year_awaited(today: date) -> int:
    """Return the year whose standard should be published by now."""
    return today.year + (today.month >= WARNED_FROM_MONTH)


def awaited(session: Session, *, root_id: int, today: date) -> list[AwaitedStandard]:
    """Return the organizations of a tree that must be warned, from the root down."""
    year = year_awaited(today)
    in_force = _in_force(session, root_id, year)
    concerned = Organization.kind.in_(ALWAYS_WARNED) | Organization.id.in_({place for place, _ in in_force})
    places = select(Organization).where(Organization.root_id == root_id, Organization.closed_on.is_(None), concerned)
    found: list[AwaitedStandard] = []
    for place in session.scalars(places.order_by(Organization.path)):
        found += _awaited_at(place, year, in_force)
    return found


InForce = dict[tuple[int, Audience], bool]
"""Whether the year's own version is published, by organization and audience; no key where there is no version."""


def _in_force(session: Session, root_id: int, year: int) -> InForce:
    rows: Sequence[Row[int, str, int, int | None]] = session.execute(
        select(Standard.organization_id, Standard.audience, Standard.year, Standard.carried_from_id)
        .where(Standard.root_id == root_id, Standard.year.in_(years_in_force(year)), Standard.in_force.is_(True))
        .order_by(Standard.year)
    ).all()
    return {(place, Audience(audience)): own == year and not carried for place, audience, own, carried in rows}


def _awaited_at(place: Organization, year: int, in_force: InForce) -> Iterator[AwaitedStandard]:
    for audience in Audience:
        own = (place.id, audience) in in_force
        if not own and (audience is not Audience.members or place.kind not in ALWAYS_WARNED):
            continue
        owners = [each for each in ids_in(place.path) if (each, audience) in in_force]
        if not owners or not in_force[owners[-1], audience]:
            yield AwaitedStandard(place.id, year, audience, carried=bool(owners), own=own)
