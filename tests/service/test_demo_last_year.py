"""The demo's last year: ended in the pioneers' branches when the season is over, and on its way while it lasts."""

import shutil
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from scripts.demo.people import PIONEERS
from scripts.demo.university import University, at
from scripts.demo.writing import Scale, begin
from server import config
from server.annual.results.queries import Result, current_edition, result_of, results_of
from server.annual.steps.models import AnnualReport
from server.db import make_engine, reading
from server.organizations.models import Filing, FilingStatus
from server.publicity.models import Publicity
from server.publicity.rules import PublicityStatus
from server.statements.models import Statement
from server.statements.rules import is_closing
from server.verifications import verify
from server.years.models import BranchYear
from server.years.rules import YearState

pytestmark = pytest.mark.sqlite_only

S = YearState
SCALE = Scale(members_per_branch=8, claims_per_member=1)
NEW_YEAR, SUMMER = date(2027, 1, 1), date(2027, 7, 4)
ON_THE_WAY = [
    (NEW_YEAR, S.open, S.open),
    (date(2027, 1, 13), S.closing, S.closing),
    (date(2027, 1, 19), S.drafted, S.drafted),
    (date(2027, 1, 20), S.reported, S.reported),
    (date(2027, 2, 3), S.publicized, S.archived),
    (date(2028, 2, 29), S.publicized, S.archived),
    (date(2027, 3, 31), S.publicized, S.archived),
]


def seeded(settings: config.Settings, engine: Engine, today: date) -> University:
    return begin(settings, engine, today=today, now=at(today, 14, 30), scale=SCALE)


def results(session: Session, university: University, path: str) -> Sequence[Result]:
    edition = current_edition(session, university.places[path].id, university.today.year - 1)
    assert edition is not None
    return results_of(session, edition.id)


@pytest.mark.parametrize(("today", "first", "second"), ON_THE_WAY)
def test_while_the_season_lasts_the_branches_are_on_their_way(
    settings: config.Settings, engine: Engine, today: date, first: YearState, second: YearState
) -> None:
    university = seeded(settings, engine, today)
    with reading(engine) as session:
        found = {each.organization_id: each.state for each in session.scalars(select(BranchYear))}
        shown = session.scalars(select(Publicity)).all()
    states = [found.get(university.places[path].id, S.open) for path in PIONEERS]
    assert states == [first, second]
    assert [each.first_day <= today <= each.last_day for each in shown] == [True] * (first is S.publicized)
    assert [str(each) for each in verify(engine, settings) if each.found] == []


def test_when_the_season_is_over_everything_is_filed_and_archived(settings: config.Settings, engine: Engine) -> None:
    university = seeded(settings, engine, SUMMER)
    with reading(engine) as session:
        assert [(each.year, each.state) for each in session.scalars(select(BranchYear))] == [(2026, S.archived)] * 2
        reports = session.scalars(select(AnnualReport)).all()
        assert [each.open for each in reports] == [True, True]
        assert all(each.present <= each.expected for each in reports)
        assert set(session.scalars(select(Publicity.status))) == {PublicityStatus.ended}
        assert set(session.scalars(select(Filing.status))) == {FilingStatus.received}
        months = session.scalars(select(Statement.period).order_by(Statement.id)).all()
        assert [month for month in months if not is_closing(month)] == [
            f"2026-{month:02}" for month in (9, 10, 11, 12) for _ in PIONEERS
        ]
        assert sum(map(is_closing, months)) == len(PIONEERS)
        for path in PIONEERS:
            people = [person for person in university.people if person.path == path]
            assert len(results(session, university, path)) == len(people)
        zhang_min = university.members[university.named("张敏").work_number]  # type: ignore[union-attr]
        own = result_of(session, zhang_min.id, 2026)
    assert own is not None
    assert dict(own.sections)["contribution"] > 0


def test_results_are_each_persons_own_and_the_same_in_march_as_in_summer(
    settings: config.Settings, engine: Engine, sqlite_template: Path, tmp_path: Path
) -> None:
    totals = _totals(engine, seeded(settings, engine, SUMMER))
    assert len(set(totals.values())) > 5
    other = make_engine(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'march.db')}")
    assert _totals(other, seeded(settings, other, date(2027, 3, 31))) == totals
    other.dispose()


def _totals(engine: Engine, university: University) -> dict[str, Decimal | None]:
    with reading(engine) as session:
        return {each.name: each.result.total for path in PIONEERS for each in results(session, university, path)}
