"""Wrong tries, the caller cache and the permission rules."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.identity.attempts import locked_until, with_try
from server.identity.cache import CallerCache
from server.identity.rules import RULES, Actor, HeldRole, Permission, Role, Target, allows, holds, reach, roles_at

NOON = datetime(2026, 6, 18, 4, 0, tzinfo=UTC)
NIGHT = datetime(2026, 6, 17, 16, 30, tzinfo=UTC)
"""Half past midnight in Shanghai."""

FAR = NOON + timedelta(days=30)
SOMEONE = Actor(identity_id=1)


def _after_tries(*minutes: float) -> list[datetime]:
    tries: list[datetime] = []
    for minute in minutes:
        tries = with_try(tries, NOON + timedelta(minutes=minute))
    return tries


def test_four_wrong_tries_do_not_lock() -> None:
    assert locked_until(_after_tries(0, 1, 2, 3), NOON + timedelta(minutes=3)) is None


def test_the_fifth_within_an_hour_locks_for_an_hour() -> None:
    tries = _after_tries(0, 10, 20, 30, 59)
    end = NOON + timedelta(minutes=119)
    assert locked_until(tries, NOON + timedelta(minutes=59)) == end
    assert locked_until(tries, end - timedelta(microseconds=1)) == end
    assert locked_until(tries, end) is None


def test_the_fifth_an_hour_after_the_first_does_not_lock() -> None:
    assert locked_until(_after_tries(0, 10, 20, 30, 60), NOON + timedelta(minutes=60)) is None


def test_the_hour_slides_with_the_tries() -> None:
    tries = _after_tries(0, 50, 55, 58, 61, 62)
    assert locked_until(tries, NOON + timedelta(minutes=62)) == NOON + timedelta(minutes=122)


@given(st.lists(st.integers(0, 300), max_size=40).map(sorted))
def test_never_are_more_than_five_tries_allowed_in_any_hour(minutes: list[int]) -> None:
    allowed: list[datetime] = []
    tries: list[datetime] = []
    for minute in minutes:
        at = NOON + timedelta(minutes=minute)
        if locked_until(tries, at) is None:
            tries = with_try(tries, at)
            allowed.append(at)
    for first in allowed:
        assert sum(first <= at < first + timedelta(hours=1) for at in allowed) <= 5


def _remember(cache: CallerCache, token: str, *, at: datetime = NOON, expires_at: datetime = FAR) -> None:
    cache.remember(token, SOMEONE, expires_at=expires_at, now=at, generation=cache.generation)


@pytest.mark.parametrize("at", [NOON, NIGHT])
@pytest.mark.parametrize(("seconds", "known"), [(0, True), (29, True), (30, False), (-1, False)])
def test_a_caller_is_remembered_for_thirty_seconds(at: datetime, seconds: int, known: bool) -> None:
    cache = CallerCache()
    _remember(cache, "a", at=at)
    assert (cache.find("a", now=at + timedelta(seconds=seconds)) is SOMEONE) is known


def test_a_caller_is_not_remembered_past_the_end_of_his_token() -> None:
    cache = CallerCache()
    _remember(cache, "a", expires_at=NOON + timedelta(seconds=5))
    assert cache.find("a", now=NOON + timedelta(seconds=5)) is None


def test_grants_are_looked_up_again_at_midnight_in_shanghai() -> None:
    cache = CallerCache()
    midnight = datetime(2026, 6, 18, 16, 0, tzinfo=UTC)
    _remember(cache, "a", at=midnight - timedelta(seconds=1))
    assert cache.find("a", now=midnight) is None


def test_what_was_looked_up_before_someone_was_forgotten_is_not_kept() -> None:
    cache = CallerCache()
    before = cache.generation
    cache.forget([SOMEONE.identity_id])
    cache.remember("a", SOMEONE, expires_at=FAR, now=NOON, generation=before)
    assert cache.find("a", now=NOON) is None


def test_forgetting_one_caller_keeps_the_others() -> None:
    cache = CallerCache()
    _remember(cache, "a")
    cache.forget([2])
    assert cache.find("a", now=NOON) is SOMEONE
    cache.forget([1])
    assert cache.find("a", now=NOON) is None


def test_the_cache_is_bounded() -> None:
    cache = CallerCache(size=2)
    for token in "abc":
        _remember(cache, token)
    assert [cache.find(token, now=NOON) for token in "abc"] == [None, SOMEONE, SOMEONE]


ROOT, GENERAL, BRANCH, SIBLING = 1, 2, 3, 4
ZHANG_MIN = Actor(identity_id=1, account_id=1, root_id=ROOT, member_id=7, organization_ids=(ROOT, GENERAL, BRANCH))
HER_FILE = Target((ROOT, GENERAL, BRANCH), 7)


def _holder(role: Role, organization_id: int) -> Actor:
    return Actor(identity_id=9, account_id=9, root_id=ROOT, grants=(HeldRole(role, organization_id),))


def test_every_permission_but_signed_in_has_a_rule() -> None:
    assert set(Permission) - set(RULES) == {Permission.signed_in}


@given(st.sampled_from(sorted(RULES)), st.sampled_from(Role), st.sampled_from([ROOT, GENERAL, BRANCH, SIBLING]))
def test_a_role_reaches_its_organization_and_all_below_and_nothing_else(
    permission: Permission, role: Role, organization_id: int
) -> None:
    reached = organization_id in HER_FILE.ancestor_ids and role in RULES[permission].roles
    assert allows(_holder(role, organization_id), permission, HER_FILE) is reached


@given(st.sampled_from(sorted(RULES)))
def test_whoever_is_allowed_something_holds_it(permission: Permission) -> None:
    for actor in (ZHANG_MIN, SOMEONE, *(_holder(role, BRANCH) for role in Role)):
        if allows(actor, permission, HER_FILE):
            assert holds(actor, permission)


@given(st.sampled_from(sorted(RULES)), st.sampled_from([HER_FILE, Target(()), Target((ROOT,))]))
def test_who_is_bound_to_nothing_may_nothing(permission: Permission, target: Target) -> None:
    assert not allows(SOMEONE, permission, target)
    assert not holds(SOMEONE, permission)


def test_a_member_reaches_no_other_member_by_being_one() -> None:
    for permission in RULES:
        if not RULES[permission].fellow:
            assert not allows(ZHANG_MIN, permission, Target((ROOT, GENERAL, BRANCH), 8))


@pytest.mark.parametrize("permission", [each for each in RULES if RULES[each].fellow])
def test_a_fellow_is_one_of_the_branch_itself(permission: Permission) -> None:
    assert allows(ZHANG_MIN, permission, Target((ROOT, GENERAL, BRANCH), 8))
    assert not allows(ZHANG_MIN, permission, Target((ROOT, GENERAL, SIBLING), 8))


def test_whoever_is_signed_in_may_what_needs_no_more() -> None:
    assert holds(SOMEONE, Permission.signed_in)
    assert allows(SOMEONE, Permission.signed_in, Target(()))


def test_ones_own_is_held_and_allowed_without_a_role() -> None:
    assert holds(ZHANG_MIN, Permission.score_read)
    assert allows(ZHANG_MIN, Permission.score_read, HER_FILE)


def test_a_thing_that_concerns_no_member_is_nobodys_own() -> None:
    assert not allows(_holder(Role.administrator, SIBLING), Permission.score_read, Target((ROOT, GENERAL, BRANCH)))
    assert not allows(ZHANG_MIN, Permission.score_read, Target((ROOT, GENERAL, BRANCH)))


OFFICES = (HeldRole(Role.secretary, 9), HeldRole(Role.inspector, 1), HeldRole(Role.secretary, 3))
"""Those of someone who leads two branches and inspects the whole university."""


def test_a_list_reaches_where_a_role_that_may_is_held() -> None:
    actor = Actor(identity_id=1, grants=(*OFFICES, HeldRole(Role.deputy_secretary, 9)))
    assert reach(actor, Permission.claim_review) == (3, 9)
    assert reach(SOMEONE, Permission.claim_review) == ()


def test_a_role_is_held_over_what_lies_below_its_place() -> None:
    actor = Actor(identity_id=1, grants=OFFICES)
    assert roles_at(actor, iter((1, 2, 3))) == {Role.secretary, Role.inspector}
    assert roles_at(actor, (1, 2, 4)) == {Role.inspector}
    assert roles_at(actor, ()) == frozenset()
