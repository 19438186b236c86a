"""The steps that the secretary takes with a draft and a report; the others are in files of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from server.annual.results import service as results
from server.annual.results.models import AnnualEdition
from server.annual.results.queries import current_edition, results_of
from server.annual.steps import conditions, telling
from server.annual.steps.charge import charge_of, refuse_without
from server.annual.steps.courses import Way
from server.annual.steps.error_codes import AnnualErrorCode
from server.annual.steps.holding import held
from server.annual.steps.left import members_of
from server.annual.steps.models import AnnualCourse, AnnualReport, AnnualReportAbsentee
from server.annual.steps.reporting import heard_at, refuse_unfit
from server.annual.steps.rules import ToldWay, Track
from server.annual.steps.taking import move
from server.days import shanghai_date
from server.errors import DomainError
from server.meetings.service import locked_meeting
from server.points import service as points
from server.years.rules import YearState


@dataclass(frozen=True, slots=True)
class ToldMember:
    """A member who was not at the meeting, and how and when they were told."""

    member_id: int
    way: ToldWay
    on: date


def draft(session: Session, *, organization_id: int, year: int, account_id: int, now: datetime) -> AnnualEdition:
    """Draw up a branch's results: nothing may be left, and from now on nothing is posted into the year.

    The course of the year is fixed by the settings of this moment. Raises DomainError 403 `not_in_charge`, 409
    `wrong_status`, `step_incomplete`, and as `results.draft`.
    """
    points.lock(session, members_of(session, organization_id, year))
    way = _in_charge(session, organization_id, year, account_id, now)
    conditions.refuse(session, way, Track.points, YearState.drafted, now=now)
    edition = results.draft(session, way.branch_year, account_id=account_id, now=now)
    fixed = way.course
    session.add(
        AnnualCourse(
            branch_year_id=way.branch_year.id,
            flow=fixed.flow,
            points_publicized=fixed.points_publicized,
            rates_stars=fixed.rates_stars,
            stars_state=YearState.reported if fixed.has_two_tracks else None,
            fixed_at=now,
        )
    )
    session.flush()
    move(session, way, Track.points, YearState.drafted, account_id=account_id, now=now)
    return edition


def report(
    session: Session,
    *,
    organization_id: int,
    year: int,
    meeting_id: int,
    told: Sequence[ToldMember],
    account_id: int,
    now: datetime,
) -> AnnualReport:
    """Note that a members' meeting heard the results, and how those who were not there were told.

    Raises DomainError 403 `not_in_charge`, 409 `wrong_status`, `step_incomplete`, 422 `meeting_unfit`, `told_unfit`,
    `absentees_untold` (with their ids).
    """
    meeting = locked_meeting(session, meeting_id)
    way = _in_charge(session, organization_id, year, account_id, now)
    conditions.refuse(session, way, Track.points, YearState.reported, now=now)
    edition = current_edition(session, organization_id, year)
    assert edition is not None
    refuse_unfit(session, way, edition, meeting, now=now)
    hearing = heard_at(session, meeting, organization_id, now=now)
    members = {each.result.member_id for each in results_of(session, edition.id)}
    absent = members - hearing.member_ids
    _refuse_untold(told, absent, since=meeting.day, today=shanghai_date(now))
    row = AnnualReport(
        branch_year_id=way.branch_year.id,
        edition_id=edition.id,
        meeting_id=meeting.id,
        expected=hearing.expected,
        present=hearing.present,
        open=True,
        reported_by=account_id,
        reported_at=now,
    )
    session.add(row)
    session.flush()
    session.add_all(
        AnnualReportAbsentee(report_id=row.id, member_id=each.member_id, way=each.way, told_on=each.on) for each in told
    )
    session.flush()
    move(session, way, Track.points, YearState.reported, account_id=account_id, now=now)
    telling.reported(session, way, row, members, now=now)
    return row


def _in_charge(session: Session, organization_id: int, year: int, account_id: int, now: datetime) -> Way:
    way = held(session, organization_id, year, now=now)
    refuse_without(
        charge_of(session, way.organization, branch_year_id=way.branch_year.id, account_id=account_id, now=now)
    )
    return way


def _refuse_untold(told: Sequence[ToldMember], absent: set[int], *, since: date, today: date) -> None:
    named = [each.member_id for each in told]
    if len(set(named)) != len(named) or not set(named) <= absent:
        message = "补充告知的只能是有年度积分、未到会的党员，每人填一次"
        raise DomainError(AnnualErrorCode.told_unfit, message)
    if any(not since <= each.on <= today for each in told):
        raise DomainError(AnnualErrorCode.told_unfit, "告知日期应在会议当天至今天之间")
    if untold := sorted(absent - set(named)):
        message = f"还有 {len(untold)} 名党员未到会，请由党小组或上门告知后逐人登记"
        raise DomainError(AnnualErrorCode.absentees_untold, message, detail={"member_ids": untold})
