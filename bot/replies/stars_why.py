"""为什么是四星: by which points and which band, and what people decided beside them."""

from bot.replies.stars import NOT_SHOWN, found_star
from bot.turn import Turn
from bot.understanding.engine import Meaning


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    year, found = found_star(turn, meaning)
    if found is None:
        return [NOT_SHOWN.format(year=year)]
    lines = [f"您{year}年度评为{found.title}：", *(f"{each}。" for each in found.explanation)]
    if found.reason is not None:
        lines.append(f"支部研究意见：{found.reason}。")
    return ["\n".join([*lines, "有不同意见，公示期内可以提出异议。"])]
