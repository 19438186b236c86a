"""A statement's words for its hash: every figure in one order, the same on every machine and database.

The hash covers the head, each line, section and 补记, and the hash of the branch's statement before. It holds no
names, so that they can be erased; the member's id says whose line it is. What it covers depends on the statement's
`hash_version`: a version that has been used is never changed (ADR 0035).
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC
from decimal import Decimal
from functools import cache, reduce
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, String, bindparam, cast, func, select, text
from sqlalchemy.orm import Session

from server.points.ledger.chain import GENESIS
from server.statements.models import Statement, StatementBackdated, StatementLine, StatementSection

Tables = tuple[tuple[type[Any], tuple[str, ...]], ...]

_FIRST: Tables = (
    (
        StatementLine,
        (
            *("member_id", "standard_id", "category", "stage", "negative", "total", "change", "position"),
            *("previous_id", "head_seq", "head_hash"),
        ),
    ),
    (StatementSection, ("member_id", "section", "points")),
    (StatementBackdated, ("member_id", "month", "entries", "points")),
)
COVERED = {1: _FIRST, 2: _FIRST}
"""What each version covers of each table, in the order of its primary key; from 2 on also the version itself."""

VERSION = max(COVERED)
"""The version of new statements."""

UNKNOWN = "未知版本"

NOTHING = "-"
LONGEST = 8 << 20
LONGEST_LINE = 300
"""In bytes: half of what MariaDB sends at once, and longer than any line here."""


def seals(session: Session, statements: Sequence[Statement]) -> dict[int, str]:
    """Return, by id, what each statement's hash must be by what is stored; UNKNOWN for a version we do not know."""
    found = {each.id: UNKNOWN for each in statements}
    before = _hashes(session, statements)
    for version, tables in COVERED.items():
        some = [each for each in statements if each.hash_version == version]
        words = [_words(session, table, columns, [each.id for each in some]) for table, columns in tables if some]
        for each in some:
            said = [of_table.get(each.id, "") for of_table in words]
            found[each.id] = _seal(each, said, before.get(each.previous_id or 0, GENESIS))
    return found


def _seal(statement: Statement, words: Sequence[str], previous: str) -> str:
    return hashlib.sha256("\n\n".join((previous, _head(statement), *words)).encode()).hexdigest()


def _head(statement: Statement) -> str:
    facts = (
        *((f"v{statement.hash_version}",) if statement.hash_version > 1 else ()),
        *(statement.organization_id, statement.period, statement.until.isoformat()),
        statement.cutoff_at.astimezone(UTC).isoformat(timespec="microseconds"),
        *(statement.members, statement.exempt, _plain(statement.average), _plain(statement.median)),
    )
    return "|".join(map(str, facts))


def _plain(figure: Decimal | None) -> str:
    return NOTHING if figure is None else format(figure.normalize(), "f")


def _hashes(session: Session, statements: Sequence[Statement]) -> Mapping[int, str]:
    ids = [statement.previous_id for statement in statements if statement.previous_id is not None]
    return dict(session.execute(select(Statement.id, Statement.hash).where(Statement.id.in_(ids))).all())


def _words(session: Session, table: type[Any], columns: tuple[str, ...], ids: Sequence[int]) -> Mapping[int, str]:
    """Return each statement's rows of one table as text, a line per row; MariaDB joins them itself.

    Its result may have `LONGEST` bytes and would be cut, so whether a branch's could exceed that is asked first.
    """
    one_by_one, together = _queries(table, columns)  # type: ignore[arg-type]  # mypy: a class is not hashable
    if session.get_bind().dialect.name == "sqlite" or _may_be_long(session, table, ids):
        rows = session.execute(one_by_one, {"statement_ids": ids})
        return {key: "\n".join(map(itemgetter(1), found)) for key, found in groupby(rows, key=itemgetter(0))}
    session.execute(text(f"SET SESSION group_concat_max_len = {LONGEST}"))
    return dict(session.execute(together, {"statement_ids": ids}).all())


@cache
def _queries(table: Any, columns: tuple[str, ...]) -> tuple[Select[int, str], Select[int, str]]:
    """Return the queries for a table's rows as text by statement: one by one, and joined."""
    line = reduce(lambda words, part: words + "|" + part, [_text(getattr(table, column)) for column in columns])
    order = [key for key in table.__table__.primary_key.columns if key.name != "statement_id"]
    of_these = table.statement_id.in_(bindparam("statement_ids", type_=BigInteger, expanding=True))
    mine = select(table.statement_id).where(of_these)
    together = func.aggregate_strings(line, "\n").aggregate_order_by(*order)
    return (
        mine.add_columns(line).order_by(table.statement_id, *order),
        mine.add_columns(together).group_by(table.statement_id),
    )


def _may_be_long(session: Session, table: type[Any], ids: Sequence[int]) -> bool:
    counts = select(func.count()).select_from(table).where(table.statement_id.in_(ids)).group_by(table.statement_id)
    return max(session.scalars(counts), default=0) > LONGEST // LONGEST_LINE


def _text(column: Any) -> ColumnElement[str]:
    return func.coalesce(cast(column, String(70)), NOTHING)
