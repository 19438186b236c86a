"""Drawing up a branch's results, taking them back, and superseding them. Nothing is edited: editions are added.

Who calls has the branch's year moved afterwards (`years.service.move`) or moved it before; nothing here moves it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from server.annual.results import measuring, queries, sealing
from server.annual.results.events import ResultsSuperseded
from server.annual.results.measuring import Drawn
from server.annual.results.missing import figures_missing, missing_figures
from server.annual.results.models import AnnualEdition, AnnualResult, AnnualSection, EditionWithdrawal
from server.annual.results.rules import EditionKind, Standing, is_final, places
from server.audit import service as audit
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict
from server.events import emit
from server.organizations.models import Organization
from server.organizations.schemas import settings_out
from server.points import service as points
from server.statements.boards.rules import View
from server.statements.freezing.service import freeze_closing, withdraw_closing
from server.years import service as years
from server.years.models import BranchYear
from server.years.rules import Warrant, YearState, is_drafted

_WORDS = "年度工作的当前进度不能这样办理，请刷新后查看"


def draft(session: Session, branch_year: BranchYear, *, account_id: int | None, now: datetime) -> AnnualEdition:
    """Draw up the results of a year that is closing: the closing statement frozen, a result for whoever belongs on
    31 December, a computed one for each who is 不列入.

    It locks ledgers and branch, so that no posting passes it by, and does not move the year: the caller does, in the
    same transaction. Raises DomainError 409 `wrong_status` in any other state, `figures_missing`, `no_standard`.
    """
    people = _held(session, branch_year)
    if branch_year.state != YearState.closing or queries.current_edition(session, *_of(branch_year)) is not None:
        raise _wrong_status(branch_year)
    if missing := missing_figures(session, *_of(branch_year)):
        raise figures_missing(missing)
    place = session.get_one(Organization, branch_year.organization_id)
    statement = freeze_closing(session, organization_id=place.id, year=branch_year.year, now=now)
    results = list(measuring.frozen(session, statement))
    exempt = set(people) - {each.result.member_id for each in results}
    results += measuring.drawn(session, place, branch_year.year, exempt, now) if exempt else ()
    edition = AnnualEdition(
        kind=EditionKind.draft,
        statement_id=statement.id,
        positions=View(settings_out(place.settings).board_visibility).places_own,
    )
    return _add(session, edition, results, branch_year, None, account_id=account_id, now=now)


def withdraw(session: Session, branch_year: BranchYear, *, reason: str, account_id: int, now: datetime) -> None:
    """Take back a branch's results, every edition since the draft, and the closing statement with them.

    The caller moves the year back in the same transaction. Raises DomainError 409 `wrong_status` where nothing is
    drafted or the year is filed.
    """
    _held(session, branch_year)
    edition = queries.current_edition(session, *_of(branch_year))
    if edition is None or is_final(YearState(branch_year.state)):
        raise _wrong_status(branch_year)
    for each in queries.chain_of(session, edition):
        session.add(EditionWithdrawal(edition_id=each.id, reason=reason, withdrawn_by=account_id, withdrawn_at=now))
        if each.statement_id is not None:
            withdraw_closing(session, each.statement_id)
    session.flush()
    _audit(session, edition, "annual_results_withdraw", account_id, now)


def supersede(
    session: Session,
    *,
    organization_id: int,
    year: int,
    member_ids: Collection[int],
    warrant: Warrant,
    account_id: int | None,
    now: datetime,
) -> AnnualEdition:
    """Draw up the results of some members anew as their ledgers stand now; everybody else's are taken over as they are.

    Where nothing comes out differently the edition that holds is returned. No statement is frozen: each result carries
    where its chain stood and when. `ResultsSuperseded` tells what follows: the year withdraws what is only proposed,
    owes a 更正通报, and has changed lines that were on show publicized (`annual/steps/shown.py`). Raises DomainError
    409 `wrong_status` where the results do not stand.
    """
    branch_year = years.begun(session, organization_id=organization_id, year=year, now=now)
    points.lock(session, member_ids)
    years.hold(session, branch_year)
    before = queries.current_edition(session, organization_id, year)
    if before is None or not is_drafted(YearState(branch_year.state)):
        raise _wrong_status(branch_year)
    place = session.get_one(Organization, organization_id)
    anew = measuring.drawn(session, place, year, member_ids, now)
    old = _stored(session, before)
    kept = [measuring.copied(each.result, each.sections) for each in old if each.result.member_id not in member_ids]
    if _say([each for each in old if each.result.member_id in member_ids]) == _say(anew):
        return before
    edition = AnnualEdition(
        kind=EditionKind.superseding,
        supersedes_id=before.id,
        warrant_kind=warrant.kind,
        warrant_id=warrant.subject_id,
        positions=before.positions,
    )
    _add(session, edition, [*kept, *anew], branch_year, before.hash, account_id=account_id, now=now)
    emit(session, ResultsSuperseded(edition.id, before.id, organization_id, year, tuple(member_ids), now))
    return edition


def _held(session: Session, branch_year: BranchYear) -> Sequence[int]:
    """Lock the ledgers of whoever belongs, then the branch; return them as they are under the lock, by id."""
    locked = set(measuring.belonging(session, *_of(branch_year)))
    points.lock(session, locked)
    years.hold(session, branch_year)
    people = measuring.belonging(session, *_of(branch_year))
    if came := set(people) - locked:
        points.lock(session, came)
    return people


def _of(branch_year: BranchYear) -> tuple[int, int]:
    return branch_year.organization_id, branch_year.year


def _add(
    session: Session,
    edition: AnnualEdition,
    results: Sequence[Drawn],
    branch_year: BranchYear,
    before: str | None,
    *,
    account_id: int | None,
    now: datetime,
) -> AnnualEdition:
    """Number, place, seal and write an edition with its results: rows that are never touched again."""
    edition.root_id, edition.organization_id, edition.year = branch_year.root_id, *_of(branch_year)
    of_branch = (AnnualEdition.organization_id == edition.organization_id, AnnualEdition.year == edition.year)
    edition.edition = (session.scalar(select(func.max(AnnualEdition.edition)).where(*of_branch)) or 0) + 1
    edition.drawn_by, edition.drawn_at, edition.hash_version = account_id, now, sealing.VERSION
    of_all = places(
        {each.result.member_id: (Standing(each.result.standing), each.result.total) for each in results},
        shown=edition.positions,
    )
    rows, sections = [each.result for each in results], [part for each in results for part in each.sections]
    for row in rows:
        row.position = of_all.get(row.member_id)
    edition.hash = sealing.seal(edition, rows, sections, before=before)
    session.add(edition)
    session.flush()
    _insert(session, edition.id, rows)
    _insert(session, edition.id, sections)
    _audit(session, edition, f"annual_results_{edition.kind}", account_id, now)
    return edition


def _insert(session: Session, edition_id: int, rows: Sequence[AnnualResult] | Sequence[AnnualSection]) -> None:
    """Write results or sections of an edition all at once: no object of them is kept."""
    if not rows:
        return
    table = type(rows[0])
    columns = [column.name for column in table.__table__.columns if column.name != "edition_id"]
    said = [{"edition_id": edition_id} | {name: getattr(row, name) for name in columns} for row in rows]
    session.execute(insert(table), said)


def _stored(session: Session, edition: AnnualEdition) -> list[Drawn]:
    rows = session.scalars(select(AnnualResult).where(AnnualResult.edition_id == edition.id)).all()
    parts: dict[int, list[AnnualSection]] = {}
    for part in session.scalars(select(AnnualSection).where(AnnualSection.edition_id == edition.id)):
        parts.setdefault(part.member_id, []).append(part)
    return [Drawn(row, tuple(parts.get(row.member_id, ()))) for row in rows]


def _say(results: Sequence[Drawn]) -> object:
    """What results tell people: not where the chain stood, nor when they were computed."""
    return {
        each.result.member_id: (
            *(each.result.category, each.result.stage, each.result.standing, each.result.total),
            frozenset((part.section, part.points) for part in each.sections),
        )
        for each in results
    }


def _wrong_status(branch_year: BranchYear) -> DomainError:
    return conflict(CoreErrorCode.wrong_status, _WORDS, state=branch_year.state)


def _audit(session: Session, edition: AnnualEdition, action: str, account_id: int | None, now: datetime) -> None:
    audit.record(
        session,
        actor_id=account_id,
        action=action,
        detail={"year": edition.year, "edition": edition.edition, "hash": edition.hash},
        now=now,
        **audit.of(edition),
    )
