"""Whose openid it is: openids differ by account; the unionid is the person's, where both accounts share an 开放平台."""

from datetime import datetime
from functools import partial
from typing import Protocol

import structlog
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot.messages import Incoming
from server.db import reading, transaction
from server.errors import DomainError
from server.identity import service as identity
from server.identity.models import WechatIdentity
from server.wechat.errors import WechatError

log = structlog.get_logger()


class UnionidLookup(Protocol):
    """Knows the unionid behind an openid."""

    def follower(self, openid: str, /) -> str | None:
        """Return the unionid, if there is one. Raises WechatError."""


def introduce(engine: Engine, wechat: UnionidLookup, incoming: Incoming, *, now: datetime) -> None:
    """Make a person who is known in the app known here too; the conversation leads an unknown person to binding."""
    known_as = WechatIdentity.app_id == incoming.app_id, WechatIdentity.openid == incoming.openid
    with reading(engine) as session:
        row = session.scalar(select(WechatIdentity).where(*known_as))
    if row is not None and row.account_id is not None:
        return
    unionid = row.unionid if row is not None else None
    if unionid is None:
        try:
            unionid = wechat.follower(incoming.openid)
        except WechatError as error:
            log.warning("follower_unknown", errcode=error.errcode)
    if unionid is not None:
        transaction(engine, partial(_link, incoming=incoming, unionid=unionid, now=now))


def _link(session: Session, *, incoming: Incoming, unionid: str, now: datetime) -> None:
    mine = identity.find_or_add_identity(
        session, app_id=incoming.app_id, openid=incoming.openid, unionid=unionid, now=now
    )
    elsewhere = select(WechatIdentity.account_id).where(
        WechatIdentity.unionid == unionid, WechatIdentity.account_id.is_not(None), WechatIdentity.id != mine.id
    )
    account_ids = {account_id for account_id in session.scalars(elsewhere) if account_id is not None}
    if len(account_ids) != 1:
        return
    try:
        identity.bind(session, identity_id=mine.id, account_id=account_ids.pop(), now=now)
    except DomainError as refusal:
        log.warning("follower_not_linked", code=refusal.code)
