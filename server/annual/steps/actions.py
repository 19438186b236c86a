"""What somebody may do with a branch's year now: pages show no button for anything else."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from server.annual.steps import conditions, filing, shown, supervising, undoing
from server.annual.steps.charge import LEADERS, Charge, delegate_of
from server.annual.steps.courses import Way
from server.annual.steps.rules import Track, YearAction
from server.days import shanghai_date
from server.identity.rules import RULES, Permission, Role
from server.publicity.rules import PublicityStatus
from server.years.rules import YearState

_BY_STEP = {
    YearState.drafted: YearAction.draft,
    YearState.reported: YearAction.report,
    YearState.filed: YearAction.file,
}


def actions(
    session: Session,
    way: Way,
    charge: Charge,
    *,
    open_steps: Collection[YearState],
    owes: bool,
    roles: Collection[Role],
    account_id: int,
    now: datetime,
) -> list[YearAction]:
    """Return what an account may do. `open_steps` lack nothing; `owes`: a 更正通报 is due; `roles` are theirs here."""
    return [
        *_steps(session, way, charge, open_steps, owes=owes),
        *_publicity(session, way, roles, account_id, open_steps=open_steps, owes=owes),
        *_undo(session, way, charge, account_id),
        *(_supervision(session, way, now) if charge.supervises else ()),
    ]


def _steps(
    session: Session, way: Way, charge: Charge, open_steps: Collection[YearState], *, owes: bool
) -> Iterator[YearAction]:
    if charge.takes_steps:
        yield from (action for step, action in _BY_STEP.items() if step in open_steps)
        if filing.waits_anew(session, way) and not conditions.to_be_filed_anew(session, way):
            yield YearAction.file
        if owes:
            yield YearAction.correct


def _publicity(
    session: Session,
    way: Way,
    roles: Collection[Role],
    account_id: int,
    *,
    open_steps: Collection[YearState],
    owes: bool,
) -> Iterator[YearAction]:
    edition = conditions.standing_edition(session, way)
    of_list = YearState.publicized in open_steps and conditions.shows_points(way.course, Track.points)
    row = shown.of_correction(session, edition) or (shown.of_points(session, edition) if of_list else None)
    owed = of_list or (not owes and bool(shown.unshown(session, edition)))
    if row is None and owed and RULES[Permission.publicity_propose].roles & set(roles):
        yield YearAction.publicity
    if row is not None and not row.ended_at and (LEADERS & set(roles) or account_id == row.proposed_by):
        yield YearAction.publicity_withdraw
    waits = row is not None and row.status == PublicityStatus.proposed and row.proposed_by != account_id
    if waits and RULES[Permission.publicity_approve].roles & set(roles):
        yield YearAction.publicity_approve


def _undo(session: Session, way: Way, charge: Charge, account_id: int) -> Iterator[YearAction]:
    if any(each.allowed for each in undoing.what_falls(session, way, charge, account_id=account_id)):
        yield YearAction.undo


def _supervision(session: Session, way: Way, now: datetime) -> Iterator[YearAction]:
    if way.progress.points in (YearState.open, YearState.closing):
        yield YearAction.cut_off
    if supervising.is_late(session, way, today=shanghai_date(now)):
        yield YearAction.delegate
    if delegate_of(session, way.branch_year.id) is not None:
        yield YearAction.delegate_end
