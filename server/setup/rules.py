"""What an operator may ask for at the beginning, and what comes after it. Pure."""

import unicodedata
from dataclasses import dataclass
from datetime import date

from server.errors import DomainError
from server.identity.rules import ROLE_TITLES, Role
from server.names import LONGEST_NAME, is_name, normal_name
from server.organizations.models import OrganizationKind
from server.organizations.rules import ROLE_KINDS, is_work_number, normal_title, normal_work_number
from server.setup.error_codes import SetupErrorCode
from server.text import line

LATE_IN_THE_YEAR = 11
"""The month from which next year's standard is mentioned."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """A role asked for. `place` is a title, None for the 党委 itself; `name` is given for a person on no roster."""

    role: Role
    work_number: str
    name: str | None = None
    place: str | None = None

    def __str__(self) -> str:
        who = self.work_number + (f":{self.name}" if self.name else "") + (f"@{self.place}" if self.place else "")
        return f"{ROLE_TITLES[self.role]} {who}"


def read_appointment(role: Role, text: str) -> Appointment:
    """Read `工号`, `工号:姓名` for a person on no roster, or `工号@党组织`. Raises DomainError `not_an_appointment`."""
    try:
        who, _, place = unicodedata.normalize("NFKC", line(text)).partition("@")
    except ValueError as unreadable:
        raise DomainError(SetupErrorCode.not_an_appointment, f"{ROLE_TITLES[role]}：{unreadable}") from None
    number, _, name = who.partition(":")
    at_root = OrganizationKind.party_committee in ROLE_KINDS[role]
    number, name, place = normal_work_number(number), normal_name(name), normal_title(place)
    named = not name or (at_root and is_name(name) and len(name) <= LONGEST_NAME)
    if not is_work_number(number) or bool(place) is at_root or not named:
        wanted = "工号，或不在名册中者写 工号:姓名" if at_root else "工号@党组织，党组织重名时写 工号@党总支/党支部"
        raise DomainError(SetupErrorCode.not_an_appointment, f"{ROLE_TITLES[role]}“{text}”应写成 {wanted}")
    return Appointment(role, number, name or None, place or None)


def next_steps(*, today: date, has_department: bool, without_secretary: list[str]) -> list[str]:
    """Return what is left to do once all is set up, in order."""
    steps = ["启动服务 xianfeng run，另在一处运行 xianfeng scheduler；手机应能打开 XIANFENG_BASE_URL"]
    if not has_department:
        steps.append("还没有组织部：加上 --organization-department 工号 再运行一次，或由系统管理员任职（只有首次可以）")
    steps.append("把激活码当面交给本人：在微信中打开“先锋积分”，填姓名、工号和激活码；七日内有效，只能用一次")
    steps.append("各支部书记绑定后，在“支部 → 成员 → 只看未绑定”逐一给党员发码；名册中有手机号的，可凭微信手机号绑定")
    if without_secretary:
        some = "、".join(without_secretary[:5]) + ("等" if len(without_secretary) > 5 else "")
        steps.append(f"还有 {len(without_secretary)} 个党支部没有书记（{some}），由总支书记或组织部任职")
    steps.append("手边没有手机的，绑定后用 xianfeng login-link 工号 生成一次性链接，在浏览器中打开")
    if today.month >= LATE_IN_THE_YEAR:
        steps.append(f"现行的是 {today.year} 年度积分标准；{today.year + 1} 年度的，请组织部在 12 月 31 日前起草、发布")
    return steps
