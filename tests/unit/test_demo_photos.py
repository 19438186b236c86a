"""The demo's pictures: the same for a seed, and not to be taken for one another."""

from datetime import date
from itertools import combinations

import pytest

from scripts.demo_photos import KINDS, make_photo, pictures
from server.photos.processing import process_trusted
from server.photos.rules import SIMILAR_WITHIN, distance, fingerprint
from tests.pictures import opened


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
    jobs = [(seed, KINDS[seed % 4]) for seed in range(100)]
    drawn = list(pictures(jobs))
    assert len(drawn) == 100
    assert [drawn[place] for place in (0, 50, 99)] == [
        process_trusted(make_photo(*jobs[place])) for place in (0, 50, 99)
    ]
