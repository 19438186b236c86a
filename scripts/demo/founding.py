"""The beginnings of the demo: the tree, the standards in force, the rosters, accounts and roles."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import xlsxwriter
from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts.demo.gatherings import plans
from scripts.demo.people import PIONEERS, DemoMember
from scripts.demo.personas import PERSONAS, Persona
from scripts.demo.university import University, at
from server import clock
from server.days import shanghai_date
from server.db import reading
from server.identity import consents, privacy_notice
from server.identity import service as identity
from server.identity.models import Account
from server.identity.rules import Actor, HeldRole, Role
from server.organizations import service as organizations
from server.organizations.models import Member, Organization, OrganizationKind
from server.organizations.roster.files import import_file
from server.organizations.roster.rules import RosterColumn
from server.standards import service as standards
from server.wechat.client import SANDBOX_APP_ID
from server.wechat.sandbox.sign_in import unionid_of

ROOT_TITLE = "山海学院党委"
STANDARD_PUBLISHED_ON = (12, 20)
"""Month and day on which a year's standard is published, in the year before."""
ROLES = {"支部书记": Role.secretary, "支委": Role.committee_member, "副书记": Role.deputy_secretary}


def found(university: University) -> None:
    """Found the pioneers' branches in the last year, and all others with the demo's first month."""
    tried_at = at(university.tried_from, 9)
    begun_at = min(at(university.begin.replace(day=1), 9), university.now)
    year = university.today.year
    pioneers = university.pioneers
    _found_root(university, tried_at)
    _publish_standard(university, year - 1, now=tried_at)
    _plant(university, PIONEERS, now=tried_at)
    _import_roster(university, pioneers, now=tried_at)
    _open_accounts(university, pioneers, now=tried_at)
    _publish_standard(university, year, now=at(date(year - 1, *STANDARD_PUBLISHED_ON), 9))
    others = [person for person in university.people if person.path not in PIONEERS]
    _plant(university, [path for path in plans.branches() if path not in PIONEERS], now=begun_at)
    _import_roster(university, others, now=begun_at)
    _open_accounts(university, others, now=at(date(year, 1, 1), 11))
    _let_in_personas(university, now=at(date(year, 1, 1), 11))


def _found_root(university: University, now: datetime) -> None:
    with university.transaction() as session:
        university.places[""] = organizations.create_root(session, title=ROOT_TITLE, now=now)


def _publish_standard(university: University, year: int, *, now: datetime) -> None:
    root_id = university.places[""].id
    with university.transaction() as session:
        standards.install_default(session, organization_id=root_id, year=year, published_by=None, now=now)


def _plant(university: University, paths: Iterable[str], *, now: datetime) -> None:
    """Found branches, by title path, and the 总支 above them that are not there yet."""
    with university.transaction() as session:
        for path in paths:
            general = path.rpartition("/")[0]
            if general not in university.places:
                _add(university, session, university.places[""], OrganizationKind.general_branch, general, now=now)
            _add(university, session, university.places[general], OrganizationKind.branch, path, now=now)


def _add(
    university: University,
    session: Session,
    above: Organization,
    kind: OrganizationKind,
    path: str,
    *,
    now: datetime,
) -> Organization:
    title = path.rpartition("/")[2]
    university.places[path] = organizations.create_organization(
        session, parent_id=above.id, kind=kind, title=title, account_id=None, now=now
    )
    return university.places[path]


def _import_roster(university: University, roster: list[DemoMember], *, now: datetime) -> None:
    """Through the same import a secretary uses, from a real workbook."""
    with tempfile.TemporaryDirectory() as directory, _clock_at(now):
        path = Path(directory) / "花名册.xlsx"
        _write_roster(path, roster)
        root = university.places[""].id
        import_file(university.engine, university.settings, path, root, create_missing=True)
    with reading(university.engine) as session:
        university.members.update((member.work_number, member) for member in session.scalars(select(Member)))


@contextmanager
def _clock_at(now: datetime) -> Iterator[None]:
    """Let the import, which asks the clock, take place then."""
    own, clock.now = clock.now, lambda: now
    try:
        yield
    finally:
        clock.now = own


def _write_roster(path: Path, roster: list[DemoMember]) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("花名册")
        sheet.write_row(0, 0, [column.value for column in RosterColumn])
        for row, person in enumerate(roster, start=1):
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


def _open_accounts(university: University, roster: list[DemoMember], *, now: datetime) -> None:
    """Accounts for everyone who claims or reviews."""
    with university.transaction() as session:
        for person in roster:
            _open_account(university, session, person, now)


def _let_in_personas(university: University, *, now: datetime) -> None:
    """A WeChat identity for those a visitor can play."""
    with university.transaction() as session:
        for persona in PERSONAS:
            _let_in(university, session, persona, now)


def _open_account(university: University, session: Session, person: DemoMember, now: datetime) -> None:
    member = university.members[person.work_number]
    account = identity.ensure_account(session, member_id=member.id, root_id=member.root_id, name=member.name, now=now)
    branch = university.places[person.path]
    role = ROLES.get(person.duty)
    if role:
        _grant(session, account, role, branch, now)
    university.actors[person.work_number] = Actor(
        identity_id=0,
        account_id=account.id,
        root_id=member.root_id,
        member_id=member.id,
        organization_ids=branch.ancestor_ids,
        grants=(HeldRole(role, branch.id),) if role else (),
    )


def _let_in(university: University, session: Session, persona: Persona, now: datetime) -> None:
    """Bind the persona's openid to their account; a persona on no roster gets an account without a member."""
    person = university.named(persona.name)
    account = identity.ensure_account(
        session,
        member_id=university.members[person.work_number].id if person else None,
        root_id=university.places[""].id,
        name=persona.name,
        now=now,
    )
    known = identity.find_or_add_identity(
        session, app_id=SANDBOX_APP_ID, openid=persona.openid, unionid=unionid_of(persona.openid), now=now
    )
    identity.bind(session, identity_id=known.id, account_id=account.id, now=now)
    consents.agree(session, account_id=account.id, version=privacy_notice.current().version, now=now)
    if persona.role:
        _grant(session, account, persona.role, university.places[persona.place], now)


def _grant(session: Session, account: Account, role: Role, place: Organization, now: datetime) -> None:
    identity.grant(
        session,
        account_id=account.id,
        role=role,
        organization_id=place.id,
        from_date=shanghai_date(now),
        until_date=None,
        granted_by=None,
        now=now,
    )
