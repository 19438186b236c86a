"""The job of every day: a head for each root, told to its officers and written beside the database.

The head and the messages are one transaction; the file follows. After a kill in between, the next run writes what the
file lacks. A missed day has no head: nobody can say any more what the books were then. The next head covers it.
"""

from datetime import date, datetime
from functools import partial

import structlog
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.config import ConfigurationError, Settings
from server.db import reading, transaction
from server.heads import file
from server.heads.models import DailyHead
from server.heads.service import make
from server.organizations.head_officers import recipients
from server.organizations.models import Organization
from server.pushes import outbox, pages
from server.pushes.occasions import wording
from server.pushes.occasions.drafting import DraftedMessage, HomePlace, to_account
from server.pushes.rules import Occasion

log = structlog.get_logger()

NO_KEY = "没有设置 XIANFENG_HEAD_KEYS：每日账目校验码没有生成，数据库之外没有可以核对账目的依据"


def make_heads(engine: Engine, settings: Settings, *, day: date, now: datetime) -> int:
    """Make the heads of a day that are not there yet; return how many. Raises ConfigurationError without a key."""
    if not settings.head_keys:
        raise ConfigurationError(NO_KEY)
    with reading(engine) as session:
        roots = session.scalars(select(Organization.id).where(Organization.parent_id.is_(None))).all()
    made = 0
    for root_id in sorted(roots):
        step = partial(_make_and_tell, root_id=root_id, day=day, key=settings.head_keys[0], now=now)
        try:
            made += transaction(engine, step)
        except IntegrityError:  # another machine made it at this moment
            log.info("head_made_elsewhere", root_id=root_id)
    with reading(engine) as session:
        heads = session.scalars(select(DailyHead).order_by(DailyHead.number, DailyHead.root_id)).all()
        file.add_missing(settings.heads_dir, heads)
    return made


def _make_and_tell(session: Session, *, root_id: int, day: date, key: bytes, now: datetime) -> bool:
    head = make(session, root_id=root_id, day=day, key=key, now=now)
    if head is None:
        return False
    whom = recipients(session, root_id, on=day)
    if not whom.named:
        log.warning("head_officers_not_named", root_id=root_id)
    message = DraftedMessage(Occasion.daily_head, f"{root_id}:{day.isoformat()}", pages.INBOX, due_at=now)
    title = session.get_one(Organization, root_id).title
    content = wording.daily_head(title, head.head, day, named=whom.named)
    place = HomePlace(root_id, root_id)
    outbox.enqueue(session, [to_account(message, each, place, content) for each in whom.account_ids], now=now)
    return True
