"""Draw up a bulletin's content from frozen statements and facts: the same input gives the same content."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.organizations.models import Organization, OrganizationKind, Stage
from server.standards.versions import document_of
from server.statements.bulletins.content import (
    AnnexLine,
    BranchFacts,
    BranchPart,
    BulletinFigures,
    Content,
    Facts,
    MissingBranch,
)
from server.statements.bulletins.form import form
from server.statements.bulletins.gathering import meetings_of, reviews_of
from server.statements.bulletins.issuers import branches_of, official_name
from server.statements.bulletins.rules import Quarter, average, count_in, days, difference, rate
from server.statements.models import Statement, StatementBackdated, StatementLine, StatementSection

VERSION = 1
MEMBERS = (Stage.full, Stage.probationary)
AT_ONCE = 500


def gather(session: Session, *, issuer: Organization, quarter: Quarter, as_of: datetime) -> Facts:
    """Return what is needed besides statements, as of an instant."""
    last = quarter.months[-1]
    branches = branches_of(session, issuer.id, period=last, until=quarter.ends, as_of=as_of)
    waited = reviews_of(session, branch_ids=[branch.id for branch in branches], quarter=quarter, as_of=as_of)
    root = session.get_one(Organization, issuer.root_id)
    return Facts(
        issuer_id=issuer.id,
        issuer=official_name(issuer, root),
        is_committee=issuer.kind == OrganizationKind.party_committee,
        form=form(),
        branches=tuple(
            BranchFacts(
                organization_id=branch.id,
                title=branch.title,
                meetings=meetings_of(session, branch_id=branch.id, quarter=quarter, as_of=as_of),
                decisions=len(waited[branch.id]),
                waited_seconds=sum(waited[branch.id]),
            )
            for branch in branches
        ),
        sections=_section_titles(session, [branch.id for branch in branches], last),
    )


def draw_up(session: Session, *, quarter: Quarter, facts: Facts, as_of: datetime) -> Content:
    """Return the content: every figure comes from the quarter's statements and these facts, nothing else."""
    statements = _statements(session, facts, quarter.months[-1])
    earlier = quarter.before
    before = _Before(session, facts, earlier.months[-1] if earlier else None)
    drawn = [
        _BranchFigures(session, each, statements[each.organization_id], whole=facts, before=before, quarter=quarter)
        for each in facts.branches
        if each.organization_id in statements
    ]
    missing = [each for each in facts.branches if each.organization_id not in statements]
    return Content(
        version=VERSION,
        quarter=quarter.name,
        until=quarter.ends,
        as_of=as_of,
        compared_with=earlier.name if earlier else None,
        total=_figures(facts, [each.sums for each in drawn], before.average_of_all()),
        branches=tuple(each.branch() for each in drawn),
        missing=tuple(MissingBranch(organization_id=each.organization_id, title=each.title) for each in missing),
        facts=facts,
    )


def _section_titles(session: Session, branch_ids: Collection[int], period: str) -> dict[str, str]:
    """Return the titles of all sections of the standards in question, in their order."""
    rows = (
        select(StatementLine.standard_id)
        .join(Statement, Statement.id == StatementLine.statement_id)
        .where(Statement.organization_id.in_(branch_ids), Statement.period == period)
        .where(StatementLine.standard_id.is_not(None))
        .distinct()
    )
    found: dict[str, str] = {}
    for standard_id in sorted(filter(None, session.scalars(rows))):
        for section in document_of(session, standard_id).sections:
            found.setdefault(section.code, section.title)
    return found


def _statements(session: Session, facts: Facts, period: str) -> dict[int, Statement]:
    ids = [each.organization_id for each in facts.branches]
    rows = select(Statement).where(Statement.organization_id.in_(ids), Statement.period == period)
    return {statement.organization_id: statement for statement in session.scalars(rows)}


@dataclass(frozen=True, slots=True)
class _Sums:
    """What adds up from branches to the whole."""

    facts: BranchFacts
    lines: Sequence[StatementLine]
    exempt: int
    backdated: int


class _Before:
    """The quarter before: averages of the same branches, and members' totals, whichever branch they were in."""

    def __init__(self, session: Session, facts: Facts, period: str | None) -> None:
        self._session = session
        found = _statements(session, facts, period) if period else {}
        self._period = period
        self._totals = {place: _counted(_lines(session, statement.id)) for place, statement in found.items()}

    def average_of(self, organization_id: int) -> Decimal | None:
        totals = self._totals.get(organization_id, [])
        return average(sum(totals, Decimal(0)), len(totals))

    def average_of_all(self) -> Decimal | None:
        totals = [total for each in self._totals.values() for total in each]
        return average(sum(totals, Decimal(0)), len(totals))

    def totals_of(self, member_ids: Sequence[int]) -> dict[int, Decimal]:
        found: dict[int, Decimal] = {}
        for start in range(0, len(member_ids) if self._period else 0, AT_ONCE):
            rows = (
                select(StatementLine.member_id, StatementLine.total)
                .join(Statement, Statement.id == StatementLine.statement_id)
                .where(StatementLine.member_id.in_(member_ids[start : start + AT_ONCE]))
                .where(Statement.period == self._period, StatementLine.negative.is_(False))
            )
            found.update((member_id, total) for member_id, total in self._session.execute(rows))
        return found


class _BranchFigures:
    """One branch's part, read once and added up twice: for itself and for the whole."""

    def __init__(
        self,
        session: Session,
        facts: BranchFacts,
        statement: Statement,
        *,
        whole: Facts,
        before: _Before,
        quarter: Quarter,
    ) -> None:
        self._statement, self._whole, self._before = statement, whole, before
        lines = _lines(session, statement.id)
        self._sections = _sections(session, statement.id)
        backdated = _backdated(session, statement.organization_id, quarter)
        self.sums = _Sums(facts, lines, statement.exempt, backdated)

    def branch(self) -> BranchPart:
        place = self._statement.organization_id
        return BranchPart(
            organization_id=place,
            title=self.sums.facts.title,
            statement_id=self._statement.id,
            statement_hash=self._statement.hash,
            figures=_figures(self._whole, [self.sums], self._before.average_of(place)),
            lines=tuple(self._annex()),
        )

    def _annex(self) -> Iterable[AnnexLine]:
        """The highest total first, 另行通报 at the end."""
        earlier = self._before.totals_of([line.member_id for line in self.sums.lines])
        for line in sorted(self.sums.lines, key=lambda each: (each.negative, -each.total, each.member_id)):
            if line.negative:
                yield AnnexLine(member_id=line.member_id, negative=True, sections={}, total=None, change=None)
                continue
            yield AnnexLine(
                member_id=line.member_id,
                negative=False,
                sections=self._sections.get(line.member_id, {}),
                total=line.total,
                change=difference(line.total, earlier.get(line.member_id)),
            )


def _figures(facts: Facts, parts: Sequence[_Sums], earlier: Decimal | None) -> BulletinFigures:
    lines = [line for part in parts for line in part.lines]
    totals = _counted(lines)
    mean = average(sum(totals, Decimal(0)), len(totals))
    meetings = [meeting for part in parts for meeting in part.facts.meetings]
    exempt = sum(part.exempt for part in parts)
    decisions = sum(part.facts.decisions for part in parts)
    prospects = sum(line.stage not in MEMBERS for line in lines)
    return BulletinFigures(
        members=len(lines) - prospects + exempt,
        exempt=exempt,
        lines=len(lines),
        prospects=prospects,
        negative=len(lines) - len(totals),
        average=mean,
        change=difference(mean, earlier),
        bands=tuple(count_in([each.band for each in facts.form.bands], totals)),
        counts=tuple(count_in([each.band for each in facts.form.counts], totals)),
        meetings=len({meeting.meeting_id for meeting in meetings}),
        rate=rate(
            sum(each.attended + each.made_up for each in meetings), sum(each.owed - each.on_leave for each in meetings)
        ),
        decisions=decisions,
        review_days=days(sum(part.facts.waited_seconds for part in parts), decisions),
        backdated=sum(part.backdated for part in parts),
    )


def _counted(lines: Iterable[StatementLine]) -> list[Decimal]:
    """The totals that count in averages and bands."""
    return [line.total for line in lines if not line.negative]


def _lines(session: Session, statement_id: int) -> Sequence[StatementLine]:
    rows = select(StatementLine).where(StatementLine.statement_id == statement_id)
    return session.scalars(rows.order_by(StatementLine.member_id)).all()


def _sections(session: Session, statement_id: int) -> Mapping[int, dict[str, Decimal]]:
    found: dict[int, dict[str, Decimal]] = {}
    for row in session.scalars(select(StatementSection).where(StatementSection.statement_id == statement_id)):
        found.setdefault(row.member_id, {})[row.section] = row.points
    return found


def _backdated(session: Session, organization_id: int, quarter: Quarter) -> int:
    """How many entries the quarter's statements show as 补记."""
    rows = (
        select(func.sum(StatementBackdated.entries))
        .join(Statement, Statement.id == StatementBackdated.statement_id)
        .where(Statement.organization_id == organization_id, Statement.period.in_(quarter.months))
    )
    return int(session.scalar(rows) or 0)
