"""A roster import from upload to report: the dry run, the confirmation, the figures."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import IO, Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.days import shanghai_date
from server.errors import DomainError, conflict
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.models import OrganizationKind
from server.organizations.roster.entries import (
    ImportEntry,
    pack,
    pack_entries,
    pack_problems,
    seal,
)
from server.organizations.roster.models import ImportStatus, RosterChunk, RosterImport
from server.organizations.roster.places import Creator, RosterPlaces
from server.organizations.roster.plan import Action, RowEffect, plan
from server.organizations.roster.rules import RosterColumn, RosterProblem, errors_of, settled, suggested_role
from server.organizations.roster.workbook import ParsedRoster, read_roster
from server.organizations.service import get_open
from server.privacy import PhoneVault
from server.text import readable_line

CHUNK_ROWS = 500
PENDING_LIFETIME = timedelta(days=7)
_MAX_SUGGESTIONS = 200


def read(file: IO[bytes], *, now: datetime) -> ParsedRoster:
    """Parse and check a file by itself; this takes seconds, so hold no lock meanwhile."""
    return read_roster(file, today=shanghai_date(now))


def prepare(
    session: Session,
    vault: PhoneVault,
    *,
    organization_id: int,
    parsed: ParsedRoster,
    file_name: str,
    create_missing: bool,
    account_id: int | None,
    now: datetime,
) -> RosterImport:
    """Dry run: compare with what is stored, and keep the rows that would change something until they are applied.

    Raises DomainError `not_importable` for a 党小组.
    """
    organization = get_open(session, organization_id)
    if organization.kind == OrganizationKind.group or organization.root_id is None:
        raise DomainError(OrganizationErrorCode.not_importable, "名册按党支部、党总支或党委导入")
    _purge_forgotten(session, organization.root_id, now)
    places = RosterPlaces(session, organization, _imagined() if create_missing else None)
    entries = [seal(row, vault) for row in parsed.rows]
    decisions, problems = plan_all(session, places, entries, organization.root_id, now)
    problems = settled([*parsed.problems, *problems])
    wanted = sorted(
        (decision for decision in decisions if decision.action is not Action.unchanged),
        key=lambda decision: (decision.branch_id, decision.entry.number),
    )
    roster = RosterImport(
        root_id=organization.root_id,
        organization_id=organization.id,
        file_name=readable_line(file_name)[:255],
        create_missing=create_missing,
        status=ImportStatus.ready,
        rows_total=len(wanted),
        summary=_summary(parsed, places, decisions, problems),
        problems=pack_problems(problems),
        effective_on=shanghai_date(now),
        created_by=account_id,
        created_at=now,
    )
    session.add(roster)
    session.flush()
    session.add_all(_chunks(roster.id, wanted, places))
    session.flush()
    _audit(session, roster, "roster_check", account_id, now)
    return roster


def _imagined() -> Creator:
    """Make organizations for the dry run only: ids below zero."""
    numbers = count(-1, -1)
    return lambda _parent_id, _kind, _title: next(numbers)


def plan_all(
    session: Session, places: RosterPlaces, entries: Sequence[ImportEntry], root_id: int, now: datetime
) -> tuple[list[RowEffect], list[RosterProblem]]:
    """Return what to do with every row, and what cannot be done."""
    decisions: list[RowEffect] = []
    problems: list[RosterProblem] = []
    for start in range(0, len(entries), CHUNK_ROWS):
        part = entries[start : start + CHUNK_ROWS]
        decided, refused = plan(session, places, part, root_id=root_id, today=shanghai_date(now), now=now)
        decisions += decided
        problems += refused
    if entries and not decisions and all(problem.column is RosterColumn.branch for problem in errors_of(problems)):
        _require_branches(entries)
    return decisions, problems


def _require_branches(entries: Sequence[ImportEntry]) -> None:
    """Raise DomainError `no_branch_column`, once, for what every row lacks."""
    if all(entry.branch is None for entry in entries):
        raise DomainError(
            OrganizationErrorCode.no_branch_column,
            "名册没有写明各人的党支部：请加上“党支部”一列并填写，或每个支部一张工作表，以党支部全称作工作表名",
        )


def _summary(
    parsed: ParsedRoster, places: RosterPlaces, decisions: Sequence[RowEffect], problems: Sequence[RosterProblem]
) -> dict[str, Any]:
    counts = Counter(decision.action for decision in decisions)
    return {
        "rows": parsed.total,
        **{action.value: counts[action] for action in Action},
        "errors": len({problem.place for problem in errors_of(problems)}),
        "warnings": len(problems) - len(errors_of(problems)),
        "notes": parsed.notes,
        "new_organizations": [node.title for node in places.created][:_MAX_SUGGESTIONS],
        "new_by_kind": places.created_by_kind(),
        "suggested_grants": list(_suggestions(places, decisions))[:_MAX_SUGGESTIONS],
    }


def _suggestions(places: RosterPlaces, decisions: Sequence[RowEffect]) -> Iterator[dict[str, Any]]:
    for decision in decisions:
        duty = decision.entry.columns.get("duty")
        role = suggested_role(duty) if duty else None
        if role is not None:
            yield {
                "row": decision.entry.number,
                "sheet": decision.entry.sheet,
                "name": decision.entry.columns["name"],
                "branch": places.title(decision.branch_id),
                "duty": duty,
                "role": role,
            }


def _chunks(import_id: int, decisions: Sequence[RowEffect], places: RosterPlaces) -> Iterator[RosterChunk]:
    for number, start in enumerate(range(0, len(decisions), CHUNK_ROWS)):
        part = decisions[start : start + CHUNK_ROWS]
        yield RosterChunk(
            import_id=import_id,
            number=number,
            row_count=len(part),
            payload=pack_entries([decision.entry for decision in part]),
            preview=pack([_preview(decision, places) for decision in part]),
        )


def _preview(decision: RowEffect, places: RosterPlaces) -> dict[str, Any]:
    entry = decision.entry
    return {
        "row": entry.number,
        "sheet": entry.sheet,
        "name": entry.columns["name"],
        "work_number": entry.work_number,
        "action": decision.action,
        "branch": places.title(decision.branch_id),
        "group": places.title(decision.group_id),
        "changes": list(decision.changes),
    }


def confirm(session: Session, *, import_id: int, account_id: int | None, now: datetime) -> RosterImport:
    """Queue an import for its thread; confirming it again changes nothing, except that a dead one is resumed.

    Raises DomainError 409 `import_discarded`.
    """
    roster = locked(session, import_id)
    if roster.status == ImportStatus.discarded:
        raise conflict(OrganizationErrorCode.import_discarded, "该导入已作废，请重新上传")
    if roster.status == ImportStatus.ready:
        roster.status, roster.effective_on = ImportStatus.queued, shanghai_date(now)
        session.flush()
        _audit(session, roster, "roster_apply", account_id, now)
    return roster


def discard(session: Session, *, import_id: int, account_id: int, now: datetime) -> RosterImport:
    """Throw away an import that was not confirmed. Raises DomainError 409 `import_confirmed`."""
    roster = locked(session, import_id)
    if roster.status not in (ImportStatus.ready, ImportStatus.discarded):
        raise conflict(OrganizationErrorCode.import_confirmed, "该导入已确认，不能作废")
    roster.status = ImportStatus.discarded
    session.execute(delete(RosterChunk).where(RosterChunk.import_id == roster.id))
    _audit(session, roster, "roster_discard", account_id, now)
    return roster


def locked(session: Session, import_id: int) -> RosterImport:
    query = select(RosterImport).where(RosterImport.id == import_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _purge_forgotten(session: Session, root_id: int, now: datetime) -> None:
    """Discard imports that were never confirmed: personal data is not kept for ever."""
    forgotten = session.scalars(
        select(RosterImport).where(
            RosterImport.root_id == root_id,
            RosterImport.status == ImportStatus.ready,
            RosterImport.created_at <= now - PENDING_LIFETIME,
        )
    ).all()
    for roster in forgotten:
        roster.status = ImportStatus.discarded
    session.execute(delete(RosterChunk).where(RosterChunk.import_id.in_([roster.id for roster in forgotten])))


def _audit(session: Session, roster: RosterImport, action: str, account_id: int | None, now: datetime) -> None:
    counts = {name: roster.summary[name] for name in ("rows", *map(str, Action), "errors")}
    audit.record(
        session,
        actor_id=account_id,
        action=action,
        now=now,
        detail=counts,
        **audit.of(roster),
    )
