"""Roles: who gives and ends them, and where."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server import app
from server.errors import DomainError
from server.identity import queries as identity_queries
from server.identity import service as identity
from server.identity.models import Grant
from server.identity.rules import Role
from server.organizations import grants, service
from server.organizations.models import (
    Category,
    Member,
    Stage,
)
from tests.at_once import race
from tests.cast import NOW, TODAY, Cast, Person
from tests.organizing import give
from tests.refusing import refused

assert app.SUBSCRIPTIONS

TOMORROW = TODAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("role", "place"),
    [(Role.secretary, "general_branch"), (Role.general_secretary, "branch"), (Role.group_leader, "branch")],
)
def test_a_role_fits_its_kind_of_organization(session: Session, cast: Cast, role: Role, place: str) -> None:
    with pytest.raises(DomainError, match="role_does_not_fit"):
        give(session, cast.organization_department, cast.zhang_min, role, getattr(cast, place))


def end(session: Session, ender: Person, held: Grant, until: date = TODAY) -> Grant:
    return grants.end(session, actor=ender.actor, grant_id=held.id, until_date=until, now=NOW)


def test_a_role_is_ended_today_at_the_earliest(session: Session, cast: Cast) -> None:
    held = give(session, cast.chen_jing, cast.zhang_min, Role.organizer, cast.general_branch, begin=date(2026, 3, 1))
    assert end(session, cast.chen_jing, held, TODAY - timedelta(days=30)).until_date == TODAY


def test_only_a_representative_is_dismissed_as_one(session: Session, cast: Cast) -> None:
    dismiss = partial(
        grants.dismiss_representative, session, actor=cast.li_wei.actor, organization_id=cast.branch, now=NOW
    )
    assert not dismiss(account_id=cast.wang_fang.account_id)
    assert len(identity_queries.grants_of(session, cast.wang_fang.account_id, on=TODAY)) == 1
    assert dismiss(account_id=cast.representative.account_id)
    assert identity_queries.grants_of(session, cast.representative.account_id, on=TODAY) == []


def test_nobody_gives_a_role_above_his_own_or_to_himself(session: Session, cast: Cast) -> None:
    with pytest.raises(DomainError, match="role_above_own"):
        give(session, cast.chen_jing, cast.zhang_min, Role.inspector, cast.general_branch)
    with pytest.raises(DomainError, match="own_role"):
        give(session, cast.chen_jing, cast.chen_jing, Role.organizer, cast.general_branch)
    assert give(session, cast.chen_jing, cast.zhang_min, Role.organizer, cast.general_branch).id
    department = session.scalars(select(Grant).where(Grant.role == Role.organization_department)).one()
    with pytest.raises(DomainError, match="role_above_own"):
        grants.end(session, actor=cast.chen_jing.actor, grant_id=department.id, until_date=TODAY, now=NOW)


def test_nobody_of_another_university_is_given_a_role(session: Session, cast: Cast) -> None:
    abroad = service.create_root(session, title="另一所大学党委", now=NOW)
    account = identity.ensure_account(session, member_id=None, root_id=abroad.id, name="外校", now=NOW)
    kind = {"category": Category.staff, "stage": Stage.full, "created_at": NOW, "updated_at": NOW}
    member = Member(root_id=abroad.id, name="外校", work_number="W1", **kind)
    session.add(member)
    session.flush()
    for receiver in ({"member_id": None, "account_id": account.id}, {"member_id": member.id, "account_id": None}):
        arguments: dict[str, Any] = {"organization_id": cast.branch, "from_date": TODAY, "until_date": None, **receiver}
        giving = partial(grants.give, session, actor=cast.li_wei.actor, role=Role.organizer, now=NOW, **arguments)
        refused("not_found", giving)


def test_the_administrator_gives_the_first_organization_department_and_never_another(
    session: Session, cast: Cast
) -> None:
    role, root = Role.organization_department, cast.root
    refused("role_above_own", lambda: give(session, cast.administrator, cast.zhang_min, role, root))
    held = session.scalars(select(Grant).where(Grant.role == role)).one()
    refused("role_above_own", lambda: end(session, cast.administrator, held))
    session.delete(held)
    session.flush()
    give(session, cast.administrator, cast.zhang_min, role, root)
    refused("role_above_own", lambda: give(session, cast.administrator, cast.wang_fang, role, root))


def test_two_administrators_at_once_give_one_first_organization_department(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session:
        session.delete(session.scalars(select(Grant).where(Grant.role == Role.organization_department)).one())
        session.commit()

    def first(receiver: Person) -> Callable[[Session], object]:
        return lambda session: give(session, cast.administrator, receiver, Role.organization_department, cast.root)

    assert race(engine, first(cast.zhang_min), first(cast.wang_fang)) == ["done", "role_above_own"]


def test_the_last_organization_department_stays_until_another_is_there(session: Session, cast: Cast) -> None:
    held = session.scalars(select(Grant).where(Grant.role == Role.organization_department)).one()
    refused("last_department", lambda: end(session, cast.organization_department, held))
    give(session, cast.organization_department, cast.zhang_min, Role.organization_department, cast.root)
    assert end(session, cast.organization_department, held).until_date == TODAY


@pytest.mark.parametrize(("begin", "until"), [(TOMORROW, None), (TODAY, date(2026, 12, 31))])
def test_who_only_begins_later_or_for_a_time_is_not_another_department(
    session: Session, cast: Cast, begin: date, until: date | None
) -> None:
    role, department = Role.organization_department, cast.organization_department
    held = session.scalars(select(Grant).where(Grant.role == role)).one()
    give(session, department, cast.zhang_min, role, cast.root, begin=begin, until=until)
    refused("last_department", lambda: end(session, department, held))
