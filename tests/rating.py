"""Stars as tests need them: a method in force, members with points, a year brought to each step of its stars."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.organizations import filings
from server.organizations.models import Filing
from server.points import service as points
from server.points.models import SourceKind
from server.points.service import Posting
from server.publicity import service as publicities
from server.publicity.models import Publicity
from server.publicity.rules import PublicityScope
from server.ratings.editions import showing
from server.ratings.editions.models import RatingEdition
from server.ratings.editions.service import figures
from server.ratings.methods import service as methods
from server.ratings.methods.models import MethodSource, RatingMethod
from server.ratings.methods.rules import DEFAULT, MethodDocument
from server.ratings.proposals import service as proposals
from server.ratings.proposals.models import RatingProposal
from server.ratings.proposals.rules import StarDecision
from server.ratings.proposals.service import ProposalContent
from server.ratings.trials import service as trials
from server.ratings.trials.models import DryRun
from tests.annual import REPORTING, assembly, by_clock, drafted, report
from tests.cast import NOW, Cast, Person
from tests.days import at
from tests.years import OLD

ALONE = DEFAULT.model_copy(update={"pooled_below": 0})
"""The default method for a branch that has a quota of its own, however small it is."""

HALF = DEFAULT.model_copy(update={"pooled_below": 12})
"""A pool of all branches of the unit: 4 and 3 members share ⌊7 × 20 %⌋ = 1 place."""

PROPOSED = REPORTING
SHOWN, SHOWN_UNTIL = at(date(2027, 3, 1), "10:00"), date(2027, 3, 5)
OVER = at(date(2027, 3, 6), "00:30")

_EARNED = {"C01a": 8, "C03": 4, "C04": 10, "C05": 4, "B06a": 8}
"""What can be earned beside the 62 of a year in which nothing was missed."""


def method(
    session: Session, cast: Cast, document: MethodDocument = ALONE, *, year: int = OLD, unit: int | None = None
) -> RatingMethod:
    """Have the 总支 publish a method for the old year, and commit."""
    by = cast.chen_jing.account_id
    draft = methods.begin_draft(
        session,
        organization_id=unit or cast.general_branch,
        year=year,
        source=MethodSource.default,
        account_id=by,
        now=NOW,
    )
    methods.edit(session, method_id=draft.id, document=document, revision=1, account_id=by, now=NOW)
    methods.publish(session, method_id=draft.id, revision=2, account_id=by, now=NOW)
    session.commit()
    return draft


def earned(session: Session, person: Person, total: str) -> None:
    """Let a member's old year come to a total from 62 to 96, and commit."""
    left, postings = Decimal(total) - 62, []
    for code, most in _EARNED.items():
        part = min(left, Decimal(most))
        if part > 0:
            postings.append(
                Posting(
                    member_id=person.member_id,
                    item_code=code,
                    source_id=1,
                    points=part,
                    occurred_on=date(OLD, 3, 4),
                    source_kind=SourceKind.claim,
                    level="national" if code == "C01a" else None,
                )
            )
            left -= part
    assert not left, total
    points.post(session, postings, now=NOW)
    session.commit()


def heard(session: Session, engine: Engine, cast: Cast, *, totals: dict[str, str]) -> int:
    """Bring the branch's old year to its report, these members with these totals; return the meeting's id."""
    for name, total in totals.items():
        earned(session, cast.people[name], total)
    drafted(session, engine, cast)
    meeting = assembly(session, cast)
    report(session, cast, meeting)
    return meeting.id


def tried(session: Session, cast: Cast, *, by: Person | None = None) -> DryRun:
    """Try out the branch's stars, and commit."""
    row = trials.draw(
        session, organization_id=cast.branch, year=OLD, account_id=(by or cast.li_wei).account_id, now=PROPOSED
    )
    session.commit()
    return row


def proposed(
    session: Session,
    cast: Cast,
    dry_run: DryRun,
    meeting_id: int,
    *decisions: StarDecision,
    recused: Collection[Person] = (),
    excess_reason: str | None = None,
    by: Person | None = None,
) -> RatingProposal:
    """Have the secretary propose the branch's stars, and commit."""
    row = proposals.propose(
        session,
        organization_id=cast.branch,
        year=OLD,
        content=ProposalContent(
            dry_run_id=dry_run.id,
            meeting_id=meeting_id,
            decisions=decisions,
            recused=[each.member_id for each in recused],
            excess_reason=excess_reason,
        ),
        account_id=(by or cast.li_wei).account_id,
        now=PROPOSED,
    )
    session.commit()
    return row


def agreed(
    session: Session,
    cast: Cast,
    proposal: RatingProposal,
    *,
    by: Person | None = None,
    approves_excess: bool = False,
) -> RatingEdition:
    """Have the 总支 agree to a proposal, and commit."""
    edition = proposals.approve(
        session,
        organization_id=proposal.organization_id,
        year=OLD,
        proposal_id=proposal.id,
        approves_excess=approves_excess,
        words=None,
        account_id=(by or cast.chen_jing).account_id,
        now=PROPOSED,
    )
    session.commit()
    return edition


def shown(session: Session, cast: Cast) -> Publicity:
    """Have 王芳 propose to show the stars in the first week of March, and 李伟 approve; commit."""
    row = showing.propose(
        session,
        organization_id=cast.branch,
        year=OLD,
        scope=PublicityScope.branch,
        place="明德楼一楼公示栏",
        text="",
        first_day=SHOWN.date(),
        working_days=5,
        account_id=cast.wang_fang.account_id,
        now=PROPOSED,
    )
    session.commit()
    showing.approve(
        session,
        organization_id=cast.branch,
        year=OLD,
        last_day=row.last_day,
        account_id=cast.li_wei.account_id,
        now=PROPOSED,
    )
    session.commit()
    return row


def over(session: Session, engine: Engine) -> None:
    """Let the publicity of the stars end."""
    by_clock(session, publicities.end_due, engine, OVER)


def stars_of(session: Session, people: Sequence[Person], edition: RatingEdition) -> list[int | None]:
    """Return these people's stars in an edition."""
    found = figures(session, edition)
    return [found[each.member_id].stars for each in people]


def received(session: Session, cast: Cast, filing: Filing) -> None:
    """Have the 总支 receive a filing, and commit."""
    filings.receive(session, filing_id=filing.id, note=None, account_id=cast.chen_jing.account_id, now=OVER)
    session.commit()
