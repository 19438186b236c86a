"""How statements are shown, and how much of them to whom."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.identity.models import Account
from server.identity.rules import RULES, Actor, Permission, Target, roles_at
from server.organizations.models import Organization
from server.organizations.schemas import BoardVisibility, settings_out
from server.organizations.workdays import calendar_of
from server.points.schemas import NEGATIVE_NOTE
from server.standards.versions import document_of
from server.statements.boards.figures import BoardLine
from server.statements.boards.rules import by_name, spread
from server.statements.late import LateLine, late_lines
from server.statements.models import Statement, StatementLine
from server.statements.queries import StatementRow
from server.statements.rules import StatementStatus, period_title
from server.statements.schemas import (
    StatementBackdatedOut,
    StatementBandOut,
    StatementDetailOut,
    StatementDeviationOut,
    StatementLateLineOut,
    StatementLateOut,
    StatementLineOut,
    StatementMonthOut,
    StatementOut,
    StatementSectionOut,
    StatementVerificationOut,
)
from server.statements.verification import Deviation

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class ShownLine:
    """What a reader sees of a member's month; `told`: also its sections and what was posted late."""

    position: int | None
    total: Decimal | None
    change: Decimal | None
    note: str | None
    told: bool


def shown(line: StatementLine | BoardLine, *, place: bool, is_own: bool) -> ShownLine:
    """Return what a statement and a board show of a line; `place`: the position, too.

    Under a negative-list decision only the member sees their sections, and nobody sees a total.
    """
    if line.negative:
        return ShownLine(line.position if place else None, None, None, NEGATIVE_NOTE, told=is_own)
    return ShownLine(line.position if place else None, line.total, line.change, None, told=True)


def is_officer(actor: Actor, target: Target) -> bool:
    """Whether the reader sees unconfirmed months and every line: by a role over the branch."""
    return bool(roles_at(actor, target.ancestor_ids) & RULES[Permission.statement_read].roles)


def statement_out(session: Session, statement: Statement, *, officer: bool) -> StatementOut:
    return StatementOut(**_head(session, statement, officer=officer))


def detail_out(
    session: Session, statement: Statement, rows: Sequence[StatementRow], reader: Actor, target: Target
) -> StatementDetailOut:
    officer = is_officer(reader, target)
    lines = _lines(session, statement, rows, reader, officer=officer)
    return StatementDetailOut(
        **_head(session, statement, officer=officer),
        apart=statement.exempt + sum(row.line.negative for row in rows),
        lines=lines,
        distribution=_distribution(session, rows),
        late=late_out(late_lines(session, statement), {line.member_id for line in lines}),
    )


def late_out(lines: Sequence[LateLine] | None, shown: Collection[int]) -> StatementLateOut | None:
    """Return a branch's 年末补记 with the lines of those whose totals the reader sees; None if nothing is late."""
    if not lines:
        return None
    return StatementLateOut(
        members=len(lines),
        entries=sum(line.entries for line in lines),
        points=sum((line.points for line in lines), Decimal(0)),
        lines=[
            late_line_out(line)
            for line in sorted(lines, key=lambda each: by_name(each.name))
            if line.member_id in shown
        ],
    )


def late_line_out(line: LateLine) -> StatementLateLineOut:
    return StatementLateLineOut(
        member_id=line.member_id,
        name=line.name,
        months=[
            StatementBackdatedOut(month=each.month, entries=each.entries, points=each.points) for each in line.months
        ],
        entries=line.entries,
        points=line.points,
        total=line.total,
    )


def own_late_out(session: Session, statement: Statement, member_id: int) -> StatementLateLineOut | None:
    """Return what came late for one member after this December."""
    lines = late_lines(session, statement, member_id=member_id)
    return late_line_out(lines[0]) if lines else None


def month_out(session: Session, statement: Statement, row: StatementRow, reader: Actor) -> StatementMonthOut:
    return StatementMonthOut(
        statement_id=statement.id,
        period=statement.period,
        title=period_title(statement.period),
        status=statement.status,
        line=_line(row, place=True, is_own=row.line.member_id == reader.member_id),
        late=own_late_out(session, statement, row.line.member_id),
    )


def verification_out(statement: Statement, first: Deviation | None) -> StatementVerificationOut:
    shown = first and StatementDeviationOut(
        what=first.what, member_id=first.member_id, stored=str(first.stored), computed=str(first.computed)
    )
    return StatementVerificationOut(statement_id=statement.id, hash=statement.hash, matches=first is None, first=shown)


def _head(session: Session, statement: Statement, *, officer: bool) -> dict[str, object]:
    confirmer = session.get(Account, statement.confirmed_by) if statement.confirmed_by else None
    shown = {name: getattr(statement, name) for name in StatementOut.model_fields if hasattr(statement, name)}
    return {
        **shown,
        "exempt": statement.exempt if officer else None,
        "title": f"{period_title(statement.period)}积分汇总",
        "confirm_note": _confirm_note(session, statement),
        "confirmed_by": confirmer.name if confirmer else None,
    }


def _confirm_note(session: Session, statement: Statement) -> str | None:
    if statement.status == StatementStatus.confirmed:
        return None
    frozen_on = shanghai_date(statement.frozen_at)
    return calendar_of(session, root_id=statement.root_id, around=frozen_on).note(frozen_on, statement.confirm_by)


def _lines(
    session: Session, statement: Statement, rows: Sequence[StatementRow], reader: Actor, *, officer: bool
) -> list[StatementLineOut]:
    """Everyone for officers; for members what the branch decided: only themselves, all by name, or the whole list.

    Members under a negative-list decision are in no list that members see; they see their own line.
    """
    if officer:
        return [_line(row, place=True, is_own=row.line.member_id == reader.member_id) for row in rows]
    rows = [row for row in rows if not row.line.negative or row.line.member_id == reader.member_id]
    settings = session.get_one(Organization, statement.organization_id).settings
    match settings_out(settings).board_visibility:
        case BoardVisibility.full:
            return [_line(row, place=True, is_own=row.line.member_id == reader.member_id) for row in rows]
        case BoardVisibility.scores:
            listed = sorted(rows, key=lambda row: (row.line.negative, by_name(row.name)))
            return [_line(row, place=False, is_own=row.line.member_id == reader.member_id) for row in listed]
        case _:
            return [_line(row, place=True, is_own=True) for row in rows if row.line.member_id == reader.member_id]


def _line(row: StatementRow, *, place: bool, is_own: bool) -> StatementLineOut:
    line, told = row.line, shown(row.line, place=place, is_own=is_own)
    return StatementLineOut(
        member_id=line.member_id,
        name=row.name,
        total=told.total,
        change=told.change,
        position=told.position,
        note=told.note,
        sections=[StatementSectionOut(section=part.section, points=part.points) for part in row.sections]
        if told.told
        else [],
        backdated=[
            StatementBackdatedOut(month=part.month, entries=part.entries, points=part.points) for part in row.backdated
        ]
        if told.told
        else [],
        head_seq=line.head_seq,
        head_hash=line.head_hash,
    )


def _distribution(session: Session, rows: Sequence[StatementRow]) -> list[StatementBandOut]:
    counted = [row.line for row in rows if not row.line.negative]
    standard_id = next((line.standard_id for line in counted if line.standard_id is not None), None)
    cap = HUNDRED if standard_id is None else document_of(session, standard_id).total_cap
    bands = spread([line.total for line in counted], cap=cap)
    return [StatementBandOut(at_least=band.at_least, below=band.below, count=band.count) for band in bands]
