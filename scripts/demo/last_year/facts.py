"""The last months of the last year in the pioneers' branches: claims, dues, meetings, and the months summed up."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from scripts.demo import claiming, months, paying, stories
from scripts.demo.claiming import Plan
from scripts.demo.gatherings import meeting, plans
from scripts.demo.gatherings.plans import Occasion
from scripts.demo.people import PIONEERS
from scripts.demo.university import University

SEED = 2017
OF_ZHANG_MIN = (stories.STAFF[1], stories.STAFF[4], stories.STAFF[9])


def live(university: University, *, claims_per_member: float) -> None:
    """Write what happened since the pioneers began, as far as it lies in the past today."""
    past = replace(university, people=university.pioneers, chance=random.Random(SEED))
    firsts = [date(past.tried_from.year, month, 1) for month in range(past.tried_from.month, 13)]
    claiming.claim(past, _claims(past, claims_per_member))
    paying.register_dues(past, [first for first in firsts if paying.registered_at(first) <= past.now])
    meeting.hold(meeting.records_of(past, random.Random(SEED)), _meetings(past))
    for cutoff in map(months.cutoff_after, firsts):
        if cutoff <= past.now:
            months.freeze_and_confirm(past, cutoff, newest=False)


def _claims(past: University, per_member: float) -> Iterator[Plan]:
    """Yield the claims, for which no pictures are drawn; 张敏 has a year worth looking at, as in this one."""
    end, chance = date(past.today.year, 1, 1), past.chance
    others = [person for person in past.people if person.name != "张敏"]
    count = int(len(past.people) * per_member)
    for number in range(count):
        person = chance.choice(others)
        story, day = stories.pick(chance, person.category, past.tried_from, end)
        yield Plan(number, day, person, replace(story, photos=0))
    if zhang_min := past.named("张敏"):
        step = (end - past.tried_from) / (len(OF_ZHANG_MIN) + 1)
        for index, story in enumerate(OF_ZHANG_MIN, start=1):
            yield Plan(count + index, past.tried_from + index * step, zhang_min, replace(story, photos=0))


def _meetings(past: University) -> Iterator[Occasion]:
    """Yield the meetings of the pioneers' branches; to those of their 总支 the others did not come yet."""
    for each in plans.occasions(past.tried_from, date(past.today.year, 1, 1) - timedelta(days=1)):
        if branches := tuple(branch for branch in each.branches if branch in PIONEERS):
            yield replace(each, branches=branches)
