"""待办: what waits for each reviewer this morning, routed as the reviews themselves are."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.days import day_end, shanghai_date
from server.db import reading, transaction
from server.organizations.models import Organization
from server.organizations.officers import Officer, Officers
from server.organizations.workdays import calendar_of
from server.pushes import outbox, pages
from server.pushes.occasions import wording
from server.pushes.occasions.drafting import DraftedMessage, HomePlace, to_account, to_member
from server.pushes.outbox import Draft
from server.pushes.rules import Occasion
from server.todos.registry import kinds, turns

log = structlog.get_logger()


@dataclass(slots=True)
class OfficerWork:
    """What waits for one officer, by kind; `officer` is one of their offices."""

    officer: Officer
    counts: Counter[str] = field(default_factory=Counter)


def send_digests(engine: Engine, *, now: datetime, period: datetime) -> None:
    """Tell the officers of every tree what waits for them, on its working days; a transaction for each tree."""
    day = shanghai_date(period)
    roots = select(Organization.id).where(Organization.parent_id.is_(None))
    with reading(engine) as session:
        calendars = {root_id: calendar_of(session, root_id=root_id, around=day) for root_id in session.scalars(roots)}
    for root_id, calendar in calendars.items():
        if missing := calendar.missing(day):
            log.warning("holidays_not_entered", root_id=root_id, years=missing)
        if calendar.is_workday(day):
            transaction(engine, partial(send, root_id=root_id, period=period, now=now))


def send(session: Session, *, root_id: int, period: datetime, now: datetime) -> int:
    """Tell the officers of a tree what waits for them, if anything does; return how many are told.

    A digest is for its own day: one that comes later than that is not sent.
    """
    day = shanghai_date(period)
    if shanghai_date(now) != day:
        return 0
    message = DraftedMessage(
        Occasion.review_digest, day.isoformat(), pages.HOME, due_at=period, expires_at=day_end(day)
    )
    officers = Officers(session, root_id, day)
    drafts = [_draft(message, officers, waiting) for waiting in waiting_with(session, officers, now=now)]
    return outbox.enqueue(session, drafts, now=now)


def waiting_with(session: Session, officers: Officers, *, now: datetime) -> list[OfficerWork]:
    """Return what waits for whom, by account."""
    found: dict[int, OfficerWork] = {}
    for kind, turn in turns(session, officers, now=now):
        for officer in turn.officers:
            found.setdefault(officer.account_id, OfficerWork(officer)).counts[kind.code] += 1
    return [found[account_id] for account_id in sorted(found)]


def _draft(message: DraftedMessage, officers: Officers, waiting: OfficerWork) -> Draft:
    officer, counts = waiting.officer, waiting.counts
    told = [(*kind.digest, counts[kind.code]) for kind in kinds() if kind.digest is not None and counts[kind.code]]
    content = wording.digest(officers.title(officer.organization_id), told)
    place = HomePlace(officers.root_id, officer.organization_id)
    if officer.member_id is not None:
        return to_member(message, officer.member_id, place, content)
    return to_account(message, officer.account_id, place, content)
