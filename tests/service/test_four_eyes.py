"""Whoever makes a second pair of eyes for their own matter: each way is tried, and none gets through."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.claims import reviewers
from server.claims.models import Claim
from server.dues import service as dues
from server.identity import service as identity
from server.identity.models import Grant
from server.identity.rules import Permission, Role
from server.organizations import binding, exemptions, filings, four_eyes, grants
from server.organizations.four_eyes import Matter
from server.organizations.history import service as history
from server.organizations.models import Member, Membership, Organization, Stage
from server.organizations.officers import Officers
from server.points.decisions import service as decisions
from server.todos.registry import turns
from tests.cast import NOW, TODAY, Cast, Person
from tests.claiming import approved, submitted
from tests.refusing import refused
from tests.two_persons import MOMENT, SOON, WEEK, confirmed, given, numbered, proposed, was_reset

# The reset account decides nothing of who reset it


Decide = Callable[[Session, Cast, Person, datetime], object]


def _decides_points(session: Session, cast: Cast, by: Person, now: datetime) -> object:
    return decisions.record(
        session,
        actor=by.actor,
        account_id=by.account_id,
        member_id=cast.li_wei.member_id,
        item_code="C05",
        occurred_on=TODAY,
        times=1,
        figure=None,
        level=None,
        reason="宣讲",
        document_number=None,
        now=now,
    )


def _registers_dues(session: Session, cast: Cast, by: Person, now: datetime) -> object:
    payment = dues.Payment(1000, 1000, date(2026, 6, 1))
    return dues.register(
        session,
        member_id=cast.li_wei.member_id,
        month="2026-06",
        payment=payment,
        account_id=by.account_id,
        now=now,
    )


def _waives_dues(session: Session, cast: Cast, by: Person, now: datetime) -> object:
    return dues.waive(session, member_id=cast.li_wei.member_id, month="2026-05", reason="困难", actor=by.actor, now=now)


def _studies_exemption(session: Session, cast: Cast, by: Person, now: datetime) -> object:
    return exemptions.record_study(
        session,
        member_id=cast.li_wei.member_id,
        reason="患病",
        on=TODAY,
        note="研究",
        account_id=by.account_id,
        now=now,
    )


@pytest.mark.parametrize("decide", [_decides_points, _registers_dues, _waives_dues, _studies_exemption])
def test_for_seven_days_a_reset_account_decides_nothing_of_who_reset_it(
    session: Session, cast: Cast, decide: Decide
) -> None:
    """李伟 and 陈静 reset 孙丽's account, and may be her now."""
    was_reset(session, numbered(session, cast.sun_li), cast.li_wei, cast.chen_jing)
    for now in (SOON, SOON + WEEK - MOMENT):
        refused("keys_were_reset", lambda: decide(session, cast, cast.sun_li, now))  # noqa: B023
    decide(session, cast, cast.sun_li, SOON + WEEK)


def test_a_reset_account_approves_no_claim_of_who_reset_it_and_the_claim_goes_on(session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.li_wei)
    was_reset(session, numbered(session, cast.wang_fang), cast.li_wei, cast.sun_li)
    refused("keys_were_reset", lambda: approved(session, claim, cast.wang_fang, now=SOON))
    assert queue(session, cast, cast.branch, cast.wang_fang, SOON) == []
    assert turn_of(session, cast, claim, SOON) == {cast.sun_li.account_id}
    approved(session, claim, cast.sun_li, now=SOON)


def test_where_all_others_were_reset_by_the_claimant_the_claim_goes_up(session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.li_wei)
    for officer, number in ((cast.wang_fang, "W1"), (cast.sun_li, "S1")):
        session.get_one(Member, officer.member_id).work_number = number
        was_reset(session, officer, cast.li_wei, cast.chen_jing)
    place = reviewers.reviewing_organization(session, claim, now=SOON)
    assert place is not None
    assert place.id == cast.general_branch
    assert queue(session, cast, cast.general_branch, cast.chen_jing, SOON) == [claim]
    assert turn_of(session, cast, claim, SOON) == {cast.chen_jing.account_id}
    assert queue(session, cast, cast.general_branch, cast.chen_jing, SOON + WEEK) == []
    assert turn_of(session, cast, claim, SOON + WEEK) == {cast.wang_fang.account_id, cast.sun_li.account_id}


def test_nor_a_claim_that_who_reset_it_wrote_for_another(session: Session, cast: Cast) -> None:
    from server.claims import service as claims
    from tests.claiming import VOLUNTEERING

    claim = claims.create_draft(
        session,
        member_id=cast.zhang_min.member_id,
        actor=cast.li_wei.actor,
        contents=VOLUNTEERING,
        now=NOW,
        on_behalf_reason="不用手机",
    )
    claims.submit(session, claim_id=claim.id, actor=cast.li_wei.actor, version=claim.version, now=NOW)
    was_reset(session, numbered(session, cast.wang_fang), cast.li_wei, cast.sun_li)
    refused("keys_were_reset", lambda: approved(session, claim, cast.wang_fang, now=SOON))


def test_the_seven_days_begin_anew_when_somebody_binds_by_the_reset(session: Session, cast: Cast) -> None:
    """A code kept until its last day, or a phone that lies ready for a month, wins nothing."""
    sun_li = numbered(session, cast.sun_li)
    done = confirmed(session, proposed(session, sun_li, cast.li_wei), cast.chen_jing)
    later = SOON + WEEK - MOMENT
    phone = identity.find_or_add_identity(session, app_id="sandbox", openid="another", unionid=None, now=later)
    code = done.code or ""
    binding.bind_by_code(session, identity_id=phone.id, name="孙丽", work_number="W1", code=code, now=later)
    refused("keys_were_reset", lambda: _decides_points(session, cast, sun_li, SOON + WEEK))
    refused("keys_were_reset", lambda: _decides_points(session, cast, sun_li, later + WEEK - MOMENT))
    assert _decides_points(session, cast, sun_li, later + WEEK)


def test_a_reset_account_gives_no_role_to_who_reset_it(session: Session, cast: Cast) -> None:
    department = given(session, cast.he_hua, Role.organization_department, cast.root, by=None, now=NOW - WEEK)
    was_reset(session, numbered(session, cast.chen_jing), cast.organization_department, department)
    giving = partial(
        grants.give,
        session,
        actor=cast.chen_jing.actor,
        organization_id=cast.branch,
        role=Role.secretary,
        member_id=department.member_id,
        account_id=None,
        from_date=TODAY,
        until_date=None,
    )
    refused("keys_were_reset", lambda: giving(now=SOON))
    assert giving(now=SOON + WEEK).id


def queue(session: Session, cast: Cast, place: int, reviewer: Person, now: datetime) -> list[Claim]:
    organization = session.get_one(Organization, place)
    return reviewers.queue(session, organization=organization, actor=reviewer.actor, now=now, limit=10)


def turn_of(session: Session, cast: Cast, claim: Claim, now: datetime) -> set[int]:
    """Return with whom a claim waits."""
    found = turns(session, Officers(session, cast.root, TODAY), now=now)
    (turn,) = [turn for kind, turn in found if kind.code == "claims" and turn.subject_id == claim.id]
    return {officer.account_id for officer in turn.officers}


# Officers made for one's own matter


def test_an_officer_appointed_after_ones_claim_does_not_decide_it(session: Session, cast: Cast) -> None:
    """陈静, 总支书记 and a member of 赵强's branch, hands in a claim and makes 周宇 a 支委 there."""
    claim = submitted(session, cast.chen_jing)
    zhou_yu = given(session, cast.zhou_yu, Role.committee_member, cast.other_branch, by=cast.chen_jing, now=SOON)
    refused("role_from_party", lambda: approved(session, claim, zhou_yu, now=SOON))
    refused("role_from_party", lambda: approved(session, claim, zhou_yu, now=SOON + 8 * WEEK))
    approved(session, claim, cast.zhao_qiang, now=SOON)
    other = submitted(session, cast.zhao_qiang, title="另一次志愿服务", now=SOON)
    approved(session, other, zhou_yu, now=SOON)


def test_nor_in_the_first_seven_days_what_is_handed_in_afterwards(session: Session, cast: Cast) -> None:
    zhou_yu = given(session, cast.zhou_yu, Role.committee_member, cast.other_branch, by=cast.chen_jing)
    claim = submitted(session, cast.chen_jing, now=SOON)
    refused("role_from_party", lambda: approved(session, claim, zhou_yu, now=NOW + WEEK - MOMENT))
    approved(session, claim, zhou_yu, now=NOW + WEEK)


def test_a_role_that_was_held_elsewhere_does_not_help(session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.chen_jing)
    wu_gang = given(session, cast.wu_gang, Role.committee_member, cast.foreign_branch, by=None, now=NOW - WEEK)
    wu_gang = given(session, wu_gang, Role.committee_member, cast.other_branch, by=cast.chen_jing, now=SOON)
    refused("role_from_party", lambda: approved(session, claim, wu_gang, now=SOON))


def test_dues_of_who_appointed_the_officer_wait_for_seven_days(session: Session, cast: Cast) -> None:
    zhou_yu = given(session, cast.zhou_yu, Role.secretary, cast.other_branch, by=cast.chen_jing)
    waiving = partial(dues.waive, session, member_id=cast.chen_jing.member_id, month="2026-05", reason="困难")
    refused("role_from_party", lambda: waiving(actor=zhou_yu.actor, now=SOON))
    assert waiving(actor=zhou_yu.actor, now=NOW + WEEK)


def test_a_stage_is_not_corrected_by_who_was_just_appointed_by_its_member(session: Session, cast: Cast) -> None:
    organizer = given(session, cast.wu_gang, Role.organizer, cast.general_branch, by=cast.chen_jing)
    refused(
        "role_from_party",
        lambda: history.correct_stage(
            session,
            member_id=cast.chen_jing.member_id,
            before=Stage.full,
            stage=Stage.probationary,
            reason="录错",
            actor=organizer.actor,
            now=SOON,
        ),
    )


def test_who_filed_below_does_not_receive_above(session: Session, cast: Cast) -> None:
    """赵强 becomes 组织员 as well: what he filed as secretary, another receives."""
    zhao_qiang = given(session, cast.zhao_qiang, Role.organizer, cast.general_branch, by=None, now=NOW - WEEK)
    by: dict[str, Any] = {"account_id": zhao_qiang.account_id, "now": NOW}
    begun = exemptions.record_study(
        session, member_id=cast.zhou_yu.member_id, reason="患病", on=TODAY, note="研究", **by
    )
    exemptions.record_passing(session, exemption_id=begun.id, on=TODAY, note="通过", **by)
    exemptions.submit(session, exemption_id=begun.id, from_date=TODAY, **by)
    assert begun.filing_id is not None
    refused("same_person", lambda: filings.receive(session, filing_id=begun.filing_id or 0, note=None, **by))
    chen_jing = cast.chen_jing.account_id
    assert filings.receive(session, filing_id=begun.filing_id, note=None, account_id=chen_jing, now=NOW).decided_by


# Grants


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.administrator])
def test_an_administrator_gives_no_role_that_sees_points_or_decides(session: Session, cast: Cast, role: Role) -> None:
    places = {Role.group_leader: cast.group, Role.organizer: cast.general_branch, Role.inspector: cast.root}
    places |= {Role.general_secretary: cast.general_branch, Role.organization_department: cast.root}
    giving = partial(
        grants.give,
        session,
        actor=cast.administrator.actor,
        organization_id=places.get(role, cast.branch),
        role=role,
        account_id=None,
        from_date=TODAY,
        until_date=None,
        now=NOW,
    )
    for receiver in (cast.zhang_min, cast.wu_gang):
        refused("role_above_own", lambda: giving(member_id=receiver.member_id))  # noqa: B023


def test_an_administrator_invites_no_representative_but_makes_another_administrator(
    session: Session, cast: Cast
) -> None:
    inviting = partial(
        binding.invite_representative, session, organization_id=cast.branch, name="冯群众", work_number="Q1", now=NOW
    )
    refused("role_above_own", lambda: inviting(actor=cast.administrator.actor))
    account, code, _ = inviting(actor=cast.li_wei.actor)
    assert code
    line = session.scalars(select(AuditLine).where(AuditLine.action == "grant_give")).one()
    assert (line.actor_id, line.subject_id) == (cast.li_wei.account_id, account.id)
    granted = grants.give(
        session,
        actor=cast.administrator.actor,
        organization_id=cast.root,
        role=Role.administrator,
        member_id=cast.zhang_min.member_id,
        account_id=None,
        from_date=TODAY,
        until_date=None,
        now=NOW,
    )
    assert granted.granted_by == cast.administrator.account_id


def test_an_administrator_ends_no_officers_role(session: Session, cast: Cast) -> None:
    held = session.scalars(select(Grant).where(Grant.account_id == cast.sun_li.account_id)).one()
    ending = partial(grants.end, session, grant_id=held.id, until_date=TODAY, now=NOW)
    refused("role_above_own", lambda: ending(actor=cast.administrator.actor))
    assert ending(actor=cast.chen_jing.actor).until_date == TODAY


def test_every_place_that_decides_asks_the_rule() -> None:
    """A guard against the next decider: who refuses one's own also asks whether one is another."""
    from pathlib import Path

    own = (
        "own_claim",
        "own_entry",
        "own_leave",
        "own_attendance",
        "own_dues",
        "own_decision",
        "own_stage",
        "own_role",
        "own_exemption",
    )
    server = Path(four_eyes.__file__).parents[1]
    found = set()
    for path in server.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        refused_here = {code for code in own if f"ErrorCode.{code}" in text}
        found |= refused_here
        if refused_here and path.parent.name != "claims":
            assert "four_eyes.refuse" in text, path
    assert found == set(own)
    assert "four_eyes.refuse" in (server / "claims" / "reviewers.py").read_text(encoding="utf-8")


def test_where_a_member_belongs_and_who_decides_there_are_asked_of_today(session: Session, cast: Cast) -> None:
    """张敏 gave 孙丽 the office where she moved to today; in the branch that she left 孙丽 had hers before."""
    moved = update(Membership).where(Membership.member_id == cast.zhang_min.member_id)
    session.execute(moved.values(organization_id=cast.other_branch, from_date=TODAY))
    office = Grant(
        account_id=cast.sun_li.account_id,
        role=Role.secretary,
        organization_id=cast.other_branch,
        from_date=TODAY,
        granted_by=cast.zhang_min.account_id,
        created_at=NOW - timedelta(days=1),
    )
    session.add(office)
    session.flush()

    def decide() -> None:
        four_eyes.refuse_of_member(
            session,
            account_id=cast.sun_li.account_id,
            permission=Permission.exemption_manage,
            member_id=cast.zhang_min.member_id,
            now=NOW,
        )

    refused("role_from_party", decide)
    office.granted_by = None
    session.flush()
    decide()


def test_a_role_is_held_from_the_first_minute_of_its_first_day(session: Session, cast: Cast) -> None:
    begins = update(Grant).where(Grant.account_id == cast.li_wei.account_id)
    session.execute(begins.values(from_date=TODAY))

    def decide(held_before: datetime) -> None:
        matter = Matter(frozenset(), held_before=held_before)
        who = {"account_id": cast.li_wei.account_id, "permission": Permission.exemption_manage, "place": cast.branch}
        four_eyes.refuse(session, matter=matter, now=NOW, **who)  # type: ignore[arg-type]

    decide(NOW)
    refused("role_too_new", lambda: decide(NOW - timedelta(hours=1)))
