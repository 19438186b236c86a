"""Taking steps back, with a reason, until the year is filed: what falls is told before (year.md §1.4)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.annual.results import service as results
from server.annual.steps import conditions, corrections, due, shown
from server.annual.steps.charge import Charge, charge_of
from server.annual.steps.courses import Way, way_of
from server.annual.steps.error_codes import AnnualErrorCode
from server.annual.steps.gates import Undone, fall
from server.annual.steps.holding import held
from server.annual.steps.left import members_of
from server.annual.steps.models import StarsStep
from server.annual.steps.reporting import open_report
from server.annual.steps.rules import (
    STEP_TITLES,
    Consequence,
    Track,
    consequences,
    falls,
    may_undo,
    undo_targets,
)
from server.annual.steps.taking import note, shift
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict
from server.points import service as points
from server.publicity import service as publicities
from server.years.models import BranchYearStep
from server.years.rules import YearState


@dataclass(frozen=True, slots=True)
class Fall:
    """What goes with an undo to a step, and whether somebody may do it."""

    track: Track
    to: YearState
    falls: tuple[YearState, ...]
    consequences: tuple[Consequence, ...]
    allowed: bool


def what_falls(session: Session, way: Way, charge: Charge, *, account_id: int) -> Iterator[Fall]:
    """Yield what each possible undo takes with it, the nearest first."""
    on_show = conditions.publicity_of(session, way) is not None
    told = corrections.told_edition(session, way.branch_year.id) is not None
    for track in Track:
        for to in undo_targets(way.course, way.progress, track):
            fallen = falls(way.course, way.progress, track, to)
            of_points = on_show and track is Track.points and _takes_publicity(fallen)
            found = consequences(fallen, shown=of_points, told=told)
            yield Fall(track, to, fallen, found, _may(session, way, track, fallen, by=charge, account_id=account_id))


def undo(
    session: Session,
    *,
    organization_id: int,
    year: int,
    track: Track,
    to: YearState,
    reason: str,
    account_id: int,
    now: datetime,
) -> Way:
    """Take back every step of a track after `to`. Raises DomainError 409 `wrong_status`, 403 `not_in_charge`."""
    if to is YearState.closing:  # scores are set anew: ledgers are locked before the branch
        points.lock(session, members_of(session, organization_id, year))
    way = held(session, organization_id, year, now=now)
    fallen = falls(way.course, way.progress, track, to)
    if not fallen:
        state = way.progress.of(track) or YearState.open
        message = f"年度工作目前是“{STEP_TITLES[state]}”，不能撤回到“{STEP_TITLES[to]}”；已报备案的不能撤回"
        raise conflict(CoreErrorCode.wrong_status, message, state=state)
    charge = charge_of(session, way.organization, branch_year_id=way.branch_year.id, account_id=account_id, now=now)
    if not _may(session, way, track, fallen, by=charge, account_id=account_id):
        message = "只能撤回本人办理的步骤；他人办理的，请由办理人或上级党组织撤回"
        raise DomainError(AnnualErrorCode.not_in_charge, message, status=HTTPStatus.FORBIDDEN)
    return go_back(session, way, track, to, reason=reason, account_id=account_id, now=now)


def go_back(
    session: Session, way: Way, track: Track, to: YearState, *, reason: str, account_id: int | None, now: datetime
) -> Way:
    """Take a held year back to a step with everything that goes with it; the caller knows that it is possible."""
    fallen = falls(way.course, way.progress, track, to)
    edition = conditions.standing_edition(session, way)
    takes = edition is not None and track is Track.points and _takes_publicity(fallen)
    on_show = shown.publicities_of(session, edition) if takes and edition is not None else []
    shift(session, way, track, to, account_id=account_id, reason=reason, now=now)
    for each in on_show:
        publicities.withdraw(session, each.id, reason=reason, account_id=account_id, now=now)
    if YearState.reported in fallen and (told := open_report(session, way.branch_year.id)) is not None:
        told.open, told.undone_at = None, now
    if YearState.drafted in fallen:
        assert account_id is not None
        results.withdraw(session, way.branch_year, reason=reason, account_id=account_id, now=now)
        session.delete(way.row)
    session.flush()
    fall(session, Undone(way.branch_year, track, fallen, reason, account_id, now))
    due.go_back(session, way, track, to, fallen, now=now)
    note(session, way, "year_undo", account_id, now, track=track, to=to, falls=list(fallen))
    return way_of(session, way.organization, way.branch_year)


def _takes_publicity(fallen: tuple[YearState, ...]) -> bool:
    """Whether what is on show, or proposed, goes with these steps."""
    return bool({YearState.publicized, YearState.reported} & set(fallen))


def _may(
    session: Session, way: Way, track: Track, fallen: tuple[YearState, ...], *, by: Charge, account_id: int
) -> bool:
    takers = _taken_by(session, way, track)
    took = [takers.get(step) == account_id for step in fallen]
    return may_undo(fallen, took=took, leads=by.takes_steps, supervises=by.supervises)


def _taken_by(session: Session, way: Way, track: Track) -> Mapping[YearState, int | None]:
    """Return who took each step last."""
    table = BranchYearStep if track is Track.points else StarsStep
    query = select(table.after, table.account_id).where(
        table.branch_year_id == way.branch_year.id, table.before != table.after
    )
    return {YearState(after): account_id for after, account_id in session.execute(query.order_by(table.id))}
