"""负面清单 by two: who may be the second, what they type again, and that every change takes two as well."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.db import transaction
from server.errors import DomainError
from server.identity import service as identity
from server.identity.rules import Role
from server.points.decisions import negatives
from server.points.models import NegativeDecision
from server.points.scores.rules import NegativeAction
from server.todos.queries import todos_of
from tests.at_once import race
from tests.cast import NOW, TODAY, Cast, Person
from tests.refusing import refused
from tests.two_persons import MOMENT, SOON, WEEK, given, let_in_force, numbered, proposed, recorded, was_reset


def test_a_second_secretary_made_for_it_confirms_no_decision(session: Session, cast: Cast) -> None:
    """The attack of the issue: 陈静 enters a decision and makes a second 总支书记 to confirm it."""
    decision = recorded(session, cast, by=cast.chen_jing)
    fresh = given(session, cast.wu_gang, Role.general_secretary, cast.general_branch, by=cast.chen_jing, now=SOON)
    refused("role_too_new", lambda: let_in_force(session, decision, fresh, now=SOON))
    refused("role_too_new", lambda: let_in_force(session, decision, fresh, now=SOON + 8 * WEEK))
    before = given(session, cast.he_hua, Role.organization_department, cast.root, by=None, now=NOW - MOMENT)
    assert let_in_force(session, decision, before).confirmed_by == before.account_id


def test_one_who_is_appointed_beforehand_confirms_nothing_of_theirs_for_seven_days(
    session: Session, cast: Cast
) -> None:
    fresh = given(session, cast.wu_gang, Role.general_secretary, cast.general_branch, by=cast.chen_jing)
    decision = recorded(session, cast, by=cast.chen_jing, now=SOON)
    refused("role_from_party", lambda: let_in_force(session, decision, fresh, now=NOW + WEEK - MOMENT))
    assert let_in_force(session, decision, fresh, now=NOW + WEEK).confirmed_at


def test_a_role_that_begins_later_was_not_held_before(session: Session, cast: Cast) -> None:
    """Entered at 23:59 and confirmed at 00:30 by who is in office since midnight."""
    late = datetime.fromisoformat("2026-12-31T23:59:00+08:00")
    decision = recorded(session, cast, by=cast.chen_jing, now=late)
    account_id = cast.wu_gang.account_id
    identity.grant(
        session,
        account_id=account_id,
        role=Role.general_secretary,
        organization_id=cast.general_branch,
        from_date=date(2027, 1, 1),
        until_date=None,
        granted_by=None,
        now=NOW,
    )
    refused("role_too_new", lambda: let_in_force(session, decision, cast.wu_gang, now=late + timedelta(minutes=31)))


def test_a_reset_account_confirms_nothing_of_who_reset_it(session: Session, cast: Cast) -> None:
    first = given(session, cast.he_hua, Role.organization_department, cast.root, by=None, now=NOW - WEEK)
    was_reset(session, numbered(session, cast.chen_jing), first, cast.organization_department)
    decision = recorded(session, cast, by=first, now=SOON)
    refused("keys_were_reset", lambda: let_in_force(session, decision, cast.chen_jing, now=SOON))
    assert let_in_force(session, decision, cast.chen_jing, now=SOON + WEEK).confirmed_at


@pytest.mark.parametrize(
    "typed", [{"document_number": "纪字〔2026〕2号"}, {"decided_on": date(2026, 6, 2)}, {"document_number": "纪字"}]
)
def test_what_is_typed_again_must_be_what_the_paper_says(engine: Engine, cast: Cast, typed: dict[str, Any]) -> None:
    with Session(engine) as session:
        decision = recorded(session, cast, by=cast.chen_jing)
        session.commit()
        decision_id = decision.id

    def attempt(session: Session) -> DomainError:
        decision = session.get_one(NegativeDecision, decision_id)
        with pytest.raises(DomainError) as caught:
            let_in_force(session, decision, cast.organization_department, **typed)
        assert caught.value.keep
        return caught.value

    refusal = transaction(engine, attempt)
    assert refusal.code == "does_not_match"
    assert "2026" not in refusal.message
    assert refusal.detail == {}
    with Session(engine) as session:
        lines = session.scalars(select(AuditLine).where(AuditLine.action == "negative_mismatch")).all()
        assert [(line.actor_id, line.detail) for line in lines] == [(cast.organization_department.account_id, {})]
        assert session.get_one(NegativeDecision, decision_id).confirmed_at is None


@pytest.mark.parametrize("typed", ["纪字[2026]1号", "纪字（２０２６） 1 号", "纪字【2026】1号"])
def test_brackets_width_and_spaces_do_not_matter(session: Session, cast: Cast, typed: str) -> None:
    decision = recorded(session, cast, by=cast.chen_jing)
    assert let_in_force(session, decision, cast.organization_department, document_number=typed).confirmed_at


def test_a_change_needs_another_person_too(session: Session, cast: Cast) -> None:
    decision = recorded(session, cast, by=cast.chen_jing)
    department = cast.organization_department
    let_in_force(session, decision, department)
    at = SOON + MOMENT
    first: dict[str, Any] = {
        "actor": cast.chen_jing.actor,
        "account_id": cast.chen_jing.account_id,
        "decision_id": decision.id,
    }
    second: dict[str, Any] = {
        "actor": department.actor,
        "account_id": department.account_id,
        "decision_id": decision.id,
    }
    negatives.propose(session, **first, action=NegativeAction.revoke, reason="改判", now=at)
    change_id = decision.proposal_id or 0
    assert (decision.status, decision.changed_at) == ("in_force", None)
    refused(
        "change_waiting",
        lambda: negatives.propose(session, **second, action=NegativeAction.suspend, reason="申诉", now=at),
    )
    refused("same_person", lambda: negatives.confirm_change(session, **first, change_id=change_id, now=at))
    fresh = given(session, cast.wu_gang, Role.general_secretary, cast.general_branch, by=cast.chen_jing, now=at)
    refused(
        "role_too_new",
        lambda: negatives.confirm_change(
            session,
            actor=fresh.actor,
            account_id=fresh.account_id,
            decision_id=decision.id,
            change_id=change_id,
            now=at + MOMENT,
        ),
    )
    refused("moved_on", lambda: negatives.confirm_change(session, **second, change_id=change_id + 9, now=at))
    negatives.withdraw_change(session, **first, change_id=change_id, now=at)
    refused("moved_on", lambda: negatives.confirm_change(session, **second, change_id=change_id, now=at))
    negatives.propose(session, **first, action=NegativeAction.revoke, reason="改判", now=at)
    negatives.confirm_change(session, **second, change_id=decision.proposal_id or 0, now=at + MOMENT)
    assert (decision.status, decision.proposal_id, decision.change_reason) == ("revoked", None, "改判")


def test_two_confirm_a_change_at_once_and_it_is_done_once(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session:
        second = given(session, cast.he_hua, Role.organization_department, cast.root, by=None, now=NOW - WEEK)
        decision = recorded(session, cast, by=cast.chen_jing)
        let_in_force(session, decision, cast.organization_department)
        negatives.propose(
            session,
            actor=cast.chen_jing.actor,
            account_id=cast.chen_jing.account_id,
            decision_id=decision.id,
            action=NegativeAction.revoke,
            reason="改判",
            now=SOON + MOMENT,
        )
        decision_id, change_id = decision.id, decision.proposal_id or 0
        session.commit()

    def confirm(session: Session, by: Person) -> object:
        return negatives.confirm_change(
            session,
            actor=by.actor,
            account_id=by.account_id,
            decision_id=decision_id,
            change_id=change_id,
            now=SOON + timedelta(seconds=1),
        )

    outcomes = race(engine, *(partial(confirm, by=by) for by in (second, cast.organization_department)))
    assert outcomes == ["done", "moved_on"]


def test_what_waits_for_a_second_person_is_their_to_do(session: Session, cast: Cast) -> None:
    def kinds(person: Person, now: datetime = SOON) -> list[str]:
        return [each.kind for each in todos_of(session, person.actor, now=now)]

    second = ("key_resets", "negatives")
    assert not set(second) & {*kinds(cast.sun_li), *kinds(cast.organization_department)}
    recorded(session, cast, by=cast.chen_jing)
    proposed(session, cast.wang_fang, cast.li_wei)
    (todo,) = [
        each for each in todos_of(session, cast.organization_department.actor, now=SOON) if each.kind == "negatives"
    ]
    assert (todo.first_id, todo.first_day) == (cast.zhang_min.member_id, TODAY)
    assert "negatives" not in kinds(cast.chen_jing)
    assert "key_resets" in kinds(cast.sun_li)
    assert not set(second) & {*kinds(cast.li_wei), *kinds(cast.wang_fang), *kinds(cast.zhang_min)}
    (todo,) = [each for each in todos_of(session, cast.sun_li.actor, now=SOON) if each.kind == "key_resets"]
    assert (todo.first_id, todo.first_day) == (cast.wang_fang.member_id, date(2026, 6, 21))
    assert "key_resets" not in kinds(cast.sun_li, NOW + timedelta(days=3))
