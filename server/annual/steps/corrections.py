"""更正通报: figures that were told have changed, and members are told so before anything goes on (year.md §1.4)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.annual.results.changes import changes
from server.annual.results.models import AnnualEdition
from server.annual.results.queries import current_edition
from server.annual.steps import due, holding
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


@dataclass(frozen=True, slots=True)
class CorrectedPair:
    """The edition that members were told, the one that corrects it, and the record of the 更正通报 once it was made."""

    told_edition_id: int
    edition: AnnualEdition
    made: AnnualCorrection | None


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
    changed = frozenset(each.member_id for each in changes(session, told, edition.id))
    return OwedCorrection(told, edition, changed) if changed else None


def pair_of(session: Session, branch_year: BranchYear, edition_id: int) -> CorrectedPair | None:
    """Return what a 更正通报 of an edition compares, made or owed, or None where there is nothing to correct."""
    made = session.scalar(select(AnnualCorrection).where(AnnualCorrection.edition_id == edition_id))
    if made is not None:
        return CorrectedPair(made.told_edition_id, session.get_one(AnnualEdition, edition_id), made)
    due_now = owed(session, branch_year)
    if due_now is None or due_now.edition.id != edition_id:
        return None
    return CorrectedPair(due_now.told_edition_id, due_now.edition, None)


def printable(session: Session, branch_year: BranchYear) -> int | None:
    """Return the edition of the 更正通报 that is owed, or of the last one that was made, by its id."""
    if (due_now := owed(session, branch_year)) is not None:
        return due_now.edition.id
    made = select(AnnualCorrection.edition_id).where(AnnualCorrection.branch_year_id == branch_year.id)
    return session.scalar(made.order_by(AnnualCorrection.id.desc()).limit(1))


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
    """Note that members were told which figures changed, when and how; what they may object to stays open for a while.

    Raises DomainError 403 `not_in_charge`, 409 `no_correction_owed`, 422 `in_the_future`, `invalid_dates`.
    """
    held = holding.held(session, organization_id, year, now=now)
    branch_year = held.branch_year
    refuse_without(charge_of(session, held.organization, branch_year_id=branch_year.id, account_id=account_id, now=now))
    found = owed(session, branch_year)
    if found is None:
        raise conflict(AnnualErrorCode.no_correction_owed, "已通报的积分没有改变，不需要更正通报")
    if told_on > shanghai_date(now):
        raise DomainError(CoreErrorCode.in_the_future, "更正通报的日期不能晚于今天")
    if told_on < shanghai_date(found.edition.drawn_at):
        raise DomainError(CoreErrorCode.invalid_dates, "更正通报不能早于重新形成年度结果的日期")
    row = AnnualCorrection(
        branch_year_id=branch_year.id,
        told_edition_id=found.told_edition_id,
        edition_id=found.edition.id,
        members=len(found.member_ids),
        told_on=told_on,
        way=way,
        words=words,
        recorded_by=account_id,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    due.after_correction(session, held, now=now)
    audit.record(
        session,
        actor_id=account_id,
        action="year_correct",
        now=now,
        detail={"edition_id": row.edition_id, "members": row.members},
        **audit.of(branch_year),
    )
    return row
