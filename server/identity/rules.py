"""Who may do what, and where: one table (design §7). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    group_leader = "group_leader"
    committee_member = "committee_member"
    deputy_secretary = "deputy_secretary"
    secretary = "secretary"
    organizer = "organizer"
    general_secretary = "general_secretary"
    organization_department = "organization_department"
    inspector = "inspector"
    representative = "representative"
    administrator = "administrator"


ROLE_TITLES = {
    Role.group_leader: "党小组组长",
    Role.committee_member: "支委",
    Role.deputy_secretary: "副书记",
    Role.secretary: "支部书记",
    Role.organizer: "组织员",
    Role.general_secretary: "总支书记",
    Role.organization_department: "组织部",
    Role.inspector: "督查员",
    Role.representative: "群众代表",
    Role.administrator: "系统管理员",
}


class Permission(StrEnum):
    signed_in = "signed_in"  # anyone with a token, bound or not; touches only the caller
    data_export = "data_export"  # everything held about a member: only for the member
    account_manage = "account_manage"  # activation codes, unbinding
    key_reset_see = "key_reset_see"  # what two officers do to an account's keys; also for its owner, who may stop it
    grant_manage = "grant_manage"
    audit_read = "audit_read"
    organization_read = "organization_read"
    organization_manage = "organization_manage"
    workday_manage = "workday_manage"  # days on which the university differs from the national calendar
    branch_manage = "branch_manage"  # what a branch decides for itself: its settings and groups
    member_read = "member_read"
    member_manage = "member_manage"
    stage_correct = "stage_correct"  # an error of recording, by someone above the branch
    roster_import = "roster_import"
    transfer_manage = "transfer_manage"
    exemption_manage = "exemption_manage"
    filing_read = "filing_read"
    filing_submit = "filing_submit"
    filing_receive = "filing_receive"
    standard_read = "standard_read"
    standard_manage = "standard_manage"
    score_read = "score_read"
    decision_record = "decision_record"  # points the branch decides itself (B08–B10, C05) and reversals
    negative_record = "negative_record"
    negative_read = "negative_read"  # with the reason: the member and the deciding organizations
    claim_submit = "claim_submit"
    claim_submit_for = "claim_submit_for"  # on behalf of a member
    claim_write = "claim_write"  # edit, submit, withdraw: one's own, or what was entered on behalf
    claim_read = "claim_read"
    claim_review = "claim_review"
    claim_comment = "claim_comment"  # 群众代表 on claims under verification
    photo_upload = "photo_upload"  # one's own, or for a member whose claim one enters
    dues_read = "dues_read"
    dues_record = "dues_record"
    dues_waive = "dues_waive"  # waive and correct, with a reason
    dues_consent = "dues_consent"  # record that the branch agreed to quarterly or later payment
    meeting_read = "meeting_read"
    meeting_manage = "meeting_manage"  # plan, change, cancel, show the screen, write minutes
    roster_read = "roster_read"
    roster_record = "roster_record"  # attendance by hand, make-up, guests: always with a reason
    roster_confirm = "roster_confirm"  # confirm the list, so that absences are deducted, and take that back
    resolution_read = "resolution_read"  # the figures of a vote: for the minutes, nowhere else
    resolution_record = "resolution_record"
    objection_raise = "objection_raise"  # raise, accept, escalate, withdraw; officers write down what is said
    objection_read = "objection_read"
    objection_handle = "objection_handle"  # who of them, is for `objections.places`
    feedback_handle = "feedback_handle"  # who of them, is for `feedback.places`
    leave_ask = "leave_ask"
    leave_decide = "leave_decide"
    attendance_read = "attendance_read"
    statement_read = "statement_read"  # a branch's months; its members see the confirmed ones, as far as it shows them
    statement_confirm = "statement_confirm"
    statement_verify = "statement_verify"
    year_read = "year_read"  # how far a branch has come with its year
    year_work = "year_work"  # take its steps: the secretary, whoever stands in, or to undo the level above
    stars_read = "stars_read"  # a branch's dry run, proposal and stars, with every member's
    stars_prepare = "stars_prepare"  # appraisals, 不定星级 and 处分影响期
    rating_method_read = "rating_method_read"
    rating_method_manage = "rating_method_manage"
    year_supervise = "year_supervise"  # move a cut-off, appoint a 代办, remind, see the branches together
    board_read = "board_read"  # the branch's confirmed month, as far as the branch shows it
    board_manage = "board_manage"  # let a screen show it
    publicity_read = "publicity_read"  # what is publicized, while it is
    publicity_oversee = "publicity_oversee"  # also what is proposed, and lists whose time is over
    publicity_propose = "publicity_propose"
    publicity_approve = "publicity_approve"
    bulletin_read = "bulletin_read"  # the figures, once published; no member's name
    bulletin_manage = "bulletin_manage"
    bulletin_audit = "bulletin_audit"  # the whole annex with all branches' members, and the verification
    bulletin_annex = "bulletin_annex"  # a branch's own part of the annex
    bulletin_acknowledge = "bulletin_acknowledge"
    form_print = "form_print"  # forms of the year, with every member's points
    overview_read = "overview_read"  # branches compared, and how much waits with each; no member's name
    notice_manage = "notice_manage"
    notice_read = "notice_read"
    notice_inbox = "notice_inbox"  # one's own: what to read, and noting that it is read
    robot_manage = "robot_manage"  # what a robot says in the branch's group
    unreached_manage = "unreached_manage"  # people whom no push reached, and that someone told them


@dataclass(frozen=True, slots=True)
class Rule:
    """Who holds a permission: the member concerned (`own`), everyone of that organization (`fellow`), or roles."""

    roles: frozenset[Role]
    own: bool = False
    fellow: bool = False


_BRANCH = frozenset({Role.committee_member, Role.deputy_secretary, Role.secretary})
_LEADERS = frozenset({Role.deputy_secretary, Role.secretary})
_ABOVE = frozenset({Role.organizer, Role.general_secretary, Role.organization_department})
_CONVENERS = _BRANCH | _ABOVE | {Role.group_leader}
_READERS = _BRANCH | _ABOVE | {Role.group_leader, Role.inspector}
_ADMIN = frozenset({Role.administrator})

RULES: dict[Permission, Rule] = {
    Permission.data_export: Rule(frozenset(), own=True),
    Permission.account_manage: Rule(_LEADERS | _ABOVE | _ADMIN),
    Permission.key_reset_see: Rule(_LEADERS | _ABOVE | _ADMIN, own=True),
    Permission.grant_manage: Rule(_ABOVE | _ADMIN),
    Permission.audit_read: Rule(frozenset({Role.organization_department, Role.inspector, Role.administrator})),
    Permission.organization_read: Rule(_READERS | _ADMIN | {Role.representative}, fellow=True),
    Permission.organization_manage: Rule(_ABOVE | _ADMIN),
    Permission.workday_manage: Rule(frozenset({Role.organization_department})),
    Permission.branch_manage: Rule(_LEADERS | _ABOVE | _ADMIN),
    Permission.member_read: Rule(_READERS | _ADMIN, own=True),
    Permission.member_manage: Rule(_LEADERS | _ABOVE | _ADMIN),
    Permission.stage_correct: Rule(_ABOVE),
    Permission.roster_import: Rule(_LEADERS | _ABOVE | _ADMIN),
    Permission.transfer_manage: Rule(_ABOVE),
    Permission.exemption_manage: Rule(_LEADERS | _ABOVE),
    Permission.filing_read: Rule(_LEADERS | _ABOVE | {Role.inspector}),
    Permission.filing_submit: Rule(_LEADERS | _ABOVE),
    Permission.filing_receive: Rule(_ABOVE),
    Permission.standard_read: Rule(_READERS | _ADMIN | {Role.representative}, fellow=True),
    Permission.standard_manage: Rule(_LEADERS | _ABOVE),
    Permission.score_read: Rule(_READERS, own=True),
    Permission.decision_record: Rule(_LEADERS | _ABOVE),
    Permission.negative_record: Rule(frozenset({Role.general_secretary, Role.organization_department})),
    Permission.negative_read: Rule(frozenset({Role.general_secretary, Role.organization_department}), own=True),
    Permission.claim_submit: Rule(frozenset(), own=True),
    Permission.claim_submit_for: Rule(_BRANCH),
    Permission.claim_write: Rule(_BRANCH, own=True),
    Permission.claim_read: Rule(_BRANCH | _ABOVE | {Role.inspector}, own=True),
    Permission.claim_review: Rule(_BRANCH | _ABOVE),
    Permission.claim_comment: Rule(frozenset({Role.representative})),
    Permission.photo_upload: Rule(_BRANCH, own=True),
    Permission.dues_read: Rule(_BRANCH, own=True),  # amounts are for the branch's own officers (design §5)
    Permission.dues_record: Rule(_BRANCH),
    Permission.dues_waive: Rule(_LEADERS | _ABOVE),
    Permission.dues_consent: Rule(_LEADERS | _ABOVE),
    Permission.meeting_read: Rule(_READERS, fellow=True),
    Permission.meeting_manage: Rule(_CONVENERS),
    Permission.roster_read: Rule(_READERS),
    Permission.roster_record: Rule(_CONVENERS),
    Permission.roster_confirm: Rule(_LEADERS | _ABOVE | {Role.group_leader}),
    Permission.resolution_read: Rule(_BRANCH | _ABOVE | {Role.inspector}),
    Permission.resolution_record: Rule(_LEADERS | _ABOVE),
    Permission.objection_raise: Rule(_BRANCH | _ABOVE, own=True),
    Permission.objection_read: Rule(_BRANCH | _ABOVE, own=True),
    Permission.objection_handle: Rule(_BRANCH | _ABOVE),
    Permission.feedback_handle: Rule(_BRANCH | _ABOVE),
    Permission.leave_ask: Rule(_BRANCH | {Role.group_leader}, own=True),
    Permission.leave_decide: Rule(_CONVENERS),
    Permission.attendance_read: Rule(_READERS, own=True),
    Permission.statement_read: Rule(_READERS, fellow=True),
    Permission.statement_confirm: Rule(_LEADERS | _ABOVE),
    Permission.statement_verify: Rule(_BRANCH | _ABOVE | {Role.inspector}),
    Permission.year_read: Rule(_READERS),
    Permission.year_work: Rule(_BRANCH | _ABOVE),
    Permission.stars_read: Rule(_BRANCH | _ABOVE | {Role.inspector}),
    Permission.stars_prepare: Rule(_LEADERS | _ABOVE),
    Permission.rating_method_read: Rule(_READERS, fellow=True),
    Permission.rating_method_manage: Rule(_ABOVE),
    Permission.year_supervise: Rule(_ABOVE),
    Permission.board_read: Rule(_READERS, fellow=True),
    Permission.board_manage: Rule(_LEADERS | _ABOVE),
    Permission.publicity_read: Rule(_READERS, fellow=True),
    Permission.publicity_oversee: Rule(_BRANCH | _ABOVE | {Role.inspector}),
    Permission.publicity_propose: Rule(_BRANCH | _ABOVE),
    Permission.publicity_approve: Rule(_BRANCH | _ABOVE),
    Permission.bulletin_read: Rule(_BRANCH | _ABOVE | {Role.inspector}, fellow=True),
    Permission.bulletin_manage: Rule(_ABOVE),
    Permission.bulletin_audit: Rule(_ABOVE | {Role.inspector}),
    Permission.bulletin_annex: Rule(_BRANCH | _ABOVE | {Role.inspector}),
    Permission.bulletin_acknowledge: Rule(_LEADERS),
    Permission.form_print: Rule(_BRANCH | _ABOVE),
    Permission.overview_read: Rule(_ABOVE | {Role.inspector}),
    Permission.notice_manage: Rule(_BRANCH | _ABOVE),
    Permission.notice_read: Rule(_BRANCH | _ABOVE, fellow=True),
    Permission.notice_inbox: Rule(frozenset(), own=True),
    Permission.robot_manage: Rule(_LEADERS),
    Permission.unreached_manage: Rule(_BRANCH | _ABOVE),
}


def sees_or_decides(role: Role) -> bool:
    """Whether a role may do what the table denies the administrator, who sees no points (design §7)."""
    return any(role in rule.roles and Role.administrator not in rule.roles for rule in RULES.values())


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role held today at an organization; it reaches that organization and everything below it."""

    role: Role
    organization_id: int


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller. `account_id` and `member_id` are None until they are bound; `organization_ids` are their own branch
    and everything above it, root first."""

    identity_id: int
    account_id: int | None = None
    root_id: int | None = None
    member_id: int | None = None
    organization_ids: tuple[int, ...] = ()
    grants: tuple[HeldRole, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """What a request acts on: an organization with everything above it (`ancestor_ids`, itself included), the member
    it concerns, if any, and who shares in it with them. `row` is kept so that its session need not read it again.

    `shared_with`: the organization above whose members are fellows too, None if only those of the organization are.
    """

    ancestor_ids: tuple[int, ...]
    member_id: int | None = None
    sharer_ids: frozenset[int] = frozenset()
    shared_with: int | None = None
    row: object = field(default=None, compare=False, repr=False)


def holds(actor: Actor, permission: Permission) -> bool:
    """Whether the actor could use this permission anywhere."""
    if permission is Permission.signed_in:
        return True
    rule = RULES[permission]
    if (rule.own or rule.fellow) and actor.member_id is not None:
        return True
    return any(grant.role in rule.roles for grant in actor.grants)


def allows(actor: Actor, permission: Permission, target: Target) -> bool:
    """Whether the actor may use the permission on this target."""
    if permission is Permission.signed_in:
        return True
    rule = RULES[permission]
    if rule.own and actor.member_id is not None and actor.member_id in (target.member_id, *target.sharer_ids):
        return True
    if (
        rule.fellow
        and target.ancestor_ids
        and (target.shared_with or target.ancestor_ids[-1]) in actor.organization_ids
    ):
        return True
    return any(grant.role in rule.roles and grant.organization_id in target.ancestor_ids for grant in actor.grants)


def reach(actor: Actor, permission: Permission) -> tuple[int, ...]:
    """The organizations at and below which the actor may use the permission (for lists)."""
    roles = RULES[permission].roles
    return tuple(sorted({grant.organization_id for grant in actor.grants if grant.role in roles}))


def roles_at(actor: Actor, ancestor_ids: Iterable[int]) -> frozenset[Role]:
    """The roles the actor holds over an organization with these ancestors."""
    wanted = set(ancestor_ids)
    return frozenset(grant.role for grant in actor.grants if grant.organization_id in wanted)
