"""Comparing branches: sums of several, averages of nothing, and where each place belongs."""

from decimal import Decimal

from server.statements.comparison.rules import ComparedPlace, Sums, compare

TOP = ComparedPlace(1, (1,))


def test_an_average_of_several_weighs_each_line_the_same() -> None:
    large, small = Sums(points=Decimal("240.00"), scored=3), Sums(points=Decimal("60.01"), scored=1)
    assert (large + small).average == Decimal("75.00")


def test_of_nothing_there_is_no_average() -> None:
    assert (Sums().average, Sums().attendance, Sums().review_days) == (None, None, None)


def test_attendance_has_one_decimal_and_reviews_count_days() -> None:
    assert Sums(due=3, came=2).attendance == Decimal("66.7")
    assert Sums(decided=2, waited_seconds=3 * 86_400).review_days == Decimal("1.5")


def test_everything_below_a_unit_is_the_units_and_the_rest_the_organizations_own() -> None:
    places = [
        TOP,
        ComparedPlace(2, (1, 2)),
        ComparedPlace(3, (1, 2, 3)),
        ComparedPlace(4, (1, 4)),
        ComparedPlace(9, (1, 9)),
    ]
    found = {each.id: Sums(members=10**index) for index, each in enumerate(places)}
    compared = compare(TOP, [2, 4], places, found)
    assert {unit: sums.members for unit, sums in compared.units.items()} == {2: 110, 4: 1000}
    assert compared.own.members == 10_001  # of itself, and of a branch that was closed
    assert compared.total.members == 11_111


def test_a_branch_looked_at_by_itself_has_no_units() -> None:
    branch = ComparedPlace(2, (1, 2))
    compared = compare(branch, [], [branch, ComparedPlace(3, (1, 2, 3))], {2: Sums(claims=1), 3: Sums(claims=2)})
    assert (compared.units, compared.total.claims) == ({}, 3)
