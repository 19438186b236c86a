"""What is held about a person on the roster: who they are, where they belong, their offices."""

from collections.abc import Iterator

from sqlalchemy import literal
from sqlalchemy.orm import aliased

from server.holdings import DataSubject, Holding
from server.identity.models import Grant
from server.identity.rules import ROLE_TITLES
from server.organizations.history.models import FormerKinds
from server.organizations.history.queries import LATEST_CATEGORY, LATEST_STAGE
from server.organizations.models import ActivationCode, Exemption, KeyReset, Member, Membership, Organization
from server.organizations.roster.cells import CATEGORIES, STAGES
from server.organizations.suspensions.models import Suspension

PLACE = 20
"""Among the holdings of all features, in the order in which a person reads them."""

_GROUP = aliased(Organization)
_WORDS = {code.value: title for title, code in reversed({**CATEGORIES, **STAGES}.items())}


def holdings(subject: DataSubject) -> Iterator[Holding]:
    yield Holding(
        "名册信息",
        Member,
        Member.id == subject.member_id,
        {
            "姓名": Member.name,
            "性别": Member.gender,
            "工号或学号": Member.work_number,
            "手机号": literal(subject.phone).label("phone"),
            "入党日期": Member.joined_on,
            "转正日期": Member.full_member_on,
            "类别": LATEST_CATEGORY,
            "阶段": LATEST_STAGE,
            "职务": Member.duty,
            "登记时间": Member.created_at,
            "更新时间": Member.updated_at,
        },
        words=_WORDS,
    )
    yield Holding(
        "原人员类别和党员类别",
        FormerKinds,
        FormerKinds.member_id == subject.member_id,
        {
            "类别": FormerKinds.category,
            "阶段": FormerKinds.stage,
            "至": FormerKinds.until_date,
            "登记时间": FormerKinds.entered_at,
            "更正原因": FormerKinds.reason,
        },
        words=_WORDS,
    )
    yield Holding(
        "组织关系",
        Membership,
        Membership.member_id == subject.member_id,
        {
            "党支部": Organization.title,
            "党小组": _GROUP.title.label("group"),
            "自": Membership.from_date,
            "至": Membership.until_date,
        },
        joins=(
            (Organization, Organization.id == Membership.organization_id),
            (_GROUP, _GROUP.id == Membership.group_id),
        ),
    )
    yield Holding(
        "任职",
        Grant,
        Grant.account_id == subject.account_id,
        {"职务": Grant.role, "党组织": Organization.title, "自": Grant.from_date, "至": Grant.until_date},
        joins=((Organization, Organization.id == Grant.organization_id),),
        words={role.value: title for role, title in ROLE_TITLES.items()},
    )
    yield Holding(
        "激活码发放",
        ActivationCode,
        ActivationCode.account_id == subject.account_id,
        {
            "发放时间": ActivationCode.created_at,
            "到期时间": ActivationCode.expires_at,
            "使用时间": ActivationCode.used_at,
        },
    )
    yield Holding(
        "账号重置",
        KeyReset,
        KeyReset.account_id == subject.account_id,
        {
            "原因": KeyReset.reason,
            "提出时间": KeyReset.proposed_at,
            "到期时间": KeyReset.expires_at,
            "确认时间": KeyReset.confirmed_at,
            "撤回时间": KeyReset.stopped_at,
        },
    )
    yield Holding(
        "停止党籍",
        Suspension,
        Suspension.member_id == subject.member_id,
        {
            "党支部": Organization.title,
            "文号": Suspension.document,
            "说明": Suspension.note,
            "自": Suspension.from_date,
            "至": Suspension.until_date,
            "恢复说明": Suspension.ended_note,
        },
        joins=((Organization, Organization.id == Suspension.organization_id),),
    )
    yield Holding(
        "不列入管理范围",
        Exemption,
        Exemption.member_id == subject.member_id,
        {
            "理由": Exemption.reason,
            "支委会研究": Exemption.studied_on,
            "研究意见": Exemption.studied_note,
            "党员大会通过": Exemption.passed_on,
            "通过情况": Exemption.passed_note,
            "自": Exemption.from_date,
            "至": Exemption.until_date,
            "结束说明": Exemption.ended_note,
        },
    )
