"""为什么扣分: the entries that took or gave points, with their source and who decided."""

from decimal import Decimal

from bot import pages
from bot.turn import Turn
from bot.understanding.engine import Meaning
from bot.wording import numbered, signed, spoken_day, spoken_month
from server.identity.rules import Permission
from server.points.explain.explanation import ExplainedEntry, ExplainedLine, Explanation
from server.points.models import SourceKind
from server.points.scores import queries as reading
from server.presentation import points_text

MOST = 6
VERBS = {"deducted": "扣分", "earned": "加分"}


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    turn.require_own(Permission.score_read)
    slots = meaning.slots
    year = int(slots.get("year") or slots.get("month", f"{turn.today.year}")[:4])
    explained = reading.explain(turn.session, member_id=turn.member_id, year=year, as_of=turn.now)
    if not {"direction", "month", "points", "item"} & slots.keys():
        return [_overview(turn, explained)]
    found = _entries(explained, slots)
    exact = [entry for entry in found if abs(entry.entry.points) == Decimal(slots.get("points", 0))]
    where = _where(turn, slots, year)
    verb = VERBS.get(slots.get("direction", ""), "变动")
    link = f"全部明细：{turn.page(pages.score(year))}"
    if not found:
        return [f"{where}没有{verb}的记录。\n{link}"]
    head = f"{where}的{verb}："
    if "points" in slots and not exact:
        head = f"{where}没有正好{slots['points']}分的{verb}，{verb}的有："
    shown = (exact or found)[:MOST]
    more = [f"……共 {len(found)} 条"] if not exact and len(found) > MOST else []
    return ["\n".join([head, *numbered([_line(turn, entry) for entry in shown]), *more, link])]


def _entries(explained: Explanation, slots: dict[str, str]) -> list[ExplainedEntry]:
    """Return the entries that still stand and are asked about, the latest first."""
    lines = [line for section in explained.sections for line in section.lines if _is_asked(line, slots.get("item"))]
    found = [entry for line in lines for entry in line.entries if entry.share is not None and _fits(entry, slots)]
    return sorted(found, key=lambda entry: (entry.entry.occurred_on, entry.entry.seq), reverse=True)


def _is_asked(line: ExplainedLine, item: str | None) -> bool:
    return item is None or any(item in (each.code, each.line_code) for each in line.score.items)


def _fits(entry: ExplainedEntry, slots: dict[str, str]) -> bool:
    posted = entry.entry
    if posted.source_kind == SourceKind.opening or not posted.occurred_on.isoformat().startswith(
        slots.get("month", "")
    ):
        return False
    match slots.get("direction"):
        case "deducted":
            return posted.points < 0
        case "earned":
            return posted.points > 0
        case _:
            return True


def _line(turn: Turn, explained: ExplainedEntry) -> str:
    entry = explained.entry
    parts = [f"{spoken_day(entry.occurred_on, today=turn.today)} {explained.item_title} {signed(entry.points)}"]
    words = [explained.source.title if explained.source else None, explained.text]
    parts += [f"   {word}" for word in dict.fromkeys(words) if word]
    decided = f"，{explained.decided_by}确认" if explained.decided_by else ""
    parts.append(f"   依据：{entry.clause}{decided}")
    if explained.share is not None and explained.share.uncounted:
        parts.append(f"   其中 {points_text(explained.share.uncounted)} 分已到上限，未计入")
    return "\n".join(parts)


def _overview(turn: Turn, explained: Explanation) -> str:
    lines = [f"您{explained.year}年度积分的构成（得分/满分）："]
    for section in explained.sections:
        lines.append(f"【{section.score.section.title}】{points_text(section.score.points)}")
        lines += [
            f"{line.title} {points_text(line.score.points)}/{points_text(line.score.cap)}" for line in section.lines
        ]
    return "\n".join([*lines, f"每一分的来源：{turn.page(pages.score(explained.year))}"])


def _where(turn: Turn, slots: dict[str, str], year: int) -> str:
    if "month" in slots:
        return f"您{spoken_month(slots['month'], today=turn.today)}"
    return f"您{year}年度"
