"""The people a visitor can play."""

from dataclasses import dataclass

from server.identity.rules import Role

FIRST = "计算机科学与技术学院党总支"


@dataclass(frozen=True, slots=True)
class Persona:
    """An openid of the sandbox, and the role that comes with it; None when their role comes from the roster.

    `place` is the title path of the organization of the role.
    """

    openid: str
    name: str
    role: Role | None = None
    place: str = ""


PERSONAS = (
    Persona("zhang_min", "张敏"),
    Persona("li_wei", "李伟"),
    Persona("chen_jing", "陈静", Role.general_secretary, FIRST),
    Persona("zhou_ming", "周明", Role.organization_department),
    Persona("wang_fang", "王芳"),
    Persona("sun_li", "孙丽"),
    Persona("zhao_qiang", "赵强"),
    Persona("feng_qun", "冯群", Role.representative, f"{FIRST}/教工第一党支部"),
    Persona("zheng_jie", "郑洁", Role.inspector),
    Persona("qian_jin", "钱进", Role.administrator),
)
