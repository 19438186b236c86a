"""The demo's people, stories and pictures: the same every time, and such as the default standard knows."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest

from scripts.demo import people, stories
from scripts.demo.gatherings import plans, turnout
from scripts.demo.gatherings.plans import Occasion
from scripts.demo.gatherings.today import times_around
from scripts.demo.gatherings.turnout import Fate
from scripts.demo.people import DemoMember
from scripts.demo.personas import PERSONAS
from scripts.demo.photos import KINDS, make_photo, pictures
from scripts.demo.stories import STORIES, Story
from server.days import shanghai_date
from server.meetings.planning.rules import DEFAULT_CODES, OPENS_BEFORE
from server.meetings.rules import MeetingKind
from server.organizations.roster.cells import CATEGORIES
from server.photos.processing import process_trusted
from server.photos.rules import SIMILAR_WITHIN, distance, fingerprint
from server.standards.default import default_document
from server.standards.rules import Evidence, Method
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


def year_of_meetings() -> list[Occasion]:
    return list(plans.occasions(date(2026, 1, 1), date(2027, 1, 1) - timedelta(days=1)))


def test_every_branch_has_a_theme_day_a_month_a_members_meeting_a_quarter_and_one_organizational_life() -> None:
    held = Counter((each.host, each.kind) for each in year_of_meetings())
    for branch in plans.branches():
        assert held[branch, MeetingKind.theme_day] == 12
        assert held[branch, MeetingKind.members_meeting] == 4
        assert held[branch, MeetingKind.organizational_life] == 1


def test_meetings_are_held_on_workdays_and_in_the_time_asked_for() -> None:
    begin, until = date(2026, 5, 23), date(2026, 11, 22)
    days = [each.day for each in plans.occasions(begin, until)]
    assert all(begin <= day < until for day in days)
    assert all(day.weekday() < 5 for day in days)
    assert list(plans.occasions(begin, begin)) == []


def test_meetings_count_for_what_attendance_proves_under_the_default_standard() -> None:
    for each in year_of_meetings():
        ((code, _quantity),) = each.items
        item = default_document().item(code)
        assert item is not None
        assert Evidence.attendance in item.evidence
        assert code == DEFAULT_CODES[each.kind]


@pytest.mark.parametrize("months", [range(1, 7), range(6, 12)])
def test_half_a_year_of_training_has_eighteen_hours(months: range) -> None:
    assert sum(plans.TRAINING_HOURS.get(month, 0) for month in months) == 18


def test_about_92_of_a_hundred_come() -> None:
    chance = random.Random(1)
    fates = Counter(
        turnout.draw(chance, person, MeetingKind.theme_day, 6).fate for person in roster() for _ in range(9)
    )
    came = sum(fates[fate] for fate in (Fate.present, Fate.late, Fate.helped, Fate.entered))
    assert 0.90 < came / fates.total() < 0.94
    assert all(fates[fate] for fate in Fate)


def test_zhang_min_misses_the_members_meeting_in_may_and_nothing_else() -> None:
    zhang_min = next(person for person in roster() if person.name == "张敏")
    chance = random.Random(2)
    missed = [
        (kind, month)
        for kind in MeetingKind
        for month in range(1, 13)
        if turnout.draw(chance, zhang_min, kind, month).fate is not Fate.present
    ]
    assert missed == [(MeetingKind.members_meeting, 5)]


@pytest.mark.parametrize("minute", range(0, 24 * 60, 7))
def test_at_any_time_of_the_day_check_in_to_todays_meeting_is_open_for_hours(minute: int) -> None:
    now = datetime(2026, 6, 17, 16, tzinfo=UTC) + timedelta(minutes=minute, seconds=30)
    starts_at, closes_at = times_around(now)
    assert starts_at - OPENS_BEFORE <= now <= closes_at - timedelta(hours=2)
    assert shanghai_date(starts_at) == shanghai_date(now)
    assert closes_at - now < timedelta(hours=28)
