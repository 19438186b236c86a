"""Two persons: resets and roles that the tests of four eyes begin with."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from server.identity import service as identity
from server.identity.rules import Actor, HeldRole, Role
from server.organizations import key_resets
from server.organizations.models import KeyReset, Member
from server.points.decisions import negatives
from server.points.models import NegativeDecision
from server.privacy import PhoneVault
from tests.cast import NOW, TODAY, Cast, Person

VAULT = PhoneVault({"k": bytes(32)})
SOON = NOW + timedelta(minutes=5)
WEEK = timedelta(days=7)
MOMENT = timedelta(microseconds=1)


def numbered(session: Session, person: Person) -> Person:
    session.get_one(Member, person.member_id).work_number = "W1"
    session.flush()
    return person


def proposed(session: Session, owner: Person, by: Person, *, now: datetime = NOW, phone: str | None = None) -> KeyReset:
    return key_resets.propose(
        session,
        VAULT,
        actor=by.actor,
        account_id=by.account_id,
        member_id=owner.member_id,
        reason="手机丢失",
        phone=phone,
        now=now,
    )


def confirmed(session: Session, reset: KeyReset, by: Person, *, now: datetime = SOON) -> key_resets.ConfirmedReset:
    return key_resets.confirm(session, VAULT, actor=by.actor, account_id=by.account_id, reset_id=reset.id, now=now)


def stopped(session: Session, reset: KeyReset, by: Person, *, now: datetime = SOON) -> KeyReset:
    return key_resets.stop(session, actor=by.actor, account_id=by.account_id, reset_id=reset.id, now=now)


def was_reset(session: Session, owner: Person, *by: Person, now: datetime = SOON) -> None:
    """Let two persons have reset an account's keys."""
    confirmed(session, proposed(session, owner, by[0], now=now - timedelta(minutes=1)), by[1], now=now)


def given(
    session: Session, receiver: Person, role: Role, place: int, *, by: Person | None, now: datetime = NOW
) -> Person:
    """Give a role and return the person with it."""
    granted = identity.grant(
        session,
        account_id=receiver.account_id,
        role=role,
        organization_id=place,
        from_date=TODAY,
        until_date=None,
        granted_by=by.account_id if by else None,
        now=now,
    )
    held = (*receiver.actor.grants, HeldRole(role, granted.organization_id))
    actor = Actor(
        identity_id=receiver.actor.identity_id,
        account_id=receiver.account_id,
        root_id=receiver.actor.root_id,
        member_id=receiver.actor.member_id,
        organization_ids=receiver.actor.organization_ids,
        grants=held,
    )
    return Person(receiver.name, receiver.token, actor, receiver.account_id, receiver.member_id)


def recorded(session: Session, cast: Cast, *, by: Person, now: datetime = NOW) -> NegativeDecision:
    return negatives.record(
        session,
        actor=by.actor,
        account_id=by.account_id,
        member_id=cast.zhang_min.member_id,
        year=2026,
        category_code="N02",
        document_number="纪字〔2026〕1号",
        decided_on=date(2026, 6, 1),
        reason="生效决定",
        now=now,
    )


def let_in_force(
    session: Session, decision: NegativeDecision, by: Person, *, now: datetime = SOON, **typed: Any
) -> NegativeDecision:
    paper: dict[str, Any] = {"document_number": "纪字〔2026〕1号", "decided_on": date(2026, 6, 1)} | typed
    return negatives.confirm(
        session, actor=by.actor, account_id=by.account_id, decision_id=decision.id, now=now, **paper
    )
