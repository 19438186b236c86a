"""What a person chooses for pushes: quiet hours, whether figures are shown, and what they want in the inbox only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.db import found_or_added
from server.pushes.models import Push, PushPreference
from server.pushes.rules import Occasion, PushStatus, QuietHours


@dataclass(frozen=True, slots=True)
class Preferences:
    """The defaults are those of a person who has chosen nothing."""

    quiet: QuietHours = field(default_factory=QuietHours)
    hides_figures: bool = False
    muted: frozenset[Occasion] = frozenset()


DEFAULTS = Preferences()
_OCCASIONS = frozenset(Occasion)
_COLUMNS = (
    *(PushPreference.recipient, PushPreference.quiet_from, PushPreference.quiet_until),
    *(PushPreference.hides_figures, PushPreference.muted),
)


def of(session: Session, recipients: Iterable[str]) -> dict[str, Preferences]:
    """Return what these people chose, for every recipient; those who chose nothing have the defaults."""
    wanted = list(recipients)
    rows = session.execute(select(*_COLUMNS).where(PushPreference.recipient.in_(wanted)))
    chosen = {row.recipient: _chosen(row) for row in rows}
    return {recipient: chosen.get(recipient, DEFAULTS) for recipient in wanted}


def choose(session: Session, recipients: Sequence[str], preferences: Preferences, *, now: datetime) -> None:
    """Set what a person chose, under each of their recipient names; waiting pushes follow it, too. Safe to repeat."""
    for recipient in sorted(recipients):
        row = _locked_or_added(session, recipient, now)
        before = _chosen(row)
        row.quiet_from, row.quiet_until = preferences.quiet.begin, preferences.quiet.end
        row.hides_figures = preferences.hides_figures
        row.muted = sorted(preferences.muted)
        row.updated_at = now
        session.flush()
        _mute_waiting(session, recipient, preferences.muted - before.muted, now)
        if preferences.quiet != before.quiet:
            _postpone_waiting(session, recipient, preferences.quiet, now)


def _mute_waiting(session: Session, recipient: str, muted: Iterable[Occasion], now: datetime) -> None:
    waiting = update(Push).where(
        Push.recipient == recipient, Push.status == PushStatus.waiting, Push.occasion.in_(sorted(muted))
    )
    session.execute(waiting.values(status=PushStatus.muted, finished_at=now))


def _postpone_waiting(session: Session, recipient: str, quiet: QuietHours, now: datetime) -> None:
    """Postpone what was not tried yet until the new quiet hours are over."""
    untried = (Push.recipient == recipient, Push.status == PushStatus.waiting, Push.attempts == 0)
    for push in session.scalars(select(Push).where(*untried).order_by(Push.id).with_for_update()):
        push.next_at = quiet.over_at(max(push.due_at, now))
    session.flush()


def _locked_or_added(session: Session, recipient: str, now: datetime) -> PushPreference:
    query = select(PushPreference).where(PushPreference.recipient == recipient).with_for_update()
    return found_or_added(
        session,
        query,
        lambda: PushPreference(
            recipient=recipient,
            updated_at=now,
            hides_figures=DEFAULTS.hides_figures,
            muted=[],
            quiet_from=DEFAULTS.quiet.begin,
            quiet_until=DEFAULTS.quiet.end,
        ),
    )


def _chosen(row: Any) -> Preferences:
    """Read a row, whether it is a model or a row of its columns."""
    return Preferences(
        quiet=QuietHours(row.quiet_from, row.quiet_until),
        hides_figures=row.hides_figures,
        muted=frozenset(Occasion(name) for name in row.muted if name in _OCCASIONS),
    )
