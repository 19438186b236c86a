"""The named people and places that the tests speak of, made afresh in every test's database."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from sqlalchemy.orm import Session

from server.days import SHANGHAI
from server.identity import service as identity
from server.identity.models import Account, Grant, WechatIdentity
from server.identity.rules import Actor, HeldRole, Role
from server.organizations.models import Category, Member, Membership, Organization, OrganizationKind, Stage
from server.standards import service as standards

TODAY = date(2026, 6, 18)
NOW, MORNING, LATE = (
    datetime.combine(TODAY, clock, SHANGHAI).astimezone(UTC) for clock in (time(0, 30), time(10), time(23, 59))
)
"""Moments of that day in Shanghai. `NOW` is the tests' own: half an hour after midnight, when in UTC it is yesterday.
A file that is about hours of the day imports `MORNING as NOW`."""

YEAR_START = date(2026, 1, 1)
BEGAN = datetime.combine(YEAR_START, time(), SHANGHAI).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Person:
    """Someone signed in. A stranger has no account and no member."""

    name: str
    token: str
    actor: Actor
    account_id: int
    member_id: int


@dataclass(slots=True)
class Cast:
    """学院党总支 with two branches, a 直属 branch, and whom they are made of. Organizations are ids."""

    root: int
    general_branch: int
    branch: int
    group: int
    other_branch: int
    other_general_branch: int
    foreign_branch: int
    direct_branch: int
    standard_id: int
    people: dict[str, Person] = field(default_factory=dict)
    today: date = TODAY
    now: datetime = NOW

    def __getattr__(self, name: str) -> Person:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None


def make_cast(session: Session) -> Cast:
    """Fill an empty database and commit."""
    root = _organization(session, None, OrganizationKind.party_committee, "山海学院党委")
    general = _organization(session, root, OrganizationKind.general_branch, "计算机科学与技术学院党总支")
    branch = _organization(session, general, OrganizationKind.branch, "教工第一党支部")
    group = _organization(session, branch, OrganizationKind.group, "第一党小组")
    other = _organization(session, general, OrganizationKind.branch, "学生第一党支部")
    other_general = _organization(session, root, OrganizationKind.general_branch, "经济学院党总支")
    foreign = _organization(session, other_general, OrganizationKind.branch, "经济学院教工党支部")
    direct = _organization(session, root, OrganizationKind.branch, "图书馆直属党支部")
    standard = standards.install_default(session, organization_id=root.id, year=2026, published_by=None, now=NOW)
    cast = Cast(
        root.id, general.id, branch.id, group.id, other.id, other_general.id, foreign.id, direct.id, standard.id
    )
    add = _Adder(session, cast)
    add("zhang_min", "张敏", branch)
    add("wang_fang", "王芳", branch, Role.committee_member)
    add("li_wei", "李伟", branch, Role.secretary)
    add("sun_li", "孙丽", branch, Role.deputy_secretary)
    add("zhao_qiang", "赵强", other, Role.secretary, category=Category.student)
    add("zhou_yu", "周宇", other, category=Category.student, stage=Stage.probationary)
    add("chen_jing", "陈静", other, Role.general_secretary, at=general)
    add("wu_gang", "吴刚", foreign)
    add("he_hua", "何华", direct, category=Category.retired)
    add("organization_department", "周明", direct, Role.organization_department, at=root)
    add("inspector", "郑洁", direct, Role.inspector, at=root)
    add("administrator", "钱进", None, Role.administrator, at=root)
    add("representative", "冯群", None, Role.representative, at=branch)
    _add_stranger(session, cast)
    session.commit()
    return cast


def _organization(session: Session, parent: Organization | None, kind: OrganizationKind, title: str) -> Organization:
    organization = Organization(
        root_id=parent.root_id if parent else None,
        parent_id=parent.id if parent else None,
        kind=kind,
        title=title,
        path="",
        settings={},
        created_at=NOW,
    )
    session.add(organization)
    session.flush()
    organization.root_id = organization.root_id or organization.id
    organization.path = f"{parent.path if parent else '/'}{organization.id}/"
    session.flush()
    return organization


class _Adder:
    """Adds one person with his account, WeChat identity, token, membership and grant."""

    def __init__(self, session: Session, cast: Cast) -> None:
        self.session = session
        self.cast = cast

    def __call__(
        self,
        key: str,
        name: str,
        branch: Organization | None,
        role: Role | None = None,
        *,
        at: Organization | None = None,
        category: Category = Category.staff,
        stage: Stage = Stage.full,
    ) -> None:
        member = self._member(key, name, branch, category, stage) if branch else None
        account = Account(root_id=self.cast.root, member_id=member.id if member else None, name=name, created_at=NOW)
        self.session.add(account)
        self.session.flush()
        place = at or branch
        if role and place:
            grant = Grant(
                account_id=account.id, role=role, organization_id=place.id, from_date=YEAR_START, created_at=BEGAN
            )
            self.session.add(grant)
        identity_id, token = _sign_in(self.session, key, account.id)
        actor = Actor(
            identity_id=identity_id,
            account_id=account.id,
            root_id=self.cast.root,
            member_id=member.id if member else None,
            organization_ids=branch.ancestor_ids if branch else (),
            grants=(HeldRole(role, place.id),) if role and place else (),
        )
        self.cast.people[key] = Person(name, token, actor, account.id, member.id if member else 0)

    def _member(self, key: str, name: str, branch: Organization, category: Category, stage: Stage) -> Member:
        member = Member(
            root_id=self.cast.root,
            name=name,
            gender="女",
            work_number=key,
            joined_on=date(2015, 7, 1),
            category=category,
            stage=stage,
            created_at=NOW,
            updated_at=NOW,
        )
        self.session.add(member)
        self.session.flush()
        self.session.add(Membership(member_id=member.id, organization_id=branch.id, from_date=YEAR_START))
        self.session.flush()
        return member


def _sign_in(session: Session, openid: str, account_id: int | None) -> tuple[int, str]:
    identity_row = WechatIdentity(app_id="sandbox", openid=openid, account_id=account_id, created_at=NOW)
    session.add(identity_row)
    session.flush()
    return identity_row.id, identity.issue_token(session, identity_id=identity_row.id, now=NOW, days=3650)


def _add_stranger(session: Session, cast: Cast) -> None:
    identity_id, token = _sign_in(session, "stranger", None)
    cast.people["stranger"] = Person("路人", token, Actor(identity_id=identity_id), 0, 0)
