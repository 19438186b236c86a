"""What a branch's year says to objections, and they to it: until when it may be doubted, and that an open one holds it
up (year.md §3, §5)."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.annual.results.models import AnnualEdition, AnnualResult
from server.annual.results.queries import current_edition, is_current, results_of_member
from server.annual.results.rules import is_final
from server.annual.steps import due
from server.annual.steps.conditions import is_filed
from server.annual.steps.gates import Missing
from server.annual.steps.rules import Track
from server.annual.steps.shown import publicities_of
from server.objections.matters import ObjectionMatter
from server.objections.queries import open_in_year
from server.objections.rules import Hand
from server.objections.windows import ObjectionWindow
from server.presentation import points_text
from server.years.models import BranchYear
from server.years.rules import YearState


def window(session: Session, organization_id: int, year: int) -> ObjectionWindow:
    """Return until when a branch's year may be doubted: the last day of its publicity, that of changed lines included,
    or of the window after the report where nothing is put on show; over once what stands is filed."""
    same = (BranchYear.organization_id == organization_id, BranchYear.year == year)
    branch_year = session.scalar(select(BranchYear).where(*same))
    if branch_year is None:
        return ObjectionWindow(None, over=False)
    edition = current_edition(session, organization_id, year)
    over = is_final(YearState(branch_year.state)) and edition is not None and is_filed(session, edition)
    on_show = publicities_of(session, edition) if edition is not None else []
    if last_days := [each.last_day for each in on_show if each.approved_at is not None]:
        return ObjectionWindow(max(last_days), over=over)
    open_until = due.window_of(session, branch_year)
    return ObjectionWindow(open_until.due_on if open_until is not None else None, over=over)


def unanswered(session: Session, branch_year: BranchYear, track: Track) -> Iterator[Missing]:
    """A gate of 结果确定: objections to the year that are not answered, or answered and not accepted yet."""
    if count := open_in_year(session, branch_year.organization_id, branch_year.year):
        yield Missing("objections", f"还有 {count} 件异议没有办结")


def describe(session: Session, subject_id: int, member_id: int) -> ObjectionMatter | None:
    """Describe a member's result in the edition that holds, by its id. Whoever drew it up did no more than add."""
    edition = session.scalar(select(AnnualEdition).where(AnnualEdition.id == subject_id, is_current()))
    result = session.get(AnnualResult, (subject_id, member_id))
    if edition is None or result is None or not _is_told(session, edition):
        return None
    recorded = {edition.drawn_by: Hand.recorded} if edition.drawn_by is not None else {}
    return ObjectionMatter(
        organization_id=edition.organization_id,
        year=edition.year,
        title=f"{edition.year} 年度积分",
        details=(("年度积分", points_text(result.total)),) if result.total is not None and not result.negative else (),
        hands=recorded,
    )


def recent(session: Session, member_id: int, most: int) -> Sequence[int]:
    """Return the ids of the editions that hold a member's latest results."""
    return [found.edition.id for found in results_of_member(session, member_id)][:most]


def _is_told(session: Session, edition: AnnualEdition) -> bool:
    same = (BranchYear.organization_id == edition.organization_id, BranchYear.year == edition.year)
    state = session.scalar(select(BranchYear.state).where(*same))
    return state is not None and YearState(state) not in (YearState.open, YearState.closing, YearState.drafted)
