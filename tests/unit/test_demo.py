"""The demo's people, stories and pictures: the same every time, and such as the default standard knows."""

import random
from collections import Counter
from datetime import date
from itertools import combinations

import pytest

from scripts.demo import people, stories
from scripts.demo.people import DemoMember
from scripts.demo.personas import PERSONAS
from scripts.demo.photos import KINDS, make_photo, pictures
from scripts.demo.stories import STORIES, Story
from server.organizations.roster.rules import CATEGORIES
from server.photos.processing import process_trusted
from server.photos.rules import SIMILAR_WITHIN, distance, fingerprint
from server.standards.default import default_document
from server.standards.rules import Method
from tests.pictures import opened

TOLD = [(category, story) for category, told in STORIES.items() for story in told]


def roster(seed: int = 75) -> list[DemoMember]:
    return list(people.members(random.Random(seed)))


def test_the_roster_is_the_same_every_time_and_has_some_600_members() -> None:
    assert roster() == roster()
    assert 550 < len(roster()) < 650
    for once in ("name", "work_number"):
        assert max(Counter(getattr(person, once) for person in roster()).values()) == 1


def test_every_branch_has_a_secretary_and_someone_who_reviews_the_secretarys_own_claims() -> None:
    duties = Counter((person.path, person.duty) for person in roster())
    for path in {person.path for person in roster()}:
        assert duties[path, "支部书记"] == duties[path, "支委"] == 1


@pytest.mark.parametrize("seed", [1, 2, 75])
def test_the_personas_of_members_stand_in_the_roster_once(seed: int) -> None:
    names = Counter(person.name for person in roster(seed))
    assert [names[name] for name in ("张敏", "李伟", "王芳", "孙丽", "赵强")] == [1, 1, 1, 1, 1]
    assert all(names[persona.name] == 0 for persona in PERSONAS if persona.role)


@pytest.mark.parametrize(("category", "story"), TOLD)
def test_what_is_told_can_be_claimed_under_the_default_standard(category: str, story: Story) -> None:
    item = default_document().item(story.item_code)
    assert item is not None
    assert not item.categories or CATEGORIES[category] in item.categories
    assert (story.level is not None) == (item.method == Method.levels)
    assert story.level is None or story.level in [level.code for level in item.levels]
    assert story.scene in KINDS


def test_on_the_first_of_january_things_happened_that_day() -> None:
    new_year = date(2027, 1, 1)
    assert stories.pick(random.Random(1), "学生", new_year, new_year)[1] == new_year


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_draws_one_picture_and_another_seed_another(kind: str) -> None:
    assert make_photo(1, kind) == make_photo(1, kind)
    assert make_photo(1, kind) != make_photo(2, kind)
    assert opened(make_photo(1, kind)).size == (960, 720)


def test_the_day_on_the_picture_can_be_given() -> None:
    assert make_photo(1, "meeting", taken_on=date(2026, 3, 5)) != make_photo(1, "meeting", taken_on=date(2026, 3, 6))


@pytest.mark.parametrize("kind", KINDS)
def test_different_pictures_are_not_called_similar(kind: str) -> None:
    prints = [fingerprint(process_trusted(make_photo(seed, kind)).dhash) for seed in range(24)]
    known = [one for one in prints if one is not None]
    assert len(known) == 24
    assert all(distance(one, other) > SIMILAR_WITHIN for one, other in combinations(known, 2))


def test_pictures_drawn_side_by_side_are_the_same_as_one_by_one() -> None:
    jobs = [(seed, KINDS[seed % 4], date(2026, 3, 1 + seed % 28)) for seed in range(100)]
    drawn = list(pictures(jobs))
    assert len(drawn) == 100
    assert [drawn[place] for place in (0, 50, 99)] == [
        process_trusted(make_photo(seed, kind, taken_on=day)) for seed, kind, day in (jobs[0], jobs[50], jobs[99])
    ]
