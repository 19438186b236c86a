"""Stars join a year by registering alone: in one round between report and publicity, in two on a track of their own."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.annual.steps import clock, filing, gates
from server.annual.steps.gates import Missing, Undone, register_falling, register_gate, register_rating
from server.annual.steps.holding import held
from server.annual.steps.models import AnnualCourse, StarsStep
from server.annual.steps.rules import Track, next_step
from server.annual.steps.taking import take
from server.annual.steps.undoing import undo
from server.organizations import filings
from server.organizations.models import Organization
from server.years.models import BranchYear
from server.years.rules import YearState
from tests.annual import REPORTING, by_clock, reported, settings, state
from tests.cast import Cast, Person
from tests.refusing import refused
from tests.years import OLD

S = YearState
LATER = REPORTING + timedelta(days=9)


class StarsToCome:
    """A feature that rates stars: it says what it lacks until it lacks nothing."""

    def __init__(self) -> None:
        self.lacks = ["星级建议尚未形成"]
        self.rated: list[int] = []
        self.undone: list[tuple[YearState, ...]] = []

    def rates(self, session: Session, organization: Organization, year: int) -> bool:
        self.rated.append(organization.id)
        return year == OLD

    def fall(self, session: Session, undone: Undone) -> None:
        self.undone.append(undone.fallen)

    def __call__(self, session: Session, branch_year: BranchYear, track: Track) -> Iterator[Missing]:
        yield from (Missing("proposal", words) for words in self.lacks)


@pytest.fixture
def stars(monkeypatch: pytest.MonkeyPatch) -> StarsToCome:
    monkeypatch.setattr(gates, "_gates", defaultdict(list))
    monkeypatch.setattr(gates, "_ratings", [])
    monkeypatch.setattr(gates, "_falling", [])
    gate = StarsToCome()
    for _again in range(2):
        register_gate(S.stars_proposed, gate)
        register_rating(gate.rates)
        register_falling(gate.fall)
    return gate


def go(session: Session, cast: Cast, track: Track, *steps: YearState, by: Person) -> None:
    for step in steps:
        way = held(session, cast.branch, OLD, now=LATER)
        take(session, way, track, step, account_id=by.account_id, now=LATER)
        session.commit()


def following(session: Session, cast: Cast, track: Track) -> YearState | None:
    way = held(session, cast.branch, OLD, now=LATER)
    session.rollback()
    return next_step(way.course, way.progress, track)


def file_points(session: Session, cast: Cast) -> None:
    filed = filing.file(session, organization_id=cast.branch, year=OLD, account_id=cast.li_wei.account_id, now=LATER)
    filings.receive(session, filing_id=filed.id, note=None, account_id=cast.chen_jing.account_id, now=LATER)
    session.commit()


def test_in_one_round_stars_come_before_the_publicity(
    engine: Engine, session: Session, cast: Cast, stars: StarsToCome
) -> None:
    reported(session, engine, cast)
    by_clock(session, clock.settle_due, engine, LATER)
    assert (state(session, cast.branch), following(session, cast, Track.points)) == (S.reported, S.stars_proposed)
    propose = partial(go, session, cast, Track.points, S.stars_proposed, by=cast.li_wei)
    assert "星级建议尚未形成" in refused("step_incomplete", propose).message
    session.rollback()
    stars.lacks.clear()
    go(session, cast, Track.points, S.stars_proposed, S.stars_reviewed, S.publicized, by=cast.li_wei)
    by_clock(session, clock.settle_due, engine, LATER)
    assert state(session, cast.branch) is S.settled


def test_in_two_rounds_the_archive_waits_for_both(
    engine: Engine, session: Session, cast: Cast, stars: StarsToCome
) -> None:
    settings(session, cast.general_branch, year_flow="two_rounds")
    reported(session, engine, cast)
    refused("wrong_status", partial(go, session, cast, Track.stars, S.stars_proposed, by=cast.li_wei))
    session.rollback()
    by_clock(session, clock.settle_due, engine, LATER)
    file_points(session, cast)
    by_clock(session, clock.archive_due, engine, LATER)
    assert state(session, cast.branch) is S.filed
    stars.lacks.clear()
    go(session, cast, Track.stars, S.stars_proposed, S.stars_reviewed, by=cast.li_wei)
    undo(
        session,
        organization_id=cast.branch,
        year=OLD,
        track=Track.stars,
        to=S.stars_proposed,
        reason="名单有误",
        account_id=cast.li_wei.account_id,
        now=LATER,
    )
    session.commit()
    assert stars.undone == [(S.stars_reviewed,)]
    go(session, cast, Track.stars, S.stars_reviewed, S.publicized, by=cast.li_wei)
    by_clock(session, clock.settle_due, engine, LATER)
    assert following(session, cast, Track.stars) is S.filed
    go(session, cast, Track.stars, S.filed, by=cast.li_wei)
    by_clock(session, clock.archive_due, engine, LATER)
    assert state(session, cast.branch) is S.archived
    steps = session.execute(select(StarsStep.after, StarsStep.account_id, StarsStep.reason).order_by(StarsStep.id))
    assert [(after, reason) for after, _, reason in steps] == [
        (S.stars_proposed, None),
        (S.stars_reviewed, None),
        (S.stars_proposed, "名单有误"),
        (S.stars_reviewed, None),
        (S.publicized, None),
        (S.settled, None),
        (S.filed, None),
    ]


@pytest.mark.usefixtures("stars")
def test_a_setting_changed_after_the_draft_strands_no_branch(engine: Engine, session: Session, cast: Cast) -> None:
    reported(session, engine, cast)
    settings(session, cast.general_branch, year_flow="two_rounds", points_publicized=True)
    assert following(session, cast, Track.points) is S.stars_proposed
    fixed = session.scalars(select(AnnualCourse)).one()
    assert (fixed.flow, fixed.points_publicized, fixed.stars_state) == ("one_round", False, None)
