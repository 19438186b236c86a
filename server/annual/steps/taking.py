"""Taking a step: its place and its conditions are looked at, then the year moves, and with it what is due."""

from datetime import datetime

from sqlalchemy.orm import Session

from server.annual.steps import conditions, due
from server.annual.steps.courses import Way, way_of
from server.annual.steps.models import StarsStep
from server.annual.steps.rules import Track
from server.audit import service as audit
from server.years import service as years
from server.years.rules import YearState


def take(session: Session, way: Way, track: Track, step: YearState, *, account_id: int | None, now: datetime) -> Way:
    """Take a step of a year that is held, by an account or (None) by the clock; return the way as it is then.

    Features that rate stars take theirs by this. Raises DomainError as `conditions.refuse`.
    """
    conditions.refuse(session, way, track, step, now=now)
    return move(session, way, track, step, account_id=account_id, now=now)


def move(session: Session, way: Way, track: Track, step: YearState, *, account_id: int | None, now: datetime) -> Way:
    """Take a step of which the caller has seen to it that it follows and lacks nothing."""
    shift(session, way, track, step, account_id=account_id, reason=None, now=now)
    due.follow(session, way, track, step, now=now)
    note(session, way, f"year_{step}", account_id, now, track=track)
    return way_of(session, way.organization, way.branch_year)


def shift(
    session: Session,
    way: Way,
    track: Track,
    to: YearState,
    *,
    account_id: int | None,
    reason: str | None,
    now: datetime,
) -> None:
    """Bring a track into a state, on or back, and note it in the history."""
    if track is Track.points:
        years.move(session, way.branch_year, to, account_id=account_id, reason=reason, now=now)
        return
    assert way.row is not None
    assert way.progress.stars is not None
    session.add(
        StarsStep(
            branch_year_id=way.branch_year.id,
            before=way.progress.stars,
            after=to,
            reason=reason,
            account_id=account_id,
            at=now,
        )
    )
    way.row.stars_state = to
    session.flush()


def note(session: Session, way: Way, action: str, account_id: int | None, now: datetime, **detail: object) -> None:
    """Leave an audit line of a branch's year."""
    audit.record(
        session,
        actor_id=account_id,
        action=action,
        now=now,
        detail={"organization_id": way.organization.id, "year": way.branch_year.year, **detail},
        **audit.of(way.branch_year),
    )
