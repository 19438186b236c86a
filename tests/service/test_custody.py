"""Taking over an account by its keys: who tries, and that nobody gets through who does not stand above it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.db import transaction
from server.errors import DomainError
from server.identity import login_links
from server.identity import queries as identity_queries
from server.identity import service as identity
from server.identity.models import Account, Grant, WechatIdentity
from server.identity.rules import Actor, HeldRole, Role
from server.organizations import binding, custody, grants
from server.organizations.models import Member
from server.organizations.rules import stands_above
from tests.cast import NOW, TODAY, Cast, Person
from tests.refusing import refused

TOMORROW = TODAY + timedelta(days=1)
INVITED = ("冯群众", "Q1")


def give(
    session: Session, account_id: int, role: Role, place: int, *, begin: date = TODAY, until: date | None = None
) -> None:
    session.add(
        Grant(
            account_id=account_id, role=role, organization_id=place, from_date=begin, until_date=until, created_at=NOW
        )
    )
    session.flush()


def invite(session: Session, cast: Cast, actor: Person, name: str = INVITED[0], number: str = INVITED[1]) -> Account:
    account, _, _ = binding.invite_representative(
        session, actor=actor.actor, organization_id=cast.branch, name=name, work_number=number, now=NOW
    )
    return account


def newcomer(session: Session, openid: str) -> int:
    return identity.find_or_add_identity(session, app_id="sandbox", openid=openid, unionid=None, now=NOW).id


Attack = Callable[[Session, Actor, Account], object]


def _code(session: Session, actor: Actor, account: Account) -> object:
    assert account.member_id is not None
    return binding.issue_for_member(session, actor=actor, member_id=account.member_id, now=NOW)


def _unbind(session: Session, actor: Actor, account: Account) -> object:
    return binding.release(session, actor=actor, account_id=account.id, now=NOW)


ATTACKS: tuple[Attack, ...] = (_code, _unbind)


def test_a_representative_who_was_dismissed_is_invited_anew(session: Session, cast: Cast) -> None:
    first = invite(session, cast, cast.li_wei)
    assert invite(session, cast, cast.li_wei).id == first.id
    assert grants.dismiss_representative(
        session, actor=cast.li_wei.actor, organization_id=cast.branch, account_id=first.id, now=NOW
    )
    again = invite(session, cast, cast.li_wei)
    assert [grant.role for grant in identity_queries.grants_of(session, again.id, on=TODAY)] == [Role.representative]


def test_each_branch_invites_its_own_representative(session: Session, cast: Cast) -> None:
    """The same name and number in two branches: nobody knows whether it is one person, so each has its own account."""
    ours = invite(session, cast, cast.li_wei)
    theirs, _, _ = binding.invite_representative(
        session,
        actor=cast.zhao_qiang.actor,
        organization_id=cast.other_branch,
        name=INVITED[0],
        work_number=INVITED[1],
        now=NOW,
    )
    assert theirs.id != ours.id
    assert [grant.organization_id for grant in identity_queries.grants_of(session, theirs.id, on=TODAY)] == [
        cast.other_branch
    ]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(
    "held",
    [
        (Role.organization_department, TODAY, None),
        (Role.organization_department, TOMORROW, None),
        (Role.inspector, date(2027, 1, 1), date(2028, 1, 1)),
        (Role.general_secretary, TODAY, TOMORROW),
        (Role.administrator, TODAY, None),
    ],
)
def test_who_holds_or_is_to_hold_a_higher_role_is_out_of_reach(
    session: Session, cast: Cast, attack: Attack, held: tuple[Role, date, date | None]
) -> None:
    role, begin, until = held
    identity.unbind(session, account_id=cast.zhang_min.account_id, now=NOW)
    place = cast.general_branch if role is Role.general_secretary else cast.root
    give(session, cast.zhang_min.account_id, role, place, begin=begin, until=until)
    account = session.get_one(Account, cast.zhang_min.account_id)
    refused("holds_higher_role", lambda: attack(session, cast.li_wei.actor, account))


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_role_that_is_over_or_was_taken_back_protects_nobody(session: Session, cast: Cast, attack: Attack) -> None:
    identity.unbind(session, account_id=cast.zhang_min.account_id, now=NOW)
    give(session, cast.zhang_min.account_id, Role.inspector, cast.root, begin=date(2026, 1, 1), until=TODAY)
    give(session, cast.zhang_min.account_id, Role.inspector, cast.root, begin=TOMORROW, until=TOMORROW)
    attack(session, cast.li_wei.actor, session.get_one(Account, cast.zhang_min.account_id))


@pytest.mark.parametrize("attack", ATTACKS)
def test_who_stands_beside_is_out_of_reach_too(session: Session, cast: Cast, attack: Attack) -> None:
    """Another secretary of the branch, and a 支委 of this branch who is one of the neighbour's as well."""
    for person in (cast.zhang_min, cast.wang_fang):
        identity.unbind(session, account_id=person.account_id, now=NOW)
    give(session, cast.zhang_min.account_id, Role.secretary, cast.branch)
    give(session, cast.wang_fang.account_id, Role.committee_member, cast.other_branch)
    for person in (cast.zhang_min, cast.wang_fang):
        account = session.get_one(Account, person.account_id)
        refused("holds_higher_role", lambda: attack(session, cast.li_wei.actor, account))  # noqa: B023
        refused("two_persons_needed", lambda: attack(session, cast.chen_jing.actor, account))  # noqa: B023


def test_a_representative_who_went_to_the_department_is_not_invited_again(session: Session, cast: Cast) -> None:
    """The attack of the issue: a fresh code for an account that means 组织部 by now."""
    account = invite(session, cast, cast.li_wei)
    give(session, account.id, Role.organization_department, cast.root)
    refused("holds_higher_role", lambda: invite(session, cast, cast.li_wei))


@pytest.mark.parametrize("begin", [TODAY, TOMORROW])
@pytest.mark.parametrize("role", [Role.organization_department, Role.inspector, Role.administrator])
def test_nor_is_who_will_go_there(session: Session, cast: Cast, role: Role, begin: date) -> None:
    account = invite(session, cast, cast.li_wei)
    give(session, account.id, role, cast.root, begin=begin)
    refused("holds_higher_role", lambda: invite(session, cast, cast.chen_jing))


def test_a_representative_who_is_bound_gets_no_second_key(session: Session, cast: Cast) -> None:
    account, code, _ = binding.invite_representative(
        session, actor=cast.li_wei.actor, organization_id=cast.branch, name="冯群众", work_number="Q1", now=NOW
    )
    binding.bind_by_code(
        session, identity_id=newcomer(session, "feng"), name="冯群众", work_number="Q1", code=code, now=NOW
    )
    assert "先解除绑定" in refused("account_taken", lambda: invite(session, cast, cast.li_wei)).message
    bound = session.scalars(select(WechatIdentity).where(WechatIdentity.account_id == account.id)).one()
    bound.app_id = "another app of ours"
    session.flush()
    refused("account_taken", lambda: invite(session, cast, cast.li_wei))


def test_no_code_for_a_member_who_is_bound_anywhere(session: Session, cast: Cast) -> None:
    bound = session.scalars(select(WechatIdentity).where(WechatIdentity.account_id == cast.zhang_min.account_id)).one()
    bound.app_id = "another app of ours"
    session.flush()
    account = session.get_one(Account, cast.zhang_min.account_id)
    refused("account_taken", lambda: _code(session, cast.li_wei.actor, account))
    binding.release(session, actor=cast.li_wei.actor, account_id=account.id, now=NOW)
    _code(session, cast.li_wei.actor, account)


def test_a_code_kept_until_its_owner_rose_opens_nothing(session: Session, cast: Cast) -> None:
    """A secretary issues a code for a plain member and keeps it; within the week the member goes to the 组织部."""
    session.get_one(Member, cast.zhang_min.member_id).work_number = "Z1"
    identity.unbind(session, account_id=cast.zhang_min.account_id, now=NOW)
    account = session.get_one(Account, cast.zhang_min.account_id)
    code, _ = binding.issue_for_member(session, actor=cast.li_wei.actor, member_id=cast.zhang_min.member_id, now=NOW)
    give(session, account.id, Role.organization_department, cast.root, begin=TOMORROW)

    def take(typed: str) -> Account:
        return binding.bind_by_code(
            session,
            identity_id=newcomer(session, "second phone"),
            name="张敏",
            work_number="Z1",
            code=typed,
            now=NOW,
        )

    refused("code_outdated", lambda: take(code))
    give(session, cast.chen_jing.account_id, Role.organization_department, cast.root, begin=date(2026, 1, 1))
    own = Actor(0, cast.chen_jing.account_id, cast.root, grants=(HeldRole(Role.organization_department, cast.root),))
    refused("holds_higher_role", lambda: _code(session, own, account))
    by_operator, _ = binding.reset(session, account=account, now=NOW)
    assert take(by_operator).id == account.id


def test_a_code_still_binds_its_member_when_the_secretary_has_gone(session: Session, cast: Cast) -> None:
    session.get_one(Member, cast.zhang_min.member_id).work_number = "Z1"
    identity.unbind(session, account_id=cast.zhang_min.account_id, now=NOW)
    code, _ = binding.issue_for_member(session, actor=cast.li_wei.actor, member_id=cast.zhang_min.member_id, now=NOW)
    (held,) = identity_queries.grants_of(session, cast.li_wei.account_id, on=TODAY)
    identity.end_grant(session, grant_id=held.id, until_date=TODAY, now=NOW)
    bound = binding.bind_by_code(
        session, identity_id=newcomer(session, "new"), name="张敏", work_number="Z1", code=code, now=NOW
    )
    assert bound.id == cast.zhang_min.account_id


def test_a_code_of_a_secretary_who_has_gone_opens_no_office(session: Session, cast: Cast) -> None:
    """Its owner became 支委 meanwhile: the secretary stood above that once, and does so no more."""
    session.get_one(Member, cast.zhang_min.member_id).work_number = "Z1"
    identity.unbind(session, account_id=cast.zhang_min.account_id, now=NOW)
    code, _ = binding.issue_for_member(session, actor=cast.li_wei.actor, member_id=cast.zhang_min.member_id, now=NOW)
    give(session, cast.zhang_min.account_id, Role.committee_member, cast.branch)
    (held,) = identity_queries.grants_of(session, cast.li_wei.account_id, on=TODAY)
    identity.end_grant(session, grant_id=held.id, until_date=TODAY, now=NOW)
    new = newcomer(session, "new")
    bind = {"name": "张敏", "work_number": "Z1", "code": code, "now": NOW}
    refused("code_outdated", lambda: binding.bind_by_code(session, identity_id=new, **bind))  # type: ignore[arg-type]


def test_binding_by_phone_voids_the_code_that_lies_about(session: Session, cast: Cast) -> None:
    session.get_one(Member, cast.zhang_min.member_id).work_number = "Z1"
    identity.unbind(session, account_id=cast.zhang_min.account_id, now=NOW)
    account = session.get_one(Account, cast.zhang_min.account_id)
    code, _ = binding.issue_for_member(session, actor=cast.li_wei.actor, member_id=cast.zhang_min.member_id, now=NOW)
    binding._bind(session, newcomer(session, "by phone"), account, "phone", NOW)
    other = identity.find_or_add_identity(session, app_id="another app", openid="x", unionid=None, now=NOW)
    refused(
        "binding_refused",
        lambda: binding.bind_by_code(session, identity_id=other.id, name="张敏", work_number="Z1", code=code, now=NOW),
    )


def test_who_is_dismissed_here_and_begins_there_tomorrow_stays_bound(session: Session, cast: Cast) -> None:
    account = invite(session, cast, cast.li_wei)
    give(session, account.id, Role.inspector, cast.root, begin=TOMORROW)
    dismiss = grants.dismiss_representative
    assert dismiss(session, actor=cast.li_wei.actor, organization_id=cast.branch, account_id=account.id, now=NOW)
    assert not binding.is_idle(session, account_id=account.id, on=TODAY)
    refused("holds_higher_role", lambda: _unbind(session, cast.li_wei.actor, account))


def test_ones_own_binding_is_ones_own(session: Session, cast: Cast) -> None:
    for person in (cast.li_wei, cast.organization_department, cast.zhang_min, cast.representative):
        assert binding.release(session, actor=person.actor, account_id=person.account_id, now=NOW) == 1


def test_the_department_resets_all_but_its_own(session: Session, cast: Cast) -> None:
    for person in (cast.inspector, cast.administrator, cast.chen_jing, cast.li_wei, cast.zhang_min):
        custody.refuse_unless_above(
            session, actor=cast.organization_department.actor, account_id=person.account_id, now=NOW
        )
    give(session, cast.zhang_min.account_id, Role.organization_department, cast.root)
    for person in (cast.zhang_min, cast.organization_department):
        refused(
            "holds_higher_role",
            lambda: custody.refuse_unless_above(
                session,
                actor=cast.administrator.actor,
                account_id=person.account_id,  # noqa: B023
                now=NOW,
            ),
        )


def test_standing_above_is_strict_and_goes_one_way() -> None:
    for one in Role:
        assert not stands_above(frozenset({one}), one)
        assert not stands_above(frozenset(), one)
        for other in Role:
            assert not (stands_above(frozenset({one}), other) and stands_above(frozenset({other}), one))


def test_whom_a_branch_invites_under_anothers_number_is_nobody_but_a_representative(
    session: Session, cast: Cast
) -> None:
    """Planted: the number of someone in the 组织部, so that the operator would take the planted account for theirs."""
    session.get_one(Member, cast.organization_department.member_id).work_number = "D001"
    planted = invite(session, cast, cast.li_wei, "周明", "D001")
    assert binding.account_numbered(session, "D001").id == cast.organization_department.account_id
    assert binding.invited_account(session, root_id=cast.root, name="周明", work_number="D001") is None
    session.get_one(Account, cast.organization_department.account_id).member_id = None
    session.flush()
    assert "周明还没有绑定" in refused("not_bound_yet", lambda: binding.account_numbered(session, "D001")).message
    assert planted.id != cast.organization_department.account_id


def test_the_operator_resets_whom_nobody_stands_above(engine: Engine, cast: Cast) -> None:
    def reset(session: Session) -> str:
        session.get_one(Member, cast.organization_department.member_id).work_number = "D001"
        session.flush()
        return binding.reset(session, account=binding.account_numbered(session, "d001"), now=NOW)[0]

    code = transaction(engine, reset)

    def bind(session: Session) -> int:
        openid = newcomer(session, "new phone")
        return binding.bind_by_code(session, identity_id=openid, name="周明", work_number="D001", code=code, now=NOW).id

    assert transaction(engine, bind) == cast.organization_department.account_id
    with Session(engine) as session, pytest.raises(DomainError, match="not_on_roster"):
        login_links.issue(session, account=binding.account_numbered(session, "none"), now=NOW)


def test_a_role_stands_in_the_way_until_its_last_day_is_over(session: Session, cast: Cast) -> None:
    """孙丽's office above 李伟 ended with the 17th."""
    last_minute = NOW - timedelta(hours=1)
    before = {"begin": TODAY - timedelta(days=9), "until": TODAY}
    give(session, cast.sun_li.account_id, Role.general_secretary, cast.general_branch, **before)
    who = {"actor": cast.li_wei.actor, "account_id": cast.sun_li.account_id}
    code = {"issuer_id": cast.li_wei.account_id, "issued_at": NOW - timedelta(days=3)}
    checks: dict[str, Callable[[datetime], None]] = {
        "holds_higher_role": lambda now: custody.refuse_unless_above(session, now=now, **who),  # type: ignore[arg-type]
        "technical_role": lambda now: custody.refuse_technical(session, now=now, **who),  # type: ignore[arg-type]
        "code_outdated": lambda now: custody.refuse_outgrown_code(
            session,
            account_id=cast.sun_li.account_id,
            now=now,
            **code,  # type: ignore[arg-type]
        ),
    }
    for code_of_refusal, check in checks.items():
        refused(code_of_refusal, lambda: check(last_minute))  # noqa: B023
        check(NOW)
