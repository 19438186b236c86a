"""Where members stood on a day and which standard measures them, read once for a whole batch."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from sqlalchemy import BigInteger, bindparam, select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.errors import DomainError, not_found
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.exemptions import filed
from server.organizations.history.models import FormerKinds
from server.organizations.history.queries import history_of
from server.organizations.history.rules import Kinds
from server.organizations.models import Exemption, Member, Membership, Organization, ids_in
from server.standards.error_codes import StandardErrorCode
from server.standards.models import Standard
from server.standards.rules import Audience, StandardDocument, audience_of
from server.standards.versions import document_in, document_of, in_force, in_force_along
from server.years import gate as years
from server.years.rules import may_have_ended

_IDS = bindparam("member_ids", type_=BigInteger, expanding=True)
_MEMBERS = (
    select(Member, Membership, Organization.path, FormerKinds)
    .outerjoin(Membership, Membership.member_id == Member.id)
    .outerjoin(Organization, Organization.id == Membership.organization_id)
    .outerjoin(FormerKinds, FormerKinds.member_id == Member.id)
    .where(Member.id.in_(_IDS))
    .order_by(Membership.from_date)
)
_EXEMPTIONS = filed().with_only_columns(Exemption).where(Exemption.member_id.in_(_IDS)).order_by(Exemption.from_date)


def exemptions_in_force(session: Session, member_ids: Collection[int]) -> Iterable[Exemption]:
    """Return the members' exemptions whose filing was received, by beginning."""
    return session.scalars(_EXEMPTIONS, {"member_ids": list(member_ids)})


def year_branch(session: Session, member_id: int, year: int) -> int | None:
    """Return the branch that has the member's result of a year: the last one in it (`MemberTimelines.last_in`)."""
    held = select(Membership.organization_id).where(
        Membership.member_id == member_id,
        Membership.from_date <= date(year, 12, 31),
        Membership.ends_after(date(year, 1, 1)),
    )
    return session.scalar(held.order_by(Membership.from_date.desc()).limit(1))


class MemberTimelines:
    """Members, memberships and standards of a batch; nothing is read twice."""

    def __init__(self, session: Session, member_ids: Collection[int]) -> None:
        self._session = session
        self._members: dict[int, Member] = {}
        self._memberships: dict[int, list[Membership]] = {}
        self._paths: dict[int, str] = {}
        former: dict[int, set[FormerKinds]] = {}
        for member, membership, path, ended in session.execute(_MEMBERS, {"member_ids": list(member_ids)}):
            self._members[member.id] = member
            held = self._memberships.setdefault(member.id, [])
            if membership is not None and (not held or held[-1] is not membership):
                held.append(membership)
                self._paths[membership.organization_id] = path
            former.setdefault(member.id, set()).update({ended} if ended else ())
        self._kinds = {each.id: history_of(each, former[each.id]) for each in self._members.values()}
        self._exemptions: dict[int, list[tuple[date, date]]] = {}
        for exemption in exemptions_in_force(session, member_ids):
            period = (exemption.from_date or date.max, exemption.until_date or date.max)
            self._exemptions.setdefault(exemption.member_id, []).append(period)
        self._standards: dict[tuple[int, int, Audience], int] = {}
        self._documents: dict[int, StandardDocument] = {}

    def member(self, member_id: int) -> Member:
        """Return the member. Raises DomainError `not_found`."""
        if member_id not in self._members:
            raise not_found("党员")
        return self._members[member_id]

    def kinds_on(self, member_id: int, on: date) -> Kinds:
        """Return the member's category and stage on a day. Raises DomainError `not_found`."""
        self.member(member_id)
        return self._kinds[member_id].on(on)

    def year_kinds(self, member_id: int, year: int) -> Kinds:
        """Return the member's category and stage on the last day counted in a year: its last, or their last in it."""
        membership, last = self.last_in(member_id, year), date(year, 12, 31)
        if membership is not None and membership.until_date is not None:
            last = min(last, membership.until_date - timedelta(days=1))
        return self.kinds_on(member_id, last)

    def branch_on(self, member_id: int, on: date) -> int:
        """Return the branch of that day. Raises DomainError `no_membership`."""
        membership = self.membership_on(member_id, on)
        if membership is None:
            raise DomainError(
                OrganizationErrorCode.no_membership, f"{on.isoformat()} 该党员的组织关系不在本校任何支部，不能记分"
            )
        return membership.organization_id

    def membership_on(self, member_id: int, on: date) -> Membership | None:
        """Return the membership in force on a day, or None."""
        for membership in self._memberships.get(member_id, ()):
            if membership.holds_on(on):
                return membership
        return None

    def belongs_to(self, membership: Membership, organization_id: int) -> bool:
        """Whether a membership of these lies in the organization (a group, too) or below it."""
        above = ids_in(self._paths[membership.organization_id])
        return organization_id in above or organization_id == membership.group_id

    def last_in(self, member_id: int, year: int) -> Membership | None:
        """Return the member's last membership in the year: its branch owns the year's result."""
        held = [m for m in self._memberships.get(member_id, ()) if m.from_date <= date(year, 12, 31)]
        if not held or (held[-1].until_date is not None and held[-1].until_date <= date(year, 1, 1)):
            return None
        return held[-1]

    def drafted_in(self, year: int, *, today: date | None = None, lock: bool = False) -> frozenset[int]:
        """Return the members whose results of a year stand: the branch each belonged to last in it decides.

        A year that still runs on `today` needs no query; `lock` as in `years.gate.drafted`.
        """
        if today is not None and not may_have_ended(year, today=today):
            return frozenset()
        branches = {each: held.organization_id for each in self._members if (held := self.last_in(each, year))}
        found = years.drafted(self._session, set(branches.values()), year=year, lock=lock)
        return frozenset(each for each, organization_id in branches.items() if organization_id in found)

    def opening_branch(self, member_id: int, year: int, on: date) -> int:
        """Return the branch that openings dated `on` belong to: the last one, unless the member came to it later."""
        membership = self.last_in(member_id, year)
        assert membership is not None
        return membership.organization_id if membership.from_date <= on else self.branch_on(member_id, on)

    def first_day_in(self, member_id: int, year: int) -> date | None:
        """Return the day the member's year begins: 1 January, when they came or an exemption ended; None for never."""
        for membership in self._memberships.get(member_id, ()):
            day = self._first_managed(member_id, max(membership.from_date, date(year, 1, 1)))
            if day.year == year and membership.ends_after(day):
                return day
        return None

    def is_exempt(self, member_id: int, on: date) -> bool:
        """Whether the member is outside the managed range that day."""
        return any(start <= on < end for start, end in self._exemptions.get(member_id, ()))

    def may_have_been_exempt(self, member_id: int, on: date) -> bool:
        """Whether an exemption had begun by that day, ended since or not: its end may have been recorded later."""
        return any(start <= on for start, _ in self._exemptions.get(member_id, ()))

    def _first_managed(self, member_id: int, day: date) -> date:
        """Return the first day from `day` on that no exemption covers."""
        for start, end in self._exemptions.get(member_id, ()):
            if start <= day < end:
                day = end
        return day

    def standard_id(self, member_id: int, organization_id: int, on: date) -> int:
        """Return the standard in force there for what the member was on a day. Raises DomainError `no_standard`."""
        return self._measuring(organization_id, on.year, audience_of(self.kinds_on(member_id, on).stage))

    def _measuring(self, organization_id: int, year: int, audience: Audience) -> int:
        key = (organization_id, year, audience)
        if key not in self._standards:
            standard = self._in_force(organization_id, year, audience)
            self._standards[key] = standard.id
            self._documents[standard.id] = document_in(standard)
        return self._standards[key]

    def _in_force(self, organization_id: int, year: int, audience: Audience) -> Standard:
        path = self._paths.get(organization_id)
        if path is None:
            return in_force(self._session, organization_id=organization_id, year=year, audience=audience)
        return in_force_along(self._session, organization_ids=ids_in(path), year=year, audience=audience)

    def year_standard_id(self, member_id: int, year: int) -> int | None:
        """Return the standard that measures the member's year, or None where there is no branch or no standard yet."""
        membership = self.last_in(member_id, year)
        if membership is None:
            return None
        audience = audience_of(self.year_kinds(member_id, year).stage)
        return self._measuring_if_any(membership.organization_id, year, audience)

    def first_standard_id(self, member_id: int, year: int) -> int | None:
        """Return the standard of the branch in which the member's year began, for what they are measured as in it."""
        begins = self.first_day_in(member_id, year)
        if begins is None:
            return None
        audience = audience_of(self.year_kinds(member_id, year).stage)
        return self._measuring_if_any(self.branch_on(member_id, begins), year, audience)

    def was_published(self, standard_id: int, *, by: date) -> bool:
        """Whether a standard in force was published by a day."""
        published_at = self._session.get_one(Standard, standard_id).published_at
        return published_at is not None and shanghai_date(published_at) <= by

    def standard_id_if_any(self, member_id: int, organization_id: int, on: date) -> int | None:
        """Return the standard in force there for what the member was on a day, or None where there is none yet."""
        return self._measuring_if_any(organization_id, on.year, audience_of(self.kinds_on(member_id, on).stage))

    def _measuring_if_any(self, organization_id: int, year: int, audience: Audience) -> int | None:
        try:
            return self._measuring(organization_id, year, audience)
        except DomainError as refusal:
            if refusal.code != StandardErrorCode.no_standard:
                raise
            return None

    def document(self, standard_id: int) -> StandardDocument:
        if standard_id not in self._documents:
            self._documents[standard_id] = document_of(self._session, standard_id)
        return self._documents[standard_id]
