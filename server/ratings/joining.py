"""How stars join a branch's year: what its steps wait for, and what falls with an undo (docs/adr/0050)."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from server.annual.steps.courses import way_of
from server.annual.steps.gates import Missing, Undone
from server.annual.steps.rules import Track
from server.organizations.filings import latest_filing
from server.organizations.models import FilingStatus, FilingSubject, Organization
from server.publicity import service as publicities
from server.ratings.editions import service as editions
from server.ratings.editions.filing import OUTDATED
from server.ratings.editions.queries import current_edition
from server.ratings.editions.showing import publicity_of
from server.ratings.editions.standing import moved
from server.ratings.proposals import service as proposals
from server.ratings.trials.queries import latest
from server.years.models import BranchYear
from server.years.rules import YearState


def tried_out(session: Session, branch_year: BranchYear, track: Track) -> Iterator[Missing]:
    """A gate of 提出星级建议: a dry run has been stored."""
    if latest(session, branch_year.organization_id, branch_year.year) is None:
        yield Missing("dry_run", "尚未试算星级")


def shown(session: Session, branch_year: BranchYear, track: Track) -> Iterator[Missing]:
    """A gate of 结果确定: the publicity of the stars is over. The day is that of the database's rows: the clock takes
    the step once the publicity has ended."""
    if not _on_its_track(session, branch_year, track):
        return
    found = publicity_of(session, current_edition(session, branch_year.organization_id, branch_year.year))
    if found is None or found.approved_at is None:
        yield Missing("publicity", "星级尚未公示")
    elif found.ended_at is None:
        yield Missing("publicity", f"星级公示到 {found.last_day.month} 月 {found.last_day.day} 日为止")


def agreeing(session: Session, branch_year: BranchYear, track: Track) -> Iterator[Missing]:
    """A gate of 公示, 备案 and what lies between: the stars follow from the results as they stand."""
    if not _on_its_track(session, branch_year, track):
        return
    edition = current_edition(session, branch_year.organization_id, branch_year.year)
    if edition is not None and (changed := moved(session, edition)):
        yield Missing("stars_outdated", OUTDATED.format(len(changed)))


def received(session: Session, branch_year: BranchYear, track: Track) -> Iterator[Missing]:
    """A gate of 归档: where stars were filed by themselves, that filing was received, too."""
    edition = current_edition(session, branch_year.organization_id, branch_year.year)
    way = way_of(session, session.get_one(Organization, branch_year.organization_id), branch_year)
    if edition is None or not way.course.has_two_tracks:
        return
    filing = latest_filing(session, subject_kind=FilingSubject.rating, subject_id=edition.id)
    if filing is None or filing.status != FilingStatus.received:
        yield Missing("receipt", "上级党组织尚未收悉星级备案")


def fell(session: Session, undone: Undone) -> None:
    """Take back what was made of steps that fell: what is on show, the stars agreed to, the proposal."""
    branch_year, fallen = undone.branch_year, set(undone.fallen)
    if not fallen & {YearState.stars_proposed, YearState.stars_reviewed, YearState.publicized}:
        return
    edition = current_edition(session, branch_year.organization_id, branch_year.year)
    on_show = publicity_of(session, edition)
    if on_show is not None:
        publicities.withdraw(session, on_show.id, reason=undone.reason, account_id=undone.account_id, now=undone.now)
    if YearState.stars_reviewed in fallen:
        editions.withdraw(session, branch_year, reason=undone.reason, account_id=undone.account_id, now=undone.now)
    if fallen & {YearState.stars_proposed, YearState.stars_reviewed}:
        proposals.take_back(session, branch_year, wholly=YearState.stars_proposed in fallen)


def _on_its_track(session: Session, branch_year: BranchYear, track: Track) -> bool:
    """Whether a track is the one on which the branch's stars go."""
    way = way_of(session, session.get_one(Organization, branch_year.organization_id), branch_year)
    return way.course.rates_stars and track is proposals.track_of(way)
