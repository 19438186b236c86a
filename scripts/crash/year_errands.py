"""What ends a branch's year, as errands that may be killed at any moment and are then done again."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from server.annual.prints import making, queries
from server.annual.prints import service as prints
from server.annual.prints.rules import PrintForm, PrintFormat, PrintStatus
from server.annual.results import service as results
from server.annual.results.queries import current_edition
from server.annual.steps import clock, service, showing, undoing
from server.annual.steps.left import members_of
from server.annual.steps.reporting import heard_at
from server.annual.steps.rules import ToldWay, Track
from server.db import reading, transaction
from server.leases import Lease
from server.meetings.models import Meeting
from server.photos.storage import Storage
from server.points import service as points
from server.points.models import SourceKind
from server.points.service import Posting
from server.publicity import service as publicities
from server.publicity.models import Publicity
from server.publicity.queries import current_of
from server.publicity.rules import SHORTEST, PublicityScope, PublicityStatus, PublicitySubject
from server.years.models import BranchYear
from server.years.rules import Warrant, WarrantKind, YearState
from tests.annual import REPORTING
from tests.cast import Cast
from tests.years import DRAFTING, OLD

FIRST_DAY = date(2027, 1, 20)
OVER = REPORTING + timedelta(days=10)
"""When the publicity's last day is over, and nobody has objected."""


@dataclass(slots=True)
class Place:
    """Where it happens: the cast's branch, and the meeting that hears its results. `round` counts what was prepared."""

    engine: Engine
    storage: Storage
    cast: Cast
    meeting_id: int
    round: int = 0
    print_id: int = 0

    def state(self, session: Session) -> YearState:
        of_branch = (BranchYear.organization_id == self.cast.branch, BranchYear.year == OLD)
        return YearState(session.scalars(select(BranchYear.state).where(*of_branch)).one())

    @property
    def secretary(self) -> int:
        return self.cast.li_wei.account_id


@dataclass(frozen=True, slots=True)
class Errand:
    """`prepare` makes room for one more; `work` is killed, and finishes what it finds half done; `done` says whether
    all of it is there. What is `whole` is one transaction."""

    name: str
    prepare: Callable[[Place], object]
    work: Callable[[Place], object]
    done: Callable[[Place, Session], bool]
    whole: bool


def _back_to(place: Place, to: YearState) -> None:
    def work(session: Session) -> None:
        if place.state(session) is not to:
            undoing.undo(session, **_taking(place), track=Track.points, to=to, reason="另行核对", now=OVER)

    transaction(place.engine, work)


def _taking(place: Place) -> dict[str, int]:
    """Return what every step is told."""
    return {"organization_id": place.cast.branch, "year": OLD, "account_id": place.secretary}


def _draft(place: Place) -> None:
    transaction(place.engine, lambda session: service.draft(session, **_taking(place), now=DRAFTING))


def _is_drafted(place: Place, session: Session) -> bool:
    return place.state(session) is YearState.drafted


def _by(place: Place) -> dict[str, int | datetime]:
    return {"account_id": place.secretary, "now": DRAFTING}


def _prepare_uphold(place: Place) -> None:
    _be_drafted(place)
    place.round += 1


def _be_drafted(place: Place) -> None:
    if _state_now(place) is YearState.closing:
        _draft(place)
    else:
        _back_to(place, YearState.drafted)


def _state_now(place: Place) -> YearState:
    with reading(place.engine) as session:
        return place.state(session)


def _uphold(place: Place) -> None:
    """Give a point that an objection asked for, and draw its member's result up anew."""

    def work(session: Session) -> None:
        _give(place, session)
        _redraw(place, session)

    transaction(place.engine, work)


def _uphold_torn(place: Place) -> None:
    """Do it in two transactions: the mistake that the kills have to catch."""
    transaction(place.engine, lambda session: _give(place, session))
    time.sleep(1)
    transaction(place.engine, lambda session: _redraw(place, session))


def _give(place: Place, session: Session) -> None:
    posting = Posting(
        _objector(place, session), "C04", date(OLD, 12, 30), SourceKind.claim, place.round, points=Decimal(1)
    )
    points.post(session, [posting], now=DRAFTING, warrant=_warrant(place))


def _redraw(place: Place, session: Session) -> None:
    results.supersede(
        session,
        organization_id=place.cast.branch,
        year=OLD,
        member_ids=[_objector(place, session)],
        warrant=_warrant(place),
        account_id=None,
        now=DRAFTING,
    )


def _objector(place: Place, session: Session) -> int:
    """Return another member in each round: an item has a most."""
    members = sorted(members_of(session, place.cast.branch, OLD))
    return members[place.round % len(members)]


def _warrant(place: Place) -> Warrant:
    return Warrant(WarrantKind.upheld_objection, place.round)


def _is_upheld(place: Place, session: Session) -> bool:
    edition = current_edition(session, place.cast.branch, OLD)
    return edition is not None and edition.warrant_id == place.round


def _be_reported(place: Place) -> None:
    if _state_now(place) in (YearState.reported, YearState.publicized, YearState.settled):
        _back_to(place, YearState.reported)
    else:
        _be_drafted(place)
        transaction(place.engine, lambda session: _report(place, session))


def _report(place: Place, session: Session) -> None:
    meeting = session.get_one(Meeting, place.meeting_id)
    came = heard_at(session, meeting, place.cast.branch, now=REPORTING).member_ids
    absent = sorted(members_of(session, place.cast.branch, OLD) - came)
    told = [service.ToldMember(each, ToldWay.visit, REPORTING.date()) for each in absent]
    service.report(session, **_taking(place), meeting_id=meeting.id, told=told, now=REPORTING)


def _show(place: Place) -> None:
    """王芳 proposes, 李伟 approves, and ten days later the clock ends and settles it: a transaction each."""
    if _shown(place) is None:
        transaction(place.engine, lambda session: _propose(place, session))
    if (proposed := _shown(place)) is not None and proposed.status == PublicityStatus.proposed:
        last_day = proposed.last_day
        transaction(
            place.engine, lambda session: showing.approve(session, **_taking(place), last_day=last_day, now=REPORTING)
        )
    publicities.end_due(place.engine, now=OVER)
    clock.settle_due(place.engine, now=OVER)


def _shown(place: Place) -> Publicity | None:
    with reading(place.engine) as session:
        edition = current_edition(session, place.cast.branch, OLD)
        assert edition is not None
        return current_of(session, PublicitySubject.points, edition.id)


def _propose(place: Place, session: Session) -> None:
    showing.propose(
        session,
        organization_id=place.cast.branch,
        year=OLD,
        scope=PublicityScope.branch,
        place="明德楼一楼公示栏",
        text="",
        first_day=FIRST_DAY,
        working_days=SHORTEST[PublicitySubject.points],
        account_id=place.cast.wang_fang.account_id,
        now=REPORTING,
    )


def _is_settled(place: Place, session: Session) -> bool:
    return place.state(session) is YearState.settled


def _order(place: Place) -> None:
    _be_drafted(place)

    def work(session: Session) -> int:
        of_all = {"year": OLD, "form": PrintForm.register, "format": PrintFormat.pdf}
        return prints.order(session, place.cast.general_branch, **of_all, **_by(place)).id  # type: ignore[arg-type]

    place.print_id = transaction(place.engine, work)


def _print(place: Place) -> None:
    """Make what is left, as if the lease of whoever died at it had run out."""
    transaction(
        place.engine,
        lambda session: session.execute(delete(Lease).where(Lease.name == f"print:{place.print_id}")),
    )
    making.make(place.engine, place.storage, place.print_id)


def _is_printed(place: Place, session: Session) -> bool:
    """Whether it is done: every paper made once, and its one file readable."""
    made = queries.find(session, place.print_id)
    if made.status != PrintStatus.done:
        return False
    (file,) = queries.files_of(session, place.print_id)
    with place.storage.open(file.key) as content:
        return made.made == made.papers and len(content.read()) == file.bytes


ERRANDS = (
    Errand("closing", lambda place: _back_to(place, YearState.closing), _draft, _is_drafted, whole=True),
    Errand("superseding", _prepare_uphold, _uphold, _is_upheld, whole=True),
    Errand("publicity", _be_reported, _show, _is_settled, whole=False),
    Errand("bulk print", _order, _print, _is_printed, whole=False),
)
TORN = Errand("superseding in two halves", _prepare_uphold, _uphold_torn, _is_upheld, whole=True)
