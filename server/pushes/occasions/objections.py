"""异议: the steps of an objection. The feature that handles it tells the person who raised it. Never its words."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from server.pushes import outbox, pages
from server.pushes.occasions import wording
from server.pushes.occasions.drafting import DraftedMessage, HomePlace, to_account, to_member
from server.pushes.rules import Occasion


class ToldStep(StrEnum):
    """The steps of which the person who objected is told."""

    not_admitted = "not_admitted"
    received = "received"
    extended = "extended"
    answered = "answered"
    escalated = "escalated"
    final = "final"
    closed = "closed"


_WORDS = {
    ToldStep.not_admitted: ("不予受理", "请打开查看原因"),
    ToldStep.received: ("已受理", "将在期限内答复"),
    ToldStep.extended: ("答复延期", "请打开查看原因"),
    ToldStep.answered: ("已答复", "请查看，可申请复核"),
    ToldStep.escalated: ("复核中", "将在期限内答复"),
    ToldStep.final: ("复核已答复", "请打开查看"),
    ToldStep.closed: ("已办结", wording.OPEN),
}


def announce(
    session: Session,
    *,
    objection_id: int,
    version: int,
    step: ToldStep,
    matter: str,
    place: HomePlace,
    now: datetime,
    until: date | None = None,
    member_id: int | None = None,
    account_id: int | None = None,
) -> int:
    """Tell the person who objected, a member or an account without one; return 0 if they were told of this version.

    `matter` names what is objected to (个人申报, 年度积分), not why; `until` is the last day for the answer.
    """
    result, hint = _WORDS[step]
    page = pages.objection(objection_id) if member_id is not None else pages.INBOX
    message = DraftedMessage(Occasion.objection_progress, f"{objection_id}:{version}", page, due_at=now)
    content = wording.objection(matter, result, until, hint)
    if member_id is not None:
        return outbox.enqueue(session, [to_member(message, member_id, place, content)], now=now)
    if account_id is None:
        raise ValueError("an objection's progress is for a member or for an account")
    return outbox.enqueue(session, [to_account(message, account_id, place, content)], now=now)
