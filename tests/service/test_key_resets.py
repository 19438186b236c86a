"""The keys of who holds a role: one proposes to reset them, another confirms it, the owner may stop it."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.identity import queries as identity_queries
from server.identity import service as identity
from server.identity.models import Grant
from server.identity.rules import Role
from server.organizations import binding, key_resets
from server.organizations.models import KeyReset, Member, Membership, ResetStatus
from server.organizations.officers import Officers
from server.todos.registry import turns
from tests.at_once import race
from tests.cast import NOW, TODAY, Cast, Person
from tests.refusing import refused
from tests.two_persons import MOMENT, SOON, VAULT, WEEK, confirmed, given, numbered, proposed, stopped


def test_one_person_takes_over_no_officers_account(session: Session, cast: Cast) -> None:
    """The attack of the issue: a secretary unbinds a 支委, takes the code and approves their own claim."""
    wang_fang = numbered(session, cast.wang_fang)
    act: dict[str, Any] = {"actor": cast.li_wei.actor, "now": NOW}
    refused("two_persons_needed", lambda: binding.release(session, account_id=wang_fang.account_id, **act))
    refused("two_persons_needed", lambda: binding.issue_for_member(session, member_id=wang_fang.member_id, **act))
    assert binding.release(session, actor=cast.li_wei.actor, account_id=cast.zhang_min.account_id, now=NOW) == 1
    refused("one_person_is_enough", lambda: proposed(session, cast.zhang_min, cast.li_wei))


def test_a_reset_changes_nothing_before_another_person_confirms_it(session: Session, cast: Cast) -> None:
    wang_fang = numbered(session, cast.wang_fang)
    reset = proposed(session, wang_fang, cast.li_wei)
    assert identity_queries.is_bound(session, account_id=wang_fang.account_id)
    refused("same_person", lambda: confirmed(session, reset, cast.li_wei))
    refused("own_keys", lambda: confirmed(session, reset, wang_fang))
    refused("holds_higher_role", lambda: confirmed(session, reset, cast.zhao_qiang))
    done = confirmed(session, reset, cast.sun_li)
    assert not identity_queries.is_bound(session, account_id=wang_fang.account_id)
    assert done.code is not None
    newcomer = identity.find_or_add_identity(session, app_id="sandbox", openid="new phone", unionid=None, now=SOON)
    bound = binding.bind_by_code(
        session, identity_id=newcomer.id, name="王芳", work_number="W1", code=done.code, now=SOON + MOMENT
    )
    assert bound.id == wang_fang.account_id
    assert refused("moved_on", lambda: confirmed(session, reset, cast.chen_jing)).detail == {
        "status": ResetStatus.confirmed
    }
    lines = session.execute(select(AuditLine.action, AuditLine.actor_id).where(AuditLine.action.startswith("key_")))
    assert list(lines) == [
        ("key_reset_propose", cast.li_wei.account_id),
        ("key_reset_confirm", cast.sun_li.account_id),
    ]


def test_a_phone_of_an_officer_is_a_key_that_two_change(session: Session, cast: Cast) -> None:
    member = session.get_one(Member, cast.wang_fang.member_id)
    refused("invalid_phone", lambda: proposed(session, cast.wang_fang, cast.li_wei, phone="123"))
    reset = proposed(session, cast.wang_fang, cast.li_wei, phone="139 0000 1111")
    assert member.phone_index is None
    assert confirmed(session, reset, cast.sun_li).code is None
    assert member.phone_index == VAULT.index("13900001111")
    assert identity_queries.is_bound(session, account_id=cast.wang_fang.account_id)


def test_a_reset_waits_three_days_and_is_then_proposed_anew(session: Session, cast: Cast) -> None:
    reset = proposed(session, numbered(session, cast.wang_fang), cast.li_wei)
    refused("reset_waiting", lambda: proposed(session, cast.wang_fang, cast.sun_li, now=SOON))
    over = reset.expires_at
    assert over == NOW + timedelta(days=3)
    refused("moved_on", lambda: confirmed(session, reset, cast.sun_li, now=over))
    assert key_resets.status_of(reset, now=over - MOMENT) is ResetStatus.waiting
    again = proposed(session, cast.wang_fang, cast.sun_li, now=over)
    assert confirmed(session, again, cast.li_wei, now=over + MOMENT).code


def test_the_owner_the_proposer_and_who_stands_above_may_stop_it(session: Session, cast: Cast) -> None:
    for stopper in (cast.wang_fang, cast.li_wei, cast.chen_jing):
        reset = stopped(session, proposed(session, cast.wang_fang, cast.li_wei), stopper)
        assert (reset.stopped_by, key_resets.status_of(reset, now=SOON)) == (stopper.account_id, ResetStatus.stopped)
        refused("moved_on", lambda: confirmed(session, reset, cast.sun_li))  # noqa: B023
    reset = proposed(session, cast.wang_fang, cast.li_wei)
    refused("holds_higher_role", lambda: stopped(session, reset, cast.zhao_qiang))


def test_an_administrator_proposes_and_never_confirms(session: Session, cast: Cast) -> None:
    li_wei = numbered(session, cast.li_wei)
    second = given(session, cast.zhang_min, Role.administrator, cast.root, by=None, now=NOW - WEEK)
    reset = proposed(session, li_wei, cast.administrator)
    refused("technical_role", lambda: confirmed(session, reset, second))
    assert confirmed(session, reset, cast.chen_jing).code


def test_who_became_an_officer_after_the_proposal_does_not_confirm_it(session: Session, cast: Cast) -> None:
    reset = proposed(session, numbered(session, cast.wang_fang), cast.li_wei)
    fresh = given(session, cast.zhang_min, Role.deputy_secretary, cast.branch, by=cast.chen_jing, now=SOON)
    refused("role_too_new", lambda: confirmed(session, reset, fresh, now=SOON + MOMENT))
    assert not key_resets.may(session, reset, actor=fresh.actor, now=SOON + MOMENT)[1]


def test_a_branch_with_one_officer_is_helped_from_above(session: Session, cast: Cast) -> None:
    """赵强 is his branch's only officer: the 总支 proposes, 组织部 confirms."""
    reset = proposed(session, numbered(session, cast.zhao_qiang), cast.chen_jing)
    waiting = turns(session, Officers(session, cast.root, TODAY), now=SOON)
    (turn,) = [turn for kind, turn in waiting if kind.code == "key_resets"]
    assert [officer.account_id for officer in turn.officers] == [cast.organization_department.account_id]
    assert confirmed(session, reset, cast.organization_department).code


def test_who_has_nobody_above_goes_to_the_operator_and_leaves_lines(session: Session, cast: Cast) -> None:
    department = numbered(session, cast.organization_department)
    refused("holds_higher_role", lambda: proposed(session, department, cast.administrator))
    code, _ = binding.reset(session, account=binding.account_numbered(session, "W1"), now=NOW)
    assert code
    lines = session.execute(select(AuditLine.action, AuditLine.actor_id).order_by(AuditLine.id)).all()
    assert [tuple(line) for line in lines[-2:]] == [("unbind", None), ("activation_code", None)]


def test_a_code_kept_until_its_owner_was_given_a_role_opens_nothing(session: Session, cast: Cast) -> None:
    """A secretary issues a code for a plain member, keeps it, and the 总支 makes the member a 支委."""
    zhang_min = numbered(session, cast.zhang_min)
    identity.unbind(session, account_id=zhang_min.account_id, now=NOW)
    code, _ = binding.issue_for_member(session, actor=cast.li_wei.actor, member_id=zhang_min.member_id, now=NOW)
    given(session, zhang_min, Role.committee_member, cast.branch, by=cast.chen_jing, now=SOON)
    phone = identity.find_or_add_identity(session, app_id="sandbox", openid="second", unionid=None, now=SOON)
    taking = partial(binding.bind_by_code, session, identity_id=phone.id, name="张敏", work_number="W1", code=code)
    refused("code_outdated", lambda: taking(now=SOON + MOMENT))


def test_two_confirm_at_once_and_one_reset_is_done(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session:
        reset_id = proposed(session, numbered(session, cast.wang_fang), cast.li_wei).id
        session.commit()

    def confirm(session: Session, by: Person) -> object:
        return key_resets.confirm(session, VAULT, actor=by.actor, account_id=by.account_id, reset_id=reset_id, now=SOON)

    outcomes = race(engine, *(partial(confirm, by=by) for by in (cast.sun_li, cast.chen_jing)))
    assert outcomes == ["done", "moved_on"]


def test_two_propose_at_once_and_one_waits(engine: Engine, cast: Cast) -> None:
    def propose(session: Session, by: Person) -> object:
        return proposed(session, cast.wang_fang, by)

    outcomes = race(engine, *(partial(propose, by=by) for by in (cast.sun_li, cast.li_wei)))
    assert outcomes == ["done", "reset_waiting"]


def test_a_confirmation_and_a_stop_at_once_do_not_both_happen(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session:
        reset_id = proposed(session, numbered(session, cast.wang_fang), cast.li_wei).id
        session.commit()
    confirming = partial(
        key_resets.confirm, vault=VAULT, actor=cast.sun_li.actor, account_id=cast.sun_li.account_id,
        reset_id=reset_id, now=SOON,
    )  # fmt: skip
    stopping = partial(
        key_resets.stop, actor=cast.wang_fang.actor, account_id=cast.wang_fang.account_id, reset_id=reset_id, now=SOON
    )
    assert race(engine, confirming, stopping) == ["done", "moved_on"]


def test_two_persons_are_needed_until_the_last_day_of_an_office_is_over(session: Session, cast: Cast) -> None:
    over = update(Grant).where(Grant.account_id == cast.wang_fang.account_id)
    session.execute(over.values(until_date=TODAY))
    refused("one_person_is_enough", lambda: proposed(session, cast.wang_fang, cast.li_wei))
    assert proposed(session, cast.wang_fang, cast.li_wei, now=NOW - timedelta(hours=1))


def test_a_reset_waits_where_the_owner_holds_an_office_today(session: Session, cast: Cast) -> None:
    """王芳's office in the 总支 ended with the 17th."""
    above = Grant(
        account_id=cast.wang_fang.account_id,
        role=Role.organizer,
        organization_id=cast.general_branch,
        from_date=TODAY - WEEK,
        until_date=TODAY,
        created_at=NOW - WEEK,
    )
    session.add(above)
    session.flush()
    last_minute = NOW - timedelta(hours=1)
    proposed(session, cast.wang_fang, cast.chen_jing, now=last_minute)

    def places(now: datetime) -> list[int]:
        return [each.place for each in key_resets.waiting(session, root_id=cast.root, now=now)]

    assert (places(last_minute), places(NOW)) == ([cast.general_branch], [cast.branch])


def test_who_resets_is_asked_where_the_owner_belongs_today(session: Session, cast: Cast) -> None:
    """王芳 moved today to a branch where 李伟 has his office from her; in the other one he had it before."""
    given(session, cast.li_wei, Role.secretary, cast.other_branch, by=cast.wang_fang, now=NOW - timedelta(hours=1))
    session.execute(update(Grant).where(Grant.organization_id == cast.other_branch).values(from_date=TODAY))
    member = Membership.member_id == cast.wang_fang.member_id
    assert proposed(session, cast.wang_fang, cast.li_wei, now=NOW - MOMENT)
    session.execute(delete(KeyReset))
    session.execute(update(Membership).where(member).values(organization_id=cast.other_branch, from_date=TODAY))
    refused("role_from_party", lambda: proposed(session, cast.wang_fang, cast.li_wei))
