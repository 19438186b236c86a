"""Sending what follows an answer, at most once each: committed as `sending`, called, the result committed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol

import structlog
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session, aliased

from bot.messages import ChatChannel
from bot.receive import rules
from bot.receive.models import FollowUp
from bot.receive.rules import FollowUpStatus
from server import clock
from server.db import database_now, transaction
from server.wechat.client import SendResult
from server.wechat.errors import WechatError

log = structlog.get_logger()
PATHS = {ChatChannel.official: "/cgi-bin/message/custom/send", ChatChannel.work: "/cgi-bin/message/send"}
UNFINISHED = (FollowUpStatus.waiting, FollowUpStatus.sending)


class Client(Protocol):
    """What both accounts' clients can do."""

    def send(self, path: str, body: dict[str, Any], /) -> SendResult:
        """Send a message and return what WeChat says of it. Raises WechatError."""

    def media(self, media_id: str, /, *, max_bytes: int) -> bytes:
        """Return a file that a person sent. Raises WechatError."""


@dataclass(frozen=True, slots=True)
class FollowUpCall:
    """One call to make, committed before it is made."""

    id: int
    channel: ChatChannel
    openid: str
    text: str
    tries: int


def send(engine: Engine, client_of: Callable[[ChatChannel], Client], *, delivery_id: int | None = None) -> int:
    """Send what is due, or all that follows one answer; return how many calls were made."""
    transaction(engine, partial(_recover, now=clock.now()))
    made = 0
    while (call := transaction(engine, partial(_claim, delivery_id=delivery_id, now=clock.now()))) is not None:
        status, errcode, next_at = _called(client_of(call.channel), call)
        values = {"status": status, "errcode": errcode, "next_at": next_at}
        transaction(engine, partial(_settle, call_id=call.id, values=values, now=clock.now()))
        made += 1
    return made


def _claim(session: Session, *, delivery_id: int | None, now: datetime) -> FollowUpCall | None:
    """Claim the next follow-up; a person's messages go out one after the other, whoever sends them."""
    earlier = aliased(FollowUp)
    before = select(earlier.id).where(
        earlier.app_id == FollowUp.app_id,
        earlier.openid == FollowUp.openid,
        earlier.id < FollowUp.id,
        earlier.status.in_(UNFINISHED),
    )
    mine = FollowUp.next_at <= now if delivery_id is None else FollowUp.delivery_id == delivery_id
    query = select(FollowUp).where(FollowUp.status == FollowUpStatus.waiting, mine, ~before.exists())
    if delivery_id is not None:
        query = query.where(FollowUp.attempts == 0)
    for row in session.scalars(query.order_by(FollowUp.id).limit(20).with_for_update(skip_locked=True)):
        if row.until <= now:
            row.status, row.finished_at = FollowUpStatus.expired, now
            continue
        row.status, row.started_at, row.attempts = FollowUpStatus.sending, database_now(session), row.attempts + 1
        session.flush()
        return FollowUpCall(row.id, ChatChannel(row.channel), row.openid, row.text, row.attempts)
    return None


def _called(client: Client, call: FollowUpCall) -> tuple[FollowUpStatus, int | None, datetime]:
    """Return the result of a call, WeChat's errcode and when to look at it next."""
    body = {"touser": call.openid, "msgtype": "text", "text": {"content": call.text}}
    now = clock.now()
    try:
        errcode = client.send(PATHS[call.channel], body).errcode
    except WechatError as error:
        if error.maybe_done:
            return FollowUpStatus.unknown, error.errcode, now
        errcode = -1 if error.errcode is None else error.errcode
    except Exception:
        log.exception("follow_up_failed", follow_up=call.id)
        return FollowUpStatus.unknown, None, now
    status, next_at = rules.after_call(errcode, tries=call.tries, now=now)
    return status, errcode, next_at


def _settle(session: Session, *, call_id: int, values: dict[str, Any], now: datetime) -> None:
    """Write a result down, unless the call was given up meanwhile."""
    finished_at = None if values["status"] == FollowUpStatus.waiting else now
    ours = update(FollowUp).where(FollowUp.id == call_id, FollowUp.status == FollowUpStatus.sending)
    session.execute(ours.values(**values, finished_at=finished_at))


def _recover(session: Session, *, now: datetime) -> None:
    """Give up calls whose sender is gone: they may have arrived."""
    left = update(FollowUp).where(
        FollowUp.status == FollowUpStatus.sending, FollowUp.started_at < database_now(session) - rules.LONGEST_CALL
    )
    session.execute(left.values(status=FollowUpStatus.unknown, finished_at=now))
