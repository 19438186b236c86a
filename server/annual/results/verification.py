"""Proof that branches' results are what was drawn up, that their ledgers give the same, and that scores agree."""

from collections.abc import Generator, Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.annual.results import measuring, sealing
from server.annual.results.models import AnnualEdition, AnnualResult, AnnualSection, EditionWithdrawal
from server.annual.results.queries import is_current
from server.annual.results.rules import EditionKind, Standing, places, standing_of
from server.config import Settings
from server.points.ledger.chain import GENESIS
from server.points.ledger.stored import stored_scores
from server.points.models import PointEntry
from server.points.scores.queries import TOTAL
from server.statements.models import Statement, StatementLine
from server.statements.rules import StatementStatus
from server.verifying import Fault, Verification, unlike
from server.years.models import BranchYear
from server.years.rules import DRAFTED

EDITIONS_AT_ONCE = 20
UNREADABLE = (ValueError, LookupError, ArithmeticError, TypeError)
"""What the rules raise on facts that drawing up never leaves behind."""


def verify_results(session: Session, *, year: int | None = None) -> Generator[Fault, None, int]:
    """Yield whatever does not match, by edition; return how many editions there are. `year`: only this one."""
    looked = after = 0
    query = select(AnnualEdition).order_by(AnnualEdition.id).limit(EDITIONS_AT_ONCE)
    if year is not None:
        query = query.where(AnnualEdition.year == year)
    current = set(session.scalars(select(AnnualEdition.id).where(is_current())))
    while editions := session.scalars(query.where(AnnualEdition.id > after)).all():
        for edition in editions:
            yield from _verify(session, edition, is_current=edition.id in current)
        looked, after = looked + len(editions), editions[-1].id
        session.expunge_all()
    yield from _without_edition(session, year)
    return looked


def _verify(session: Session, edition: AnnualEdition, *, is_current: bool) -> Iterator[Fault]:
    name = f"年度积分（支部 {edition.organization_id}，{edition.year} 年度第 {edition.edition} 版）"
    results = session.scalars(select(AnnualResult).where(AnnualResult.edition_id == edition.id)).all()
    sections = session.scalars(select(AnnualSection).where(AnnualSection.edition_id == edition.id)).all()
    before = None if edition.supersedes_id is None else session.get(AnnualEdition, edition.supersedes_id)
    seal = sealing.seal(edition, results, sections, before=before.hash if before else None)
    yield from unlike(name, [("校验值", edition.hash, seal)])
    yield from _heads(session, name, results)
    yield from _figures(session, name, edition, results, sections)
    if edition.kind == EditionKind.draft:
        yield from _statement(session, name, edition, results, is_current=is_current)
    elif before is None or (before.organization_id, before.year) != (edition.organization_id, edition.year):
        yield Fault(name, "所更正的一版", edition.supersedes_id, "本支部同一年度的一版")
    if is_current:
        yield from _scores(session, name, edition, results)


def _whose(name: str, member_id: int) -> str:
    return f"{name}，党员 {member_id}"


def _heads(session: Session, name: str, results: Sequence[AnnualResult]) -> Iterator[Fault]:
    """Check that each chain still passes through the hash that the result names."""
    for each in results:
        head = session.get(PointEntry, (each.member_id, each.head_seq)) if each.head_seq else None
        expected = GENESIS if not each.head_seq else head.hash if head else None
        yield from unlike(_whose(name, each.member_id), [("台账校验", each.head_hash, expected)])


def _figures(
    session: Session,
    name: str,
    edition: AnnualEdition,
    results: Sequence[AnnualResult],
    sections: Sequence[AnnualSection],
) -> Iterator[Fault]:
    """Compute every result anew by what it says it rests on."""
    try:
        found = measuring.scores(session, [each for each in results if each.total is not None], year=edition.year)
    except UNREADABLE as error:
        yield Fault(name, "计分依据", f"{type(error).__name__}: {error}", "能够据以重算")
        return
    stored: dict[int, dict[str, object]] = {}
    for part in sections:
        stored.setdefault(part.member_id, {})[part.section] = part.points
    of_all = places(
        {each.member_id: (Standing(each.standing), each.total) for each in results}, shown=edition.positions
    )
    for each in results:
        score = found.get(each.member_id)
        figures = dict(score.figures) if score else {}
        standing = standing_of(exempt=each.standing == Standing.exempt, negative=each.negative)
        compared = [
            ("总分", each.total, figures.pop(TOTAL, None)),
            ("各部分", stored.get(each.member_id, {}), figures),
            ("名次", each.position, of_all.get(each.member_id)),
            ("情况", each.standing, standing),
        ]
        yield from unlike(_whose(name, each.member_id), compared)


def _statement(
    session: Session, name: str, edition: AnnualEdition, results: Sequence[AnnualResult], *, is_current: bool
) -> Iterator[Fault]:
    """Hold a draft against the closing statement from which it was drawn up."""
    statement = session.get(Statement, edition.statement_id)
    if statement is None:
        yield Fault(name, "年终汇总", edition.statement_id, "已封存的一期")
        return
    withdrawn = session.get(EditionWithdrawal, edition.id) is not None
    expected = StatementStatus.withdrawn if withdrawn else StatementStatus.closed
    yield from unlike(name, [("年终汇总的状态", statement.status, expected)])
    lines = session.execute(
        select(StatementLine.member_id, StatementLine.total, StatementLine.head_hash).where(
            StatementLine.statement_id == statement.id
        )
    )
    frozen = {line.member_id: (line.total, line.head_hash) for line in lines}
    drawn = {each.member_id: (each.total, each.head_hash) for each in results if each.standing != Standing.exempt}
    for member_id in sorted(frozen.keys() | drawn.keys()):
        yield from unlike(_whose(name, member_id), [("与年终汇总", drawn.get(member_id), frozen.get(member_id))])


def _scores(session: Session, name: str, edition: AnnualEdition, results: Sequence[AnnualResult]) -> Iterator[Fault]:
    """Hold the results that stand against the stored scores of today: what changes one is drawn up anew.

    A year that nobody opened has no score stored.
    """
    state = select(BranchYear.state).where(
        BranchYear.organization_id == edition.organization_id, BranchYear.year == edition.year
    )
    if session.scalar(state) not in DRAFTED:
        yield Fault(name, "年度工作", session.scalar(state), "年度积分已形成")
        return
    stored = stored_scores(session, [each.member_id for each in results], edition.year)
    for each in results:
        row = stored.get((each.member_id, TOTAL))
        if row is not None:
            yield from unlike(_whose(name, each.member_id), [("与现积分", each.total, row.points)])


def _without_edition(session: Session, year: int | None) -> Iterator[Fault]:
    """Find years whose results stand although there is no edition that holds."""
    holds = select(AnnualEdition.id).where(
        AnnualEdition.organization_id == BranchYear.organization_id, AnnualEdition.year == BranchYear.year, is_current()
    )
    drafted = select(BranchYear).where(BranchYear.state.in_(DRAFTED), ~holds.exists())
    if year is not None:
        drafted = drafted.where(BranchYear.year == year)
    for each in session.scalars(drafted.order_by(BranchYear.id)):
        yield Fault(f"支部 {each.organization_id} {each.year} 年度", "年度积分", None, "现行的一版")


def results_of(year: int | None) -> Verification:
    """Return the proof of all results, or of a year's."""

    def findings(session: Session, _settings: Settings) -> Generator[Fault, None, int]:
        return verify_results(session, year=year)

    return Verification("results", "年度积分", "版", "重算结果、校验值和现积分都相符", findings)


RESULTS = results_of(None)
