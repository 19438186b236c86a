"""Setting an installation up: first tried without writing, then in steps that may each be cut off and done again."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server import clock
from server.config import Settings
from server.days import shanghai_date
from server.db import transaction
from server.errors import DomainError
from server.identity.models import Grant
from server.identity.rules import Role
from server.organizations import grants
from server.organizations.models import Organization, OrganizationKind
from server.organizations.roster import applying
from server.organizations.roster import service as rosters
from server.organizations.roster.entries import ImportEntry, seal
from server.organizations.roster.files import import_file
from server.organizations.roster.places import RosterPlaces
from server.organizations.roster.plan import RowEffect
from server.organizations.roster.rules import RosterProblem, errors_of, settled, suggested_role
from server.organizations.roster.workbook import ParsedRoster
from server.privacy import PhoneVault
from server.setup import service, slips
from server.setup.error_codes import SetupErrorCode
from server.setup.rules import Appointment, next_steps

OFFERED = (Role.general_secretary, Role.secretary)
"""Roles that a 职务 of the roster may suggest; they are only given where asked for."""


@dataclass(frozen=True, slots=True)
class SetupOptions:
    """What is to be set up. The roster's columns 党总支, 党支部 and 党小组 make the tree."""

    title: str
    roster: Path
    appointments: Sequence[Appointment]


@dataclass(frozen=True, slots=True)
class SetupPreview:
    """What would be done: rows by action, organizations to be made by kind, officers in words, roles suggested,
    and what to know of the file."""

    rows: Counter[str]
    organizations: dict[str, list[str]]
    officers: list[str]
    suggested: list[Appointment]
    remarks: list[str]


@dataclass(frozen=True, slots=True)
class SetupResult:
    """What was done; `rows` are those of the roster by action, `remarks` what to know of its file."""

    rows: Counter[str]
    officers: list[str]
    slips: list[slips.Slip]
    next_steps: list[str]
    remarks: list[str]


def try_out(engine: Engine, settings: Settings, wishes: SetupOptions) -> SetupPreview:
    """Return what would be done; all of it is taken back. Raises DomainError, which names everything that is wrong."""
    now = clock.now()
    with wishes.roster.open("rb") as file:
        parsed = rosters.read(file, now=now)
    entries = [seal(row, PhoneVault(settings.phone_keys)) for row in parsed.rows]

    def imagine(session: Session) -> SetupPreview:
        outlook = _outlook(session, wishes, entries, parsed, now)
        session.rollback()
        return outlook

    return transaction(engine, imagine)


def _outlook(
    session: Session, wishes: SetupOptions, entries: Sequence[ImportEntry], parsed: ParsedRoster, now: datetime
) -> SetupPreview:
    root = service.found(session, title=wishes.title, now=now)
    places = RosterPlaces(session, root, applying.creator(session, account_id=None, now=now))
    decisions, unfit = rosters.plan_all(session, places, entries, root.id, now)
    problems = settled([*parsed.problems, *unfit])
    if wrong := errors_of(problems):
        lines = [problem.text for problem in wrong]
        message = "\n".join([*lines, f"名册有误 {len(lines)} 处，什么都没有写入；请改好后再运行"])
        raise DomainError(SetupErrorCode.roster_has_problems, message, detail={"problems": lines})
    names = {entry.work_number: str(entry.columns["name"]) for entry in entries}
    meant = service.officers(session, root, wishes.appointments, roster=names, on=shanghai_date(now))
    rows = Counter(decision.action.value for decision in decisions)
    duties = [officer.words for officer in meant]
    return SetupPreview(
        rows, places.created_by_kind(), duties, _suggested(decisions, wishes), _remarks(parsed.notes, problems)
    )


def _remarks(notes: Sequence[str], problems: Iterable[RosterProblem]) -> list[str]:
    """Remarks on the roster for the operator, none serious enough to stop."""
    return [*notes, *(problem.text for problem in problems)]


def _suggested(decisions: Sequence[RowEffect], wishes: SetupOptions) -> list[Appointment]:
    found = []
    for decision in decisions:
        entry = decision.entry
        role = suggested_role(str(entry.columns.get("duty") or ""))
        place = entry.general_branch if role is Role.general_secretary else entry.branch
        if role in OFFERED and place:
            if role is Role.secretary and entry.general_branch:
                place = f"{entry.general_branch}/{place}"
            found.append(Appointment(role, entry.work_number, place=place))
    asked = {(each.role, each.work_number) for each in wishes.appointments}
    return [each for each in found if (each.role, each.work_number) not in asked]


def carry_out(
    engine: Engine, settings: Settings, wishes: SetupOptions, *, slips_file: Path, new_codes: bool = False
) -> SetupResult:
    """Found, import and appoint; if cut off anywhere, start again: what is done already is found.

    Codes reach the file before they are committed: a code that counts is never lost. Raises DomainError as `try_out`.
    """
    slips.check_place(slips_file)
    outlook = try_out(engine, settings, wishes)
    now = clock.now()
    root_id = transaction(engine, lambda session: service.found(session, title=wishes.title, now=now).id)
    report = import_file(engine, settings, wishes.roster, root_id, create_missing=True)
    if wrong := errors_of(report.problems):
        lines = "\n".join(problem.text for problem in wrong)
        raise DomainError(SetupErrorCode.roster_has_problems, f"{lines}\n名册没有全部导入，请用同样的命令再运行一次")

    rows = Counter(report.roster.result) + Counter(unchanged=report.roster.summary["unchanged"])

    def appoint(session: Session) -> SetupResult:
        root = session.get_one(Organization, root_id)
        named, made = service.appoint(session, root, wishes.appointments, new_codes=new_codes, now=clock.now())
        result = SetupResult(
            rows, [officer.words for officer in named], made, _next_steps(session, root), outlook.remarks
        )
        session.flush()
        if made:
            slips.write(slips_file, made, root_title=root.title, address=settings.base_url)
        return result

    return transaction(engine, appoint)


def _next_steps(session: Session, root: Organization) -> list[str]:
    return next_steps(
        today=shanghai_date(clock.now()),
        has_department=grants.has_department(session, root.id),
        without_secretary=_without_secretary(session, root),
    )


def _without_secretary(session: Session, root: Organization) -> list[str]:
    led = select(Grant.organization_id).where(Grant.role == Role.secretary)
    branches = select(Organization.title).where(
        Organization.root_id == root.id,
        Organization.kind == OrganizationKind.branch,
        Organization.closed_on.is_(None),
        Organization.id.not_in(led),
    )
    return list(session.scalars(branches.order_by(Organization.path)))
