"""月汇总: officers are asked to confirm a frozen month; members are told their own figures of a confirmed one."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.days import day_end, shanghai_date
from server.identity.rules import RULES, Permission
from server.organizations.models import Organization
from server.organizations.officers import Officer, Officers
from server.organizations.queries import ancestor_ids
from server.organizations.schemas import BoardVisibility, settings_out
from server.organizations.workdays import calendar_of
from server.pushes import fanouts, pages
from server.pushes.fanouts import FanoutPart
from server.pushes.models import Fanout
from server.pushes.occasions import wording
from server.pushes.occasions.drafting import DraftedMessage, HomePlace, at_nine, to_account, to_member
from server.pushes.occasions.wording import Content
from server.pushes.outbox import Draft
from server.pushes.robots import queries as robots_queries
from server.pushes.robots import rules
from server.pushes.robots import service as robots
from server.pushes.robots.rules import AnnouncementKind
from server.pushes.rules import Occasion
from server.statements.events import StatementConfirmed, StatementFrozen
from server.statements.models import Statement, StatementBackdated, StatementLine

CONFIRMERS = RULES[Permission.statement_confirm].roles
"""The branch's secretary and deputy, or those above them."""

MONTH_LASTS = timedelta(days=2)
"""How long a group may still be told that a month is published."""


def frozen(session: Session, event: StatementFrozen) -> None:
    """Have the officers whose turn it is told to confirm; freezing thousands of branches must not wait for that."""
    _fan_out(session, event.statement_id, Occasion.statement_to_confirm, event.now)


def confirmed(session: Session, event: StatementConfirmed) -> None:
    """Have the members told, and those who can still save points."""
    for occasion in (Occasion.month_score, Occasion.at_risk):
        _fan_out(session, event.statement_id, occasion, event.now)


def draft_to_confirm(session: Session, fanout: Fanout, limit: int, now: datetime) -> FanoutPart:
    """Draft for the officers whose turn it is, unless one of them has confirmed it by now."""
    statement = session.get_one(Statement, fanout.subject_id)
    if statement.confirmed_by is not None:
        return FanoutPart()
    message = DraftedMessage(
        Occasion.statement_to_confirm,
        subject=str(statement.id),
        page=pages.statement(statement.organization_id, statement.id),
        due_at=fanout.due_at,
        expires_at=day_end(statement.confirm_by),
    )
    above = ancestor_ids(session, statement.organization_id)
    officers = Officers(session, statement.root_id, shanghai_date(now), places=above)
    content = wording.statement_to_confirm(
        officers.title(statement.organization_id),
        members=statement.members,
        exempt=statement.exempt,
        backdated=_backdated(session, statement.id),
        confirm_by=statement.confirm_by,
        certain=_is_certain(session, statement),
    )
    in_turn = officers.in_turn(statement.organization_id, CONFIRMERS)
    return FanoutPart([_to_officer(message, statement, officer, content) for officer in in_turn])


def _is_certain(session: Session, statement: Statement) -> bool:
    frozen_on = shanghai_date(statement.frozen_at)
    calendar = calendar_of(session, root_id=statement.root_id, around=frozen_on)
    return calendar.note(frozen_on, statement.confirm_by) is None


def _fan_out(session: Session, statement_id: int, occasion: Occasion, now: datetime) -> None:
    fanouts.add(
        session,
        root_id=session.get_one(Statement, statement_id).root_id,
        occasion=occasion,
        subject=str(statement_id),
        subject_id=statement_id,
        due_at=now,
        now=now,
    )


def draft_scores(session: Session, fanout: Fanout, limit: int, now: datetime) -> FanoutPart:
    """Draft for the next members of a confirmed month: points, change, and the position if it is shown to them."""
    statement = session.get_one(Statement, fanout.subject_id)
    lines = lines_after(session, fanout, limit)
    message = DraftedMessage(
        Occasion.month_score,
        subject=f"{statement.organization_id}:{statement.period}",
        page=pages.month(statement.period),
        due_at=at_nine(fanout.due_at),
    )
    branch = session.get_one(Organization, statement.organization_id)
    shows_position = settings_out(branch.settings).board_visibility is not BoardVisibility.scores
    place = HomePlace(statement.root_id, statement.organization_id)
    drafts = [
        to_member(message, line.member_id, place, _score(statement.period, line, shows_position=shows_position))
        for line in lines
    ]
    return FanoutPart(drafts, lines[-1].member_id if len(lines) == limit else None)


def lines_after(session: Session, fanout: Fanout, limit: int) -> list[StatementLine]:
    """Return the next lines of the fan-out's statement, by member."""
    query = select(StatementLine).where(
        StatementLine.statement_id == fanout.subject_id, StatementLine.member_id > fanout.after_id
    )
    return list(session.scalars(query.order_by(StatementLine.member_id).limit(limit)))


def _score(period: str, line: StatementLine, *, shows_position: bool) -> Content:
    if line.negative:
        return wording.month_score_elsewhere(period)
    position = line.position if shows_position else None
    return wording.month_score(period, total=line.total, change=line.change, position=position)


def _backdated(session: Session, statement_id: int) -> int:
    query = select(func.coalesce(func.sum(StatementBackdated.entries), 0))
    return int(session.scalar(query.where(StatementBackdated.statement_id == statement_id)) or 0)


def _to_officer(message: DraftedMessage, statement: Statement, officer: Officer, content: Content) -> Draft:
    place = HomePlace(statement.root_id, officer.organization_id)
    if officer.member_id is not None:
        return to_member(message, officer.member_id, place, content)
    return to_account(message, officer.account_id, place, content)


def announce(session: Session, fanout: Fanout, now: datetime) -> None:
    """Have the branch's group told that a month is published, in general words, if the branch chose so."""
    statement = session.get_one(Statement, fanout.subject_id)
    robot = robots_queries.robot_of(session, statement.organization_id)
    if robot is None or not robot.month_published:
        return
    due_at = at_nine(fanout.due_at)
    robots.add(
        session,
        statement.organization_id,
        AnnouncementKind.month_published,
        statement.period,
        rules.month_published(statement.period),
        due_at=due_at,
        until=due_at + MONTH_LASTS,
        now=now,
    )
