"""What a correction would come to: done in a transaction that is given up, so that no figure is computed twice over.

Whatever the act at its source writes, tells and supersedes is written, told and superseded, and then was not.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.db import transaction
from server.errors import DomainError
from server.identity.models import Account
from server.identity.queries import actor_by
from server.objections.corrections.acts import Remedy
from server.objections.corrections.matters import proposal_of, source_of
from server.objections.corrections.service import act_at_source, refuse_acting
from server.objections.models import Objection
from server.points.scores.queries import year_scores
from server.points.scores.rules import LineScore, YearScore
from server.years.queries import standing_of

_RUNNING, _CLOSED = "年度累计（至今）", "年度积分"


@dataclass(frozen=True, slots=True)
class Figure:
    """A line's or the year's points before and after."""

    label: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """The figures that change, or in words why the source would refuse it."""

    figures: tuple[Figure, ...] = ()
    refusal: str | None = None


def rehearse(engine: Engine, objection_id: int, *, wished: Remedy, account_id: int, now: datetime) -> Rehearsed:
    """Return what a correction by this account would come to. Nothing stays of it."""

    def work(session: Session) -> Rehearsed:
        try:
            return _rehearsed(session, objection_id, wished, account_id, now)
        except DomainError as refusal:
            return Rehearsed(refusal=refusal.message)
        finally:
            session.rollback()

    return transaction(engine, work)


def _rehearsed(session: Session, objection_id: int, wished: Remedy, account_id: int, now: datetime) -> Rehearsed:
    objection = session.get_one(Objection, objection_id)
    found = source_of(session, objection, wished)
    proposal = proposal_of(session, objection, found, wished)
    if found is None or proposal is None:
        return Rehearsed()
    actor = actor_by(session, session.get_one(Account, account_id), now=now)
    refuse_acting(session, objection, proposal, actor=actor, account_id=account_id)
    before = _score(session, objection)
    act_at_source(session, objection, found, proposal, actor=actor, account_id=account_id, now=now)
    session.flush()
    after = _score(session, objection)
    if before is None or after is None or before.negative or after.negative:
        return Rehearsed()
    closed = standing_of(session, objection.organization_id, objection.year).drafted
    return Rehearsed(_changed(before, after, _CLOSED if closed else _RUNNING))


def _score(session: Session, objection: Objection) -> YearScore | None:
    return year_scores(session, member_ids=[objection.member_id], year=objection.year).get(objection.member_id)


def _changed(before: YearScore, after: YearScore, total: str) -> tuple[Figure, ...]:
    old = {line.code: line for line in _lines(before)}
    lines = [
        Figure(line.items[0].title, old[line.code].points, line.points)
        for line in _lines(after)
        if line.code in old and old[line.code].points != line.points
    ]
    return (*lines, Figure(total, before.total, after.total)) if lines else ()


def _lines(score: YearScore) -> list[LineScore]:
    return [line for section in score.sections for line in section.lines]
