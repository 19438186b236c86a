"""What an utterance reads like, by the labelled examples: a second opinion beside the cues. Pure, learnt on first use.

A naive Bayes over the single characters and pairs of characters that occur. What is read by a grammar alone (orders
that decide a claim, 是, the questions about a branch's year) it does not know: of those no example is learnt.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from math import log
from pathlib import Path

from bot.understanding.saying import Saying

EXAMPLES = Path(__file__).parent / "examples.jsonl"
UNLEARNT = frozenset(
    {"approve", "adjust", "return_claim", "reject", "skip", "yes", "year_result", "publicity", "year_steps", "stars"}
    | {"stars_why", "object", "objections"}
)
BACKING = 4.0
"""Utterances of any label that stand in for those of a label not seen yet."""

FARTHEST = -30.0
"""The floor, however unlike: a single utterance does not show more."""

_NUMBERS = re.compile(r"\d+|[一二两三四五六七八九十]+(?=个?[分月号日次])")


def likeness(saying: Saying) -> Mapping[str, float]:
    """Return by label how much less likely it is than the likeliest, in nats: 0 for that one, FARTHEST at least."""
    labels, table = _learnt()
    rows = [row for feature in _features(saying) if (row := table.get(feature)) is not None]
    sums = [sum(column) for column in zip(*rows, strict=True)] if rows else [0.0] * len(labels)
    best = max(sums)
    return {label: max(each - best, FARTHEST) for label, each in zip(labels, sums, strict=True)}


def _features(saying: Saying) -> set[str]:
    words = f"^{_NUMBERS.sub('#', saying.core)}$"
    return {*words, *map("".join, pairwise(words))}


@cache
def _learnt() -> tuple[tuple[str, ...], Mapping[str, tuple[float, ...]]]:
    """Return the labels, and per feature how likely it is in an utterance of each."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    count: Counter[str] = Counter()
    for line in EXAMPLES.read_text(encoding="utf-8").splitlines():
        example = json.loads(line)
        if example["intent"] not in UNLEARNT:
            count[example["intent"]] += 1
            for feature in _features(Saying(example["text"])):
                seen[feature][example["intent"]] += 1
    labels = tuple(sorted(count))
    table = {feature: _likelihoods(found, labels, count) for feature, found in seen.items()}
    return labels, table


def _likelihoods(found: Counter[str], labels: tuple[str, ...], count: Counter[str]) -> tuple[float, ...]:
    anywhere = found.total() / count.total()
    return tuple(log((found[label] + BACKING * anywhere) / (count[label] + BACKING)) for label in labels)
