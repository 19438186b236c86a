"""What members are by day: changed from a day on, corrected since it was recorded, read for any day."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server import app
from server.config import Settings
from server.organizations import members
from server.organizations.history import service as history
from server.organizations.history.models import FormerKinds
from server.organizations.history.queries import category_on, kinds_of, kinds_on, stage_on
from server.organizations.history.rules import Kinds
from server.organizations.models import Category, Member, Membership, Stage
from server.points.verification import verify_ledger
from server.privacy import PhoneVault
from server.years.rules import YearState
from tests.at_once import race
from tests.cast import NOW, TODAY, Cast, Person
from tests.refusing import refused
from tests.years import moved_to

assert app.SUBSCRIPTIONS
DAY = timedelta(days=1)
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
STAFF, RETIRED = Kinds(Category.staff, Stage.full), Kinds(Category.retired, Stage.full)


def changed(session: Session, person: Person, category: Category, on: date) -> frozenset[int]:
    change = {person.member_id: (category, on)}
    return history.change_categories(session, change, account_id=person.account_id, now=NOW)


def corrected(session: Session, cast: Cast, before: Category, category: Category, *, now: datetime = NOW) -> None:
    history.correct_category(
        session,
        member_id=cast.zhang_min.member_id,
        before=before,
        category=category,
        reason="名册录入有误",
        actor=cast.chen_jing.actor,
        now=now,
    )


def former(session: Session) -> list[tuple[date, str, str | None]]:
    rows = session.scalars(select(FormerKinds).order_by(FormerKinds.until_date))
    return [(row.until_date, row.category, row.reason) for row in rows]


def test_nobody_has_a_row_before_something_changes(session: Session, cast: Cast) -> None:
    ids = [cast.zhang_min.member_id, cast.he_hua.member_id]
    assert kinds_on(session, [*ids, 0], date(2020, 1, 1)) == dict(zip(ids, [STAFF, RETIRED], strict=True))
    assert former(session) == []


def test_a_change_holds_from_its_day_in_every_way_of_asking(session: Session, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    assert changed(session, cast.zhang_min, Category.retired, JUNE) == {member_id}
    asked = select(Member.id, category_on(JUNE - DAY), category_on(JUNE), stage_on(JUNE))
    rows = {row[0]: tuple(row[1:]) for row in session.execute(asked)}
    assert rows[member_id] == ("staff", "retired", "full")
    assert rows[cast.wang_fang.member_id] == ("staff", "staff", "full")
    assert [kinds_of(session, member_id, day) for day in (JUNE - DAY, JUNE, TODAY)] == [STAFF, RETIRED, RETIRED]


def test_the_same_change_again_changes_nothing(session: Session, cast: Cast) -> None:
    changed(session, cast.zhang_min, Category.retired, JUNE)
    assert changed(session, cast.zhang_min, Category.retired, MAY) == frozenset()
    assert former(session) == [(JUNE, "staff", None)]


def test_several_changes_are_all_remembered(session: Session, cast: Cast) -> None:
    changed(session, cast.zhang_min, Category.student, MAY)
    changed(session, cast.zhang_min, Category.retired, JUNE)
    found = [kinds_of(session, cast.zhang_min.member_id, day).category for day in (MAY - DAY, MAY, JUNE - DAY, JUNE)]
    assert found == [Category.staff, Category.student, Category.student, Category.retired]


def test_a_change_is_not_dated_ahead_nor_before_the_last_nor_two_years_back(session: Session, cast: Cast) -> None:
    change = partial(changed, session, cast.zhang_min, Category.retired)
    refused("invalid_dates", partial(change, TODAY + DAY))
    refused("invalid_dates", partial(change, date(2024, 12, 31)))
    change(TODAY)
    refused("invalid_dates", partial(changed, session, cast.zhang_min, Category.staff, TODAY - DAY))
    assert former(session) == [(TODAY, "staff", None)]


def close_last_year(session: Session, cast: Cast) -> None:
    """Have the branch's results of 2025 stand, and 张敏 have belonged to it since 2024."""
    since = select(Membership).where(Membership.member_id == cast.zhang_min.member_id)
    session.scalars(since).one().from_date = date(2024, 9, 1)
    moved_to(session, cast.branch, YearState.drafted, year=2025, now=NOW)


def test_a_change_is_not_dated_in_a_year_whose_results_stand(session: Session, cast: Cast) -> None:
    close_last_year(session, cast)
    refused("year_drafted", partial(changed, session, cast.zhang_min, Category.retired, date(2025, 12, 31)))
    changed(session, cast.zhang_min, Category.retired, date(2026, 1, 1))
    changed(session, cast.zhao_qiang, Category.staff, date(2025, 12, 31))


def test_a_correction_replaces_what_was_recorded_and_leaves_no_row(session: Session, cast: Cast) -> None:
    corrected(session, cast, Category.staff, Category.retired)
    assert former(session) == []
    assert kinds_of(session, cast.zhang_min.member_id, date(2026, 1, 1)) == RETIRED
    corrected(session, cast, Category.staff, Category.retired)
    refused("moved_on", partial(corrected, session, cast, Category.staff, Category.student))


def test_a_change_that_never_was_is_corrected_away(session: Session, cast: Cast) -> None:
    changed(session, cast.zhang_min, Category.retired, JUNE)
    corrected(session, cast, Category.retired, Category.staff)
    assert former(session) == []
    changed(session, cast.zhang_min, Category.retired, MAY)
    assert former(session) == [(MAY, "staff", None)]


def test_a_correction_leaves_years_whose_results_stand_as_they_were(session: Session, cast: Cast) -> None:
    close_last_year(session, cast)
    corrected(session, cast, Category.staff, Category.retired)
    assert former(session) == [(date(2026, 1, 1), "staff", "名册录入有误")]


def test_a_correction_of_who_came_before_last_year_begins_with_last_year(session: Session, cast: Cast) -> None:
    since = select(Membership).where(Membership.member_id == cast.zhang_min.member_id)
    session.scalars(since).one().from_date = date(2024, 9, 1)
    corrected(session, cast, Category.staff, Category.retired)
    assert former(session) == [(date(2025, 1, 1), "staff", "名册录入有误")]


def test_the_last_year_is_the_one_before_today_in_shanghai(session: Session, cast: Cast) -> None:
    """Half an hour into 2027, when in UTC it is still 2026, a correction begins with 2026."""
    since = select(Membership).where(Membership.member_id == cast.zhang_min.member_id)
    session.scalars(since).one().from_date = date(2024, 9, 1)
    corrected(session, cast, Category.staff, Category.retired, now=datetime(2026, 12, 31, 16, 30, tzinfo=UTC))
    assert former(session) == [(date(2026, 1, 1), "staff", "名册录入有误")]


def test_two_who_enter_the_same_change_at_once_leave_one_row(engine: Engine, cast: Cast) -> None:
    same = partial(changed, person=cast.zhang_min, category=Category.retired, on=JUNE)
    assert race(engine, same, same) == ["done", "done"]
    with Session(engine) as session:
        assert former(session) == [(JUNE, "staff", None)]
        assert list(verify_ledger(session)) == []


def test_a_change_and_a_correction_at_once_agree_in_the_end(engine: Engine, cast: Cast) -> None:
    change = partial(changed, person=cast.zhang_min, category=Category.retired, on=JUNE)
    correct = partial(corrected, cast=cast, before=Category.staff, category=Category.student)
    outcomes = race(engine, change, correct)
    with Session(engine) as session:
        left = [Category(row) for _, row, _ in former(session)]
        latest = kinds_of(session, cast.zhang_min.member_id, TODAY).category
    if outcomes == ["done", "done"]:
        assert (left, latest) == ([Category.student], Category.retired)
    else:
        assert (outcomes, left, latest) == (["done", "moved_on"], [Category.staff], Category.retired)


def test_nobody_corrects_their_own(session: Session, cast: Cast) -> None:
    own = partial(
        history.correct_category,
        session,
        member_id=cast.chen_jing.member_id,
        before=Category.staff,
        category=Category.retired,
        reason="名册录入有误",
        actor=cast.chen_jing.actor,
        now=NOW,
    )
    refused("own_category", own)


@pytest.mark.parametrize(("given", "held_on"), [({"category_from": JUNE}, JUNE), ({}, TODAY)])
def test_an_edit_changes_the_category_from_the_named_day_or_today(
    session: Session, settings: Settings, cast: Cast, given: dict[str, date], held_on: date
) -> None:
    edit = partial(
        members.edit_member,
        session,
        PhoneVault(settings.phone_keys),
        member_id=cast.zhang_min.member_id,
        account_id=cast.li_wei.account_id,
        now=NOW,
    )
    edit(values={"category": Category.retired, "duty": "组长", **given})
    assert former(session) == [(held_on, "staff", None)]
    assert session.get_one(Member, cast.zhang_min.member_id).duty == "组长"
