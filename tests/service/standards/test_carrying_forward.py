"""A year begins without a standard: last year's holds from the first minute, until another is published."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial

import pytest
import time_machine
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.config import Settings
from server.jobs import runs
from server.jobs.table import JOBS
from server.organizations.models import Organization
from server.points import service as points
from server.points.models import PointEntry, SourceKind
from server.points.scores import queries as reading
from server.points.service import Posting
from server.points.verification import verify_ledger, verify_scores
from server.standards import carrying_forward, queries, service
from server.standards.events import StandardPublished
from server.standards.models import Standard
from server.standards.rules import Audience, StandardDocument, as_data
from server.standards.versions import in_force
from tests.at_once import race
from tests.cast import Cast, Person
from tests.killing import killed_at
from tests.refusing import refused
from tests.standards import FINER, add_draft, altered, publish

YEAR = 2027
NEW_YEAR = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
"""1 January 2027, 00:00 in Shanghai."""

ACTIVISTS = altered(audience="activists")
OTHER = altered(C04={"points": "2"}, B01={"cap": "14"}, B06a={"cap": "6"}, B06b={"cap": "6"})


def carried(engine: Engine) -> int:
    return carrying_forward.carry_forward(engine, year=YEAR, now=NEW_YEAR)


def of_year(session: Session, year: int = YEAR) -> dict[tuple[int, str], Standard]:
    session.expire_all()
    rows = session.scalars(select(Standard).where(Standard.year == year, Standard.in_force.is_(True))).all()
    session.commit()
    return {(each.organization_id, each.audience): each for each in rows}


def earned(session: Session, person: Person, on: date = date(YEAR, 1, 1), source_id: int = 1) -> PointEntry:
    posting = Posting(person.member_id, "C04", on, SourceKind.claim, source_id, points=Decimal(1))
    (entry,) = points.post(session, [posting], now=NEW_YEAR)
    session.commit()
    return entry


def total(session: Session, person: Person) -> Decimal:
    found = reading.explain(session, member_id=person.member_id, year=YEAR, as_of=datetime(YEAR, 12, 31, tzinfo=UTC))
    session.commit()
    return found.score.total


def check_books(session: Session) -> None:
    assert list(verify_ledger(session)) == []
    assert list(verify_scores(session)) == []


def republished(session: Session, organization_id: int, document: StandardDocument = OTHER) -> Standard:
    draft = add_draft(session, organization_id, document, YEAR)
    found = service.publish(session, standard_id=draft.id, published_by=None, now=NEW_YEAR)
    session.commit()
    return found


def test_every_organization_with_one_of_its_own_keeps_it_for_both_audiences(
    session: Session, engine: Engine, cast: Cast
) -> None:
    finer = publish(session, cast.general_branch, FINER)
    publish(session, cast.root, ACTIVISTS)
    session.commit()
    assert carried(engine) == 3
    found = of_year(session)
    assert set(found) == {(cast.root, "members"), (cast.general_branch, "members"), (cast.root, "activists")}
    copy = found[cast.general_branch, "members"]
    assert (copy.carried_from_id, copy.document, copy.content_hash) == (finer.id, finer.document, finer.content_hash)
    assert (copy.status, copy.version, copy.published_by) == ("published", 1, None)


def test_what_was_published_in_time_is_not_replaced(session: Session, engine: Engine, cast: Cast) -> None:
    early = publish(session, cast.root, FINER, YEAR)
    session.commit()
    assert carried(engine) == 0
    assert of_year(session)[cast.root, "members"].id == early.id


def test_a_unit_keeps_its_own_beside_a_new_one_above_and_is_named_where_it_does_not_fit(
    session: Session, engine: Engine, cast: Cast
) -> None:
    publish(session, cast.general_branch, FINER)
    extra = [*as_data(FINER)["negative_list"], {"code": "N05", "title": "其他", "clause": "《办法》"}]
    above = publish(session, cast.root, altered(negative_list=extra), YEAR)
    assert [each.id for each in queries.left_behind(session, above)] == [cast.general_branch], "in December"
    session.commit()
    carried(engine)
    assert in_force(session, organization_id=cast.branch, year=YEAR).document == FINER
    assert [each.id for each in queries.left_behind(session, above)] == [cast.general_branch], "in January"


def test_a_closed_organization_carries_nothing(session: Session, engine: Engine, cast: Cast) -> None:
    publish(session, cast.foreign_branch, FINER)
    session.get_one(Organization, cast.foreign_branch).closed_on = date(2026, 12, 1)
    session.commit()
    assert carried(engine) == 1


def test_carrying_again_or_two_at_once_adds_nothing(session: Session, engine: Engine, cast: Cast) -> None:
    carry = partial(carrying_forward.carry, standard_id=cast.standard_id, year=YEAR, now=NEW_YEAR)
    assert race(engine, *[carry] * 4) == ["done"] * 4
    assert carried(engine) == 0
    assert len(session.scalars(select(Standard).where(Standard.year == YEAR)).all()) == 1


def test_carrying_while_another_publishes_leaves_what_was_published_in_force(
    session: Session, engine: Engine, cast: Cast
) -> None:
    draft = add_draft(session, cast.root, FINER, YEAR)
    session.commit()
    carry = partial(carrying_forward.carry, standard_id=cast.standard_id, year=YEAR, now=NEW_YEAR)
    publishing = partial(service.publish, standard_id=draft.id, published_by=None, now=NEW_YEAR)
    assert race(engine, carry, publishing) == ["done", "done"]
    assert of_year(session)[cast.root, "members"].id == draft.id


def test_killed_at_any_moment_it_carries_each_once_when_run_again(session: Session, engine: Engine, cast: Cast) -> None:
    publish(session, cast.general_branch, FINER)
    session.commit()
    moment, killed, left = 0, True, set[int]()
    while killed:
        moment += 5
        year = YEAR + moment
        _as_of_last_year(session, cast, year - 1)
        killed = killed_at(engine, moment, partial(carrying_forward.carry_forward, year=year, now=NEW_YEAR))
        left.add(carrying_forward.carry_forward(engine, year=year, now=NEW_YEAR))
        assert set(of_year(session, year)) == {(cast.root, "members"), (cast.general_branch, "members")}
    assert left == {0, 1, 2}


def _as_of_last_year(session: Session, cast: Cast, year: int) -> None:
    """Give both organizations a standard of their own for a year."""
    for place, document in ((cast.root, altered()), (cast.general_branch, FINER)):
        publish(session, place, document, year)
    session.commit()


def test_before_it_is_carried_the_old_one_measures_the_new_year_and_reading_writes_nothing(
    session: Session, engine: Engine, cast: Cast
) -> None:
    assert total(session, cast.zhang_min) == 58
    assert of_year(session) == {}
    assert earned(session, cast.zhang_min).standard_id == cast.standard_id
    assert total(session, cast.zhang_min) == 59
    carried(engine)
    assert total(session, cast.zhang_min) == 59
    check_books(session)


@pytest.mark.parametrize("job_ran", [True, False])
def test_another_with_other_figures_replaces_it_though_facts_stand_under_it(
    session: Session, engine: Engine, cast: Cast, job_ran: bool
) -> None:
    begun_before = add_draft(session, cast.root, OTHER, YEAR)
    session.commit()
    if job_ran:
        carried(engine)
    entry = earned(session, cast.zhang_min)
    under = entry.standard_id
    before = total(session, cast.zhang_min)
    service.publish(session, standard_id=begun_before.id, published_by=None, now=NEW_YEAR)
    session.commit()
    assert of_year(session)[cast.root, "members"].id == begun_before.id
    assert entry.standard_id == under
    assert before == 59
    assert total(session, cast.zhang_min) == 61, "B01 opens at 14 instead of 12"
    check_books(session)
    earned(session, cast.wang_fang, source_id=2)
    refused("year_in_use", lambda: republished(session, cast.root, FINER))


def test_a_draft_begun_under_the_carried_one_is_published_too(session: Session, engine: Engine, cast: Cast) -> None:
    carried(engine)
    assert republished(session, cast.root).version == 2
    assert carried(engine) == 0


def test_a_unit_may_refine_a_carried_standard_that_was_used(session: Session, engine: Engine, cast: Cast) -> None:
    carried(engine)
    earned(session, cast.zhang_min)
    assert republished(session, cast.branch, FINER).in_force


def test_a_carried_standard_is_not_filed(session: Session, engine: Engine, cast: Cast) -> None:
    carried(engine)
    copy = of_year(session)[cast.root, "members"]
    refused("carried_forward", lambda: service.file(session, standard_id=copy.id, submitted_by=1, now=NEW_YEAR))


def test_who_carries_and_who_publishes_first_tell_that_something_may_be_left_uncounted(
    session: Session, engine: Engine, cast: Cast, heard: list[StandardPublished]
) -> None:
    carried(engine)
    republished(session, cast.root)
    publish(session, cast.root, ACTIVISTS, YEAR)
    assert [event.first for event in heard] == [True, False, True]


def test_the_daily_job_carries_on_1_january_and_not_before(
    session: Session, engine: Engine, cast: Cast, settings: Settings
) -> None:
    job = next(each for each in JOBS if each.name == "carry_standards_forward")
    for at, found in ((datetime(2026, 12, 31, 15, 59, tzinfo=UTC), 0), (datetime(2026, 12, 31, 16, 2, tzinfo=UTC), 1)):
        with time_machine.travel(at, tick=False):
            runs.run_by_hand(engine, settings, job, None)
        assert len(of_year(session)) == found


def test_an_audience_without_any_standard_has_none_in_january(session: Session, engine: Engine, cast: Cast) -> None:
    carried(engine)
    refused(
        "no_standard",
        lambda: in_force(session, organization_id=cast.branch, year=YEAR, audience=Audience.activists),
    )
