"""Steps that the tests of objections take again and again."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.claims import review
from server.claims.models import Claim
from server.objections import service
from server.objections.corrections import service as corrections
from server.objections.corrections.acts import Remedy
from server.objections.models import Objection
from server.objections.rules import ObjectionOutcome, ObjectionSubject
from tests.cast import NOW, Cast, Person
from tests.claiming import submitted

WORDS = "那天整个上午都在社区，居委会可以证明。"


def rejected(session: Session, person: Person, reviewer: Person, *, now: datetime = NOW, **changes: Any) -> Claim:
    """Return a claim of the person that a reviewer did not allow."""
    claim = submitted(session, person, now=now, **changes)
    review.open_for_review(session, claim_id=claim.id, actor=reviewer.actor, now=now)
    return review.reject(
        session, claim_id=claim.id, actor=reviewer.actor, version=claim.version, reason="属本职工作", now=now
    )


def raised(session: Session, cast: Cast, *, now: datetime = NOW, **options: Any) -> Objection:
    """张敏 objects to what 王芳 did not allow."""
    claim = rejected(session, cast.zhang_min, cast.wang_fang, now=now)
    return objected(session, cast.zhang_min, claim, now=now, **options)


def objected(session: Session, person: Person, claim: Claim, *, now: datetime = NOW, **options: Any) -> Objection:
    """Return the objection of a person to a claim's rejection."""
    arguments: dict[str, Any] = {
        "member_id": person.member_id,
        "subject_kind": ObjectionSubject.rejection,
        "subject_id": claim.id,
        "words": WORDS,
        "account_id": person.account_id,
        "now": now,
    }
    return service.raise_objection(session, **arguments | options)


def assigned(session: Session, objection: Objection, by: Person, to: Person, *, now: datetime = NOW) -> Objection:
    return service.assign(
        session,
        objection.id,
        version=objection.version,
        investigator_id=to.account_id,
        account_id=by.account_id,
        now=now,
    )


def answered(
    session: Session,
    objection: Objection,
    by: Person,
    outcome: ObjectionOutcome = ObjectionOutcome.dismissed,
    *,
    now: datetime = NOW,
    **options: Any,
) -> Objection:
    return service.answer(
        session,
        objection.id,
        version=objection.version,
        finding="已查活动通知和签到，属于本职工作安排。",
        outcome=outcome,
        account_id=by.account_id,
        now=now,
        **options,
    )


def upheld(
    session: Session, objection: Objection, by: Person, investigator: Person, *, now: datetime = NOW
) -> Objection:
    """Have an objection assigned and upheld, to be put right at its source."""
    objection = assigned(session, objection, by, investigator, now=now)
    return answered(session, objection, investigator, ObjectionOutcome.upheld, corrects=True, now=now)


def corrected(session: Session, objection: Objection, by: Person, *, now: datetime = NOW, **wished: Any) -> Objection:
    """Put right at its source what was upheld."""
    return corrections.carry_out(
        session,
        objection.id,
        version=objection.version,
        wished=Remedy(**wished),
        actor=by.actor,
        account_id=by.account_id,
        now=now,
    )
