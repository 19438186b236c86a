"""What takes place when, for every branch of the demo: the same every year, without chance or database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from scripts.demo import people
from server.meetings.rules import KIND_TITLES, MeetingKind

TRAINING_HOURS = {1: 2, 3: 4, 4: 4, 5: 4, 6: 4, 7: 4, 9: 4, 10: 4, 11: 2, 12: 4}
"""学时 of a month's training. From June to November they are 18, and so they are from January to June."""
MEMBERS_MEETINGS = {3: "第一季度", 5: "第二季度", 9: "第三季度", 11: "第四季度"}
LECTURES = {
    4: "坚守教书育人初心",
    6: "严守师德底线",
    9: "新学期思想政治工作",
    10: "从校史中汲取力量",
    12: "学习全会精神",
}
GROUP_MONTHS = (2, 4, 6, 10)
THEMES = (
    *("重温入党誓词", "走访退休教职工", "学习《准则》《条例》", "植树护绿", "“五四”座谈", "走进财税史馆"),
    *("迎接建党纪念日", "校园安全巡查", "迎新服务", "“国旗下”主题学习", "走进实验室", "年终民主恳谈"),
)
PLACES = ("明德楼 305", "实验楼 B402", "图书馆报告厅", "行政楼 212", "综合楼 108", "校史馆")


@dataclass(frozen=True, slots=True)
class Occasion:
    """A meeting to be held: its host and the branches that take part, by title path.

    `items` are codes with quantities. `group` is the group of the one branch that is meant, if not the whole of it.
    """

    kind: MeetingKind
    title: str
    topic: str
    place: str
    day: date
    hour: int
    minutes: int
    items: tuple[tuple[str, str], ...]
    host: str
    branches: tuple[str, ...]
    group: str | None = None


def occasions(begin: date, until: date) -> Iterator[Occasion]:
    """Yield what is held from `begin` on and before `until`, all in one year."""
    life = max(begin.month + 1, 2)
    for month in range(begin.month, until.month + 1):
        first = date(begin.year, month, 1)
        held = [*_of_branches(first, life=month == life), *_of_units(first), *_of_groups(first)]
        yield from (each for each in held if begin <= each.day < until)


def theme_of(month: int) -> tuple[str, str]:
    """Return title and topic of a month's theme day."""
    return f"{month} 月{KIND_TITLES[MeetingKind.theme_day]}", THEMES[month - 1]


def branches() -> Iterator[str]:
    """Yield the title paths of all branches, in the order of the roster."""
    for unit, titles in people.UNITS:
        yield from (f"{unit}/{title}" for title in titles)
    yield from people.DIRECT_BRANCHES


def _of_branches(first: date, *, life: bool) -> Iterator[Occasion]:
    """Each branch's own: theme day every month, members' meeting every quarter, one 组织生活会."""
    for number, branch in enumerate(branches()):
        place = PLACES[number % len(PLACES)]
        held = [(MeetingKind.theme_day, "B04", *theme_of(first.month), 16 + number % 4)]
        if quarter := MEMBERS_MEETINGS.get(first.month):
            title = f"{quarter}{KIND_TITLES[MeetingKind.members_meeting]}"
            held.append((MeetingKind.members_meeting, "B01", title, "通报积分，讨论工作", 9))
        if life:
            held.append(
                (MeetingKind.organizational_life, "B07", "专题组织生活会", "对照检查，开展批评", 22 + number % 3)
            )
        for kind, item, title, topic, day in held:
            on = _workday(first, day)
            yield Occasion(kind, title, topic, place, on, 15, 90, ((item, "1"),), branch, (branch,))


def _of_units(first: date) -> Iterator[Occasion]:
    """What a 总支 holds for its branches together, and a 直属 branch for itself."""
    units = [(unit, tuple(f"{unit}/{title}" for title in titles)) for unit, titles in people.UNITS]
    units += [(branch, (branch,)) for branch in people.DIRECT_BRANCHES]
    for host, together in units:
        if hours := TRAINING_HOURS.get(first.month):
            yield Occasion(
                kind=MeetingKind.training,
                title=f"{first.month} 月集中培训（{hours} 学时）",
                topic="党章党规与专题学习",
                place="图书馆报告厅",
                day=_workday(first, 11),
                hour=9,
                minutes=45 * hours,
                items=(("B06a", str(hours)),),
                host=host,
                branches=together,
            )
        if topic := LECTURES.get(first.month):
            yield Occasion(
                kind=MeetingKind.lecture,
                title=f"专题党课：{topic}",
                topic=topic,
                place="综合楼 108",
                day=_workday(first, 12),
                hour=15,
                minutes=90,
                items=(("B03", "1"),),
                host=host,
                branches=together,
            )


def _of_groups(first: date) -> Iterator[Occasion]:
    """The groups of the first 总支 meet now and then."""
    unit, titles = people.UNITS[0]
    if first.month not in GROUP_MONTHS:
        return
    for title in titles:
        for number, group in enumerate(("第一党小组", "第二党小组", "第三党小组")):
            yield Occasion(
                kind=MeetingKind.group_meeting,
                title=f"{group}会",
                topic="交流学习体会",
                place=PLACES[number],
                day=_workday(first, 4),
                hour=16,
                minutes=60,
                items=(("B02", "1"),),
                host=f"{unit}/{title}",
                branches=(f"{unit}/{title}",),
                group=group,
            )


def _workday(first: date, number: int) -> date:
    """Return that day of the month, or the Friday before where it is a weekend."""
    day = first.replace(day=number)
    return day - timedelta(days=max(day.weekday() - 4, 0))
