"""Fill an empty sandbox with the demo: 山海学院, some 600 members and half a year of claims, dues and reviews.

    python -m scripts.seed_demo

Everything goes through the services, with the time handed in, so the demo is the same for the same day. On SQLite it is
built in a file of its own that takes the database's place when it is whole: killed half-way, it begins anew.
"""

import calendar
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path

import xlsxwriter
from rich.console import Console
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

import server.app  # noqa: F401  (its subscriptions open the members' year)
from scripts import demo_claims, demo_people
from scripts.demo_claims import Story
from scripts.demo_people import DemoMember
from scripts.demo_photos import make_photo
from server import clock, config, migrations
from server.claims import review
from server.claims import service as claims
from server.claims.contents import Contents
from server.claims.models import Claim
from server.db import make_engine, reading
from server.dues.bulk import register_pasted
from server.dues.service import close_month
from server.identity import service as identity
from server.identity.models import Account
from server.identity.rules import Actor, Held, Role
from server.organizations import service as organizations
from server.organizations.models import Member, Organization, OrganizationKind
from server.organizations.roster.files import import_file
from server.organizations.roster.rules import Column
from server.photos import processing
from server.photos import service as photos
from server.photos.processing import Picture
from server.photos.storage import DiskStorage
from server.standards import service as standards
from server.wechat.client import SANDBOX_APP_ID

ROOT_TITLE = "山海学院党委"
SEED = 75
HALF_A_YEAR = timedelta(days=183)
CLAIMS_PER_MEMBER = 1.25
WAITING_DAYS = 4
"""Claims of the last days still wait for review."""
DUES_MONTHS = 2
DUES = {"教职工": "60", "学生": "0.2", "离退休": "30"}
"""Yuan a month."""

console = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Figure:
    """Someone whose part a visitor can play: an openid of the sandbox and the role he holds somewhere."""

    openid: str
    name: str
    role: Role | None
    place: str
    """Title path of the organization of the role, or for a member of his branch."""


ROLES = {"支部书记": Role.secretary, "支委": Role.committee_member, "副书记": Role.deputy_secretary}
FIRST = "计算机科学与技术学院党总支"
FIGURES = (
    Figure("zhang_min", "张敏", None, f"{FIRST}/教工第一党支部"),
    Figure("li_wei", "李伟", Role.secretary, f"{FIRST}/教工第一党支部"),
    Figure("chen_jing", "陈静", Role.general_secretary, FIRST),
    Figure("zhou_ming", "周明", Role.organization_department, ""),
    Figure("wang_fang", "王芳", Role.committee_member, f"{FIRST}/教工第一党支部"),
    Figure("sun_li", "孙丽", Role.deputy_secretary, f"{FIRST}/教工第一党支部"),
    Figure("zhao_qiang", "赵强", Role.secretary, f"{FIRST}/本科生第一党支部"),
    Figure("feng_qun", "冯群", Role.representative, f"{FIRST}/教工第一党支部"),
    Figure("zheng_jie", "郑洁", Role.inspector, ""),
    Figure("qian_jin", "钱进", Role.administrator, ""),
)


def main() -> None:
    settings = config.load()
    if not settings.sandbox:
        sys.exit("演示数据只用于沙盒，正式环境请导入花名册")
    engine = make_engine(settings.database_url)
    if not _is_empty(engine):
        return
    engine.dispose()
    with console.status("正在生成演示数据（约一分钟，只需一次）…"), _building(settings) as (building, into):
        seed(building, into, today=clock.shanghai_date(clock.now()))
    console.print("演示数据已就绪")


def seed(settings: config.Settings, engine: Engine, *, today: date) -> None:
    """Write the whole demo as of `today`: half a year of it, but no further back than the roster's year."""
    begin = max(today - HALF_A_YEAR, date(today.year, 1, 1))
    Demo(settings, engine, begin=begin, today=today).write()


def _is_empty(engine: Engine) -> bool:
    with reading(engine) as session:
        return session.scalar(select(Organization.id).limit(1)) is None


@contextmanager
def _building(settings: config.Settings) -> Iterator[tuple[config.Settings, Engine]]:
    """Hand out the engine to seed: on SQLite a new file that replaces the empty one at the end."""
    if not settings.database_url.startswith("sqlite:///"):
        engine = make_engine(settings.database_url)
        yield settings, engine
        engine.dispose()
        return
    final = Path(settings.database_url.removeprefix("sqlite:///"))
    part = final.with_name(f"{final.name}.building")
    _remove(part)
    engine = make_engine(f"sqlite:///{part}")
    event.listen(engine, "connect", _hurry)
    migrations.upgrade(engine)
    yield settings, engine
    with engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    engine.dispose()
    _remove(final)
    os.replace(part, final)
    _remove(part)


def _hurry(connection: object, _record: object) -> None:
    """A file that is thrown away when its making is cut short needs no sync at every commit."""
    connection.execute("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]


def _remove(database: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


class Demo:
    """The writing of one demo, step by step; `chance` makes every choice, always the same."""

    def __init__(self, settings: config.Settings, engine: Engine, *, begin: date, today: date) -> None:
        self.settings = settings
        self.engine = engine
        self.begin = begin
        self.today = today
        self.chance = random.Random(SEED)
        self.people = list(demo_people.members(self.chance))
        self.storage = DiskStorage(settings.photo_dir)
        self.places: dict[str, Organization] = {}
        self.members: dict[str, Member] = {}
        self.actors: dict[str, Actor] = {}

    def write(self) -> None:
        self._found()
        self._import_roster()
        self._appoint()
        self._claim()
        self._register_dues()

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session:
            yield session
            session.commit()

    def _found(self) -> None:
        """The tree, and the standard in force."""
        now = _at(date(self.begin.year, 1, 1), 9)
        with self._transaction() as session:
            root = organizations.create_root(session, title=ROOT_TITLE, now=now)
            self.places[""] = root
            for general, branches in demo_people.UNITS:
                above = self._add(session, root, OrganizationKind.general_branch, general, now=now)
                for branch in branches:
                    self._add(session, above, OrganizationKind.branch, f"{general}/{branch}", now=now)
            for branch in demo_people.DIRECT_BRANCHES:
                self._add(session, root, OrganizationKind.branch, branch, now=now)
            standards.install_default(
                session, organization_id=root.id, year=self.today.year, published_by=None, now=now
            )

    def _add(
        self, session: Session, above: Organization, kind: OrganizationKind, path: str, *, now: datetime
    ) -> Organization:
        title = path.rpartition("/")[2]
        self.places[path] = organizations.create_organization(
            session, parent_id=above.id, kind=kind, title=title, account_id=None, now=now
        )
        return self.places[path]

    def _import_roster(self) -> None:
        """Through the same import a secretary uses, from a real workbook."""
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "花名册.xlsx"
            _write_roster(path, self.people)
            import_file(self.engine, self.settings, path, self.places[""].id, create_missing=True)
        with reading(self.engine) as session:
            self.members = {member.work_number: member for member in session.scalars(select(Member))}

    def _appoint(self) -> None:
        """Accounts for everyone who claims or reviews, and a WeChat identity for those a visitor can play."""
        now = _at(date(self.begin.year, 1, 1), 11)
        with self._transaction() as session:
            for person in self.people:
                self._account(session, person, now)
            for figure in FIGURES:
                self._figure(session, figure, now)

    def _account(self, session: Session, person: DemoMember, now: datetime) -> None:
        member = self.members[person.work_number]
        account = identity.ensure_account(
            session, member_id=member.id, root_id=member.root_id, name=member.name, now=now
        )
        branch = self.places[_path(person)]
        role = {"支部书记": Role.secretary, "支委": Role.committee_member, "副书记": Role.deputy_secretary}.get(
            person.duty
        )
        if role:
            self._grant(session, account, role, branch, now)
        self.actors[person.work_number] = Actor(
            identity_id=0,
            account_id=account.id,
            root_id=member.root_id,
            member_id=member.id,
            organization_ids=branch.ancestor_ids,
            grants=(Held(role, branch.id),) if role else (),
        )

    def _figure(self, session: Session, figure: Figure, now: datetime) -> None:
        member = next((self.members[p.work_number] for p in self.people if p.name == figure.name), None)
        account = identity.ensure_account(
            session,
            member_id=member.id if member else None,
            root_id=self.places[""].id,
            name=figure.name,
            now=now,
        )
        known = identity.find_or_add_identity(
            session, app_id=SANDBOX_APP_ID, openid=figure.openid, unionid=None, now=now
        )
        identity.bind(session, identity_id=known.id, account_id=account.id, now=now)
        appointed = member is not None and any(p.name == figure.name and p.duty for p in self.people)
        if figure.role and not appointed:
            self._grant(session, account, figure.role, self.places[figure.place], now)

    def _grant(self, session: Session, account: Account, role: Role, place: Organization, now: datetime) -> None:
        identity.grant(
            session,
            account_id=account.id,
            role=role,
            organization_id=place.id,
            from_date=date(self.begin.year, 1, 1),
            until_date=None,
            granted_by=None,
            now=now,
        )

    def _claim(self) -> None:
        """Half a year of claims in the order of their days; most are decided the day after."""
        planned = sorted(self._planned(), key=lambda plan: plan.day)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            drawn = zip(planned, pool.map(_draw, planned), strict=True)
            while batch := list(islice(drawn, 50)):
                with self._transaction() as session:
                    for plan, pictures in batch:
                        self._one_claim(session, plan, pictures)

    def _planned(self) -> Iterator["Plan"]:
        for number in range(int(len(self.people) * CLAIMS_PER_MEMBER)):
            person = self.chance.choice(self.people)
            story, day = demo_claims.pick(self.chance, person.category, self.begin, self.today)
            yield Plan(number, day, person, story)
        yield from self._planned_for_visitors(number + 1)

    def _planned_for_visitors(self, number: int) -> Iterator["Plan"]:
        """张敏 has a year worth looking at, and 李伟 always finds claims to review."""
        zhang_min = next(person for person in self.people if person.name == "张敏")
        for index, story in enumerate(demo_claims.OF_ZHANG_MIN):
            yield Plan(number + index, self.begin + (index + 1) * (self.today - self.begin) / 8, zhang_min, story)
        waiting = zip(self.people[4:8], demo_claims.STAFF, strict=False)
        for index, (person, story) in enumerate(waiting, start=number + len(demo_claims.OF_ZHANG_MIN)):
            yield Plan(index, self.today - timedelta(days=index % WAITING_DAYS), person, story)

    def _one_claim(self, session: Session, plan: "Plan", pictures: list[Picture]) -> None:
        person, story = plan.person, plan.story
        actor = self.actors[person.work_number]
        at = _at(plan.day, 19, self.chance.randrange(60))
        member_id = self.members[person.work_number].id
        contents = Contents(
            title=story.title,
            description=story.words,
            item_code=story.item_code,
            quantity=None if story.level else story.quantity,
            level=story.level,
            achievement=story.title if story.level else None,
            occurred_on=plan.day,
            photo_ids=self._photos(session, pictures, member_id, actor, at),
        )
        claim = claims.create_draft(session, member_id=member_id, actor=actor, contents=contents, now=at)
        claims.submit(session, claim_id=claim.id, actor=actor, version=claim.version, now=at)
        if plan.day < self.today - timedelta(days=WAITING_DAYS):
            self._decide(session, claim, person, at + timedelta(hours=14))

    def _photos(
        self, session: Session, pictures: list[Picture], member_id: int, actor: Actor, at: datetime
    ) -> list[int]:
        uploaded_by = actor.account_id or 0
        kept = [
            photos.keep(session, self.storage, member_id=member_id, picture=picture, uploaded_by=uploaded_by, now=at)
            for picture in pictures
        ]
        return [photo.id for photo, _ in kept]

    def _decide(self, session: Session, claim: Claim, person: DemoMember, at: datetime) -> None:
        """The secretary decides; a secretary's own claim goes to the 支委."""
        reviewer = self._reviewer(person)
        review.open_for_review(session, claim_id=claim.id, actor=reviewer, now=at)
        dice = self.chance.random()
        if dice < 0.05:
            words = self.chance.choice(demo_claims.RETURN_WORDS)
            review.send_back(session, claim_id=claim.id, actor=reviewer, version=claim.version, reason=words, now=at)
        elif dice < 0.08:
            words = self.chance.choice(demo_claims.REJECT_WORDS)
            review.reject(session, claim_id=claim.id, actor=reviewer, version=claim.version, reason=words, now=at)
        else:
            self._approve(session, claim, reviewer, at, adjusted=dice > 0.96)

    def _approve(self, session: Session, claim: Claim, reviewer: Actor, at: datetime, *, adjusted: bool) -> None:
        proposed = claim.proposed_points or Decimal(0)
        review.approve(
            session,
            claim_id=claim.id,
            actor=reviewer,
            version=claim.version,
            now=at,
            approved_points=proposed / 2 if adjusted else None,
            reason=demo_claims.ADJUST_WORDS if adjusted else None,
        )

    def _reviewer(self, person: DemoMember) -> Actor:
        duty = "支委" if person.duty == "支部书记" else "支部书记"
        colleague = next(p for p in self.people if _path(p) == _path(person) and p.duty == duty)
        return self.actors[colleague.work_number]

    def _register_dues(self) -> None:
        """Every branch pastes its last full months from Excel and closes them; one in forty paid late or not."""
        for month in _full_months(self.begin, self.today)[-DUES_MONTHS:]:
            after = month + timedelta(days=calendar.monthrange(month.year, month.month)[1] + 2)
            for path in sorted({_path(person) for person in self.people}):
                with self._transaction() as session:
                    self._dues_of(session, path, month, _at(after, 15))

    def _dues_of(self, session: Session, path: str, month: date, at: datetime) -> None:
        branch = [person for person in self.people if _path(person) == path]
        secretary = self.actors[branch[0].work_number].account_id or 0
        place = self.places[path].id
        text = "\n".join("\t".join(self._payment(person, month)) for person in branch)
        register_pasted(session, organization_id=place, text=text, apply=True, account_id=secretary, now=at)
        close_month(session, organization_id=place, month=f"{month:%Y-%m}", due_cents=0, account_id=secretary, now=at)

    def _payment(self, person: DemoMember, month: date) -> list[str]:
        due = DUES[person.category]
        day = month.replace(day=self.chance.randint(3, 26))
        dice = self.chance.random()
        if dice < 1 / 80:
            return [person.work_number, f"{month:%Y-%m}", due, "0", ""]
        if dice < 1 / 40:
            day += timedelta(days=31)
        return [person.work_number, f"{month:%Y-%m}", due, due, day.isoformat()]


@dataclass(frozen=True, slots=True)
class Plan:
    """A claim to be: who did what on which day."""

    number: int
    day: date
    person: DemoMember
    story: Story


def _draw(plan: Plan) -> list[Picture]:
    """Draw a claim's photos; in a thread of its own, as drawing is half of the work."""
    seeds = (plan.number * 10 + index for index in range(plan.story.photos))
    return [processing.process_trusted(make_photo(seed, plan.story.scene, taken_on=plan.day)) for seed in seeds]


def _full_months(begin: date, today: date) -> list[date]:
    """Return the first days of the months that lie wholly between."""
    firsts = [date(today.year, month, 1) for month in range(1, today.month)]
    return [first for first in firsts if first >= begin]


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=clock.SHANGHAI).astimezone(UTC)


def _path(person: DemoMember) -> str:
    return f"{person.general_branch}/{person.branch}" if person.general_branch else person.branch


def _write_roster(path: Path, people: list[DemoMember]) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("花名册")
        sheet.write_row(0, 0, [column.value for column in Column])
        for row, person in enumerate(people, start=1):
            sheet.write_row(row, 0, _cells(person))


def _cells(person: DemoMember) -> list[str]:
    return [
        person.name,
        person.gender,
        person.work_number,
        person.phone,
        person.general_branch,
        person.branch,
        person.group,
        person.joined_on.isoformat(),
        person.full_member_on.isoformat() if person.full_member_on else "",
        person.category,
        person.stage,
        person.duty,
    ]


if __name__ == "__main__":
    main()
