"""Members' years in `scores`: what is stored, and setting it.

Rows, not objects: a branch's scores are set all at once when its year is closed.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Integer, Row, and_, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from server.points.models import Score

Stored = dict[tuple[int, str], Row[int, str, Decimal, bool, int, int | None]]
"""Rows of a year by member and section; each with `points`, `negative`, `organization_id` and `standard_id`."""

_STORED = select(
    *(Score.member_id, Score.section, Score.points, Score.negative, Score.organization_id, Score.standard_id)
).where(
    Score.member_id.in_(bindparam("member_ids", type_=BigInteger, expanding=True)),
    Score.year == bindparam("year", type_=Integer),
)
_TABLE: Any = Score.__table__
_THIS: dict[str, Any] = {name: bindparam(f"of_{name}") for name in ("member_id", "year", "section")}
_IS_THIS = and_(*(_TABLE.c[name] == value for name, value in _THIS.items()))
_SAID = ("points", "negative", "organization_id", "standard_id")
_UPDATE = update(_TABLE).where(_IS_THIS).values({name: bindparam(name) for name in (*_SAID, "updated_at")})
_DELETE = delete(_TABLE).where(_IS_THIS)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a member's rows say of a year: points by section, with the total under "".

    `standard_id` is the version that has just opened the year; None leaves what is stored.
    """

    organization_id: int
    negative: bool
    points: Mapping[str, Decimal]
    standard_id: int | None = None


def stored_scores(session: Session, member_ids: Collection[int], year: int) -> Stored:
    """Return the members' rows of a year, by member and section."""
    rows = session.execute(_STORED, {"member_ids": list(member_ids), "year": year})
    return {(row.member_id, row.section): row for row in rows}


def store(session: Session, year: int, figures: Mapping[int, Figures | None], *, now: datetime) -> None:
    """Set the rows of a year, by member: what is as it was is not touched, sections that no longer exist are deleted.

    None is no score: the member's rows are deleted.
    """
    stored = stored_scores(session, figures.keys(), year)
    added, changed = [], []
    for member_id, section, points, of_member in _sections(figures):
        row = stored.pop((member_id, section), None)
        standard_id = of_member.standard_id or (row.standard_id if row is not None else None)
        said = (points, of_member.negative, of_member.organization_id, standard_id)
        columns = dict(zip(_SAID, said, strict=True)) | {"updated_at": now}
        if row is None:
            added.append({"member_id": member_id, "year": year, "section": section} | columns)
        elif tuple(getattr(row, name) for name in _SAID) != said:
            changed.append(_this(member_id, year, section) | columns)
    gone = [_this(member_id, year, section) for member_id, section in stored]
    for statement, rows in ((_DELETE, gone), (_UPDATE, changed), (insert(_TABLE), added)):
        if rows:
            session.execute(statement, rows)


def _sections(figures: Mapping[int, Figures | None]) -> Iterator[tuple[int, str, Decimal, Figures]]:
    for member_id, of_member in figures.items():
        if of_member is not None:
            for section, points in of_member.points.items():
                yield member_id, section, points, of_member


def _this(member_id: int, year: int, section: str) -> dict[str, object]:
    return {"of_member_id": member_id, "of_year": year, "of_section": section}
