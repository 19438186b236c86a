"""Understanding: every intent is weighed, and the heaviest is meant, if it is heavy enough and clearly so. Pure.

Orders are read first, by their grammars. What is left is weighed by the cues in it and by its likeness to the examples.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.understanding import days, guards, numbers
from bot.understanding.cues import Intent, Slots, score
from bot.understanding.days import DayDirection
from bot.understanding.likeness import likeness
from bot.understanding.saying import Saying

ENOUGH = 3.0
"""The least weight of an intent that counts as understood."""

CLEARLY = 1.0
"""By how much the first has to outweigh the second; otherwise the bot asks which is meant."""

PER_NAT = 0.25
"""What likeness to the examples weighs beside the cues."""

UNKNOWN = "unknown"
_PAST = re.compile(r"昨[天日晚儿]|前[天日]|上个?(?:周|星期|礼拜)[一二三四五六日天末]|上次|刚才|刚刚")
_LESS = re.compile(rf"(?<![多至])少(?:了|我)?(?:我)?{numbers.NUMBER}个?分|(?<![多至])少了")
EXACTLY = 10.0
"""The confidence in what a grammar has read."""

LONGEST = 1_000
"""Characters of a message that are looked at."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What was meant. `rivals` are intents almost as likely, the meant one first, if it is not clear."""

    intent: str
    slots: Slots = field(default_factory=dict)
    confidence: float = 0.0
    rivals: tuple[str, ...] = ()


def understand(text: str, intents: Sequence[Intent], *, today: date, moment: str | None = None) -> Meaning:
    """Return what a message means on a day, at a `moment` of the conversation (`review`, `confirm` or None)."""
    saying = Saying(text[:LONGEST])
    for intent in sorted(intents, key=lambda each: moment not in each.only_in):
        now = not intent.only_in or moment in intent.only_in
        if now and intent.grammar and (slots := intent.grammar(saying)) is not None:
            return Meaning(intent.name, slots, EXACTLY)
    if guards.refuses(saying, moment):
        return Meaning(UNKNOWN)
    return _weighed(saying, intents, today, moment)


def features(saying: Saying, today: date, moment: str | None = None) -> frozenset[str]:
    """Return what the sentence names, for cues that ask for it."""
    found = {
        "@month": days.month_in(saying.text, today),
        "@year": days.year_in(saying.text, today),
        "@day": days.day_in(saying.text, today, DayDirection.ahead),
        "@points": numbers.points_in(saying.text),
        "@code": numbers.code_in(saying.text),
        "@past": _PAST.search(saying.plain),
        "@less": _LESS.search(saying.plain),
        "@asks": saying.asks or None,
        "@of_the_claim": (moment == "review" and not guards.is_of_oneself(saying)) or None,
        "@long": len(saying.plain) > 9 or None,
    }
    return frozenset(name for name, value in found.items() if value is not None)


def _weighed(saying: Saying, intents: Sequence[Intent], today: date, moment: str | None) -> Meaning:
    named = features(saying, today, moment)
    like = likeness(saying)
    weights = sorted(
        (
            (score(intent, saying, named) + PER_NAT * like.get(intent.name, 0.0), intent)
            for intent in intents
            if intent.cues
        ),
        key=lambda each: -each[0],
    )
    best, intent = weights[0]
    enough = ENOUGH + (PER_NAT * like[UNKNOWN] if moment is None else 0.0)
    if best < enough:
        return Meaning(UNKNOWN, confidence=best)
    rivals = tuple(each.name for weight, each in weights if weight >= enough and best - weight < CLEARLY)
    return Meaning(intent.name, slots_of(intent, saying, today), best, rivals if len(rivals) > 1 else ())


def slots_of(intent: Intent, saying: Saying, today: date) -> Slots:
    found: Slots = {}
    for reader in intent.slots:
        found |= reader(saying, today)
    return found
