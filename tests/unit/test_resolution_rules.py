"""When a vote stands and carries, as the two regulations have it (year.md §4)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.meetings.resolutions.rules import (
    Quorum,
    Votes,
    VotingRuleCode,
    carries,
    fault,
    is_quorate,
    rules_on,
)

RULES = rules_on(date(2026, 6, 1))
ORDINARY, ADMISSION = RULES[VotingRuleCode.ordinary], RULES[VotingRuleCode.admission]


def votes(
    entitled: int, present: int, ayes: int, nays: int = 0, *, written: int = 0, unreturned: int | None = None
) -> Votes:
    rest = present + written - ayes - nays if unreturned is None else unreturned
    return Votes(entitled, present, written, ayes, nays, 0, 0, rest)


@pytest.mark.parametrize(
    ("entitled", "present", "ordinary", "admission"),
    [(8, 3, False, False), (8, 4, True, False), (8, 5, True, True), (7, 3, False, False), (7, 4, True, True)],
)
def test_half_will_do_for_an_ordinary_vote_and_not_for_an_admission(
    entitled: int, present: int, ordinary: bool, admission: bool
) -> None:
    assert is_quorate(ORDINARY, entitled=entitled, present=present) is ordinary
    assert is_quorate(ADMISSION, entitled=entitled, present=present) is admission


def test_nobody_entitled_is_no_quorum() -> None:
    assert not is_quorate(ORDINARY, entitled=0, present=0)


@pytest.mark.parametrize(("ayes", "carried"), [(4, False), (5, True), (8, True)])
def test_the_ayes_are_held_against_the_entitled_not_against_who_came(ayes: int, carried: bool) -> None:
    assert carries(votes(8, 5, min(ayes, 5), written=max(ayes - 5, 0))) is carried
    assert not carries(votes(10, 5, 5))  # all who came, and yet no more than half of the ten


def test_written_opinions_count_for_an_admission_only() -> None:
    cast = votes(8, 5, 6, written=1)
    assert fault(ADMISSION, cast) is None
    assert "书面意见不计票" in (fault(ORDINARY, cast) or "")


def test_more_opinions_than_people_away_are_refused() -> None:
    assert "多于未到会" in (fault(ADMISSION, votes(8, 5, 5, written=4)) or "")


def test_ballots_have_to_come_to_those_present() -> None:
    words = fault(ORDINARY, votes(8, 5, 4, unreturned=0)) or ""
    assert "合计 4 票" in words
    assert "有表决权党员 5 名" in words
    words = fault(ADMISSION, votes(8, 5, 4, written=2, unreturned=0)) or ""
    assert "加书面意见 2 份，共 7" in words


def test_the_rule_of_the_day_holds() -> None:
    """Before the branch regulation of 2018 there was the rule for admissions alone."""
    assert set(rules_on(date(2018, 10, 27))) == {VotingRuleCode.admission}
    assert set(rules_on(date(2018, 10, 28))) == set(VotingRuleCode)
    assert ORDINARY.quorum is Quorum.at_least_half


@given(st.integers(1, 200), st.data())
def test_a_vote_that_carries_has_a_quorum_unless_opinions_made_it(entitled: int, data: st.DataObject) -> None:
    present = data.draw(st.integers(0, entitled))
    ayes = data.draw(st.integers(0, present))
    if carries(votes(entitled, present, ayes)):
        assert is_quorate(ORDINARY, entitled=entitled, present=present)
        assert is_quorate(ADMISSION, entitled=entitled, present=present)
