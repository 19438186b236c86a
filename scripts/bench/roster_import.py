"""10,000 roster rows from .xlsx to an opened year, against bare inserts of the same rows."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import sqlalchemy
import xlsxwriter
from sqlalchemy import Engine, Index, MetaData, Table, UniqueConstraint, func, insert, select
from sqlalchemy.orm import Session
from sqlalchemy.schema import SchemaItem

from scripts.bench.databases import each_database
from scripts.bench.lines import Line, measured
from server import app, clock, config, events
from server.days import shanghai_date
from server.db import Base, make_engine
from server.organizations import service as organizations
from server.organizations.models import Member, Membership, Organization
from server.organizations.roster import files, writing
from server.organizations.roster.rules import RosterColumn
from server.points.models import LedgerHead, PointEntry, Score
from server.standards import service as standards

BENCH = "roster_import"
SIZES = {"default": 10_000, "full": 20_000}
BRANCH_MEMBERS = 33
BRANCHES_PER_GENERAL = 10
WRITTEN = (Member, Membership, PointEntry, LedgerHead, Score)
CHUNK_MEMBERS = 500


def run(size: str) -> Iterator[Line]:
    """Yield seconds, rate and memory on SQLite and MariaDB. The import runs in a process of its own."""
    rows = SIZES[size]
    for name, url, directory in each_database():
        roster = directory / "roster.xlsx"
        write_roster(roster, rows)
        first = _in_process(url, roster, directory)
        again = _in_process(url, roster, directory)
        yield from _lines(name, rows, first, again, _bare_seconds(url, WRITTEN))
        yield _roster_alone(name, rows, first, _bare_seconds(url, (Member, Membership)))


def _lines(name: str, rows: int, first: dict[str, Any], again: dict[str, Any], bare: float) -> Iterator[Line]:
    seconds, megabytes = first["seconds"], max(first["megabytes"], again["megabytes"])
    ratio = (rows / seconds) / (rows / bare)
    yield measured(BENCH, "time", seconds, "s", database=name, goal=f"{rows:,} rows in < 60 s", met=seconds < 60)
    yield measured(
        BENCH,
        "rate",
        rows / seconds,
        "rows/s",
        database=name,
        against=f"bare inserts of the same rows, years opened: {rows / bare:,.0f} rows/s",
        ratio=ratio,
        goal=">= 30 %",
        met=ratio >= 0.3,
    )
    yield measured(BENCH, "peak memory", megabytes, "MB", database=name, goal="< 300 MB", met=megabytes < 300)
    yield measured(
        BENCH,
        "rows changed by importing again",
        again["changed"],
        "rows",
        database=name,
        goal="0",
        met=again["changed"] == 0 and again["written"] == 0,
    )
    yield measured(BENCH, "time of importing again", again["seconds"], "s", database=name)


def _roster_alone(name: str, rows: int, first: dict[str, Any], bare: float) -> Line:
    """What the roster itself costs, from file to memberships, without its listeners (the points' openings)."""
    seconds = first["seconds"] - first["listening"]
    return measured(
        BENCH,
        "rate without opening the years",
        rows / seconds,
        "rows/s",
        database=name,
        against=f"bare inserts of members and memberships: {rows / bare:,.0f} rows/s",
        ratio=bare / seconds,
    )


def write_roster(path: Path, rows: int) -> None:
    """Write a roster of a university: branches of 33, ten to a 总支."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("党员名册")
        sheet.write_row(0, 0, [column.value for column in RosterColumn])
        for number in range(rows):
            branch = number // BRANCH_MEMBERS
            sheet.write_row(number + 1, 0, _person(number, branch))
            sheet.write_datetime(number + 1, 7, date(2015, 7, 1), day)
            sheet.write_datetime(number + 1, 8, date(2016, 7, 1), day)


def _person(number: int, branch: int) -> Sequence[str]:
    general = branch // BRANCHES_PER_GENERAL
    return (
        f"党员{_numeral(number)}",
        "女" if number % 2 else "男",
        f"T{number:06}",
        f"139{number:08}",
        f"第{general + 1}党总支",
        f"第{branch + 1}党支部",
        f"第{number % 3 + 1}党小组",
        "",
        "",
        ("教职工", "学生", "离退休")[branch % 3],
        "正式党员",
        "支委" if number % BRANCH_MEMBERS == 0 else "",
    )


def _numeral(number: int) -> str:
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))


def _in_process(url: str, roster: Path, directory: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "scripts.bench.roster_import", url, str(roster), str(directory)]
    finished = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return result


def _import_once(url: str, roster: Path, directory: Path) -> dict[str, Any]:
    """Import and measure; the first time the university is founded before the clock starts."""
    assert app.SUBSCRIPTIONS
    settings = config.load({"XIANFENG_DATA": str(directory), "XIANFENG_DATABASE_URL": url})
    engine = make_engine(url)
    root_id = _found(engine)
    before = _count(engine)
    listening = _Listening()
    started = time.perf_counter()
    with mock.patch.object(writing, "emit", listening.emit):
        report = files.import_file(engine, settings, roster, root_id, create_missing=True)
    seconds = time.perf_counter() - started
    result = report.roster.result
    return {
        "seconds": seconds,
        "listening": listening.seconds,
        "megabytes": _peak_megabytes(),
        "changed": sum(result.values()) + len(report.problems),
        "written": _count(engine) - before,
    }


class _Listening:
    """Adds up the time that the import's listeners take."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def emit(self, session: Session, event: object) -> None:
        started = time.perf_counter()
        events.emit(session, event)
        self.seconds += time.perf_counter() - started


def _peak_megabytes() -> float:
    """Return this process's own peak: `getrusage` would also count what the parent held when it forked."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _found(engine: Engine) -> int:
    now = clock.now()
    with Session(engine) as session:
        root_id = session.scalar(select(Organization.id).where(Organization.parent_id.is_(None)))
        if root_id is None:
            root_id = organizations.create_root(session, title="山海大学党委", now=now).id
            year = shanghai_date(now).year
            standards.install_default(session, organization_id=root_id, year=year, published_by=None, now=now)
            session.commit()
    return root_id


def _count(engine: Engine) -> int:
    with engine.connect() as connection:
        return sum(connection.scalar(select(func.count()).select_from(kind.__table__)) or 0 for kind in WRITTEN)


def _bare_seconds(url: str, kinds: Sequence[type[Base]]) -> float:
    """Time executemany of the rows of these kinds into separate bare tables, 500 members to a transaction."""
    source = make_engine(url)
    with source.connect() as connection:
        tables = [table for kind in kinds if isinstance(table := kind.__table__, Table)]
        rows = {table.name: [dict(row) for row in connection.execute(select(table)).mappings()] for table in tables}
    copies = [_bare_copy(table) for table in tables]
    for copy in copies:
        copy.drop(source, checkfirst=True)
        copy.create(source)
    batches = [_batches(rows[table.name]) for table in tables]
    started = time.perf_counter()
    for number in range(len(batches[0])):
        with source.begin() as connection:
            for copy, parts in zip(copies, batches, strict=True):
                if parts[number]:
                    connection.execute(insert(copy), parts[number])
    return time.perf_counter() - started


def _bare_copy(table: Table) -> Table:
    """The same columns, keys and indexes, without foreign keys and triggers."""
    columns: list[SchemaItem] = [
        sqlalchemy.Column(item.name, item.type, primary_key=item.primary_key, autoincrement=False)
        for item in table.columns
    ]
    unique = [
        UniqueConstraint(*[column.name for column in item.columns])
        for item in table.constraints
        if isinstance(item, UniqueConstraint)
    ]
    copy = Table(f"bare_{table.name}", MetaData(), *columns, *unique, mysql_engine="InnoDB", mysql_charset="utf8mb4")
    for number, index in enumerate(sorted(table.indexes, key=lambda index: str(index.name))):
        Index(f"bare_{table.name}_{number}", *[copy.c[column.name] for column in index.columns])
    return copy


def _batches(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Split rows by member, 500 to a part."""
    key = "id" if "work_number" in rows[0] else "member_id"
    ids = sorted({row[key] for row in rows})
    part_of = {member_id: number // CHUNK_MEMBERS for number, member_id in enumerate(ids)}
    parts: list[list[dict[str, Any]]] = [[] for _ in range(part_of[ids[-1]] + 1)]
    for row in rows:
        parts[part_of[row[key]]].append(row)
    return parts


if __name__ == "__main__":
    print(json.dumps(_import_once(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))
