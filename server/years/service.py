"""Moving a branch's year on or back. The caller decides which step is right and what must hold for it."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.db import found_or_added
from server.error_codes import CoreErrorCode
from server.errors import conflict
from server.events import emit
from server.organizations.models import Organization
from server.years.error_codes import YearErrorCode
from server.years.events import BranchYearMoved
from server.years.models import BranchYear, BranchYearStep
from server.years.queries import year_drafted
from server.years.rules import YearState, cut_off_refusal, move_refusal

_WORDS = {
    YearErrorCode.year_not_over: "年度尚未结束，不能办理年度工作",
    CoreErrorCode.wrong_status: "年度工作的当前进度不能这样办理，请刷新后查看",
}


def begun(session: Session, *, organization_id: int, year: int, now: datetime) -> BranchYear:
    """Return a branch's year, created as open if nothing was done in it yet. Safe to repeat and for two at once."""
    query = select(BranchYear).where(BranchYear.organization_id == organization_id, BranchYear.year == year)
    root_id = session.get_one(Organization, organization_id).root_id

    def begin() -> BranchYear:
        assert root_id is not None
        return BranchYear(
            root_id=root_id,
            organization_id=organization_id,
            year=year,
            state=YearState.open,
            created_at=now,
            moved_at=now,
        )

    return found_or_added(session, query, begin)


def move(
    session: Session,
    branch_year: BranchYear,
    to: YearState,
    *,
    account_id: int | None,
    reason: str | None = None,
    now: datetime,
) -> BranchYear:
    """Move a year into a state, by an account or (None) by the clock; the same again changes nothing.

    Waits for postings into the year that are under way; later ones wait for the move. Callers that lock the ledgers of
    the branch's members (`points.lock`) do so first, as postings do. Raises DomainError 409 `year_not_over`,
    `wrong_status`.
    """
    hold(session, branch_year)
    before = YearState(branch_year.state)
    if before is to:
        return branch_year
    refusal = move_refusal(before, to, branch_year.year, today=shanghai_date(now))
    if refusal is not None:
        raise conflict(refusal, _WORDS[refusal], state=before)
    branch_year.state = to
    _note(session, branch_year, before, reason=reason, account_id=account_id, now=now)
    emit(session, BranchYearMoved(branch_year.organization_id, branch_year.year, before, to, now))
    return branch_year


def move_cut_off(
    session: Session, branch_year: BranchYear, until: date, *, account_id: int, reason: str, now: datetime
) -> BranchYear:
    """Give a branch another last day for claims; the same again changes nothing.

    Raises DomainError 409 `year_drafted`, `wrong_status`.
    """
    hold(session, branch_year)
    if branch_year.claim_until == until:
        return branch_year
    state = YearState(branch_year.state)
    refusal = cut_off_refusal(state, branch_year.year, until=until, today=shanghai_date(now))
    if refusal is YearErrorCode.year_drafted:
        raise year_drafted(branch_year.year)
    if refusal is not None:
        raise conflict(refusal, f"申报截止日应在{branch_year.year + 1}年内，且不早于今天", state=state)
    branch_year.claim_until = until
    _note(session, branch_year, state, reason=reason, account_id=account_id, now=now, claim_until=until)
    return branch_year


def hold(session: Session, branch_year: BranchYear) -> None:
    """Lock the branch against postings and other steps until the transaction ends, and read its year as it is then.

    As with `move`: the ledgers of its members are locked first.
    """
    session.execute(select(Organization.id).where(Organization.id == branch_year.organization_id).with_for_update())
    session.refresh(branch_year, with_for_update=True)


def _note(
    session: Session,
    branch_year: BranchYear,
    before: YearState,
    *,
    reason: str | None,
    account_id: int | None,
    now: datetime,
    claim_until: date | None = None,
) -> None:
    branch_year.moved_at = now
    session.add(
        BranchYearStep(
            branch_year_id=branch_year.id,
            before=before,
            after=branch_year.state,
            claim_until=claim_until,
            reason=reason,
            account_id=account_id,
            at=now,
        )
    )
    session.flush()
