"""What stands behind a line of 附件一, in words: its months, and how often. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from server.points.scores.rules import LineScore
from server.rounding import rounded
from server.standards.rules import Evidence, Item, Method, plain_number

ZERO = Decimal(0)
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class CountedEntry:
    """One live entry of a line: when, how many points before any cap, of how many owed attended, at which level."""

    on: date
    points: Decimal
    owed: int = 0
    attended: int = 0
    made_up: int = 0
    excused: int = 0
    level: str | None = None


def months(days: Iterable[date]) -> str:
    """Return the months of days as people write them: 3、6、9—12 月."""
    runs: list[list[int]] = []
    for month in sorted({day.month for day in days}):
        if runs and month == runs[-1][-1] + 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    parts = [f"{run[0]}—{run[-1]}" if len(run) > 2 else "、".join(map(str, run)) for run in runs]
    return f"{'、'.join(parts)} 月" if parts else ""


def way(item: Item) -> str:
    """Return how an item counts: 缺一次扣 3, 每学时 0.25, 按级 8/6/4/2."""
    figure = plain_number(item.points)
    if item.method is Method.deduct:
        missed = Evidence.attendance in item.evidence or Evidence.dues in item.evidence
        return f"{'缺一' if missed else '每'}{item.unit}扣 {figure}"
    if item.method is Method.levels:
        return f"按级 {'/'.join(plain_number(level.points) for level in item.levels)}"
    if item.method is Method.ratio:
        return "按出勤比例"
    return "按测评结果" if item.method is Method.measured else f"每{item.unit} {figure}"


def basis(line: LineScore, item: Item, occasions: Sequence[CountedEntry]) -> str:
    """Return what a line's points rest on: 3、6、9、12 月，应到 4 实到 4."""
    when = months(each.on for each in occasions)
    said = _of_method(line, item, occasions)
    left_out = f"未计入 {rounded(line.uncounted)}" if line.uncounted > 0 else ""
    words = "，".join(filter(None, (when, said, left_out)))
    return words or ("无扣分" if item.method is Method.deduct else NOTHING)


def _of_method(line: LineScore, item: Item, occasions: Sequence[CountedEntry]) -> str:
    if item.method is Method.levels:
        titles = {level.code: level.title for level in item.levels}
        return "、".join(titles[each.level] for each in occasions if each.level in titles)
    attended = _attended(occasions)
    if item.method is Method.deduct:
        taken = -sum((each.points for each in occasions if each.points < 0), ZERO)
        return "，".join(filter(None, (attended, f"扣 {rounded(taken)}" if taken else "" if attended else "无扣分")))
    if item.method is Method.earn and item.points:
        times = sum((each.points for each in occasions), ZERO) / item.points
        return f"{plain_number(rounded(times))} {item.unit}" if times else ""
    if item.method is Method.measured:
        return f"测评 {rounded(line.points)}" if occasions else ""
    return attended or ("尚无应到" if line.remark else "")


def _attended(occasions: Sequence[CountedEntry]) -> str:
    owed, excused = sum(each.owed for each in occasions), sum(each.excused for each in occasions)
    if not owed:
        return ""
    made_up = sum(each.made_up for each in occasions)
    words = f"应到 {owed - excused} 实到 {sum(each.attended for each in occasions)}"
    return words + (f"，补课 {made_up}" if made_up else "")
