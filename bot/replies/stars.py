"""几星: the speaker's own stars of a year that is over, once they are on show in their branch."""

from bot import pages
from bot.turn import Turn
from bot.understanding.engine import Meaning
from bot.wording import spoken_day
from server.identity.rules import Permission
from server.ratings.own import OwnStar, own_stars

NOT_SHOWN = "您{year}年度的星级还没有公示，公示之日起可以查看。"


def found_star(turn: Turn, meaning: Meaning) -> tuple[int, OwnStar | None]:
    """Return the year that was asked for, last year by default, and the speaker's stars of it if they are on show."""
    turn.require_own(Permission.score_read)
    year = int(meaning.slots.get("year", turn.today.year - 1))
    found = own_stars(turn.session, turn.member_id, now=turn.now)
    return year, next((each for each in found if each.edition.year == year), None)


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    year, found = found_star(turn, meaning)
    if found is None:
        return [NOT_SHOWN.format(year=year)]
    lines = [f"您{year}年度评为{found.title}。"]
    if found.publicized_until is not None and found.publicized_until >= turn.today:
        lines.append(
            f"正在公示，到{spoken_day(found.publicized_until, today=turn.today)}（含当天）为止；有异议可在此期间提出。"
        )
    lines.append("想知道依据，请说“为什么是" + found.title + "”。")
    return ["\n".join([*lines, turn.page(pages.annual_result(year))])]
