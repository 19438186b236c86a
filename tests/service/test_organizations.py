"""The tree, members, transfers, exemptions, filings and grants beneath HTTP."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server import app
from server.config import Settings
from server.db import transaction
from server.errors import DomainError
from server.identity import queries as identity_queries
from server.identity import service as identity
from server.identity.models import Grant, WechatIdentity
from server.identity.rules import Role
from server.organizations import binding, exemptions, filings, grants, members, queries, service, transfers
from server.organizations.events import MemberLeft, MembersJoined
from server.organizations.models import (
    Category,
    Exemption,
    Filing,
    FilingStatus,
    FilingSubject,
    Member,
    Membership,
    OrganizationKind,
    Stage,
)
from server.organizations.rules import ExemptionStatus
from server.points.models import PointEntry
from server.privacy import PhoneVault
from tests.at_once import race
from tests.cast import NOW, TODAY, Cast, Person
from tests.refusing import refused

assert app.SUBSCRIPTIONS

TOMORROW = TODAY + timedelta(days=1)


def transfer(session: Session, cast: Cast, person: Person, to: int, on: date = TODAY) -> Membership:
    return transfers.transfer(
        session,
        member_id=person.member_id,
        to_organization_id=to,
        on=on,
        account_id=cast.chen_jing.account_id,
        now=NOW,
    )


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


def study(session: Session, cast: Cast) -> Exemption:
    return exemptions.record_study(
        session,
        member_id=cast.zhang_min.member_id,
        reason="长期患病",
        on=date(2026, 5, 1),
        note="支委会一致同意",
        account_id=cast.li_wei.account_id,
        now=NOW,
    )


def filed(session: Session, cast: Cast) -> Exemption:
    exemption = study(session, cast)
    by = cast.li_wei.account_id
    exemptions.record_passing(
        session, exemption_id=exemption.id, on=date(2026, 5, 8), note="应到 12 实到 11 同意 11", account_id=by, now=NOW
    )
    exemptions.submit(session, exemption_id=exemption.id, from_date=date(2026, 6, 1), account_id=by, now=NOW)
    return exemption


def exempt(session: Session, cast: Cast, on: date) -> bool:
    return exemptions.is_exempt(session, cast.zhang_min.member_id, on)


def test_an_exemption_holds_from_its_date_once_the_filing_is_received(session: Session, cast: Cast) -> None:
    exemption = filed(session, cast)
    assert not exempt(session, cast, TODAY)
    filing = session.get_one(Filing, exemption.filing_id)
    assert filing.to_organization_id == cast.general_branch
    filings.receive(session, filing_id=filing.id, note=None, account_id=cast.chen_jing.account_id, now=NOW)
    assert exemptions.standing(session, exemption).status is ExemptionStatus.in_force
    assert [exempt(session, cast, on) for on in (date(2026, 5, 31), date(2026, 6, 1))] == [False, True]
    exemptions.end(
        session, exemption_id=exemption.id, on=TODAY, note="康复", account_id=cast.li_wei.account_id, now=NOW
    )
    assert [exempt(session, cast, on) for on in (TODAY - timedelta(days=1), TODAY)] == [True, False]
    assert study(session, cast).id != exemption.id, "a new one may begin when the old one has ended"


def test_an_exemption_given_up_never_holds(session: Session, cast: Cast) -> None:
    exemption = filed(session, cast)
    by = cast.li_wei.account_id
    exemptions.end(session, exemption_id=exemption.id, on=TODAY, note="撤回", account_id=by, now=NOW)
    assert exemption.filing_id is not None
    filings.receive(session, filing_id=exemption.filing_id, note=None, account_id=cast.chen_jing.account_id, now=NOW)
    assert not exempt(session, cast, date(2026, 6, 10))


def test_the_steps_of_an_exemption_keep_their_order(session: Session, cast: Cast) -> None:
    exemption = study(session, cast)
    by = cast.li_wei.account_id
    options: dict[str, Any] = {"exemption_id": exemption.id, "account_id": by, "now": NOW}
    with pytest.raises(DomainError, match="moved_on"):
        exemptions.submit(session, from_date=TODAY, **options)
    with pytest.raises(DomainError, match="invalid_dates"):
        exemptions.record_passing(session, on=date(2026, 4, 30), note="早于支委会", **options)
    with pytest.raises(DomainError, match="in_the_future"):
        exemptions.record_passing(session, on=TODAY + timedelta(days=1), note="尚未召开", **options)
    with pytest.raises(DomainError, match="exemption_open"):
        study(session, cast)


def test_a_returned_filing_is_filed_again_on_the_same_record(session: Session, cast: Cast) -> None:
    exemption = filed(session, cast)
    assert exemption.filing_id is not None
    by = cast.chen_jing.account_id
    filings.send_back(session, filing_id=exemption.filing_id, reason="缺会议记录", account_id=by, now=NOW)
    assert exemptions.standing(session, exemption).status is ExemptionStatus.returned
    exemptions.submit(
        session, exemption_id=exemption.id, from_date=date(2026, 6, 2), account_id=cast.li_wei.account_id, now=NOW
    )
    steps = filings.steps_of(session, exemption.filing_id)
    assert [step.status for step in steps] == ["submitted", "returned", "submitted"]


def test_filing_twice_is_filing_once(session: Session, cast: Cast) -> None:
    def submit() -> Filing:
        return filings.submit_filing(
            session,
            subject_kind=FilingSubject.standard,
            subject_id=cast.standard_id,
            title="积分标准",
            from_organization_id=cast.root,
            submitted_by=cast.organization_department.account_id,
            now=NOW,
        )

    filing = submit()
    assert submit() is filing
    assert filing.to_organization_id == cast.root, "the committee files with its own 组织部"
    filings.receive(session, filing_id=filing.id, note=None, account_id=cast.chen_jing.account_id, now=NOW)
    assert submit().status == FilingStatus.received
    with pytest.raises(DomainError, match="moved_on"):
        filings.send_back(session, filing_id=filing.id, reason="晚了", account_id=cast.chen_jing.account_id, now=NOW)


@pytest.mark.parametrize(
    ("role", "place"),
    [(Role.secretary, "general_branch"), (Role.general_secretary, "branch"), (Role.group_leader, "branch")],
)
def test_a_role_fits_its_kind_of_organization(session: Session, cast: Cast, role: Role, place: str) -> None:
    with pytest.raises(DomainError, match="role_does_not_fit"):
        give(session, cast.organization_department, cast.zhang_min, role, getattr(cast, place))


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


def unbound_identity(session: Session, openid: str) -> int:
    return identity.find_or_add_identity(session, app_id="sandbox", openid=openid, unionid=None, now=NOW).id


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


def test_a_verified_phone_binds_its_one_member(session: Session, settings: Settings, cast: Cast) -> None:
    member = newcomer(session, settings, cast, phone="13800001234")
    account = binding.bind_by_phone(
        session,
        PhoneVault(settings.phone_keys),
        identity_id=unbound_identity(session, "new"),
        phone="+86 138 0000 1234",
        now=NOW,
    )
    assert account.member_id == member.id


def test_a_phone_of_two_members_or_of_none_binds_nobody(session: Session, settings: Settings, cast: Cast) -> None:
    vault = PhoneVault(settings.phone_keys)
    newcomer(session, settings, cast, phone="13800001234", number="N1")
    newcomer(session, settings, cast, phone="13800001234", number="N2")
    identity_id = unbound_identity(session, "new")
    with pytest.raises(DomainError, match="phone_shared"):
        binding.bind_by_phone(session, vault, identity_id=identity_id, phone="13800001234", now=NOW)
    with pytest.raises(DomainError, match="phone_not_on_roster"):
        binding.bind_by_phone(session, vault, identity_id=identity_id, phone="13900000000", now=NOW)


def test_a_phone_binds_nobody_who_has_left(session: Session, settings: Settings, cast: Cast) -> None:
    """Not even on the day they left; who left belongs nowhere from that day on."""
    member = newcomer(session, settings, cast, phone="13800001234")
    bind = partial(binding.bind_by_phone, session, PhoneVault(settings.phone_keys), phone="13800001234")
    by = cast.chen_jing.account_id
    transfers.leave(session, member_id=member.id, on=TODAY, note="调离", account_id=by, now=NOW)
    for now in (NOW, NOW + timedelta(days=30)):
        refused("phone_not_on_roster", lambda: bind(identity_id=unbound_identity(session, "new"), now=now))  # noqa: B023


def test_a_new_code_voids_the_old_one_and_works_once(session: Session, cast: Cast) -> None:
    identity.unbind(session, account_id=cast.zhang_min.account_id, now=NOW)
    issue: dict[str, Any] = {"member_id": cast.zhang_min.member_id, "actor": cast.li_wei.actor, "now": NOW}
    old, _ = binding.issue_for_member(session, **{**issue})
    session.get_one(Member, cast.zhang_min.member_id).work_number = "Z1"
    code, _ = binding.issue_for_member(session, **issue)

    def bind(openid: str, typed: str) -> None:
        binding.bind_by_code(
            session,
            identity_id=unbound_identity(session, openid),
            name=" 张 敏",
            work_number="ｚ1",
            code=typed.lower(),
            now=NOW,
        )

    with pytest.raises(DomainError, match="binding_refused"):
        bind("first", old)
    bind("first", code)
    with pytest.raises(DomainError, match="binding_refused"):
        bind("second", code)


def test_a_code_expires_after_seven_days(session: Session, cast: Cast) -> None:
    session.get_one(Member, cast.zhang_min.member_id).work_number = "Z1"
    identity.unbind(session, account_id=cast.zhang_min.account_id, now=NOW)
    code, expires_at = binding.issue_for_member(
        session, member_id=cast.zhang_min.member_id, actor=cast.li_wei.actor, now=NOW
    )
    with pytest.raises(DomainError, match="binding_refused"):
        binding.bind_by_code(
            session,
            identity_id=unbound_identity(session, "late"),
            name="张敏",
            work_number="Z1",
            code=code,
            now=expires_at,
        )


def test_whoever_guesses_at_one_entry_locks_it_for_everybody_and_no_other(session: Session, cast: Cast) -> None:
    """Five people have one try each: none is locked, but the entry is, even for the right code."""
    session.get_one(Member, cast.zhang_min.member_id).work_number = "Z1"
    identity.unbind(session, account_id=cast.zhang_min.account_id, now=NOW)
    code, _ = binding.issue_for_member(session, member_id=cast.zhang_min.member_id, actor=cast.li_wei.actor, now=NOW)

    def guess(openid: str, number: str = "Z1", typed: str = "ABCDE-FGHJK") -> None:
        who = unbound_identity(session, openid)
        binding.bind_by_code(session, identity_id=who, name="张敏", work_number=number, code=typed, now=NOW)

    for number in range(5):
        refused("binding_refused", partial(guess, f"guesser{number}"))
    refused("too_many_tries", lambda: guess("owner", typed=code))
    refused("binding_refused", lambda: guess("owner", "Z2"))


@pytest.mark.mariadb_only
def test_two_people_racing_for_one_member_bind_once(engine: Engine, cast: Cast) -> None:
    def prepare(session: Session) -> tuple[str, list[int]]:
        session.get_one(Member, cast.zhang_min.member_id).work_number = "Z1"
        identity.unbind(session, account_id=cast.zhang_min.account_id, now=NOW)
        code, _ = binding.issue_for_member(
            session, member_id=cast.zhang_min.member_id, actor=cast.li_wei.actor, now=NOW
        )
        return code, [unbound_identity(session, f"racer {number}") for number in range(2)]

    code, racers = transaction(engine, prepare)

    def bind_as(identity_id: int) -> Callable[[Session], object]:
        return partial(binding.bind_by_code, identity_id=identity_id, name="张敏", work_number="Z1", code=code, now=NOW)

    assert race(engine, *map(bind_as, racers)) == ["binding_refused", "done"]
    with Session(engine) as session:
        holders = session.scalars(
            select(WechatIdentity).where(WechatIdentity.account_id == cast.zhang_min.account_id)
        ).all()
        assert len(holders) == 1
