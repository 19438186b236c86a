"""Results that change after members saw them: what is proposed goes, changed lines are shown anew, and filed anew."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.annual import doubts
from server.annual.steps import clock, corrections, filing, showing, shown, undoing
from server.annual.steps.actions import actions
from server.annual.steps.charge import charge_of
from server.annual.steps.holding import seen
from server.annual.steps.rules import CorrectionWay, Track, YearAction
from server.annual.steps.turns import KINDS
from server.identity.rules import Role
from server.organizations import filings
from server.organizations.models import Filing
from server.organizations.officers import Officers
from server.publicity import service as publicities
from server.publicity.models import Publicity
from server.publicity.rules import PublicityScope, PublicityStatus, PublicitySubject
from server.years.rules import YearState
from tests.annual import REPORTING, by_clock, corrected, drafted, reported, settings, state
from tests.cast import Cast, Person
from tests.refusing import refused
from tests.results import negative
from tests.years import OLD

S = YearState
FIRST, LAST = date(2027, 1, 20), date(2027, 1, 26)
DURING = REPORTING + timedelta(days=2)
"""21 January, while the list is on show."""


def propose(session: Session, cast: Cast, *, first_day: date, days: int, now: datetime) -> Publicity:
    row = showing.propose(
        session,
        scope=PublicityScope.branch,
        place="明德楼公示栏",
        text="",
        first_day=first_day,
        working_days=days,
        organization_id=cast.branch,
        year=OLD,
        account_id=cast.wang_fang.account_id,
        now=now,
    )
    session.commit()
    return row


def approve(session: Session, cast: Cast, row: Publicity, *, now: datetime) -> None:
    of = {"organization_id": cast.branch, "year": OLD, "account_id": cast.li_wei.account_id}
    showing.approve(session, last_day=row.last_day, now=now, **of)
    session.commit()


@pytest.fixture
def listed(engine: Engine, session: Session, cast: Cast) -> Publicity:
    """The list of the year's points, on show from 20 to 26 January."""
    settings(session, cast.branch, points_publicized=True)
    reported(session, engine, cast)
    row = propose(session, cast, first_day=FIRST, days=5, now=REPORTING)
    approve(session, cast, row, now=REPORTING)
    return row


def tell(session: Session, cast: Cast, *, now: datetime = DURING) -> None:
    """Record the 更正通报, and commit."""
    corrections.correct(
        session,
        organization_id=cast.branch,
        year=OLD,
        told_on=now.date(),
        way=CorrectionWay.notice,
        words="漏记一次志愿服务",
        account_id=cast.li_wei.account_id,
        now=now,
    )
    session.commit()


def lacks(session: Session, act: Callable[[], object]) -> list[str]:
    detail = refused("step_incomplete", act).detail or {}
    session.rollback()
    return [each["kind"] for each in detail["missing"]]


def settle(session: Session, engine: Engine, day: date) -> int:
    """Let the clock do what it does after midnight of a day."""
    now = datetime.combine(day, datetime.min.time(), tzinfo=REPORTING.tzinfo) - timedelta(hours=7)
    by_clock(session, publicities.end_due, engine, now)
    return by_clock(session, clock.settle_due, engine, now)


def file(session: Session, cast: Cast, now: datetime) -> Filing:
    row = filing.file(session, organization_id=cast.branch, year=OLD, account_id=cast.li_wei.account_id, now=now)
    session.commit()
    return row


def offered(session: Session, cast: Cast, person: Person, *roles: Role, now: datetime) -> list[YearAction]:
    """What the page of the year offers somebody for a correction."""
    way = seen(session, cast.branch, OLD, now=now)
    charge = charge_of(
        session, way.organization, branch_year_id=way.branch_year.id, account_id=person.account_id, now=now
    )
    owes = corrections.owed(session, way.branch_year) is not None
    return actions(session, way, charge, open_steps=(), owes=owes, roles=roles, account_id=person.account_id, now=now)


def waiting(session: Session, cast: Cast, now: datetime) -> list[tuple[str | None, set[int]]]:
    kind = next(each for each in KINDS if each.code == "year_corrections")
    assert kind.turns is not None
    officers = Officers(session, cast.root, now.date())
    return [(each.words, {o.account_id for o in each.officers}) for each in kind.turns(session, officers, now)]


def test_lines_that_changed_on_show_are_shown_by_themselves_before_the_year_goes_on(
    engine: Engine, session: Session, cast: Cast, listed: Publicity
) -> None:
    before = {e.name: e.words for g in showing.content(session, listed.subject_id).groups for e in g.entries}
    edition = corrected(session, cast, cast.zhang_min, now=DURING)
    assert state(session, cast.branch) is S.publicized
    assert showing.content(session, listed.subject_id).lines[0].startswith("公示的积分中，有 1 人的已经更正")
    offer = partial(propose, session, cast, first_day=date(2027, 1, 22), days=3, now=DURING)
    assert lacks(session, offer) == ["correction"], "members are told first"
    assert waiting(session, cast, DURING) == [
        ("2026 年度：作更正通报", {cast.li_wei.account_id, cast.sun_li.account_id})
    ]
    tell(session, cast)
    assert YearAction.publicity in offered(session, cast, cast.wang_fang, Role.committee_member, now=DURING)
    refused("too_few_workdays", lambda: propose(session, cast, first_day=date(2027, 1, 22), days=2, now=DURING))
    session.rollback()
    row = offer()
    assert (row.subject_kind, row.subject_id, row.last_day) == (
        PublicitySubject.correction,
        edition.id,
        date(2027, 1, 26),
    )
    approvers = waiting(session, cast, DURING)
    assert [words for words, _ in approvers] == ["2026 年度：批准更正公示"]
    assert cast.wang_fang.account_id not in approvers[0][1]
    refused("same_person", partial(_approve_own, session, cast, row))
    session.rollback()
    approve(session, cast, row, now=DURING)
    assert YearAction.publicity not in offered(session, cast, cast.wang_fang, Role.committee_member, now=DURING)
    found = showing.content_of_correction(session, edition.id)
    (entry,) = found.groups[0].entries
    old = before["张敏"][0]
    assert (entry.name, entry.words) == ("张敏", (f"{old} → {Decimal(old) + 1}",))
    assert (found.unlisted, found.lines) == (0, ("其他党员公示过的年度积分不变。",))
    assert session.get_one(Publicity, listed.id).status == PublicityStatus.approved, "the list stays up"


def _approve_own(session: Session, cast: Cast, row: Publicity) -> None:
    by = cast.wang_fang.account_id
    showing.approve(session, organization_id=cast.branch, year=OLD, last_day=row.last_day, account_id=by, now=DURING)


def test_the_clock_waits_for_the_last_day_of_both(
    engine: Engine, session: Session, cast: Cast, listed: Publicity
) -> None:
    corrected(session, cast, cast.zhang_min, now=DURING)
    assert settle(session, engine, date(2027, 1, 27)) == 0
    tell(session, cast)
    assert settle(session, engine, date(2027, 1, 27)) == 0, "told, but not shown"
    late = datetime(2027, 1, 27, 2, tzinfo=REPORTING.tzinfo)
    row = propose(session, cast, first_day=date(2027, 1, 27), days=3, now=late)
    assert settle(session, engine, date(2027, 1, 28)) == 0
    approve(session, cast, row, now=late)
    assert doubts.window(session, cast.branch, OLD).last_day == row.last_day == date(2027, 1, 29)
    session.commit()
    assert settle(session, engine, date(2027, 1, 29)) == 0
    assert settle(session, engine, date(2027, 1, 30)) == 1
    assert state(session, cast.branch) is S.settled


def test_what_is_filed_is_told_shown_and_filed_anew(
    engine: Engine, session: Session, cast: Cast, listed: Publicity
) -> None:
    settle(session, engine, date(2027, 1, 27))
    at = datetime(2027, 1, 27, 3, tzinfo=REPORTING.tzinfo)
    first = file(session, cast, at)
    filings.receive(session, filing_id=first.id, note=None, account_id=cast.chen_jing.account_id, now=at)
    session.commit()
    assert doubts.window(session, cast.branch, OLD).over
    edition = corrected(session, cast, cast.zhang_min, now=at)
    assert state(session, cast.branch) is S.filed
    assert not doubts.window(session, cast.branch, OLD).over, "what changed may be doubted"
    again = partial(file, session, cast, at)
    assert lacks(session, again) == ["correction", "correction_publicity"]
    tell(session, cast, now=at)
    assert lacks(session, again) == ["correction_publicity"]
    approve(session, cast, propose(session, cast, first_day=date(2027, 1, 27), days=3, now=at), now=at)
    assert lacks(session, again) == ["correction_publicity"], "until its last day is over"
    assert by_clock(session, clock.archive_due, engine, at + timedelta(days=1)) == 0
    settle(session, engine, date(2027, 1, 30))
    later = at + timedelta(days=4)
    leaders = {cast.li_wei.account_id, cast.sun_li.account_id}
    assert waiting(session, cast, later) == [("2026 年度：更正后重新报上级备案", leaders)]
    assert YearAction.file in offered(session, cast, cast.li_wei, Role.secretary, now=later)
    second = file(session, cast, later)
    assert (second.subject_id, second.id != first.id) == (edition.id, True)
    assert waiting(session, cast, later) == []
    assert state(session, cast.branch) is S.filed
    filings.receive(session, filing_id=second.id, note=None, account_id=cast.chen_jing.account_id, now=later)
    session.commit()
    assert by_clock(session, clock.archive_due, engine, later) == 1


def test_what_is_only_proposed_goes_with_the_results_it_shows(engine: Engine, session: Session, cast: Cast) -> None:
    settings(session, cast.branch, points_publicized=True)
    reported(session, engine, cast)
    row = propose(session, cast, first_day=FIRST, days=5, now=REPORTING)
    edition = corrected(session, cast, cast.zhang_min, now=REPORTING)
    assert (row.status, row.withdrawn_by, row.withdrawn_reason) == ("withdrawn", None, showing.SUPERSEDED)
    tell_at = REPORTING + timedelta(days=2)
    tell(session, cast, now=tell_at)
    anew = propose(session, cast, first_day=date(2027, 1, 22), days=5, now=tell_at)
    assert (anew.subject_kind, anew.subject_id) == (PublicitySubject.points, edition.id)
    assert showing.content(session, edition.id).lines == ()


def test_who_is_set_apart_meanwhile_is_named_nowhere(
    engine: Engine, session: Session, cast: Cast, listed: Publicity
) -> None:
    negative(session, cast, cast.sun_li)
    edition = corrected(session, cast, cast.sun_li, now=DURING)
    tell(session, cast)
    assert shown.unshown(session, edition) == [], "no line of a list is another"
    both = corrected(session, cast, cast.zhang_min, now=DURING, source=2)
    found = showing.content_of_correction(session, both.id)
    assert [entry.name for group in found.groups for entry in group.entries] == ["张敏"]
    assert found.lines == ("其他党员公示过的年度积分不变。", "未参评人数由 0 人更正为 1 人。")
    assert not any("孙丽" in text for text in found.texts())


def test_a_second_correction_compares_with_what_was_shown_last(
    engine: Engine, session: Session, cast: Cast, listed: Publicity
) -> None:
    corrected(session, cast, cast.zhang_min, now=DURING)
    tell(session, cast)
    row = propose(session, cast, first_day=date(2027, 1, 22), days=3, now=DURING)
    second = corrected(session, cast, cast.zhang_min, now=DURING, source=2)
    session.refresh(row)
    assert row.status == PublicityStatus.withdrawn, "it was not approved yet"
    assert [each.member_id for each in shown.unshown(session, second)] == [cast.zhang_min.member_id]
    tell(session, cast)
    row = propose(session, cast, first_day=date(2027, 1, 22), days=3, now=DURING)
    approve(session, cast, row, now=DURING)
    (entry,) = showing.content_of_correction(session, second.id).groups[0].entries
    old, new = (Decimal(each) for each in entry.words[0].split(" → "))
    assert new - old == 2, "the list is what people saw last"
    third = corrected(session, cast, cast.li_wei, now=DURING, source=3)
    assert [each.member_id for each in shown.unshown(session, third)] == [cast.li_wei.member_id]
    assert showing.content_of_correction(session, second.id).lines[1:] == (
        "公示的积分中，有 1 人的已经更正，以党支部的更正通报为准。",
    )


def test_undoing_the_list_takes_its_corrections_down(
    engine: Engine, session: Session, cast: Cast, listed: Publicity
) -> None:
    edition = corrected(session, cast, cast.zhang_min, now=DURING)
    tell(session, cast)
    row = propose(session, cast, first_day=date(2027, 1, 22), days=3, now=DURING)
    approve(session, cast, row, now=DURING)
    undoing.undo(
        session,
        organization_id=cast.branch,
        year=OLD,
        track=Track.points,
        to=S.reported,
        reason="名单有误",
        account_id=cast.li_wei.account_id,
        now=DURING,
    )
    session.commit()
    assert {each.status for each in session.scalars(select(Publicity))} == {PublicityStatus.withdrawn}
    anew = propose(session, cast, first_day=date(2027, 1, 25), days=5, now=DURING)
    assert (anew.subject_kind, anew.subject_id) == (PublicitySubject.points, edition.id)


def test_changed_lines_withdrawn_by_themselves_move_nothing_and_are_shown_again(
    engine: Engine, session: Session, cast: Cast, listed: Publicity
) -> None:
    edition = corrected(session, cast, cast.zhang_min, now=DURING)
    tell(session, cast)
    row = propose(session, cast, first_day=date(2027, 1, 22), days=3, now=DURING)
    approve(session, cast, row, now=DURING)
    of = {"organization_id": cast.branch, "year": OLD, "account_id": cast.li_wei.account_id}
    showing.withdraw(session, reason="张贴地点有误", now=DURING, **of)
    session.commit()
    assert state(session, cast.branch) is S.publicized
    assert session.get_one(Publicity, listed.id).open
    assert len(shown.unshown(session, edition)) == 1


def test_where_nothing_is_on_show_the_window_stays_open_after_a_correction(
    engine: Engine, session: Session, cast: Cast
) -> None:
    drafted_first = reported(session, engine, cast)
    last = doubts.window(session, cast.branch, OLD).last_day
    assert last == LAST
    at = datetime(2027, 1, 25, 2, tzinfo=REPORTING.tzinfo)
    edition = corrected(session, cast, cast.zhang_min, now=at)
    assert edition.id != drafted_first.edition_id
    assert shown.unshown(session, edition) == []
    tell(session, cast, now=at)
    assert doubts.window(session, cast.branch, OLD).last_day == date(2027, 1, 28), "three working days"
    session.commit()
    assert settle(session, engine, date(2027, 1, 28)) == 0
    assert settle(session, engine, date(2027, 1, 29)) == 1


def test_a_correction_early_in_the_window_does_not_shorten_it(engine: Engine, session: Session, cast: Cast) -> None:
    reported(session, engine, cast)
    corrected(session, cast, cast.zhang_min, now=REPORTING)
    tell(session, cast, now=REPORTING + timedelta(days=2))
    assert doubts.window(session, cast.branch, OLD).last_day == LAST


def test_a_draft_that_nobody_heard_is_superseded_without_a_word(engine: Engine, session: Session, cast: Cast) -> None:
    drafted(session, engine, cast)
    edition = corrected(session, cast, cast.zhang_min, now=REPORTING)
    way = seen(session, cast.branch, OLD, now=REPORTING)
    assert corrections.owed(session, way.branch_year) is None
    assert shown.unshown(session, edition) == []
