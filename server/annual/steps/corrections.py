"""更正通报: figures that were told have changed, and members are told so before anything goes on (year.md §1.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.annual.results.models import AnnualEdition
from server.annual.results.queries import current_edition, results_of
from server.annual.steps import holding
from server.annual.steps.charge import charge_of, refuse_without
from server.annual.steps.error_codes import AnnualErrorCode
from server.annual.steps.models import AnnualCorrection, AnnualReport
from server.annual.steps.rules import CorrectionWay
from server.audit import service as audit
from server.days import shanghai_date
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict
from server.years.models import BranchYear


@dataclass(frozen=True, slots=True)
class OwedCorrection:
    """Figures of the edition that members were told, which do not hold in the present one: whose they are."""

    told_edition_id: int
    edition: AnnualEdition
    member_ids: frozenset[int]


def told_edition(session: Session, branch_year_id: int | None) -> int | None:
    """Return the id of the edition whose figures members were told last, by a report (undone or not) or a 更正通报."""
    reported = select(AnnualReport.edition_id, AnnualReport.reported_at)
    corrected = select(AnnualCorrection.edition_id, AnnualCorrection.recorded_at)
    told = [
        *session.execute(reported.where(AnnualReport.branch_year_id == branch_year_id)).all(),
        *session.execute(corrected.where(AnnualCorrection.branch_year_id == branch_year_id)).all(),
    ]
    # editions are numbered as they are drawn: of two told at the same instant the later one was told last
    return max(told, key=lambda each: (each[1], each[0]))[0] if told else None


def owed(session: Session, branch_year: BranchYear) -> OwedCorrection | None:
    """Return what members have still to be told of the results that stand, or None."""
    told = told_edition(session, branch_year.id)
    edition = current_edition(session, branch_year.organization_id, branch_year.year)
    if told is None or edition is None or told == edition.id:
        return None
    before, after = _figures(session, told), _figures(session, edition.id)
    changed = frozenset(member_id for member_id, figures in before.items() if after.get(member_id) != figures)
    return OwedCorrection(told, edition, changed) if changed else None


def correct(
    session: Session,
    *,
    organization_id: int,
    year: int,
    told_on: date,
    way: CorrectionWay,
    words: str,
    account_id: int,
    now: datetime,
) -> AnnualCorrection:
    """Note that members were told which figures changed, when and how.

    Raises DomainError 403 `not_in_charge`, 409 `no_correction_owed`, 422 `in_the_future`, `invalid_dates`.
    """
    held = holding.held(session, organization_id, year, now=now)
    branch_year = held.branch_year
    refuse_without(charge_of(session, held.organization, branch_year_id=branch_year.id, account_id=account_id, now=now))
    due = owed(session, branch_year)
    if due is None:
        raise conflict(AnnualErrorCode.no_correction_owed, "已通报的积分没有改变，不需要更正通报")
    if told_on > shanghai_date(now):
        raise DomainError(CoreErrorCode.in_the_future, "更正通报的日期不能晚于今天")
    if told_on < shanghai_date(due.edition.drawn_at):
        raise DomainError(CoreErrorCode.invalid_dates, "更正通报不能早于重新形成年度结果的日期")
    row = AnnualCorrection(
        branch_year_id=branch_year.id,
        told_edition_id=due.told_edition_id,
        edition_id=due.edition.id,
        members=len(due.member_ids),
        told_on=told_on,
        way=way,
        words=words,
        recorded_by=account_id,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor_id=account_id,
        action="year_correct",
        now=now,
        detail={"edition_id": row.edition_id, "members": row.members},
        **audit.of(branch_year),
    )
    return row


def _figures(session: Session, edition_id: int) -> Mapping[int, object]:
    """Return what an edition tells of each member: their standing, their score and its parts."""
    return {
        each.result.member_id: (each.result.standing, each.result.total, each.sections)
        for each in results_of(session, edition_id)
    }
