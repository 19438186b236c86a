"""Plausible names and units for the demo; the same every time. Nobody in it exists."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段钱汤尹黎易常武乔贺赖龚文"
)
WOMEN = "敏静丽娟艳霞秀娜芳玲婷雪慧颖倩莉燕岚琳洁蕾璐欣悦妍怡佳琪萍红梅兰菊云"
MEN = "伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆鸿博文昊翔峰建国志成海林东"
MIDDLE = "晓小文志建国海玉春秋思子雨梓俊嘉明永天德家兴正立宏振世景庆"

UNITS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "计算机科学与技术学院党总支",
        ("教工第一党支部", "教工第二党支部", "研究生第一党支部", "本科生第一党支部"),
    ),
    ("经济学院党总支", ("教工党支部", "研究生党支部", "本科生第一党支部", "本科生第二党支部")),
    ("会计学院党总支", ("教工第一党支部", "教工第二党支部", "研究生党支部", "本科生党支部")),
    ("外国语学院党总支", ("教工党支部", "研究生党支部", "本科生第一党支部", "本科生第二党支部")),
    ("机关分党委", ("第一党支部", "第二党支部", "第三党支部")),
    ("离退休工作处党总支", ("离退休第一党支部", "离退休第二党支部", "离退休第三党支部")),
)
DIRECT_BRANCHES = ("图书馆直属党支部", "后勤处直属党支部")
PIONEERS = tuple(f"{UNITS[0][0]}/{title}" for title in ("教工第一党支部", "教工第二党支部"))
"""The branches that tried the system out the year before, by title path."""
MEMBERS_PER_BRANCH = 25


@dataclass(frozen=True, slots=True)
class DemoMember:
    """One line of the demo's roster, in the words of the roster's columns."""

    name: str
    gender: str
    work_number: str
    phone: str
    general_branch: str
    branch: str
    group: str
    joined_on: date
    full_member_on: date | None
    category: str
    stage: str
    duty: str

    @property
    def path(self) -> str:
        """Return the titles from the 总支 down to the branch."""
        return f"{self.general_branch}/{self.branch}" if self.general_branch else self.branch


def members(chance: random.Random, per_branch: int = MEMBERS_PER_BRANCH) -> Iterator[DemoMember]:
    """Yield about 600 members, or so many in each branch, branch by branch; its first is its secretary."""
    places = [(general, branch) for general, branches in UNITS for branch in branches]
    places += [("", branch) for branch in DIRECT_BRANCHES]
    used: set[str] = set()
    number = 0
    for place in places:
        size = per_branch + chance.randint(-3, 3)
        for index in range(size):
            number += 1
            yield _member(chance, used, number, place, index)


NAMED = {
    ("计算机科学与技术学院党总支", "教工第一党支部"): (("李伟", "男"), ("王芳", "女"), ("张敏", "女"), ("孙丽", "女")),
    ("计算机科学与技术学院党总支", "本科生第一党支部"): (("赵强", "男"),),
}
"""The cast that every document speaks of, and where they belong."""
RESERVED = {name for people in NAMED.values() for name, _ in people} | {"陈静", "周明", "冯群", "郑洁", "钱进"}
_DUTIES = {0: "支部书记", 1: "支委", 3: "副书记"}


def _member(chance: random.Random, used: set[str], number: int, place: tuple[str, str], index: int) -> DemoMember:
    general, branch = place
    category = "离退休" if "离退休" in general else "学生" if "生" in branch else "教职工"
    gender = chance.choice("男女")
    name = _name(chance, gender, used)
    if index < len(named := NAMED.get(place, ())):
        name, gender = named[index]
    age_start = {"离退休": 1968, "学生": 2022, "教职工": 1995}[category]
    age_end = {"离退休": 1985, "学生": 2025, "教职工": 2020}[category]
    joined = date(chance.randint(age_start, age_end), chance.randint(1, 12), chance.randint(1, 28))
    probationary = joined >= date(2025, 7, 1)
    return DemoMember(
        name=name,
        gender=gender,
        work_number=f"{'S' if category == '学生' else 'T'}{20260000 + number}",
        phone=f"139{chance.randint(0, 99_999_999):08d}",
        general_branch=general,
        branch=branch,
        group=f"第{'一二三'[index % 3]}党小组",
        joined_on=joined,
        full_member_on=None if probationary else joined.replace(year=joined.year + 1),
        category=category,
        stage="预备党员" if probationary else "正式党员",
        duty=_DUTIES.get(index, ""),
    )


def _name(chance: random.Random, gender: str, used: set[str]) -> str:
    given = WOMEN if gender == "女" else MEN
    while True:
        middle = chance.choice(MIDDLE) if chance.random() < 0.6 else ""
        name = chance.choice(SURNAMES) + middle + chance.choice(given)
        if name not in used | RESERVED:
            used.add(name)
            return name
