"""What tests of organizations, memberships and roles do in one line."""

from datetime import date

from sqlalchemy.orm import Session

from server import app
from server.config import Settings
from server.identity.models import Grant
from server.identity.rules import Role
from server.organizations import grants, members, transfers
from server.organizations.models import (
    Member,
    Membership,
)
from server.privacy import PhoneVault
from tests.cast import NOW, TODAY, Cast, Person

assert app.SUBSCRIPTIONS


def transfer(session: Session, cast: Cast, person: Person, to: int, on: date = TODAY) -> Membership:
    return transfers.transfer(
        session,
        member_id=person.member_id,
        to_organization_id=to,
        on=on,
        account_id=cast.chen_jing.account_id,
        now=NOW,
    )


def give(
    session: Session,
    granter: Person,
    receiver: Person,
    role: Role,
    place: int,
    *,
    begin: date = TODAY,
    until: date | None = None,
) -> Grant:
    return grants.give(
        session,
        actor=granter.actor,
        organization_id=place,
        role=role,
        member_id=receiver.member_id,
        account_id=None,
        from_date=begin,
        until_date=until,
        now=NOW,
    )


def newcomer(session: Session, settings: Settings, cast: Cast, *, phone: str, number: str = "N1") -> Member:
    return members.add_member(
        session,
        PhoneVault(settings.phone_keys),
        organization_id=cast.branch,
        group_id=None,
        work_number=number,
        values={"name": "赵新", "category": "staff", "stage": "full", "phone": phone},
        from_date=None,
        account_id=cast.li_wei.account_id,
        now=NOW,
    )
