"""Who somebody is: the account behind an identity, its name, its grants, and where its member belongs."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.identity.models import Account, Grant, WechatIdentity
from server.identity.rules import Actor, HeldRole


class OrganizationLookup(Protocol):
    """What this module asks about organizations, a layer above it: `server.organizations.queries` answers."""

    def home_of(self, session: Session, member_id: int, on: date) -> tuple[int, ...]:
        """Return a member's own group or branch on a day and everything above it, root first."""

    def titles(self, session: Session, ids: Iterable[int | None]) -> dict[int, str]:
        """Return the titles of organizations by id."""


_places: OrganizationLookup | None = None


def know_places(places: OrganizationLookup) -> None:
    """Tell this module whom to ask about organizations; `server/app.py` does."""
    global _places  # noqa: PLW0603
    _places = places


def actor_of(session: Session, identity: WechatIdentity, *, now: datetime) -> Actor:
    """Return who an identity is today, in Shanghai."""
    account = account_of(session, identity)
    return actor_by(session, account, identity_id=identity.id, now=now) if account else Actor(identity_id=identity.id)


def actor_by(session: Session, account: Account, *, identity_id: int = 0, now: datetime) -> Actor:
    """Return who an account is today, in Shanghai; `identity_id` 0: by whichever identity they sign in."""
    today = shanghai_date(now)
    return Actor(
        identity_id=identity_id,
        account_id=account.id,
        root_id=account.root_id,
        member_id=account.member_id,
        organization_ids=_home(session, account.member_id, today),
        grants=tuple(HeldRole(grant.role, grant.organization_id) for grant in grants_of(session, account.id, on=today)),
    )


def account_of(session: Session, identity: WechatIdentity) -> Account | None:
    return session.get(Account, identity.account_id) if identity.account_id is not None else None


def name_of(session: Session, actor: Actor) -> str | None:
    account = session.get(Account, actor.account_id) if actor.account_id is not None else None
    return account.name if account else None


def _home(session: Session, member_id: int | None, today: date) -> tuple[int, ...]:
    if member_id is None:
        return ()
    return _known_places().home_of(session, member_id, today)


def titles(session: Session, organization_ids: Iterable[int]) -> dict[int, str]:
    """Return the titles of organizations by id."""
    return _known_places().titles(session, organization_ids)


def _known_places() -> OrganizationLookup:
    if _places is None:
        raise RuntimeError("know_places() was not called; import server.app")
    return _places


def is_bound(session: Session, *, account_id: int) -> bool:
    return session.scalar(select(WechatIdentity.id).where(WechatIdentity.account_id == account_id).limit(1)) is not None


def grants_of(session: Session, account_id: int, *, on: date) -> list[Grant]:
    """Return the grants in force on a day, oldest first."""
    return list(
        session.scalars(
            select(Grant)
            .where(
                Grant.account_id == account_id,
                Grant.holds_on(on),
            )
            .order_by(Grant.id)
        )
    )
