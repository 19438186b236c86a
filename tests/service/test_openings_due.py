"""Whoever is measured by a standard is opened, however many they are and whenever they came."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, update
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.organizations import transfers
from server.organizations.events import MembersJoined, StageChanged
from server.organizations.models import Exemption, Member, Membership, Stage
from server.points import handlers, service
from server.points.ledger import due
from server.points.ledger.chains import lock_heads
from server.points.models import PointEntry, Score, SourceKind
from server.points.scores.listing import MemberFigures, figures_of
from server.points.scores.queries import explain
from server.points.verification import verify_ledger, verify_scores
from server.standards import service as standards
from server.standards.models import Standard
from server.standards.rules import Audience
from tests.at_once import at_once
from tests.cast import NOW, TODAY, Cast
from tests.exempting import exempt
from tests.killing import killed_at
from tests.standards import REWORDED, add_draft, altered, publish

D = Decimal
NEXT = 2027
CHRISTMAS, NEW_YEAR = date(2026, 12, 24), date(NEXT, 1, 1)
THAT_DAY = datetime(2026, 12, 24, 2, tzinfo=UTC)
MOST_MOMENTS = 400
OTHERWISE = altered(B01={"cap": D(10)}, B02={"cap": D(8)})
Opened = dict[int, dict[str, Decimal]]


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every unit of more than three is a large one."""
    monkeypatch.setattr(due, "OPENED_AT_ONCE", 3)
    monkeypatch.setattr(handlers, "OPENED_AT_ONCE", 3)


@pytest.fixture
def members(cast: Cast) -> list[int]:
    return sorted(person.member_id for person in cast.people.values() if person.member_id)


@pytest.fixture
def open_due(engine: Engine, session: Session) -> Callable[..., int]:
    """The job's work on a year, done beside the test's session."""

    def opening(year: int = 2026, now: datetime = NOW) -> int:
        session.commit()
        session.expire_all()
        return due.open_due(engine, year=year, now=now)

    return opening


def install(session: Session, cast: Cast, year: int = NEXT) -> Standard:
    standard = standards.install_default(session, organization_id=cast.root, year=year, published_by=None, now=NOW)
    session.commit()
    return standard


def opened(session: Session, year: int) -> Opened:
    """The sums of the openings by member and item."""
    found: Opened = {}
    is_opening = (PointEntry.year == year, PointEntry.source_kind == SourceKind.opening)
    for entry in session.scalars(select(PointEntry).where(*is_opening)):
        sums = found.setdefault(entry.member_id, {})
        sums[entry.item_code] = sums.get(entry.item_code, D(0)) + entry.points
    return found


def versions(session: Session, year: int = 2026) -> dict[int, int | None]:
    rows = select(Score.member_id, Score.standard_id).where(Score.year == year, Score.section == "")
    return dict(session.execute(rows).all())


def listed(session: Session, organization_id: int, year: int = 2026, **more: Any) -> list[MemberFigures]:
    fields: dict[str, Any] = {"after": None, "limit": 100, "on": TODAY}
    return figures_of(session, organization_id=organization_id, year=year, **fields | more)


def check_books(session: Session) -> None:
    assert list(verify_ledger(session)) == []
    assert list(verify_scores(session)) == []


def test_a_large_unit_is_opened_by_the_job_in_chunks(
    open_due: Callable[..., int], session: Session, cast: Cast, members: list[int]
) -> None:
    standard = install(session, cast)
    assert opened(session, NEXT) == {}
    assert open_due(NEXT) == len(members)
    assert set(opened(session, NEXT)) == set(members)
    assert versions(session, NEXT) == dict.fromkeys(members, standard.id)
    check_books(session)


@pytest.mark.parametrize(
    ("now", "years"),
    [
        (datetime(2026, 6, 18, tzinfo=UTC), {2026, NEXT}),
        (datetime(2025, 12, 31, 15, 59, tzinfo=UTC), {2026}),
        (datetime(2028, 1, 31, tzinfo=UTC), {NEXT}),
        (datetime(2028, 1, 31, 16, 30, tzinfo=UTC), set()),
    ],
)
def test_the_job_opens_the_year_that_runs_and_the_next_and_in_january_the_last(
    engine: Engine, session: Session, cast: Cast, now: datetime, years: set[int]
) -> None:
    install(session, cast)
    due.open_years_due(engine, now=now)
    assert set(session.scalars(select(PointEntry.year))) == years


def test_who_left_with_today_is_not_opened_any_more(
    engine: Engine, session: Session, cast: Cast, members: list[int]
) -> None:
    gone = Membership.member_id == cast.zhang_min.member_id
    session.execute(update(Membership).where(gone).values(until_date=TODAY))
    session.commit()
    assert due.open_due(engine, year=2026, now=NOW) == len(members) - 1
    assert set(opened(session, 2026)) == set(members) - {cast.zhang_min.member_id}


def test_where_nothing_is_due_the_job_asks_once_and_writes_nothing(
    engine: Engine, session: Session, cast: Cast, members: list[int]
) -> None:
    exempt(session, cast, cast.zhang_min.member_id, date(2025, 4, 1))
    session.commit()
    assert due.open_due(engine, year=2026, now=NOW) == len(members) - 1
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    assert due.open_due(engine, year=2026, now=NOW) == 0
    event.remove(engine, "before_cursor_execute", note)
    assert len(asked) == 1
    assert cast.zhang_min.member_id not in opened(session, 2026)


def test_killed_at_any_moment_it_is_taken_up_again_and_opens_each_once(
    engine: Engine, session: Session, cast: Cast, members: list[int]
) -> None:
    year, moment, some = 2026, 0, 0
    while True:
        moment += 13
        assert moment < MOST_MOMENTS
        killed = killed_at(engine, moment, partial(due.open_due, year=year, now=NOW))
        with Session(engine) as after:
            left = opened(after, year)
            assert all(len(items) == 8 for items in left.values())  # whole members or none
            some += 0 < len(left) < len(members)
        due.open_due(engine, year=year, now=NOW)
        with Session(engine) as after:
            assert set(opened(after, year)) == set(members)
            check_books(after)
        if not killed:
            break
        year += 1
        with Session(engine) as before:
            install(before, cast, year)
    assert some > 2, moment


def test_two_jobs_at_once_open_each_once(engine: Engine, session: Session, cast: Cast, members: list[int]) -> None:
    at_once(*[partial(due.open_due, engine, year=2026, now=NOW)] * 3)
    assert {len(items) for items in opened(session, 2026).values()} == {8}
    assert session.scalars(select(PointEntry.seq)).all().count(9) == 0
    check_books(session)


def test_a_publication_beside_the_job_leaves_nobody_behind(engine: Engine, cast: Cast, members: list[int]) -> None:
    def publishes() -> None:
        with Session(engine) as session:
            publish(session, cast.general_branch, REWORDED)
            session.commit()

    def opens() -> None:
        due.open_due(engine, year=2026, now=NOW)

    at_once(publishes, opens)
    opens()
    with Session(engine) as session:
        assert set(opened(session, 2026)) == set(members)
        check_books(session)


def test_another_standard_for_a_large_unit_rebases_all_by_the_job(
    open_due: Callable[..., int], session: Session, cast: Cast
) -> None:
    open_due()
    before = opened(session, 2026)
    finer = publish(session, cast.general_branch, OTHERWISE)
    session.commit()
    assert opened(session, 2026) == before
    below = set(session.scalars(_members_of(cast.branch, cast.other_branch)))
    assert open_due() == len(below) > 3
    session.expire_all()
    changed = {member_id for member_id, sums in opened(session, 2026).items() if sums != before[member_id]}
    assert changed == below
    assert {member_id for member_id, version in versions(session).items() if version == finer.id} == below
    check_books(session)


def test_a_correction_of_words_rebases_nobody_and_is_looked_at_once(
    engine: Engine, session: Session, cast: Cast, members: list[int]
) -> None:
    due.open_due(engine, year=2026, now=NOW)
    written = dict(session.execute(select(Score.member_id, Score.updated_at).where(Score.section == "")).all())
    corrected = publish(session, cast.root, REWORDED)
    session.commit()
    assert due.open_due(engine, year=2026, now=NOW) == len(members)
    assert due.open_due(engine, year=2026, now=NOW) == 0
    session.expire_all()
    assert {len(items) for items in opened(session, 2026).values()} == {8}
    assert set(versions(session).values()) == {corrected.id}
    assert dict(session.execute(select(Score.member_id, Score.updated_at).where(Score.section == "")).all()) == written


def test_whoever_joins_after_the_next_years_standard_is_opened_for_both_years(session: Session, cast: Cast) -> None:
    install(session, cast)
    _begin_on(session, cast.zhang_min.member_id, CHRISTMAS)
    handlers.members_joined(session, MembersJoined((cast.zhang_min.member_id,), CHRISTMAS, THAT_DAY))
    days = select(PointEntry.year, PointEntry.occurred_on).distinct()
    assert dict(session.execute(days).all()) == {2026: CHRISTMAS, NEXT: NEW_YEAR}
    check_books(session)


def test_whom_no_event_announced_the_job_finds_until_the_new_year(
    open_due: Callable[..., int], session: Session, cast: Cast, members: list[int]
) -> None:
    _begin_on(session, cast.zhang_min.member_id, NEW_YEAR)
    install(session, cast)
    open_due(NEXT, THAT_DAY)
    assert cast.zhang_min.member_id in opened(session, NEXT)


def test_a_transfer_in_december_rebases_the_next_year_too(session: Session, cast: Cast) -> None:
    install(session, cast)
    publish(session, cast.foreign_branch, OTHERWISE, NEXT)
    member_id = cast.zhang_min.member_id
    service.open_year(session, member_ids=[member_id], year=NEXT, now=NOW)
    before = opened(session, NEXT)[member_id]
    transfers.transfer(
        session,
        member_id=member_id,
        to_organization_id=cast.foreign_branch,
        on=CHRISTMAS,
        account_id=None,
        now=THAT_DAY,
    )
    after = opened(session, NEXT)[member_id]
    assert {code: after[code] - before[code] for code in after if after[code] != before[code]} == {"B01": -2, "B02": 2}
    last = session.scalars(select(PointEntry).order_by(PointEntry.seq.desc()).limit(1)).one()
    assert (last.occurred_on, last.organization_id) == (NEW_YEAR, cast.foreign_branch)
    check_books(session)


def test_a_change_of_stage_in_december_opens_the_next_year_on_the_members_standard(
    session: Session, cast: Cast
) -> None:
    install(session, cast)
    member_id = cast.zhou_yu.member_id
    session.get_one(Member, member_id).stage = Stage.activist
    activists = OTHERWISE.model_copy(update={"audience": Audience.activists})
    publish(session, cast.root, activists, NEXT)
    service.open_year(session, member_ids=[member_id], year=NEXT, now=NOW)
    session.get_one(Member, member_id).stage = Stage.probationary
    handlers.stage_changed(session, StageChanged(member_id, Stage.activist, Stage.probationary, CHRISTMAS, THAT_DAY))
    rows = select(Score.points).where(Score.member_id == member_id, Score.year == NEXT, Score.section == "")
    assert session.scalar(rows) == D(58)
    check_books(session)


def test_when_an_exemption_ends_the_job_opens_from_that_day(
    open_due: Callable[..., int], session: Session, cast: Cast
) -> None:
    member_id = cast.zhang_min.member_id
    exempt(session, cast, member_id, date(2025, 4, 1))
    session.commit()
    open_due()
    assert member_id not in opened(session, 2026)
    session.execute(update(Exemption).values(open=None, until_date=TODAY))
    session.commit()
    open_due()
    assert {e.occurred_on for e in session.scalars(_entries(member_id))} == {TODAY}


def test_a_publication_opens_who_belongs_today(session: Session, cast: Cast) -> None:
    """何华 left with the 17th."""
    gone = update(Membership).where(Membership.member_id == cast.he_hua.member_id)
    session.execute(gone.values(until_date=TODAY))
    publish(session, cast.direct_branch, altered())
    opened = set(session.scalars(select(Score.member_id)))
    assert opened == {cast.organization_department.member_id, cast.inspector.member_id}


def test_who_has_left_is_not_opened(open_due: Callable[..., int], session: Session, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    session.execute(update(Membership).where(Membership.member_id == member_id).values(until_date=TODAY))
    session.commit()
    open_due()
    assert member_id not in opened(session, 2026)


def test_what_nobody_has_opened_stands_in_the_list_as_each_reads_it(session: Session, cast: Cast) -> None:
    service.open_year(session, member_ids=[cast.wang_fang.member_id], year=2026, now=NOW)
    exempt(session, cast, cast.sun_li.member_id, date(2025, 4, 1))
    (stored, *others) = sorted(listed(session, cast.branch), key=lambda each: each.name != "王芳")
    assert {each.name for each in others} == {"张敏", "李伟"}
    for each in others:
        explained = explain(session, member_id=each.member_id, year=2026, as_of=NOW)
        assert (each.total, dict(each.sections)) == (explained.score.total, dict(stored.sections))
    assert listed(session, cast.group) == []
    session.execute(update(Membership).where(Membership.organization_id == cast.branch).values(group_id=cast.group))
    assert listed(session, cast.group) == listed(session, cast.branch)


def test_a_list_half_opened_is_paged_without_gap_or_repetition(
    session: Session, cast: Cast, members: list[int]
) -> None:
    decision = partial(service.Posting, occurred_on=TODAY, source_kind=SourceKind.decision, item_code="B08")
    for number, member_id in enumerate(members[::2]):
        posting = decision(member_id=member_id, source_id=number + 1, points=D(-(number % 3)))
        service.post(session, [posting], now=NOW)
    whole = listed(session, cast.root)
    assert [each.rank for each in whole] == sorted(each.rank for each in whole)
    assert {each.member_id for each in whole} == set(members)
    paged: list[MemberFigures] = []
    while page := listed(session, cast.root, limit=2, after=_end(paged)):
        paged += page
    assert paged == whole


def test_an_opened_list_reads_as_it_did_before(open_due: Callable[..., int], session: Session, cast: Cast) -> None:
    before = listed(session, cast.root)
    open_due()
    session.expire_all()
    assert listed(session, cast.root) == before
    assert len(before) > 3


def _end(page: list[MemberFigures]) -> tuple[Decimal, int] | None:
    return (page[-1].total, page[-1].member_id) if page else None


def _members_of(*branches: int) -> Any:
    return select(Membership.member_id).where(Membership.organization_id.in_(branches))


def _entries(member_id: int) -> Any:
    return select(PointEntry).where(PointEntry.member_id == member_id)


def _begin_on(session: Session, member_id: int, on: date) -> None:
    session.execute(update(Membership).where(Membership.member_id == member_id).values(from_date=on))
    session.commit()


JUNE, SEPTEMBER = date(2026, 6, 10), datetime(2026, 9, 8, 2, tzinfo=UTC)
IN_TIME = datetime(2026, 1, 5, 2, tzinfo=UTC)


def landed(session: Session, member_id: int) -> list[tuple[date, int, str, Decimal]]:
    """Where and when what differs between the two standards was posted."""
    entries = session.scalars(_entries(member_id).order_by(PointEntry.seq))
    return [(e.occurred_on, e.organization_id, e.item_code, e.points) for e in entries if e.item_code in ("B01", "B02")]


def published_at(session: Session, organization_id: int, now: datetime) -> Standard:
    draft = add_draft(session, organization_id, OTHERWISE, 2026)
    return standards.publish(session, standard_id=draft.id, published_by=None, now=now)


def moved_in_june(session: Session, cast: Cast) -> None:
    transfers.transfer(
        session,
        member_id=cast.zhang_min.member_id,
        to_organization_id=cast.foreign_branch,
        on=JUNE,
        account_id=None,
        now=datetime(2026, 6, 10, 2, tzinfo=UTC),
    )


@pytest.mark.parametrize("has_a_ledger", [True, False])
@pytest.mark.parametrize("late", [True, False])
def test_openings_posted_late_after_a_transfer_land_on_either_side_as_in_time(
    session: Session, cast: Cast, late: bool, has_a_ledger: bool
) -> None:
    """Whether the member has a ledger by then or is a newcomer to it."""
    published = published_at(session, cast.foreign_branch, IN_TIME)
    member_id = cast.zhang_min.member_id
    if has_a_ledger:
        lock_heads(session, [member_id])
    if late:
        session.get_one(Standard, cast.standard_id).in_force = None  # so that the transfer opens nothing
        published.in_force = None
        session.flush()
        moved_in_june(session, cast)
        assert landed(session, member_id) == []
        session.get_one(Standard, cast.standard_id).in_force = published.in_force = True
        session.flush()
        service.open_year(session, member_ids=[member_id], year=2026, now=SEPTEMBER)
    else:
        service.open_year(session, member_ids=[member_id], year=2026, now=IN_TIME)
        moved_in_june(session, cast)
    new_year = date(2026, 1, 1)
    assert landed(session, member_id) == [
        (new_year, cast.branch, "B01", D(12)),
        (new_year, cast.branch, "B02", D(6)),
        (JUNE, cast.foreign_branch, "B01", D(-2)),
        (JUNE, cast.foreign_branch, "B02", D(2)),
    ]
    check_books(session)


@pytest.mark.parametrize("published", [SEPTEMBER, datetime(2026, 6, 10, 16, 30, tzinfo=UTC)])
def test_a_standard_published_after_the_transfer_takes_over_on_its_day(
    session: Session, cast: Cast, published: datetime
) -> None:
    """Not on the day of the transfer, which brought no other figures; half an hour after midnight is the next day."""
    member_id = cast.zhang_min.member_id
    service.open_year(session, member_ids=[member_id], year=2026, now=IN_TIME)
    moved_in_june(session, cast)
    published_at(session, cast.foreign_branch, published)
    assert [(on, place) for on, place, *_ in landed(session, member_id)[2:]] == [
        (shanghai_date(published), cast.foreign_branch)
    ] * 2
