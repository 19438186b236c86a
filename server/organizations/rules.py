"""The rules for the tree, for roles, dates, numbers and titles. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

from server.identity.rules import Role, sees_or_decides
from server.organizations.models import FilingStatus, OrganizationKind
from server.text import compact, plain_code

CHILD_KINDS: dict[OrganizationKind, frozenset[OrganizationKind]] = {
    OrganizationKind.party_committee: frozenset({OrganizationKind.general_branch, OrganizationKind.branch}),
    OrganizationKind.general_branch: frozenset({OrganizationKind.branch}),
    OrganizationKind.branch: frozenset({OrganizationKind.group}),
    OrganizationKind.group: frozenset(),
}
"""Which kinds may be below which; a branch directly below the committee is a 直属党支部."""

KIND_TITLES = {
    OrganizationKind.party_committee: "党委",
    OrganizationKind.general_branch: "党总支",
    OrganizationKind.branch: "党支部",
    OrganizationKind.group: "党小组",
}

STAGE_BY_DECISION = (
    "党员类别的变化须经组织决定，名册导入和信息修改不能更改；原来登记有误的，请上级党组织在该党员的页面“更正党员类别”"
)
"""Why roster and edit refuse another stage, and how to change it."""

_ENDINGS = {
    "党支部": OrganizationKind.branch,
    "党小组": OrganizationKind.group,
    "党总支": OrganizationKind.general_branch,
    "分党委": OrganizationKind.general_branch,
}


def likely_kind(title: str) -> OrganizationKind | None:
    """Return the kind that a title's ending names, or None if it names none."""
    return next((kind for ending, kind in _ENDINGS.items() if title.endswith(ending)), None)


def founded(by_kind: Mapping[str, Sequence[str]]) -> list[str]:
    """Return in words what a roster founds, a line for each kind, highest first."""
    return [
        f"{KIND_TITLES[kind]} {len(titles)} 个：{'、'.join(titles)}"
        for kind in OrganizationKind
        if (titles := by_kind.get(kind))
    ]


ROLE_KINDS: dict[Role, frozenset[OrganizationKind]] = {
    Role.group_leader: frozenset({OrganizationKind.group}),
    Role.committee_member: frozenset({OrganizationKind.branch}),
    Role.deputy_secretary: frozenset({OrganizationKind.branch}),
    Role.secretary: frozenset({OrganizationKind.branch}),
    Role.representative: frozenset({OrganizationKind.branch}),
    Role.organizer: frozenset({OrganizationKind.general_branch}),
    Role.general_secretary: frozenset({OrganizationKind.general_branch}),
    Role.inspector: frozenset({OrganizationKind.party_committee, OrganizationKind.general_branch}),
    Role.organization_department: frozenset({OrganizationKind.party_committee}),
    Role.administrator: frozenset({OrganizationKind.party_committee}),
}

_RANKS = {
    Role.representative: 0,
    Role.group_leader: 1,
    Role.committee_member: 2,
    Role.deputy_secretary: 3,
    Role.secretary: 4,
    Role.organizer: 5,
    Role.general_secretary: 6,
    Role.inspector: 7,
    Role.organization_department: 7,
    Role.administrator: 7,
}


def may_give(granter_roles: frozenset[Role], role: Role, *, first: bool = False) -> bool:
    """Whether someone with these roles over a place may give or end `role` there: none above their own.

    The administrator gives no role that sees points or decides (docs/adr/0030), except 组织部 to the `first` who
    ever holds it (docs/adr/0021).
    """
    if sees_or_decides(role) and not first:
        granter_roles -= {Role.administrator}
    return any(_RANKS[own] >= _RANKS[role] for own in granter_roles)


def stands_above(roles: frozenset[Role], role: Role) -> bool:
    """Whether someone with these roles over a place is above a holder of `role` there: 组织部 is above all others."""
    if Role.organization_department in roles and role is not Role.organization_department:
        return True
    return any(_RANKS[own] > _RANKS[role] for own in roles)


def is_within_two_years(on: date, *, today: date) -> bool:
    """Whether a membership may begin or end on a day: not ahead, and in this year or the last.

    The last year only counts while the branch has no results, which `past_years` asks.
    """
    return on <= today and on.year >= today.year - 1


def transfer_refusal(*, on: date, today: date, member_since: date) -> str | None:
    """Return why a transfer cannot be dated `on`, or None: this year or last, not ahead, not before they joined."""
    if on > today:
        return "转接日期不能晚于今天"
    if not is_within_two_years(on, today=today):
        return "转接日期应在本年度或上一年度内"
    if on < member_since:
        return f"转接日期不能早于加入现支部的日期（{member_since.isoformat()}）"
    return None


def date_problem(*, joined_on: date | None, full_member_on: date | None, today: date) -> str | None:
    """Return what is wrong with a member's own dates, or None."""
    if joined_on and joined_on > today:
        return "入党日期不能晚于今天"
    if joined_on and full_member_on and full_member_on < joined_on:
        return "转正日期不能早于入党日期"
    return None


class YearFlow(StrEnum):
    """How branches of a 总支 end their years: points and stars are shown and filed together, or one after another."""

    one_round = "one_round"
    two_rounds = "two_rounds"


class ExemptionStatus(StrEnum):
    studied = "studied"
    passed = "passed"
    submitted = "submitted"
    returned = "returned"
    in_force = "in_force"
    ended = "ended"
    given_up = "given_up"


_OF_FILING = {
    FilingStatus.submitted: ExemptionStatus.submitted,
    FilingStatus.returned: ExemptionStatus.returned,
    FilingStatus.received: ExemptionStatus.in_force,
}


def exemption_status(*, is_open: bool, passed: bool, filing: FilingStatus | None) -> ExemptionStatus:
    if not is_open:
        return ExemptionStatus.ended if filing is FilingStatus.received else ExemptionStatus.given_up
    if filing is not None:
        return _OF_FILING[filing]
    return ExemptionStatus.passed if passed else ExemptionStatus.studied


class FilingAction(StrEnum):
    receive = "receive"
    send_back = "return"
    resubmit = "resubmit"


_FILING_MOVES = {
    (FilingStatus.submitted, FilingAction.receive): FilingStatus.received,
    (FilingStatus.submitted, FilingAction.send_back): FilingStatus.returned,
    (FilingStatus.returned, FilingAction.resubmit): FilingStatus.submitted,
}


def next_filing_status(current: FilingStatus, action: FilingAction) -> FilingStatus | None:
    """Return the status an action leads to, or None if it is not possible."""
    return _FILING_MOVES.get((current, action))


def normal_work_number(text: str) -> str:
    """Return a 工号/学号 in half-width capitals without spaces."""
    return plain_code(text).upper()


def is_work_number(number: str) -> bool:
    """Whether a normal 工号/学号 has the shape of one: 1–32 letters, digits, `-` or `_`, but not only `-` and `_`."""
    return 0 < len(number) <= 32 and number.isascii() and number.replace("-", "").replace("_", "").isalnum()


CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 10


def normal_activation_code(text: str) -> str | None:
    """Return the ten characters of an activation code, or None if it cannot be one."""
    code = plain_code(text).replace("-", "").upper()
    return code if len(code) == CODE_LENGTH and set(code) <= set(CODE_ALPHABET) else None


def normal_title(text: str) -> str:
    """Return an organization's title without spaces and in half-width brackets and digits, for comparison."""
    return compact(text)
