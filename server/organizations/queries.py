"""The tree of organizations and who belonged where on a day."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Date, bindparam, select
from sqlalchemy.orm import Session

from server.identity.models import Account
from server.organizations.models import Membership, Organization, ids_in

# Asked in almost every request: built once (docs/adr/0007).
_DAY = bindparam("day", type_=Date)


_HELD = (Membership.member_id == bindparam("member_id")) & Membership.holds_on(_DAY)  # type: ignore[arg-type]


_MEMBERSHIP = select(Membership).where(_HELD)


_BRANCH = select(Organization).join(Membership, Membership.organization_id == Organization.id).where(_HELD)


_HOME = select(Organization.path).join(Membership, Membership.home_id == Organization.id).where(_HELD)


_PATH = select(Organization.path).where(Organization.id == bindparam("organization_id"))


def ancestor_ids(session: Session, organization_id: int) -> tuple[int, ...]:
    """Return ids from the root down to and including the organization; empty if it does not exist."""
    known: dict[int, tuple[int, ...]] = session.info.setdefault("ancestor_ids", {})  # an organization never moves
    if organization_id not in known:
        path = session.scalar(_PATH, {"organization_id": organization_id})
        if not (ids := ids_in(path) if path is not None else ()):
            return ()
        known[organization_id] = ids
    return known[organization_id]


def membership_on(session: Session, *, member_id: int, on: date) -> Membership | None:
    """Return the membership in force on a day (`from_date` inclusive, `until_date` exclusive)."""
    return session.scalar(_MEMBERSHIP, {"member_id": member_id, "day": on})


def branch_of(session: Session, *, member_id: int, on: date) -> Organization | None:
    """Return the branch a member belonged to on a day."""
    return session.scalar(_BRANCH, {"member_id": member_id, "day": on})


def home_of(session: Session, member_id: int, on: date) -> tuple[int, ...]:
    """Return the ids from the root down to a member's group (or branch) on a day; empty if they belong nowhere."""
    path = session.scalar(_HOME, {"member_id": member_id, "day": on})
    return ids_in(path) if path is not None else ()


def supervising_organization(session: Session, organization_id: int) -> Organization | None:
    """Return the 总支 above a branch, the 党委 (its 组织部) above a 总支 or a 直属 branch; None above the 党委."""
    organization = session.get(Organization, organization_id)
    if organization is None or organization.parent_id is None:
        return None
    return session.get(Organization, organization.parent_id)


def children(
    session: Session, *, parent_id: int, include_closed: bool, after_id: int | None, limit: int
) -> list[Organization]:
    query = select(Organization).where(Organization.parent_id == parent_id, Organization.id > (after_id or 0))
    if not include_closed:
        query = query.where(Organization.closed_on.is_(None))
    return list(session.scalars(query.order_by(Organization.id).limit(limit)))


def titles(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """Return the titles of organizations by id."""
    wanted = {identifier for identifier in ids if identifier is not None}
    rows = session.execute(select(Organization.id, Organization.title).where(Organization.id.in_(wanted)))
    return dict(rows.all())


def account_names(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """Return the names of accounts by id."""
    wanted = {identifier for identifier in ids if identifier is not None}
    rows = session.execute(select(Account.id, Account.name).where(Account.id.in_(wanted)))
    return dict(rows.all())
