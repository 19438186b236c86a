"""Sending what waits, at most once each: commit it as `sending`, call, commit the result (ADR 0014)."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from server import clock
from server.config import Settings
from server.db import database_now, transaction
from server.privacy import KeyMissing, PhoneVault
from server.pushes.channels import accounts
from server.pushes.robots import rules
from server.pushes.robots.models import Announcement, GroupRobot
from server.pushes.robots.rules import AnnouncementStatus
from server.wechat.client import errcode_of
from server.wechat.errors import WechatError
from server.wechat.transport import Transport

log = structlog.get_logger()
PATH = "/cgi-bin/webhook/send"


@dataclass(frozen=True, slots=True)
class RobotCall:
    id: int
    key: str
    text: str
    tries: int


def send_due(engine: Engine, settings: Settings) -> int:
    """Send what is due, one after the other; return how many calls were made."""
    transport, vault = accounts.webhook(settings), PhoneVault(settings.phone_keys)
    transaction(engine, partial(_recover, now=clock.now()))
    made = 0
    while (call := transaction(engine, partial(_claim, vault=vault, now=clock.now()))) is not None:
        status, errcode, next_at = _called(transport, call)
        values = {"status": status, "errcode": errcode, "next_at": next_at}
        transaction(engine, partial(_settle, call_id=call.id, values=values, now=clock.now()))
        made += 1
    return made


def _claim(session: Session, *, vault: PhoneVault, now: datetime) -> RobotCall | None:
    """Take the next. One that is too late or has lost its robot expires; one that cannot be read waits for its key."""
    query = (
        select(Announcement)
        .where(Announcement.status == AnnouncementStatus.waiting, Announcement.next_at <= now)
        .order_by(Announcement.next_at, Announcement.id)
        .limit(20)
        .with_for_update(skip_locked=True)
    )
    for row in session.scalars(query):
        robot = session.get(GroupRobot, row.organization_id)
        if robot is None or row.until <= now:
            row.status, row.finished_at = AnnouncementStatus.expired, now
            continue
        try:
            key = vault.open(robot.sealed_key)
        except KeyMissing as missing:
            log.warning("announcement_waits", announcement=row.id, why=missing.message)
            row.next_at = min(now + rules.KEY_MISSING_FOR, row.until)
            continue
        row.status, row.started_at, row.attempts = AnnouncementStatus.sending, database_now(session), row.attempts + 1
        session.flush()
        return RobotCall(row.id, key, row.text, row.attempts)
    return None


def _called(transport: Transport, call: RobotCall) -> tuple[AnnouncementStatus, int | None, datetime]:
    """Return what became of a call, the errcode and when to look at it next."""
    body = {"msgtype": "text", "text": {"content": call.text}}
    now = clock.now()
    try:
        errcode = errcode_of(transport.call("POST", PATH, params={"key": call.key}, body=body))
    except WechatError as error:
        if error.maybe_done:
            return AnnouncementStatus.unknown, error.errcode, now
        errcode = -1
    except Exception:
        log.exception("announcement_failed", announcement=call.id)
        return AnnouncementStatus.unknown, None, now
    status, next_at = rules.after_call(errcode, tries=call.tries, now=now)
    return status, errcode, next_at


def _settle(session: Session, *, call_id: int, values: dict[str, Any], now: datetime) -> None:
    """Store a result, unless the call was given up meanwhile."""
    finished_at = None if values["status"] == AnnouncementStatus.waiting else now
    ours = update(Announcement).where(Announcement.id == call_id, Announcement.status == AnnouncementStatus.sending)
    session.execute(ours.values(**values, finished_at=finished_at))


def _recover(session: Session, *, now: datetime) -> None:
    """Give up calls whose sender is gone: they may have arrived."""
    left = update(Announcement).where(
        Announcement.status == AnnouncementStatus.sending,
        Announcement.started_at < database_now(session) - rules.LONGEST_CALL,
    )
    session.execute(left.values(status=AnnouncementStatus.unknown, finished_at=now))
