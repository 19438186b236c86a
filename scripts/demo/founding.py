"""The beginning of the demo's year: the tree, the standard in force, the roster, accounts and roles."""

import tempfile
from datetime import date, datetime
from pathlib import Path

import xlsxwriter
from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts.demo import people
from scripts.demo.people import DemoMember
from scripts.demo.personas import PERSONAS, Persona
from scripts.demo.university import University, at
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
ROLES = {"支部书记": Role.secretary, "支委": Role.committee_member, "副书记": Role.deputy_secretary}


def found(university: University) -> None:
    _plant_tree(university)
    _import_roster(university)
    _open_accounts(university)


def _plant_tree(university: University) -> None:
    """The organizations, which begin with the demo's first month, and the standard in force."""
    now = at(university.begin.replace(day=1), 9)
    with university.transaction() as session:
        root = organizations.create_root(session, title=ROOT_TITLE, now=now)
        university.places[""] = root
        for general, branches in people.UNITS:
            above = _add(university, session, root, OrganizationKind.general_branch, general, now=now)
            for branch in branches:
                _add(university, session, above, OrganizationKind.branch, f"{general}/{branch}", now=now)
        for branch in people.DIRECT_BRANCHES:
            _add(university, session, root, OrganizationKind.branch, branch, now=now)
        year = university.begin.year
        standards.install_default(session, organization_id=root.id, year=year, published_by=None, now=now)


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


def _import_roster(university: University) -> None:
    """Through the same import a secretary uses, from a real workbook."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "花名册.xlsx"
        _write_roster(path, university.people)
        root = university.places[""].id
        import_file(university.engine, university.settings, path, root, create_missing=True)
    with reading(university.engine) as session:
        university.members = {member.work_number: member for member in session.scalars(select(Member))}


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


def _open_accounts(university: University) -> None:
    """Accounts for everyone who claims or reviews, and a WeChat identity for those a visitor can play."""
    now = at(date(university.begin.year, 1, 1), 11)
    with university.transaction() as session:
        for person in university.people:
            _open_account(university, session, person, now)
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
        from_date=date(now.year, 1, 1),
        until_date=None,
        granted_by=None,
        now=now,
    )
