"""Organizations: the tree, what may be closed."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import app
from server.errors import DomainError
from server.identity import queries as identity_queries
from server.identity.rules import Role
from server.organizations import queries, service
from server.organizations.models import (
    Membership,
    OrganizationKind,
)
from tests.cast import NOW, TODAY, Cast
from tests.organizing import give, transfer
from tests.refusing import refused

assert app.SUBSCRIPTIONS

TOMORROW = TODAY + timedelta(days=1)


def test_a_root_founds_a_tree_of_its_own(session: Session, cast: Cast) -> None:
    root = service.create_root(session, title="另一所大学党委", now=NOW)
    branch = service.create_organization(
        session, parent_id=root.id, kind=OrganizationKind.branch, title="直属党支部", account_id=None, now=NOW
    )
    assert branch.ancestor_ids == (root.id, branch.id)
    assert (branch.root_id, root.root_id) == (root.id, root.id)
    assert queries.supervising_organization(session, branch.id) is root
    assert queries.supervising_organization(session, root.id) is None


@pytest.mark.parametrize(
    ("parent", "kind"),
    [
        ("branch", OrganizationKind.branch),
        ("branch", OrganizationKind.general_branch),
        ("general_branch", OrganizationKind.general_branch),
        ("general_branch", OrganizationKind.group),
        ("group", OrganizationKind.group),
        ("root", OrganizationKind.party_committee),
        ("root", OrganizationKind.group),
    ],
)
def test_a_kind_stands_only_below_its_own_parents(
    session: Session, cast: Cast, parent: str, kind: OrganizationKind
) -> None:
    with pytest.raises(DomainError, match="wrong_parent"):
        service.create_organization(
            session, parent_id=getattr(cast, parent), kind=kind, title="新设", account_id=None, now=NOW
        )


def test_two_organizations_of_one_parent_never_share_a_title(session: Session, cast: Cast) -> None:
    with pytest.raises(DomainError, match="title_taken"):
        service.create_organization(
            session,
            parent_id=cast.general_branch,
            kind=OrganizationKind.branch,
            title="教工 第一党支部",
            account_id=None,
            now=NOW,
        )


def test_an_organization_with_members_or_children_cannot_be_closed(session: Session, cast: Cast) -> None:
    chen = cast.chen_jing.account_id
    with pytest.raises(DomainError, match="has_children"):
        service.close_organization(session, cast.branch, account_id=chen, now=NOW)
    with pytest.raises(DomainError, match="has_members"):
        service.close_organization(session, cast.other_branch, account_id=chen, now=NOW)
    with pytest.raises(DomainError, match="root_stays"):
        service.close_organization(session, cast.root, account_id=chen, now=NOW)
    closed = service.close_organization(session, cast.group, account_id=chen, now=NOW)
    assert closed.closed_on == TODAY
    with pytest.raises(DomainError, match="organization_closed"):
        service.close_organization(session, cast.group, account_id=chen, now=NOW)


def test_a_group_with_members_stays(session: Session, cast: Cast) -> None:
    session.scalars(
        select(Membership).where(Membership.member_id == cast.zhang_min.member_id)
    ).one().group_id = cast.group
    session.flush()
    refused("has_members", lambda: service.close_organization(session, cast.group, account_id=0, now=NOW))


def test_who_left_today_is_in_the_way_no_more_and_the_roles_there_end(session: Session, cast: Cast) -> None:
    by, place = cast.chen_jing.account_id, cast.foreign_branch
    give(session, cast.organization_department, cast.zhang_min, Role.organizer, cast.other_general_branch)
    give(session, cast.organization_department, cast.zhang_min, Role.secretary, place)
    give(session, cast.organization_department, cast.wang_fang, Role.secretary, place, begin=TOMORROW)
    transfer(session, cast, cast.wu_gang, cast.branch)
    service.close_organization(session, place, account_id=by, now=NOW)
    held = [grant.organization_id for grant in identity_queries.grants_of(session, cast.zhang_min.account_id, on=TODAY)]
    assert held == [cast.other_general_branch]
    to_come = identity_queries.grants_of(session, cast.wang_fang.account_id, on=TOMORROW)
    assert place not in [grant.organization_id for grant in to_come]
