"""Resets of accounts that wait for a second person, filings for those above, and holidays to be entered."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.identity.rules import RULES, Permission, Role
from server.organizations import key_resets
from server.organizations.four_eyes import Matter, RecentKeyResets
from server.organizations.models import Filing, FilingStatus
from server.organizations.officers import Officers
from server.organizations.waiting import WaitingItem, WaitingKind, within
from server.organizations.workdays import calendar_of

OFFICES = RULES[Permission.workday_manage].roles | {Role.administrator}
"""组织部 enters a year's holidays, the administrator updates the national calendar: either will do."""


def _missing(session: Session, officers: Officers, now: datetime) -> Iterator[WaitingItem]:
    if officers.places is not None and officers.root_id not in officers.places:
        return
    today = shanghai_date(now)
    for year in calendar_of(session, root_id=officers.root_id, around=today).missing(today):
        in_turn = officers.in_turn(officers.root_id, OFFICES)
        yield WaitingItem(officers.root_id, officers.root_id, date(year, 1, 1), in_turn)


def _resets(session: Session, officers: Officers, now: datetime) -> Iterator[WaitingItem]:
    bars = RecentKeyResets(session, now=now)
    for waiting in key_resets.waiting(session, root_id=officers.root_id, now=now):
        if officers.places is None or waiting.place in officers.places:
            in_turn = officers.in_turn(
                waiting.place,
                waiting.roles,
                not_accounts=waiting.matter.parties,
                bars=bars,
                matter=waiting.matter,
            )
            yield WaitingItem(waiting.place, waiting.member_id, shanghai_date(waiting.reset.expires_at), in_turn)


def _filings(session: Session, officers: Officers, now: datetime) -> Iterator[WaitingItem]:
    """A filing waits with the level above, but not with whoever submitted it (the 党委 files with its own 组织部)."""
    query = select(Filing).where(
        Filing.root_id == officers.root_id,
        Filing.status == FilingStatus.submitted,
        *within(officers, Filing.to_organization_id),
    )
    roles, bars = RULES[Permission.filing_receive].roles, RecentKeyResets(session, now=now)
    for filing in session.scalars(query.order_by(Filing.id)):
        own = filing.from_organization_id == filing.to_organization_id
        in_turn = officers.in_turn(
            filing.to_organization_id,
            roles,
            not_accounts=() if own else {filing.submitted_by},
            bars=bars,
            matter=None if own else Matter(frozenset({filing.submitted_by}), since=filing.submitted_at),
        )
        yield WaitingItem(filing.to_organization_id, filing.id, shanghai_date(filing.submitted_at), in_turn)


KINDS = (
    WaitingKind(
        code="key_resets",
        title="账号重置待确认",
        place=5,
        turns=_resets,
        digest=("months", "待两人确认 {} 项"),
    ),
    WaitingKind(
        code="filings",
        title="备案待办理",
        place=39,
        turns=_filings,
        digest=("months", "备案 {} 份"),
    ),
    WaitingKind(
        code="holidays",
        title="放假安排待录入",
        place=90,
        turns=_missing,
        digest=("months", "放假安排待录入"),
        in_workdays=True,
    ),
)
