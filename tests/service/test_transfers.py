"""Who moves, leaves and comes back."""

from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import app
from server.config import Settings
from server.errors import DomainError
from server.identity import queries as identity_queries
from server.identity.rules import Role
from server.organizations import members, queries, service, transfers
from server.organizations.events import MemberLeft, MembersJoined
from server.organizations.models import (
    OrganizationKind,
)
from server.points.models import PointEntry
from tests.cast import NOW, TODAY, Cast
from tests.organizing import give, newcomer, transfer
from tests.refusing import refused

assert app.SUBSCRIPTIONS

TOMORROW = TODAY + timedelta(days=1)


def test_a_transfer_keeps_the_points_and_both_memberships(session: Session, cast: Cast) -> None:
    session.execute(select(1))
    transfer(session, cast, cast.zhang_min, cast.other_branch)
    past, present = reversed(members.history(session, member_id=cast.zhang_min.member_id))
    assert (past.organization_id, past.until_date) == (cast.branch, TODAY)
    assert (present.organization_id, present.from_date, present.until_date) == (cast.other_branch, TODAY, None)
    yesterday = queries.branch_of(session, member_id=cast.zhang_min.member_id, on=TODAY - timedelta(days=1))
    assert yesterday is not None
    assert yesterday.id == cast.branch


def test_repeating_a_transfer_changes_nothing(session: Session, cast: Cast) -> None:
    first = transfer(session, cast, cast.zhang_min, cast.other_branch)
    entries = session.scalar(select(func.count()).select_from(PointEntry))
    assert transfer(session, cast, cast.zhang_min, cast.other_branch) is first
    assert session.scalar(select(func.count()).select_from(PointEntry)) == entries


def test_a_second_transfer_on_the_same_day_corrects_the_first(session: Session, cast: Cast) -> None:
    transfer(session, cast, cast.zhang_min, cast.other_branch)
    transfer(session, cast, cast.zhang_min, cast.direct_branch)
    rows = members.history(session, member_id=cast.zhang_min.member_id)
    assert [row.organization_id for row in rows] == [cast.direct_branch, cast.branch]


@pytest.mark.parametrize("on", [TODAY + timedelta(days=1), date(2025, 12, 31)])
def test_a_transfer_is_neither_ahead_nor_in_another_year(session: Session, cast: Cast, on: date) -> None:
    with pytest.raises(DomainError, match="invalid_dates"):
        transfer(session, cast, cast.zhang_min, cast.other_branch, on)


def test_a_transfer_goes_to_an_open_branch_of_the_same_root(session: Session, cast: Cast) -> None:
    stranger = service.create_root(session, title="另一所大学党委", now=NOW)
    abroad = service.create_organization(
        session, parent_id=stranger.id, kind=OrganizationKind.branch, title="支部", account_id=None, now=NOW
    )
    closed = service.create_organization(
        session, parent_id=cast.root, kind=OrganizationKind.branch, title="旧支部", account_id=None, now=NOW
    )
    service.close_organization(session, closed.id, account_id=cast.chen_jing.account_id, now=NOW)
    for to, code in (
        (abroad.id, "other_root"),
        (closed.id, "organization_closed"),
        (cast.general_branch, "not_a_branch"),
        (cast.branch, "already_there"),
    ):
        with pytest.raises(DomainError, match=code):
            transfer(session, cast, cast.zhang_min, to)


def test_who_moves_leaves_his_roles_in_the_old_branch_behind(session: Session, cast: Cast) -> None:
    transfer(session, cast, cast.wang_fang, cast.other_branch)
    assert identity_queries.grants_of(session, cast.wang_fang.account_id, on=TODAY) == []


@pytest.mark.parametrize("goes", ["away", "elsewhere"])
def test_who_goes_leads_no_group_of_the_old_branch(session: Session, cast: Cast, goes: str) -> None:
    person = cast.zhang_min
    give(session, cast.chen_jing, person, Role.group_leader, cast.group)
    if goes == "elsewhere":
        transfer(session, cast, person, cast.other_branch)
    else:
        by = cast.chen_jing.account_id
        transfers.leave(session, member_id=person.member_id, on=TODAY, note="调离", account_id=by, now=NOW)
    assert identity_queries.grants_of(session, person.account_id, on=TODAY) == []


def test_who_leaves_belongs_nowhere_and_may_come_back(session: Session, cast: Cast) -> None:
    by = cast.chen_jing.account_id
    member_id = cast.zhang_min.member_id
    transfers.leave(session, member_id=member_id, on=TODAY, note="调离", account_id=by, now=NOW)
    assert queries.branch_of(session, member_id=member_id, on=TODAY) is None
    with pytest.raises(DomainError, match="no_membership"):
        transfers.leave(session, member_id=member_id, on=TODAY, note="调离", account_id=by, now=NOW)
    assert transfer(session, cast, cast.zhang_min, cast.other_branch).organization_id == cast.other_branch


def test_who_comes_back_is_a_newcomer_and_not_before_he_had_left(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[object] = []
    monkeypatch.setattr(transfers, "emit", lambda _, event: heard.append(event))
    by, back = cast.chen_jing.account_id, TODAY - timedelta(days=5)
    transfers.leave(session, member_id=cast.zhang_min.member_id, on=back, note="调离", account_id=by, now=NOW)
    early = partial(transfer, session, cast, cast.zhang_min, cast.other_branch, back - timedelta(days=1))
    refused("invalid_dates", early)
    transfer(session, cast, cast.zhang_min, cast.other_branch, back)
    me = cast.zhang_min.member_id
    assert heard == [MemberLeft(me, back, NOW), MembersJoined((me,), back, NOW)]


def test_who_came_and_went_on_one_day_may_come_back_that_day(session: Session, settings: Settings, cast: Cast) -> None:
    member = newcomer(session, settings, cast, phone="13800001234")
    by = cast.chen_jing.account_id
    transfers.leave(session, member_id=member.id, on=TODAY, note="登记有误", account_id=by, now=NOW)
    transfers.transfer(
        session, member_id=member.id, to_organization_id=cast.other_branch, on=TODAY, account_id=by, now=NOW
    )
    branch = queries.branch_of(session, member_id=member.id, on=TODAY)
    assert branch is not None
    assert branch.id == cast.other_branch


def test_who_moves_keeps_the_roles_held_elsewhere_and_takes_up_none_that_was_to_begin(
    session: Session, cast: Cast
) -> None:
    person = cast.zhang_min
    give(session, cast.chen_jing, person, Role.organizer, cast.general_branch)
    give(session, cast.chen_jing, person, Role.deputy_secretary, cast.branch, begin=TOMORROW)
    transfer(session, cast, person, cast.other_branch)
    held = identity_queries.grants_of(session, person.account_id, on=TOMORROW)
    assert [(each.role, each.organization_id) for each in held] == [(Role.organizer, cast.general_branch)]
