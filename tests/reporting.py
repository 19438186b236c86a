"""Steps that the tests of feedback take again and again."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.feedback import service, taking
from server.feedback.models import Feedback
from server.feedback.rules import FeedbackKind, FeedbackOutcome, FeedbackVia
from server.feedback.taking import FeedbackReport
from server.privacy import PhoneVault
from tests.cast import NOW, Cast, Person

KEY = b"the key of the tests, thirty-two bytes long"
VAULT = PhoneVault({"test": b"7" * 32})
WORDS = "10 月 24 日校园开放日，咨询台下午没有人值守。"
REPORTER, CONTACT = "刘畅畅", "liuchang@example.edu.cn"
CAMPUS = "198.51.100.7"


def reported(
    session: Session,
    cast: Cast,
    *,
    place: int | None = None,
    publicity_id: int | None = None,
    network: str | None = CAMPUS,
    now: datetime = NOW,
    **changes: Any,
) -> tuple[Feedback, str]:
    """Return what somebody reports about the cast's branch, and its query code."""
    given: dict[str, Any] = {"kind": FeedbackKind.problem, "words": WORDS, "form": secrets.token_hex(16)}
    return taking.take(
        session,
        VAULT,
        KEY,
        organization_id=place or cast.branch,
        publicity_id=publicity_id,
        report=FeedbackReport(**given | changes),
        via=FeedbackVia.page if network else FeedbackVia.app,
        network=network,
        now=now,
    )


def named(session: Session, row: Feedback, by: Person, to: Person, *, now: datetime = NOW, **said: Any) -> Feedback:
    """Have somebody named to look into it."""
    at: dict[str, Any] = {"version": row.version, "account_id": by.account_id, "now": now}
    return service.assign(session, row.id, investigator_id=to.account_id, **at | said)


def replied(session: Session, row: Feedback, by: Person, *, now: datetime = NOW) -> Feedback:
    return service.answer(
        session,
        row.id,
        version=row.version,
        outcome=FeedbackOutcome.partly_founded,
        finding="已问当天值守的两位同志。",
        reply="下午三点以后确实无人值守，已提醒。",
        account_id=by.account_id,
        now=now,
    )
