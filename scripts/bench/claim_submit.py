"""A claim from a phone, over the running app, against its empty route and against bare commits of the same rows."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from http.client import HTTPConnection

from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from scripts.bench.databases import each_database
from scripts.bench.lines import Line, measured
from scripts.bench.serving import Server, serving
from server import clock
from server.audit.models import AuditLine
from server.claims.models import Claim, ClaimEvent
from server.days import shanghai_date
from server.db import make_engine
from server.identity import service as identity
from server.identity.models import Account, WechatIdentity
from server.organizations import service as organizations
from server.organizations.models import Category, Member, Membership, Organization, OrganizationKind, Stage
from server.standards import service as standards

BENCH = "claim_submit"
SIZES = {"default": 1_000, "full": 10_000}
PHONES = 16

Send = Callable[[HTTPConnection, int], None]


@dataclass(frozen=True, slots=True)
class Phone:
    """A member signed in."""

    member_id: int
    token: str


def run(size: str) -> Iterator[Line]:
    """Yield the rate and the slowest of a hundred of submissions by 16 phones at once, on SQLite and MariaDB."""
    claims = SIZES[size]
    for name, url, directory in each_database():
        engine = make_engine(url)
        day = shanghai_date(clock.now())
        submit = partial(_submit, phones=_university(engine, day), day=day)
        with serving(url, directory) as server:
            server.wait_until_ready()
            empty = _rate(_timed(server, claims, _look))
            seconds = _timed(server, claims, submit)
        bare = _bare_rate(engine, claims)
        engine.dispose()
        yield from _lines(name, seconds, empty, bare)


def _lines(name: str, seconds: list[list[float]], empty: float, bare: float) -> Iterator[Line]:
    rate = _rate(seconds)
    slowest = sorted(each for phone in seconds for each in phone)
    p99 = slowest[len(slowest) * 99 // 100] * 1000
    against = f"the same server's empty route: {empty:,.0f}/s"
    yield measured(BENCH, "rate", rate, "claims/s", database=name, against=against, ratio=rate / empty)
    against = f"bare commits of the same rows, {PHONES} connections: {bare:,.0f}/s"
    yield measured(BENCH, "rate", rate, "claims/s", database=name, against=against, ratio=rate / bare)
    yield measured(BENCH, "p99", p99, "ms", database=name)


def _university(engine: Engine, day: date) -> list[Phone]:
    """Found a university with one branch, whose members all hold a phone."""
    now = clock.now()
    with Session(engine) as session:
        root = organizations.create_root(session, title="山海大学党委", now=now)
        standards.install_default(session, organization_id=root.id, year=day.year, published_by=None, now=now)
        branch = organizations.create_organization(
            session, parent_id=root.id, kind=OrganizationKind.branch, title="第一党支部", account_id=None, now=now
        )
        phones = [_phone(session, branch, number, day, now) for number in range(PHONES)]
        session.commit()
    return phones


def _phone(session: Session, branch: Organization, number: int, day: date, now: datetime) -> Phone:
    member = Member(
        root_id=branch.root_id,
        name=f"党员{number}",
        work_number=f"T{number:06}",
        category=Category.staff,
        stage=Stage.full,
        created_at=now,
        updated_at=now,
    )
    session.add(member)
    session.flush()
    account = Account(root_id=branch.root_id, member_id=member.id, name=member.name, created_at=now)
    session.add_all(
        [Membership(member_id=member.id, organization_id=branch.id, from_date=date(day.year, 1, 1)), account]
    )
    session.flush()
    caller = WechatIdentity(app_id="bench", openid=f"phone-{number}", account_id=account.id, created_at=now)
    session.add(caller)
    session.flush()
    return Phone(member.id, identity.issue_token(session, identity_id=caller.id, now=now, days=1))


def _look(connection: HTTPConnection, _number: int) -> None:
    connection.request("GET", "/healthz")
    _expect(connection, 200)


def _submit(connection: HTTPConnection, number: int, *, phones: Sequence[Phone], day: date) -> None:
    phone = phones[number % PHONES]
    claim = {
        "title": f"第{number}次志愿服务",
        "description": "到社区为居民讲解智能手机的使用",
        "item_code": "C04",
        "quantity": "1",
        "occurred_on": day.isoformat(),
        "submit": True,
    }
    headers = {"Authorization": f"Bearer {phone.token}", "Content-Type": "application/json"}
    connection.request("POST", f"/api/v1/members/{phone.member_id}/claims", json.dumps(claim), headers)
    _expect(connection, 201)


def _expect(connection: HTTPConnection, status: int) -> None:
    response = connection.getresponse()
    body = response.read()
    if response.status != status:
        raise RuntimeError(f"{response.status}: {body.decode()}")


def _timed(server: Server, count: int, send: Send) -> list[list[float]]:
    """Return the seconds of each request of each phone; every phone keeps one connection."""

    def phone(number: int) -> list[float]:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
        taken = []
        for turn in range(number, count, PHONES):
            started = time.perf_counter()
            send(connection, turn)
            taken.append(time.perf_counter() - started)
        connection.close()
        return taken

    with ThreadPoolExecutor(PHONES) as pool:
        return list(pool.map(phone, range(PHONES)))


def _rate(seconds: list[list[float]]) -> float:
    """Return requests per second: the phone that was busy longest ends the run."""
    return sum(map(len, seconds)) / max(map(sum, seconds))


def _bare_rate(engine: Engine, count: int) -> float:
    """Insert what one claim writes, a claim with its two events and audit lines, and commit, again and again."""
    kinds = (Claim, ClaimEvent, ClaimEvent, AuditLine, AuditLine)
    with engine.connect() as connection:
        samples = [dict(connection.execute(select(kind.__table__).limit(1)).mappings().one()) for kind in kinds]
    for sample in samples:
        del sample["id"]

    def phone(number: int) -> list[float]:
        started = time.perf_counter()
        for _ in range(number, count, PHONES):
            with engine.begin() as connection:
                for kind, sample in zip(kinds, samples, strict=True):
                    connection.execute(insert(kind), sample)
        return [time.perf_counter() - started]

    with ThreadPoolExecutor(PHONES) as pool:
        return count / max(sum(taken) for taken in pool.map(phone, range(PHONES)))
