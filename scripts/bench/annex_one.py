"""附件一 of a whole 总支 in one file: how long it takes, what it needs in memory, how large it becomes."""

import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from scripts.bench.databases import each_database
from scripts.bench.lines import Line, measured
from server.annual.prints import making, queries, service
from server.annual.prints.rules import PrintForm, PrintFormat, PrintStatus
from server.db import make_engine, reading
from server.organizations.models import Category, Member, Membership, Stage
from server.photos.storage import DiskStorage
from server.points import service as points
from tests import results
from tests.cast import NOW, Cast, make_cast
from tests.years import DRAFTING, OLD

BENCH = "annex_one"
MEMBERS = {"default": 600, "full": 2000}
SECONDS, MEGABYTES, FILE = 60, 400, 30
AT = 600
"""The size for which the goals are set; others are measured beside it."""


def run(size: str) -> Iterator[Line]:
    """Yield the seconds from order to file, the memory of this process and of its children, and the file's size."""
    members = MEMBERS[size]
    for database, url, _ in each_database():
        engine = make_engine(url)
        with Session(engine, expire_on_commit=False) as session:
            cast = make_cast(session)
            _fill(session, cast, members)
            print_id = service.order(
                session,
                cast.branch,
                year=OLD,
                form=PrintForm.register,
                format=PrintFormat.pdf,
                account_id=cast.li_wei.account_id,
                now=DRAFTING,
            ).id
            session.commit()
        with tempfile.TemporaryDirectory() as directory:
            began, worked = time.perf_counter(), _worked()
            making.make(engine, DiskStorage(Path(directory)), print_id)
            seconds, worked = time.perf_counter() - began, _worked() - worked
        with reading(engine) as session:
            assert queries.find(session, print_id).status == PrintStatus.done
            largest = max(file.bytes for file in queries.files_of(session, print_id)) / 2**20
        goal = members == AT
        yield _line(f"seconds_{members}", seconds, "s", database, SECONDS if goal else None)
        yield _line(f"processor_seconds_{members}", worked, "s", database, None)
        yield _line("memory_of_child", _megabytes(resource.RUSAGE_CHILDREN), "MB", database, MEGABYTES)
        yield _line("memory", _megabytes(resource.RUSAGE_SELF), "MB", database, MEGABYTES)
        yield _line("largest_file", largest, "MB", database, FILE)
        engine.dispose()


def _line(metric: str, value: float, unit: str, database: str, most: int | None) -> Line:
    goal = None if most is None else f"<= {most} {unit}"
    return measured(
        BENCH, metric, value, unit, database=database, goal=goal, met=None if most is None else value <= most
    )


def _worked() -> float:
    """Return the processor's seconds of this process and of its children: what is left of a busy machine's minutes."""
    used = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _megabytes(of: int) -> float:
    return resource.getrusage(of).ru_maxrss / 1024


def _fill(session: Session, cast: Cast, members: int) -> None:
    """Let so many belong to the cast's branch, each with a year in the ledger, and draw its results up."""
    people = [
        Member(
            root_id=cast.root,
            name=f"党员{number}",
            work_number=f"B{number:06}",
            category=Category.staff,
            stage=Stage.full,
            created_at=NOW,
            updated_at=NOW,
        )
        for number in range(members)
    ]
    session.add_all(people)
    session.flush()
    since = date(OLD, 1, 1)
    session.add_all(Membership(member_id=each.id, organization_id=cast.branch, from_date=since) for each in people)
    session.flush()
    points.open_year(session, member_ids=[each.id for each in people], year=OLD, now=NOW)
    session.commit()
    results.open_old_year(session, cast)
    results.draft(session, cast)
