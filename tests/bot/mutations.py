"""What becomes of utterances in hurried fingers: dropped and swapped characters, negations, questions, typos."""

import random
from collections.abc import Iterator, Sequence

BEFORE = ("不", "别", "没", "先不", "先别", "要不要", "是不是", "能不能", "我没说", "不想", "等等再", "如果")
AFTER = ("吗", "吗？", "？", "不", "么", "呢", "行不行", "好不好", "再说", "还是算了", "不对")
NOISE = "的了啊呀哦吧吗呢不别没是好对先再，。！？~…  1２ａ😊"


def mutated(utterances: Sequence[str], *, count: int, seed: int) -> Iterator[str]:
    """Yield `count` utterances, each changed once or twice."""
    chance = random.Random(seed)
    for _ in range(count):
        text = chance.choice(utterances)
        for _ in range(chance.choice((1, 1, 1, 2))):
            text = chance.choice(_MUTATIONS)(text, utterances, chance)
        yield text


def _drop(text: str, _others: Sequence[str], chance: random.Random) -> str:
    at = chance.randrange(len(text) or 1)
    return text[:at] + text[at + 1 :]


def _insert(text: str, _others: Sequence[str], chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(NOISE) + text[at:]


def _swap(text: str, _others: Sequence[str], chance: random.Random) -> str:
    if len(text) < 2:
        return text
    at = chance.randrange(len(text) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _join(text: str, others: Sequence[str], chance: random.Random) -> str:
    return text + chance.choice(("", "，", " ", "。")) + chance.choice(others)


def _negate(text: str, _others: Sequence[str], chance: random.Random) -> str:
    at = chance.choice((0, 0, chance.randrange(len(text) + 1)))
    return text[:at] + chance.choice(BEFORE) + text[at:]


def _question(text: str, _others: Sequence[str], chance: random.Random) -> str:
    return text + chance.choice(AFTER)


_MUTATIONS = (_drop, _insert, _swap, _join, _negate, _question)
