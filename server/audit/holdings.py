"""What the audit trail says of a person: what he did, and what others looked at or did to him."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, or_

from server.audit.models import AuditLine
from server.holdings import Holding, Subject

_OF_A_MEMBER = (
    "member",
    "score",
    "member_claims",
    "member_attendance",
    "member_meetings",
    "member_dues",
    "member_statements",
    "negative_decision",
    "statement_sheet",
)
WORDS = {
    "look": "查看",
    "export": "导出",
    "bind": "绑定",
    "unbind": "解除绑定",
    "activation_code": "发放激活码",
    "login_link": "生成登录链接",
    "login_by_link": "用登录链接登录",
    "decision_record": "支部决定",
    "entry_reverse": "冲销",
    "negative_record": "录入",
    "negative_confirm": "确认",
    "negative_suspend": "中止",
    "negative_resume": "恢复",
    "negative_revoke": "撤销",
    "negative_withdraw": "确认前撤回",
    "account": "账号",
    "member": "名册信息",
    "score": "积分",
    "claim": "申报",
    "photo": "照片",
    "leave": "请假",
    "exemption": "不列入管理范围",
    "member_claims": "申报列表",
    "member_attendance": "出勤记录",
    "member_meetings": "会议列表",
    "member_dues": "党费记录",
    "member_statements": "月积分",
    "negative_decision": "负面清单记录",
    "negative": "负面清单决定",
    "statement_sheet": "积分单",
    "personal_data": "个人数据",
}
FIELDS = {"时间": AuditLine.at, "事项": AuditLine.action, "对象": AuditLine.subject_kind}


def holdings(subject: Subject) -> Iterator[Holding]:
    yield Holding("我的操作记录", AuditLine, AuditLine.actor_id == subject.account_id, FIELDS, words=WORDS)
    about_me = or_(
        and_(AuditLine.subject_kind.in_(_OF_A_MEMBER), AuditLine.subject_id == subject.member_id),
        and_(AuditLine.subject_kind == "account", AuditLine.subject_id == subject.account_id),
    )
    yield looks("他人对我的信息的查看和办理", about_me, subject)


def looks(title: str, about: ColumnElement[bool], subject: Subject) -> Holding:
    """What others looked at or did, where `about` finds the lines; never who they were."""
    others = or_(AuditLine.actor_id.is_(None), AuditLine.actor_id != subject.account_id)
    return Holding(title, AuditLine, and_(about, others), FIELDS, words=WORDS)
