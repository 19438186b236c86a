"""Reminders of a year's steps: by the clock before and after they are due, and by the level above at any time."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.annual.steps import due
from server.annual.steps.charge import LEADERS, delegate_of
from server.annual.steps.courses import Way
from server.annual.steps.error_codes import AnnualErrorCode
from server.annual.steps.holding import seen
from server.annual.steps.rules import DOERS, STEP_TITLES, Doer, Track, next_step
from server.annual.steps.supervising import branches_below, standings
from server.audit import service as audit
from server.audit.subjects import AuditSubject
from server.days import shanghai_date
from server.db import reading, transaction
from server.errors import DomainError
from server.identity.models import Account
from server.organizations.models import Organization
from server.organizations.officers import Officers
from server.pushes import outbox, pages
from server.pushes.occasions import wording
from server.pushes.occasions.drafting import DraftedMessage, HomePlace, to_account, to_member
from server.pushes.outbox import Draft
from server.pushes.rules import Occasion
from server.years.models import BranchYear
from server.years.rules import YearState

AHEAD = timedelta(days=3)
"""How long before a step is due its secretary is reminded."""

_OPEN = (YearState.archived, YearState.open)


def remind_due(engine: Engine, *, now: datetime) -> int:
    """Remind whoever takes the next step three days before it is due, on its day and once it is late; return how many
    are told. Safe to run again: each is told of each once."""
    query = select(BranchYear.organization_id, BranchYear.year).where(BranchYear.state.not_in(_OPEN))
    with reading(engine) as session:
        keys = session.execute(query.order_by(BranchYear.id)).all()
    return sum(
        transaction(engine, partial(_remind_if_due, organization_id=branch_id, year=year, now=now))
        for branch_id, year in keys
    )


def remind(
    session: Session,
    *,
    organization_id: int,
    year: int,
    branch_ids: Collection[int] | None,
    account_id: int,
    now: datetime,
) -> int:
    """Remind branches below, by default those that are late; return how many officers are told, each once a day.

    Raises DomainError 422 `not_below` for a branch that is not below the organization.
    """
    organization = session.get_one(Organization, organization_id)
    below = set(branches_below(session, organization, year))
    if branch_ids is not None and not set(branch_ids) <= below:
        raise DomainError(AnnualErrorCode.not_below, "只能提醒所属党支部，请刷新后查看")
    if branch_ids is None:
        found = standings(session, organization, year, now=now)
        branch_ids = [each.way.organization.id for each in found if each.late]
    today = shanghai_date(now)
    told = 0
    for branch_id in sorted(set(branch_ids)):
        way = seen(session, branch_id, year, now=now)
        told += outbox.enqueue(session, _drafts(session, way, today, f"above:{today.isoformat()}", now), now=now)
    audit.record(
        session,
        actor_id=account_id,
        action="year_remind",
        subject_kind=AuditSubject.branch_years,
        subject_id=organization_id,
        root_id=organization.root_id,
        now=now,
        detail={"year": year, "branches": sorted(set(branch_ids)), "told": told},
    )
    return told


def _remind_if_due(session: Session, *, organization_id: int, year: int, now: datetime) -> int:
    way = seen(session, organization_id, year, now=now)
    today, told = shanghai_date(now), 0
    days = due.due_days(session, [way.branch_year.id])[way.branch_year.id]
    for track in Track:
        step = next_step(way.course, way.progress, track)
        found = days.get(due.kind_of(track, step)) if step is not None else None
        if step is None or found is None or not found.row.open or DOERS[step] is not Doer.secretary:
            continue
        due_on = found.row.due_on
        stage = "late" if today > due_on else "today" if today == due_on else "ahead"
        if stage != "ahead" or due_on - today <= AHEAD:
            mark = f"{due.kind_of(track, step)}:{due_on.isoformat()}:{stage}"
            told += outbox.enqueue(session, _drafts(session, way, due_on, mark, now, step=step), now=now)
    return told


def _drafts(
    session: Session, way: Way, on: date, mark: str, now: datetime, *, step: YearState | None = None
) -> Iterator[Draft]:
    """Yield the reminder for each who takes the secretary's steps. `mark` tells this reminder from others."""
    organization, year = way.organization, way.branch_year.year
    step = step or next_step(way.course, way.progress)
    if step is None:
        return
    message = DraftedMessage(
        Occasion.year_end,
        subject=f"{organization.id}:{year}:step:{mark}",
        page=pages.branch_year(organization.id, year),
        due_at=now,
    )
    content = wording.year_end(f"{year}年度工作：{STEP_TITLES[step]}", organization.title, on, "请打开查看并办理")
    place = HomePlace(way.branch_year.root_id, organization.id)
    officers = Officers(session, place.root_id, shanghai_date(now), places=organization.ancestor_ids)
    people = {each.account_id: each.member_id for each in officers.in_turn(organization.id, LEADERS)}
    if (delegate := delegate_of(session, way.branch_year.id)) is not None:
        people[delegate.account_id] = session.get_one(Account, delegate.account_id).member_id
    for account_id, member_id in people.items():
        if member_id is not None:
            yield to_member(message, member_id, place, content)
        else:
            yield to_account(message, account_id, place, content)
