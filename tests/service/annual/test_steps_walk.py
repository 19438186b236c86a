"""A branch's year from open to archived: by the clock and by its officers, plainly, with an undo, and refused."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.annual.results.queries import current_edition, result_of
from server.annual.steps import clock, corrections, filing, supervising, undoing
from server.annual.steps.models import AnnualReport, AnnualReportAbsentee
from server.annual.steps.rules import CorrectionWay, ToldWay, Track
from server.audit.models import AuditLine
from server.deadlines.models import DeadlineSubject
from server.deadlines.queries import deadlines_of
from server.meetings.models import Meeting
from server.organizations import filings
from server.organizations.models import Filing, FilingStatus
from server.points import service as points
from server.points.models import SourceKind
from server.points.service import Posting
from server.pushes.models import Push
from server.years.models import BranchYear, BranchYearStep
from server.years.rules import YearState
from tests.annual import (
    AFTER_CUT_OFF,
    REPORTING,
    assembly,
    by_clock,
    closed,
    draft,
    drafted,
    ready,
    report,
    reported,
    settings,
    state,
    told,
)
from tests.cast import Cast, Person
from tests.refusing import refused
from tests.years import DRAFTING, OLD

S = YearState
WINDOW_OVER = datetime(2027, 1, 26, 16, 20, tzinfo=UTC)
"""27 January 00:20 in Shanghai: five working days after the report on the 19th are the 20th to the 26th."""


def undo(session: Session, cast: Cast, to: YearState, *, by: Person, now: datetime = REPORTING) -> None:
    undoing.undo(
        session,
        organization_id=cast.branch,
        year=OLD,
        track=Track.points,
        to=to,
        reason="漏记一次志愿服务",
        account_id=by.account_id,
        now=now,
    )
    session.commit()


def file(session: Session, cast: Cast, *, by: Person, now: datetime) -> Filing:
    row = filing.file(session, organization_id=cast.branch, year=OLD, account_id=by.account_id, now=now)
    session.commit()
    return row


def moves(session: Session) -> list[tuple[str, str]]:
    rows = session.scalars(select(BranchYearStep).order_by(BranchYearStep.id))
    return [(row.before, row.after) for row in rows]


def volunteered(session: Session, person: Person) -> None:
    fact = Posting(person.member_id, "C04", date(OLD, 12, 30), SourceKind.claim, 901, points=Decimal(1))
    points.post(session, [fact], now=REPORTING)
    session.commit()


def test_a_plain_year_from_open_to_archived(engine: Engine, session: Session, cast: Cast) -> None:
    ready(session, cast)
    assert by_clock(session, clock.close_due, engine, AFTER_CUT_OFF - timedelta(hours=1)) == 0
    assert state(session, cast.branch) is S.open
    closed(session, engine)
    assert state(session, cast.branch) is S.closing
    edition = draft(session, cast)
    assert state(session, cast.branch) is S.drafted
    row = report(session, cast, assembly(session, cast))
    assert state(session, cast.branch) is S.reported
    assert (row.expected, row.present, row.edition_id) == (4, 3, edition.id)
    by_clock(session, clock.settle_due, engine, WINDOW_OVER - timedelta(hours=1))
    assert state(session, cast.branch) is S.reported
    by_clock(session, clock.settle_due, engine, WINDOW_OVER)
    assert state(session, cast.branch) is S.settled
    later = WINDOW_OVER + timedelta(hours=10)
    filed = file(session, cast, by=cast.li_wei, now=later)
    assert (state(session, cast.branch), filed.to_organization_id) == (S.filed, cast.general_branch)
    assert by_clock(session, clock.archive_due, engine, later) == 0
    filings.receive(session, filing_id=filed.id, note=None, account_id=cast.chen_jing.account_id, now=later)
    session.commit()
    assert by_clock(session, clock.archive_due, engine, later) == 1
    assert state(session, cast.branch) is S.archived
    lines = session.scalars(select(AuditLine.action).where(AuditLine.action.startswith("year_")).order_by(AuditLine.id))
    assert [line for line in lines if line != "year_closing"] == [
        "year_drafted",
        "year_reported",
        "year_settled",
        "year_filed",
        "year_archived",
    ]


def test_every_step_of_the_clock_is_taken_once(engine: Engine, session: Session, cast: Cast) -> None:
    ready(session, cast)
    assert by_clock(session, clock.close_due, engine, AFTER_CUT_OFF) > 0
    assert by_clock(session, clock.close_due, engine, AFTER_CUT_OFF) == 0
    assert moves(session).count(("open", "closing")) == len(session.scalars(select(BranchYear)).all())


def test_the_report_names_who_was_told_at_home(engine: Engine, session: Session, cast: Cast) -> None:
    drafted(session, engine, cast)
    meeting = assembly(session, cast)
    refusal = refused("absentees_untold", partial(report, session, cast, meeting, also=[]))
    assert refusal.detail == {"member_ids": [cast.zhang_min.member_id]}
    session.rollback()
    for also in (
        [told(cast.zhang_min), told(cast.zhang_min)],
        [told(cast.zhang_min), told(cast.wang_fang)],
        [told(cast.zhang_min, on=date(2027, 1, 17))],
        [told(cast.zhang_min, on=date(2027, 1, 20))],
    ):
        refused("told_unfit", partial(report, session, cast, meeting, also=also))
        session.rollback()
    report(session, cast, meeting, also=[told(cast.zhang_min, way=ToldWay.group)])
    absent = session.scalars(select(AnnualReportAbsentee)).one()
    assert (absent.member_id, absent.way, absent.told_on) == (cast.zhang_min.member_id, "group", date(2027, 1, 18))


def test_only_a_held_meeting_after_the_draft_hears_the_results(engine: Engine, session: Session, cast: Cast) -> None:
    drafted(session, engine, cast)
    early = assembly(session, cast, at=DRAFTING - timedelta(days=1))
    assert "早于年度结果" in refused("meeting_unfit", partial(report, session, cast, early)).message
    session.rollback()
    bare = assembly(session, cast, minutes=" ")
    assert "会议记录" in refused("meeting_unfit", partial(report, session, cast, bare)).message
    session.rollback()
    ahead = assembly(session, cast, at=REPORTING)
    assert "签到还没有结束" in refused("meeting_unfit", partial(report, session, cast, ahead)).message
    session.rollback()
    assert state(session, cast.branch) is S.drafted


def test_changed_figures_that_were_told_are_told_anew_first(engine: Engine, session: Session, cast: Cast) -> None:
    first = reported(session, engine, cast)
    undo(session, cast, S.closing, by=cast.li_wei)
    assert (state(session, cast.branch), current_edition(session, cast.branch, OLD)) == (S.closing, None)
    volunteered(session, cast.zhang_min)
    edition = draft(session, cast, now=REPORTING)
    meeting_id = first.meeting_id
    again = partial(report, session, cast, now=REPORTING + timedelta(hours=1))
    meeting = session.get_one(Meeting, meeting_id)
    refusal = refused("step_incomplete", partial(again, meeting))
    assert [each["kind"] for each in (refusal.detail or {})["missing"]] == ["correction"]
    session.rollback()
    branch_year = session.scalars(select(BranchYear).where(BranchYear.organization_id == cast.branch)).one()
    owed = corrections.owed(session, branch_year)
    assert owed is not None
    assert owed.member_ids == {cast.zhang_min.member_id}
    correct = partial(
        corrections.correct,
        session,
        organization_id=cast.branch,
        year=OLD,
        way=CorrectionWay.group,
        words="补记一次志愿服务",
        account_id=cast.li_wei.account_id,
        now=REPORTING + timedelta(hours=1),
    )
    for told_on, code in ((date(2027, 1, 18), "invalid_dates"), (date(2027, 1, 20), "in_the_future")):
        refused(code, partial(correct, told_on=told_on))
        session.rollback()
    row = correct(told_on=date(2027, 1, 19))
    session.commit()
    assert (row.told_edition_id, row.edition_id, row.members) == (first.edition_id, edition.id, 1)
    again(meeting)
    assert state(session, cast.branch) is S.reported
    found = result_of(session, cast.zhang_min.member_id, OLD)
    assert found is not None
    assert found.edition.id == edition.id


def test_unchanged_figures_need_no_correction(engine: Engine, session: Session, cast: Cast) -> None:
    first = reported(session, engine, cast)
    undo(session, cast, S.closing, by=cast.li_wei)
    draft(session, cast, now=REPORTING)
    meeting = session.get_one(Meeting, first.meeting_id)
    report(session, cast, meeting, now=REPORTING + timedelta(hours=1))
    reports = session.scalars(select(AnnualReport).order_by(AnnualReport.id)).all()
    assert [each.open for each in reports] == [None, True]
    refused(
        "no_correction_owed",
        lambda: corrections.correct(
            session,
            organization_id=cast.branch,
            year=OLD,
            told_on=date(2027, 1, 19),
            way=CorrectionWay.group,
            words="没有变化",
            account_id=cast.li_wei.account_id,
            now=REPORTING,
        ),
    )


def test_a_returned_filing_leads_back_and_is_filed_again(engine: Engine, session: Session, cast: Cast) -> None:
    reported(session, engine, cast)
    by_clock(session, clock.settle_due, engine, WINDOW_OVER)
    later = WINDOW_OVER + timedelta(hours=10)
    filed = file(session, cast, by=cast.li_wei, now=later)
    refused("wrong_status", partial(undo, session, cast, S.drafted, by=cast.li_wei, now=later))
    session.rollback()
    filings.send_back(session, filing_id=filed.id, reason="附件不全", account_id=cast.chen_jing.account_id, now=later)
    session.commit()
    assert state(session, cast.branch) is S.settled
    filings.resubmit(session, filing_id=filed.id, note=None, account_id=cast.sun_li.account_id, now=later)
    session.commit()
    assert (state(session, cast.branch), session.get_one(Filing, filed.id).status) == (S.filed, FilingStatus.submitted)


def test_who_is_not_in_charge_takes_no_step(engine: Engine, session: Session, cast: Cast) -> None:
    ready(session, cast)
    closed(session, engine)
    for person in (cast.wang_fang, cast.chen_jing, cast.zhao_qiang):
        refused("not_in_charge", partial(draft, session, cast, by=person))
        session.rollback()
    draft(session, cast, by=cast.sun_li)
    meeting = assembly(session, cast)
    refused("not_in_charge", partial(report, session, cast, meeting, by=cast.wang_fang))


def test_who_took_a_step_undoes_it_or_the_level_above(engine: Engine, session: Session, cast: Cast) -> None:
    reported(session, engine, cast)
    for person in (cast.sun_li, cast.wang_fang):
        refused("not_in_charge", partial(undo, session, cast, S.drafted, by=person))
        session.rollback()
    undo(session, cast, S.drafted, by=cast.chen_jing)
    assert state(session, cast.branch) is S.drafted


def test_what_the_clock_settled_the_secretary_opens_again_and_the_window_begins_anew(
    engine: Engine, session: Session, cast: Cast
) -> None:
    reported(session, engine, cast)
    by_clock(session, clock.settle_due, engine, WINDOW_OVER)
    undo(session, cast, S.reported, by=cast.sun_li, now=WINDOW_OVER)
    by_clock(session, clock.settle_due, engine, WINDOW_OVER + timedelta(days=1))
    assert state(session, cast.branch) is S.reported
    by_clock(session, clock.settle_due, engine, WINDOW_OVER + timedelta(days=10))
    assert state(session, cast.branch) is S.settled


def test_due_days_follow_the_steps(engine: Engine, session: Session, cast: Cast) -> None:
    settings(session, cast.general_branch, draft_due="01-20", filing_days=2)
    reported(session, engine, cast)
    by_clock(session, clock.settle_due, engine, WINDOW_OVER)
    branch_year = session.scalars(select(BranchYear).where(BranchYear.organization_id == cast.branch)).one()
    found = deadlines_of(session, DeadlineSubject.branch_year, [branch_year.id])[branch_year.id]
    assert {each.row.kind: (each.row.due_on, each.row.open) for each in found} == {
        "drafted": (date(2027, 1, 20), None),
        "reported": (date(2027, 1, 29), None),
        "objections": (date(2027, 1, 26), None),
        "filed": (date(2027, 1, 29), True),
    }


def test_members_are_told_of_the_report_without_a_figure(engine: Engine, session: Session, cast: Cast) -> None:
    reported(session, engine, cast)
    pushes = session.scalars(select(Push).where(Push.occasion == "year_end")).all()
    people = {each.member_id for each in pushes if "积分已向党员大会通报" in each.content["title"]}
    assert people == {each.member_id for each in (cast.zhang_min, cast.wang_fang, cast.li_wei, cast.sun_li)}
    assert {each.content["hint"] for each in pushes} == {"可查看本人年度积分，有异议可提出"}


@pytest.mark.parametrize("over", [False, True])
def test_a_moved_cut_off_is_waited_for(engine: Engine, session: Session, cast: Cast, over: bool) -> None:
    ready(session, cast)
    closed(session, engine)
    until = date(2027, 1, 15)
    supervising.move_cut_off(
        session,
        organization_id=cast.branch,
        year=OLD,
        until=until,
        reason="集中外出",
        account_id=cast.chen_jing.account_id,
        now=AFTER_CUT_OFF,
    )
    session.commit()
    if over:
        draft(session, cast, now=DRAFTING + timedelta(days=1))
    else:
        refusal = refused("step_incomplete", partial(draft, session, cast))
        assert "1 月 15 日" in refusal.message
