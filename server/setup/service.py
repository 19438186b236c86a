"""Found the 党委 with its standard, and appoint its first officers; asked again, each changes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.errors import DomainError, conflict
from server.identity import queries as identity_queries
from server.identity import service as identity
from server.identity.models import Account
from server.identity.rules import ROLE_TITLES
from server.names import name_key
from server.organizations import binding, grants
from server.organizations import service as organizations
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.models import Member, Organization
from server.organizations.rules import KIND_TITLES, ROLE_KINDS, normal_title
from server.setup.error_codes import SetupErrorCode
from server.setup.rules import Appointment
from server.setup.slips import Slip
from server.standards import service as standards
from server.standards.models import Standard
from server.text import line

FIRST_ROOT_ID = 1
"""The first 党委 has this id, so that two who begin at once create only one: the primary key lets one through."""

LONGEST_TITLE = 128


@dataclass(frozen=True, slots=True)
class FirstOfficer:
    """Who is to hold which role where; `member_id` is None for a person on no roster, or so far only in the file."""

    appointment: Appointment
    organization: Organization
    name: str
    member_id: int | None
    stands: bool

    @property
    def words(self) -> str:
        return f"{self.name}　{self.duty}"

    @property
    def duty(self) -> str:
        return f"{self.organization.title} {ROLE_TITLES[self.appointment.role]}"


def found(session: Session, *, title: str, now: datetime) -> Organization:
    """Return the 党委, founded with the default standard of this year if there is none.

    Raises DomainError `bad_title`, or 409 `already_set_up` when there is one by another name.
    """
    try:
        title = normal_title(line(title))
    except ValueError as unreadable:
        raise DomainError(SetupErrorCode.bad_title, f"党委名称{unreadable}") from None
    if not 0 < len(title) <= LONGEST_TITLE:
        raise DomainError(SetupErrorCode.bad_title, f"党委名称应为 1–{LONGEST_TITLE} 个字")
    root = _existing_root(session, title)
    if root is None:
        try:
            root = organizations.create_root(session, title=title, now=now, root_id=FIRST_ROOT_ID)
        except DomainError:  # someone else was faster
            root = _existing_root(session, title)
            assert root is not None
    if session.scalar(select(Standard.id).where(Standard.organization_id == root.id).limit(1)) is None:
        year = shanghai_date(now).year
        standards.install_default(session, organization_id=root.id, year=year, published_by=None, now=now)
    return root


def _existing_root(session: Session, title: str) -> Organization | None:
    roots = session.scalars(select(Organization).where(Organization.parent_id.is_(None))).all()
    same = next((root for root in roots if normal_title(root.title) == title), None)
    if same is None and roots:
        names = "、".join(root.title for root in roots)
        raise conflict(
            SetupErrorCode.already_set_up, f"这个数据库中已有“{names}”，不能再设“{title}”；继续上次的初始化请用同一名称"
        )
    return same


def officers(
    session: Session, root: Organization, appointments: Iterable[Appointment], *, roster: Mapping[str, str], on: date
) -> list[FirstOfficer]:
    """Return the people whom the appointments mean. `roster`: the names, by number, of those about to be imported.

    Raises DomainError `not_appointed`, which names every wrong 工号 and 党组织, or 409 `department_appoints` if
    appointing is 组织部's by now.
    """
    tree = _Tree(session, root)
    meant, wrong = [], []
    for appointment in dict.fromkeys(appointments):
        try:
            meant.append(_officer(session, tree, appointment, roster, on))
        except DomainError as refusal:
            wrong.append(f"{appointment}：{refusal.message}")
    if wrong:
        raise DomainError(SetupErrorCode.not_appointed, "\n".join(wrong), detail={"problems": wrong})
    late = [officer.words for officer in meant if not officer.stands]
    if late and grants.has_department(session, root.id):
        raise conflict(SetupErrorCode.department_appoints, f"已有组织部，任职请由组织部办理：{'；'.join(late)}")
    return meant


class _Tree:
    """The open organizations of a 党委, to be found by title, or by the title above and their own."""

    def __init__(self, session: Session, root: Organization) -> None:
        self.root = root
        query = select(Organization).where(Organization.root_id == root.id, Organization.closed_on.is_(None))
        found = {organization.id: organization for organization in session.scalars(query.order_by(Organization.path))}
        self._named: dict[str, list[Organization]] = defaultdict(list)
        for organization in found.values():
            self._named[normal_title(organization.title)].append(organization)
            if (above := found.get(organization.parent_id or 0)) is not None:
                self._named[normal_title(f"{above.title}/{organization.title}")].append(organization)

    def find(self, appointment: Appointment) -> Organization:
        """Return the place meant. Raises DomainError."""
        kinds = ROLE_KINDS[appointment.role]
        if appointment.place is None:
            return self.root
        fitting = [each for each in self._named.get(appointment.place, []) if each.kind in kinds]
        if len(fitting) > 1:
            raise DomainError(
                SetupErrorCode.shared_title, f"有多个“{appointment.place}”，请写成 上级党组织/{appointment.place}"
            )
        if fitting:
            return fitting[0]
        titles = [title for title, named in self._named.items() if any(each.kind in kinds for each in named)]
        near = "或".join(f"“{title}”" for title in get_close_matches(appointment.place, titles, n=2))
        kind = "、".join(KIND_TITLES[kind] for kind in sorted(kinds))
        message = f"名册和系统中都没有{kind}“{appointment.place}”" + (f"，是不是{near}" if near else "")
        raise DomainError(SetupErrorCode.unknown_place, message)


def _officer(
    session: Session, tree: _Tree, appointment: Appointment, roster: Mapping[str, str], on: date
) -> FirstOfficer:
    place, number = tree.find(appointment), appointment.work_number
    member = session.scalar(select(Member).where(Member.root_id == tree.root.id, Member.work_number == number))
    known = member.name if member else roster.get(number)
    if known is None and appointment.name is None:
        raise DomainError(OrganizationErrorCode.not_on_roster, f"名册中没有工号/学号 {number}")
    if known is not None and appointment.name and name_key(appointment.name) != name_key(known):
        raise DomainError(SetupErrorCode.another_name, f"工号/学号 {number} 在名册中是{known}")
    account = _account_of(session, tree.root, number, appointment.name, member)
    held = identity_queries.grants_of(session, account.id, on=on) if account else []
    stands = any((grant.role, grant.organization_id) == (appointment.role, place.id) for grant in held)
    return FirstOfficer(appointment, place, known or appointment.name or "", member.id if member else None, stands)


def _account_of(
    session: Session, root: Organization, number: str, name: str | None, member: Member | None
) -> Account | None:
    if member is not None:
        return binding.account_of_member(session, member.id)
    return binding.invited_account(session, root_id=root.id, name=name, work_number=number) if name else None


def appoint(
    session: Session, root: Organization, appointments: Sequence[Appointment], *, new_codes: bool, now: datetime
) -> tuple[list[FirstOfficer], list[Slip]]:
    """Give the roles that are not held yet, and return the officers with slips for those who have no way in yet.

    A code that someone may already have stays good unless `new_codes`. Raises DomainError as `officers`.
    """
    grants.has_department(session, root.id)  # locks: two callers who appoint at once do so one after the other
    today = shanghai_date(now)
    named = officers(session, root, appointments, roster={}, on=today)
    duties: dict[int, list[FirstOfficer]] = defaultdict(list)
    for officer in named:
        account = _account_for(session, root, officer, now)
        duties[account.id].append(officer)
        if not officer.stands:
            grants.appoint(
                session,
                organization=officer.organization,
                role=officer.appointment.role,
                account_id=account.id,
                from_date=today,
                until_date=None,
                granted_by=None,
                now=now,
            )
    slips = [
        _slip(session, account_id, held, now)
        for account_id, held in duties.items()
        if not identity_queries.is_bound(session, account_id=account_id)
        and (new_codes or not binding.has_code(session, account_id=account_id, now=now))
    ]
    return named, slips


def _account_for(session: Session, root: Organization, officer: FirstOfficer, now: datetime) -> Account:
    appointment = officer.appointment
    if officer.member_id is None:
        number = appointment.work_number
        known = binding.invited_account(session, root_id=root.id, name=officer.name, work_number=number)
        if known is not None:
            return known
    return identity.ensure_account(session, member_id=officer.member_id, root_id=root.id, name=officer.name, now=now)


def _slip(session: Session, account_id: int, duties: Sequence[FirstOfficer], now: datetime) -> Slip:
    number = duties[0].appointment.work_number
    code, expires_at = binding.issue(session, session.get_one(Account, account_id), number, None, now)
    return Slip(duties[0].name, number, "；".join(each.duty for each in duties), code, expires_at)
