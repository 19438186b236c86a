"""What WeChat reports of messages it had accepted: a push it could not deliver waits again, for the next channel.

A report is stored when it comes and applied when a sender looks (`sending/sender.py`), within a minute. So it does not
matter which comes first, the report or the commit of the answer with the message's id. Of two reports the first counts.
A report on a message that is not ours changes nothing and is deleted after a day. Ids belong to a channel: the same id
reported by another account is another message.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, and_, select, tuple_, update
from sqlalchemy.orm import Session

from server.db import added
from server.identity.models import WechatIdentity
from server.pushes import quotas
from server.pushes.models import Push, PushAttempt, Receipt
from server.pushes.rules import AttemptStatus, Channel, PushStatus, ReceiptKind

AT_ONCE = 500
UNKNOWN_LIFETIME = timedelta(days=1)
"""How long a report waits for a message of ours with its id."""

USER_BLOCKS = 43101
"""What WeChat answers if it knows at once that a person wants nothing from an account."""

ATTEMPTS = cast(Table, PushAttempt.__table__)
RECEIPTS = cast(Table, Receipt.__table__)
_STATUSES = {
    ReceiptKind.delivered: AttemptStatus.delivered,
    ReceiptKind.blocked: AttemptStatus.refused,
    ReceiptKind.failed: AttemptStatus.undelivered,
}


@dataclass(frozen=True, slots=True)
class Report:
    """One report of WeChat on one message."""

    channel: Channel
    message_id: str
    kind: ReceiptKind
    errcode: int | None = None


def write_down(session: Session, reports: Iterable[Report], *, now: datetime) -> None:
    """Keep reports until they are applied; earlier reports stay as they were."""
    for report in sorted(set(reports), key=lambda each: each.message_id):
        if session.get(Receipt, (report.channel, report.message_id)) is None:
            _add(session, report, now)


def _add(session: Session, report: Report, now: datetime) -> None:
    row = Receipt(
        channel=report.channel,
        message_id=report.message_id,
        kind=report.kind,
        errcode=report.errcode,
        received_at=now,
    )
    if not added(session, row):  # the same report came twice at once
        session.expire_all()


def apply(session: Session, *, now: datetime) -> int:
    """Apply reports to attempts and pushes; return how many, at most `AT_ONCE`."""
    told = (
        select(Receipt, PushAttempt)
        .join(PushAttempt, and_(PushAttempt.channel == Receipt.channel, PushAttempt.message_id == Receipt.message_id))
        .where(Receipt.applied_at.is_(None))
        .order_by(PushAttempt.push_id)
        .limit(AT_ONCE)
        .with_for_update()
    )
    found = [(receipt, attempt) for receipt, attempt in session.execute(told)]
    for kind, status in _STATUSES.items():
        rows = [(receipt, attempt) for receipt, attempt in found if receipt.kind == kind]
        if rows:
            _apply(session, rows, status, now)
    return len(found)


def _apply(session: Session, rows: Sequence[tuple[Receipt, PushAttempt]], status: AttemptStatus, now: datetime) -> None:
    known = [(receipt.channel, receipt.message_id) for receipt, _ in rows]
    session.execute(
        update(RECEIPTS).where(tuple_(RECEIPTS.c.channel, RECEIPTS.c.message_id).in_(known)).values(applied_at=now)
    )
    sent = [(receipt, attempt) for receipt, attempt in rows if attempt.status == AttemptStatus.sent]
    values: dict[str, Any] = {"status": status}
    if status is AttemptStatus.refused:
        values["errcode"] = USER_BLOCKS
    session.execute(update(ATTEMPTS).where(ATTEMPTS.c.id.in_([attempt.id for _, attempt in sent])).values(values))
    if status is not AttemptStatus.delivered:
        _take_back(session, [attempt for _, attempt in sent], now)


def _take_back(session: Session, attempts: Sequence[PushAttempt], now: datetime) -> None:
    """Let pushes wait again if their last call did not reach the person."""
    numbers = {attempt.push_id: attempt.number for attempt in attempts}
    pushes = select(Push).where(Push.id.in_(numbers), Push.status == PushStatus.sent).order_by(Push.id)
    for push in session.scalars(pushes.with_for_update().execution_options(populate_existing=True)):
        if push.attempts == numbers[push.id]:
            push.status, push.next_at, push.channel, push.finished_at = PushStatus.waiting, now, None, None
    session.flush()


def withdraw_consents(session: Session, *, app_id: str, openid: str, templates: Iterable[str], now: datetime) -> None:
    """A person told WeChat that they want no more messages of these templates."""
    known = WechatIdentity.app_id == app_id, WechatIdentity.openid == openid
    identity_id = session.scalar(select(WechatIdentity.id).where(*known))
    if identity_id is not None:
        quotas.withdraw(session, identity_id=identity_id, templates=templates, now=now)
