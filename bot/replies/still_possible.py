"""还能得什么分: what the year still offers, the largest first."""

from bot import pages
from bot.turn import Turn
from bot.understanding.engine import Meaning
from bot.wording import numbered
from server.identity.rules import Permission
from server.points.explain.explanation import Explanation
from server.points.explain.possible import StillPossible
from server.points.scores import queries as reading
from server.presentation import points_text

MOST = 6


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    turn.require_own(Permission.score_read)
    year = int(meaning.slots.get("year", turn.today.year))
    explained = reading.explain(turn.session, member_id=turn.member_id, year=year, as_of=turn.now)
    offers = explained.still_possible
    item = meaning.slots.get("item")
    if item is not None and (asked := [offer for offer in offers if _is_of(explained, offer, item)]):
        return ["\n".join(offer.sentence for offer in asked)]
    link = f"全部项目：{turn.page(pages.score(year))}"
    if not offers:
        return [f"{year}年度没有还能得的分了。\n{link}"]
    head = f"您{year}年度还可以这样得分："
    if item is not None:
        head = f"这一项{year}年度没有还能得的分了。还可以这样得分："
    whole = f"离满分还差 {points_text(explained.total_cap - explained.score.total)} 分。"
    return [
        "\n".join(
            [head, *numbered([offer.sentence for offer in offers[:MOST]]), whole, "要申报请直接说做了什么。", link]
        )
    ]


def _is_of(explained: Explanation, offer: StillPossible, item: str) -> bool:
    """Whether an offer is of the item that was asked about, or of a variant of its line."""
    lines = [line.score for section in explained.sections for line in section.lines]
    return any({item, offer.item_code} <= {each.code for each in line.items} | {line.code} for line in lines)
