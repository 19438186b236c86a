"""What a rehearsal leaves behind, as plain values: two rehearsals of the same days must leave the same."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, func, select

from scripts.quarter.report import Ended
from server.db import reading
from server.points.models import PointEntry
from server.pushes.rules import Occasion
from server.statements.models import Statement, StatementLine

Figures = Mapping[Any, Any]
OF_THE_DAY = {Occasion.review_digest, Occasion.year_end, Occasion.daily_head}
"""What people are told on the day itself: a day without a scheduler has none, and of the two reminders of the cut-off
the first is not made up for once the second is due."""

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Books:
    """`ledger` by member, year and item; `statements` by branch and period, and by member; `told` by person."""

    ledger: Figures
    statements: Figures
    told: Figures

    def unlike(self, other: "Books") -> Iterator[str]:
        """Yield the figures in which the other differs."""
        for name in ("ledger", "statements", "told"):
            mine, others = getattr(self, name), getattr(other, name)
            unlike = [key for key in {**mine, **others} if mine.get(key) != others.get(key)]
            if unlike:
                shown = ", ".join(f"{key}: {mine.get(key)} here, {others.get(key)} there" for key in unlike[:SHOWN])
                yield f"{name}: {len(unlike)} figures differ ({shown})"


def books_of(engine: Engine, pushes: tuple[Ended, ...]) -> Books:
    """Return what is in the books, and how often each person was told of what, however it ended."""
    by_item = (PointEntry.member_id, PointEntry.year, PointEntry.item_code)
    sums = select(*by_item, func.sum(PointEntry.points), func.count()).group_by(*by_item)
    whose = (Statement.organization_id, Statement.period)
    heads = select(*whose, Statement.members, Statement.exempt, Statement.average, Statement.median)
    line = (StatementLine.member_id, StatementLine.total, StatementLine.change, StatementLine.position)
    lines = select(*whose, *line).join(StatementLine, StatementLine.statement_id == Statement.id)
    with reading(engine) as session:
        ledger = {tuple(row[:3]): tuple(row[3:]) for row in session.execute(sums)}
        statements = {tuple(row[:2]): tuple(row[2:]) for row in session.execute(heads)}
        statements |= {tuple(row[:3]): tuple(row[3:]) for row in session.execute(lines)}
    told = Counter((push.recipient, push.occasion.value) for push in pushes if push.occasion not in OF_THE_DAY)
    return Books(ledger, statements, told)
