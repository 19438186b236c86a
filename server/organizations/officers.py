"""Whose turn it is: the officers of a place, or of the nearest place above with one who may act."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.identity.models import Account, Grant
from server.identity.rules import Role
from server.organizations.four_eyes import Mandate, Matter, RecentKeyResets
from server.organizations.models import Organization, ids_in


@dataclass(frozen=True, slots=True)
class Officer:
    account_id: int
    member_id: int | None
    organization_id: int
    role: Role
    mandate: Mandate


class Officers:
    """Who holds which office on a day: in a whole tree, or at a place and above it; read once."""

    def __init__(self, session: Session, root_id: int, on: date, *, places: Collection[int] | None = None) -> None:
        """`places` leaves out all other organizations of the tree."""
        self.root_id = root_id
        self.places = places
        wanted = [Organization.root_id == root_id]
        if places is not None:
            wanted.append(Organization.id.in_(places))
        self._paths: dict[int, tuple[int, ...]] = {}
        self._titles: dict[int, str] = {}
        rows = session.execute(select(Organization.id, Organization.path, Organization.title).where(*wanted))
        for organization_id, path, title in rows:
            self._paths[organization_id], self._titles[organization_id] = ids_in(path), title
        self._by_place: dict[int, list[Officer]] = defaultdict(list)
        grants = (
            select(Grant, Account.member_id)
            .join(Account, Account.id == Grant.account_id)
            .join(Organization, Organization.id == Grant.organization_id)
            .where(*wanted, Grant.holds_on(on))
            .order_by(Grant.id)
        )
        for grant, member_id in session.execute(grants):
            officer = Officer(grant.account_id, member_id, grant.organization_id, Role(grant.role), Mandate.of(grant))
            self._by_place[grant.organization_id].append(officer)

    def title(self, organization_id: int) -> str:
        return self._titles[organization_id]

    def at(self, organization_id: int) -> list[Officer]:
        """Return who holds an office at the place itself, once for each office."""
        return self._by_place.get(organization_id, [])

    def of_account(self, account_id: int) -> list[Officer]:
        """Return one of the offices of an account, if it holds any here."""
        held = (officer for each in self._by_place.values() for officer in each if officer.account_id == account_id)
        return list(islice(held, 1))

    def in_turn(
        self,
        organization_id: int,
        roles: Collection[Role],
        *,
        not_members: Collection[int] = (),
        not_accounts: Collection[int] = (),
        bars: RecentKeyResets | None = None,
        matter: Matter | None = None,
    ) -> list[Officer]:
        """Return those who may act at the place itself, or at the nearest above where somebody may; each once.

        With a matter, those whom `bars` bar are left out.
        """
        for place in reversed(self._paths.get(organization_id, ())):
            found = {
                officer.account_id: officer
                for officer in self._by_place.get(place, ())
                if officer.role in roles
                and officer.account_id not in not_accounts
                and (officer.member_id is None or officer.member_id not in not_members)
                and (bars is None or matter is None or bars.why_barred(officer.mandate, matter) is None)
            }
            if found:
                return list(found.values())
        return []
