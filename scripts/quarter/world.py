"""A university of any size, written in bulk: general branches, branches of thirty, members and the phones they hold."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from server.db import transaction
from server.identity.models import Account, Grant, WechatIdentity
from server.identity.rules import Actor, HeldRole, Role
from server.organizations import service as organizations
from server.organizations.models import Category, Member, Membership, Organization, OrganizationKind, Stage
from server.points import service as points
from server.pushes.models import SubscriptionEntry, SubscriptionQuota
from server.pushes.rules import QuotaChange
from server.standards import service as standards
from server.wechat.client import SANDBOX_APP_ID

BRANCH_SIZE = 30
GENERAL_SIZE = 10
"""Branches per general branch."""

OFFICIAL_SHARE, WORK_SHARE, UNBOUND_SHARE = 0.6, 0.3, 0.03
"""How many follow the official account, use 企业微信, and hold no phone at all."""

OFFICES = (Role.secretary, Role.deputy_secretary, Role.committee_member)
"""Of each branch's first members."""

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch; its first three members are secretary, deputy and 支委."""

    id: int
    path: tuple[int, ...]
    member_ids: Sequence[int]

    @property
    def secretary_id(self) -> int:
        return self.member_ids[0]

    @property
    def secretary(self) -> Actor:
        return self._acting(self.secretary_id, Role.secretary)

    @property
    def ordinary_ids(self) -> Sequence[int]:
        """Members who hold no office; in the smallest branch everyone."""
        return self.member_ids[len(OFFICES) :] or self.member_ids

    def member(self, member_id: int) -> Actor:
        return self._acting(member_id)

    def _acting(self, member_id: int, *roles: Role) -> Actor:
        held = tuple(HeldRole(role, self.id) for role in roles)
        return Actor(member_id, member_id, self.path[0], member_id, self.path, held)


@dataclass(frozen=True, slots=True)
class World:
    """Members, accounts and mini-program identities carry the same ids, from 1 on."""

    root_id: int
    branches: Sequence[Branch]
    members: int


@dataclass(frozen=True, slots=True)
class Phones:
    """The app ids under which people are known to WeChat, and the templates they are asked about."""

    official: str
    work: str
    templates: Sequence[str]


Kind = tuple[Category, Stage]


def _staff(_number: int) -> Kind:
    return Category.staff, Stage.full


def found(
    engine: Engine,
    *,
    members: int,
    phones: Phones,
    chance: Random,
    now: datetime,
    general_size: int = GENERAL_SIZE,
    kind_of: Callable[[int], Kind] = _staff,
) -> World:
    """Fill an empty database; the year's openings are posted. `kind_of` says what each member is, by their number."""
    with Session(engine) as session:
        root = organizations.create_root(session, title="山海大学党委", now=now)
        standards.install_default(session, organization_id=root.id, year=now.year, published_by=None, now=now)
        session.commit()
        root_id = root.id
    world = World(root_id, list(_branches(engine, root_id, members, general_size, now)), members)
    transaction(engine, lambda session: _people(session, world, kind_of, now))
    transaction(engine, lambda session: _phones(session, world, phones, chance, now))
    for part in _parts(members, AT_ONCE):
        transaction(engine, partial(points.open_year, member_ids=part, year=now.year, now=now))
    return world


def _parts(members: int, size: int) -> Iterator[Sequence[int]]:
    return (range(start, min(start + size, members + 1)) for start in range(1, members + 1, size))


def _branches(engine: Engine, root_id: int, members: int, general_size: int, now: datetime) -> Iterator[Branch]:
    with Session(engine, expire_on_commit=False) as session:
        root = session.get_one(Organization, root_id)
        general = root
        for number, ids in enumerate(_parts(members, BRANCH_SIZE)):
            if number % general_size == 0:
                general = _place(
                    session, root, OrganizationKind.general_branch, f"第 {number // general_size + 1} 学院党总支", now
                )
            branch = _place(session, general, OrganizationKind.branch, f"第 {number + 1} 党支部", now)
            yield Branch(branch.id, branch.ancestor_ids, ids)
        session.commit()


def _place(session: Session, above: Organization, kind: OrganizationKind, title: str, now: datetime) -> Organization:
    place = Organization(
        root_id=above.root_id or above.id,
        parent_id=above.id,
        kind=kind,
        title=title,
        path="",
        settings={},
        created_at=now,
    )
    session.add(place)
    session.flush()
    place.path = f"{above.path}{place.id}/"
    session.flush()
    return place


def _people(session: Session, world: World, kind_of: Callable[[int], Kind], now: datetime) -> None:
    """Add members, memberships, accounts and the offices of each branch."""
    ids = range(1, world.members + 1)
    made = {"root_id": world.root_id, "created_at": now}
    begin = date(now.year, 1, 1)
    named: list[dict[str, Any]] = [{**made, "id": number, "name": f"党员{number}"} for number in ids]
    session.execute(insert(Member), [_as_member(each, *kind_of(each["id"]), now) for each in named])
    session.execute(insert(Account), [{**each, "member_id": each["id"]} for each in named])
    session.execute(
        insert(Membership),
        [
            {"member_id": each, "organization_id": at.id, "from_date": begin}
            for at in world.branches
            for each in at.member_ids
        ],
    )
    session.execute(insert(Grant), [_grant(at, place, now) for at in world.branches for place in range(len(OFFICES))])


def _as_member(named: dict[str, Any], category: Category, stage: Stage, now: datetime) -> dict[str, Any]:
    return {**named, "category": category, "stage": stage, "work_number": f"T{named['id']}", "updated_at": now}


def _grant(branch: Branch, place: int, now: datetime) -> dict[str, Any]:
    begin = date(now.year, 1, 1)
    officer = branch.member_ids[place % len(branch.member_ids)]
    return {
        "account_id": officer,
        "role": OFFICES[place],
        "organization_id": branch.id,
        "from_date": begin,
        "created_at": now,
    }


def _phones(session: Session, world: World, phones: Phones, chance: Random, now: datetime) -> None:
    """Give most members a phone, some of them more than one way to be reached, and a few consents."""
    bound = [number for number in range(1, world.members + 1) if chance.random() >= UNBOUND_SHARE]
    known = [{"id": number, "app_id": SANDBOX_APP_ID, "openid": f"q{number}", "account_id": number} for number in bound]
    for app_id, share in ((phones.official, OFFICIAL_SHARE), (phones.work, WORK_SHARE)):
        known += [
            {
                "id": world.members + len(known) + 1 + index,
                "app_id": app_id,
                "openid": f"q{number}",
                "account_id": number,
            }
            for index, number in enumerate(number for number in bound if chance.random() < share)
        ]
    session.execute(insert(WechatIdentity), [{**each, "created_at": now} for each in known])
    consents = [
        {"identity_id": number, "template": template, "amount": chance.randrange(6)}
        for number in bound
        for template in phones.templates
    ]
    given = [each for each in consents if each["amount"]]
    session.execute(
        insert(SubscriptionQuota),
        [{**_only(each, "identity_id", "template"), "balance": each["amount"], "updated_at": now} for each in given],
    )
    session.execute(insert(SubscriptionEntry), [{**each, "change": QuotaChange.accepted, "at": now} for each in given])


def _only(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: values[name] for name in names}
