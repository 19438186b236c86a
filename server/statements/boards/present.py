"""Turn boards, links and sheets into what goes over the wire."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from server.points.present import explanation_out
from server.presentation import points_text
from server.privacy import masked_name
from server.standards.problems import CATEGORY_TITLES, STAGE_TITLES
from server.statements.boards.beside import Beside
from server.statements.boards.figures import KEPT, BoardFigures, BoardLine
from server.statements.boards.head import BoardHead
from server.statements.boards.queries import Board
from server.statements.boards.rules import View, by_name, title_of
from server.statements.boards.schemas import (
    BoardBackdatedOut,
    BoardBandOut,
    BoardColumnOut,
    BoardHeadOut,
    BoardLinkOut,
    BoardOut,
    BoardRowOut,
    BoardSectionOut,
    PublicityOut,
    SheetOut,
)
from server.statements.boards.sheet import BoardSheet
from server.statements.models import BoardLink
from server.statements.present import late_line_out, late_out, shown
from server.statements.rules import period_title

SHORT = 8
"""How many digits of a chain's head a row shows."""


def board_out(board: Board) -> BoardOut:
    own, beside = board.own, board.beside
    return BoardOut(
        **_head(board.head, board.figures, beside),
        view=board.view,
        masked=board.masked,
        today=board.today,
        ranked=board.figures.ranked,
        publicity=PublicityOut(
            starts_at=beside.publicity.starts_at,
            days=list(beside.publicity.days),
            left=beside.publicity.left(board.today),
            note=beside.publicity.note,
        ),
        distribution=_distribution(board),
        own=row_out(own, beside.names, place=board.view.places_own, is_own=True) if own else None,
        rows=rows_out(board.figures, beside, board.view, masked=board.masked) if board.view.lists else None,
        late=late_out(beside.late, _listed(board)),
    )


def _listed(board: Board) -> set[int]:
    """Return the members whose lines the reader sees with a name."""
    lines = () if board.masked or not board.view.lists else board.figures.listed(board.view)
    return {line.member_id for line in (*lines, board.own) if line is not None}


@lru_cache(maxsize=KEPT)
def rows_out(figures: BoardFigures, beside: Beside, view: View, *, masked: bool) -> list[BoardRowOut]:
    """Present a list, by position or else by name: it is the same for everyone who sees it."""
    lines, places = figures.listed(view), view.places_all
    if not places:  # by name: an order by totals would show positions after all
        lines = tuple(sorted(lines, key=lambda line: by_name(beside.names[line.member_id])))
    rows = [row_out(line, beside.names, place=places) for line in lines]
    return [row.model_copy(update={"name": masked_name(row.name)}) for row in rows] if masked else rows


def row_out(line: BoardLine, names: dict[int, str], *, place: bool, is_own: bool = False) -> BoardRowOut:
    told = shown(line, place=place, is_own=is_own)
    return BoardRowOut(
        member_id=line.member_id,
        name=names[line.member_id],
        position=told.position,
        total=None if told.total is None else points_text(told.total),
        change=None if told.change is None else points_text(told.change),
        note=told.note,
        sections=[BoardSectionOut(code=code, points=points_text(points)) for code, points in line.sections.items()]
        if told.told
        else [],
        backdated=[BoardBackdatedOut(month=month, points=points_text(points)) for month, points in line.backdated]
        if told.told
        else [],
        head_seq=line.head_seq,
        head_hash=line.head_hash[:SHORT],
    )


def sheet_out(sheet: BoardSheet, *, now: datetime) -> SheetOut:
    names = {sheet.member.id: sheet.member.name}
    shows_position = sheet.head.visibility.places_own
    return SheetOut(
        head=BoardHeadOut(**_head(sheet.head, sheet.figures, sheet.beside)),
        row=row_out(sheet.line, names, place=shows_position, is_own=True),
        ranked=sheet.figures.ranked,
        shows_position=shows_position,
        head_hash=sheet.line.head_hash,
        stage=sheet.frozen.stage,
        stage_title=STAGE_TITLES[sheet.frozen.stage],
        category=sheet.frozen.category,
        category_title=CATEGORY_TITLES[sheet.frozen.category],
        explanation=explanation_out(sheet.explanation) if sheet.explanation else None,
        late=late_line_out(sheet.late) if sheet.late else None,
        printed_at=now,
    )


def link_out(link: BoardLink, made_by: str, *, url: str | None = None) -> BoardLinkOut:
    return BoardLinkOut(
        id=link.id,
        place=link.place,
        until_date=link.until_date,
        opens=link.opens,
        made_by=made_by,
        made_at=link.made_at,
        revoked_at=link.revoked_at,
        url=url,
    )


def _head(head: BoardHead, figures: BoardFigures, beside: Beside) -> dict[str, Any]:
    return {
        "organization_id": head.organization_id,
        "organization": beside.organization,
        "branch": head.branch,
        "title": title_of(head.period),
        "month": head.period,
        "month_title": period_title(head.period),
        "until": head.until,
        "confirmed_at": head.confirmed_at,
        "confirmed_by": beside.confirmed_by,
        "secretary": beside.secretary,
        "basis": figures.basis,
        "total_cap": figures.total_cap,
        "columns": [BoardColumnOut(code=column.code, title=column.title, cap=column.cap) for column in figures.columns],
        "apart": head.exempt + len(figures.lines) - figures.ranked,
        "average": head.average,
        "median": head.median,
        "hash": head.hash,
        "earlier": beside.earlier,
        "later": beside.later,
    }


def _distribution(board: Board) -> list[BoardBandOut]:
    own = board.own if board.own and not board.own.negative else None
    return [
        BoardBandOut(
            at_least=band.at_least,
            below=band.below,
            count=band.count,
            own=own is not None and band.holds(own.total),
        )
        for band in board.figures.bands
    ]
