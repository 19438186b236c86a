"""What is left of a year before its results can be drafted; each line leads to where it is done.

What waits is asked of the features that have it (`turns.py`): in the places where the members were in the year, what
their results depend on.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from server.annual.results.missing import missing_figures
from server.claims.models import Claim
from server.claims.rules import ClaimStatus
from server.days import SHANGHAI, shanghai_date
from server.dues.outstanding import outstanding
from server.meetings.models import Meeting, Roster
from server.meetings.rules import MeetingStatus
from server.organizations.models import Exemption, Filing, FilingStatus, Membership, Organization
from server.organizations.officers import Officers
from server.pushes import pages
from server.todos.registry import turns
from server.years.models import BranchYear

_PAGES = {"claims": "review", "leaves": "leaves", "held": "hosting", "rosters": "hosting"}
"""Where each kind of waiting work is done, by its code; others are reached from the start page."""


@dataclass(frozen=True, slots=True)
class Left:
    """A kind of thing that is left, and how many. `blocks`: the draft waits for it."""

    kind: str
    words: str
    count: int
    page: str | None
    blocks: bool = True


def last_day(year: int) -> date:
    """Return the day on which a member belongs to the branch that has their result."""
    return date(year, 12, 31)


def members_of(session: Session, organization_id: int, year: int) -> frozenset[int]:
    """Return who belonged to a branch on 31 December."""
    query = select(Membership.member_id).where(
        Membership.organization_id == organization_id, Membership.holds_on(last_day(year))
    )
    return frozenset(session.scalars(query))


def left(session: Session, branch_year: BranchYear, *, now: datetime) -> list[Left]:
    """Return what is left of a branch's year, in the order in which an officer should turn to it."""
    members = members_of(session, branch_year.organization_id, branch_year.year)
    return [
        *_waiting(session, branch_year, members, now),
        *_unposted(session, branch_year),
        *_dues(session, branch_year),
        *_figures(session, branch_year),
        *_exemptions(session, branch_year, members),
        *_returned(session, branch_year, members),
    ]


def _waiting(session: Session, branch_year: BranchYear, members: Collection[int], now: datetime) -> Iterator[Left]:
    """What waits for an officer here, or elsewhere for somebody who has come since."""
    own = _places(session, [branch_year.organization_id])
    places = own | _places(session, _been_in(session, members, branch_year.year))
    officers = Officers(session, branch_year.root_id, shanghai_date(now), places=places)
    counts, titles = Counter[str](), dict[str, str]()
    for kind, item in turns(session, officers, now=now):
        ours = bool(item.member_ids & set(members)) if item.member_ids else item.organization_id in own
        if item.year == branch_year.year and ours:
            counts[kind.code] += 1
            titles[kind.code] = kind.title
    for code, count in counts.items():
        page = _PAGES.get(code)
        yield Left(
            code, titles[code], count, pages.of_branch(page, branch_year.organization_id) if page else pages.HOME
        )


def _unposted(session: Session, branch_year: BranchYear) -> Iterator[Left]:
    """Meetings and lists of which points are still to come: presence a day after, a missed 补课 after its day."""
    years = (branch_year.year, branch_year.year + 1)
    begins, ends = (datetime(each, 1, 1, tzinfo=SHANGHAI).astimezone(UTC) for each in years)
    places = _places(session, [branch_year.organization_id])
    query = (
        select(func.count(Roster.id))
        .join(Meeting, Meeting.id == Roster.meeting_id)
        .where(
            Roster.organization_id.in_(places),
            Meeting.starts_at >= begins,
            Meeting.starts_at < ends,
            Meeting.status != MeetingStatus.cancelled,
            or_(Meeting.status == MeetingStatus.planned, Roster.due_at.is_not(None)),
        )
    )
    if count := session.scalar(query):
        yield Left(
            "makeups", "会议积分待入账或补课未到期", count, pages.of_branch("hosting", branch_year.organization_id)
        )


def _dues(session: Session, branch_year: BranchYear) -> Iterator[Left]:
    """Payments of the year that are not registered; what the branch agreed to be paid later is not among them."""
    months = (f"{branch_year.year}-{month:02}" for month in range(1, 13))
    branch_ids = [branch_year.organization_id]
    count = sum(sum(outstanding(session, branch_ids=branch_ids, month=month).values()) for month in months)
    if count:
        yield Left("dues", "党费待登记", count, pages.of_branch("dues", branch_year.organization_id))


def _figures(session: Session, branch_year: BranchYear) -> Iterator[Left]:
    """Measured items without a figure, where the standard does not do without."""
    for each in missing_figures(session, branch_year.organization_id, branch_year.year):
        page = pages.of_branch("members", branch_year.organization_id)
        yield Left(f"figures_{each.line_code}", f"“{each.title}”待登记", len(each.member_ids), page)


def _exemptions(session: Session, branch_year: BranchYear, members: Collection[int]) -> Iterator[Left]:
    """Exemptions of the year that were filed and not received: received later, they would change the results."""
    query = (
        select(func.count(Exemption.id))
        .join(Filing, Filing.id == Exemption.filing_id)
        .where(
            Exemption.member_id.in_(members),
            Exemption.open.is_(True),
            Exemption.from_date <= last_day(branch_year.year),
            Filing.status.in_((FilingStatus.submitted, FilingStatus.returned)),
        )
    )
    if count := session.scalar(query):
        yield Left("exemptions", "不列入管理范围的备案未办结", count, pages.HOME)


def _returned(session: Session, branch_year: BranchYear, members: Collection[int]) -> Iterator[Left]:
    """Claims that were sent back and lie with their members. They hold nobody up: who does nothing gets nothing."""
    year = branch_year.year
    query = select(func.count(Claim.id)).where(
        Claim.member_id.in_(members),
        Claim.status == ClaimStatus.returned,
        Claim.occurred_on.between(date(year, 1, 1), last_day(year)),
    )
    if count := session.scalar(query):
        page = pages.of_branch("review", branch_year.organization_id)
        yield Left("returned_claims", "退回补充、党员尚未重新提交的申报", count, page, blocks=False)


def _been_in(session: Session, members: Collection[int], year: int) -> list[int]:
    """The branches in which these members were on some day of the year."""
    query = select(Membership.organization_id).where(
        Membership.member_id.in_(members),
        Membership.from_date <= last_day(year),
        or_(Membership.until_date.is_(None), Membership.until_date > date(year, 1, 1)),
    )
    return list(session.scalars(query.distinct()))


def _places(session: Session, branch_ids: Collection[int]) -> set[int]:
    """These branches and their groups."""
    groups = select(Organization.id).where(Organization.parent_id.in_(branch_ids))
    return {*branch_ids, *session.scalars(groups)}
