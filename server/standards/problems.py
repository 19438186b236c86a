"""A fault in a standard, and the words for it. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from server.organizations.models import Category, Stage
from server.standards.rules import Evidence, Method, plain_number

CATEGORY_TITLES = {Category.staff: "教职工", Category.student: "学生", Category.retired: "离退休"}
STAGE_TITLES = {
    Stage.full: "正式党员",
    Stage.probationary: "预备党员",
    Stage.prospect: "发展对象",
    Stage.activist: "入党积极分子",
}
METHOD_TITLES = {
    Method.earn: "累计得分",
    Method.deduct: "起始分扣减",
    Method.ratio: "按出席率",
    Method.levels: "按级别",
    Method.measured: "测评录入",
}
EVIDENCE_TITLES = {
    Evidence.attendance: "签到",
    Evidence.claim: "个人申报",
    Evidence.dues: "党费登记",
    Evidence.decision: "支部登记或决定",
}


@dataclass(frozen=True, slots=True)
class StandardProblem:
    """`path` is the field to mend (`items[3].cap`); `also` are the other fields that may be at fault instead."""

    path: str
    message: str
    also: tuple[str, ...] = ()

    def concerns(self, path: str) -> bool:
        """Whether the field at `path`, or something inside it, may be at fault."""
        return any(each == path or each.startswith((f"{path}.", f"{path}[")) for each in (self.path, *self.also))


def number(value: Decimal) -> str:
    """Return a figure as people write it: 70, 0.25."""
    return plain_number(value)
