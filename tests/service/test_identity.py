"""Tokens, binding, grants and wrong tries, on both databases."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.db import transaction
from server.errors import DomainError
from server.identity import queries, service, upkeep, wrong_tries
from server.identity.models import Account, BindingAttempt, Grant, IdempotencyRecord, Token, WechatIdentity
from server.identity.rules import HeldRole, Role
from tests.at_once import at_once, race
from tests.cast import Cast

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def _code(refused: pytest.ExceptionInfo[DomainError]) -> str:
    return refused.value.code


def _identity(session: Session, openid: str, now: datetime) -> int:
    found = service.find_or_add_identity(session, app_id="sandbox", openid=openid, unionid=None, now=now)
    session.commit()
    return found.id


def test_a_caller_is_known_with_his_organizations_and_grants(engine: Engine, cast: Cast) -> None:
    assert service.authenticate(engine, cast.li_wei.token, now=cast.now) == cast.li_wei.actor
    assert service.authenticate(engine, cast.stranger.token, now=cast.now) == cast.stranger.actor


def test_only_the_hash_of_a_token_is_kept(session: Session, cast: Cast) -> None:
    kept = session.scalars(select(Token.token_hash)).all()
    assert cast.li_wei.token not in kept
    assert all(len(token_hash) == 64 for token_hash in kept)


def test_a_token_is_over_in_the_instant_it_expires(engine: Engine, session: Session, cast: Cast) -> None:
    token = service.issue_token(session, identity_id=cast.zhang_min.actor.identity_id, now=cast.now, days=1)
    session.commit()
    end = cast.now + DAY
    assert service.authenticate(engine, token, now=end - timedelta(seconds=1)) == cast.zhang_min.actor
    for fresh in (True, False):
        with pytest.raises(DomainError) as refused:
            service.authenticate(engine, token, now=end, fresh=fresh)
        assert _code(refused) == "token_expired"


def test_a_grant_counts_from_its_first_day_until_before_its_last(engine: Engine, session: Session, cast: Cast) -> None:
    service.grant(
        session,
        account_id=cast.zhang_min.account_id,
        role=Role.organizer,
        organization_id=cast.general_branch,
        from_date=date(2026, 7, 1),
        until_date=date(2026, 8, 1),
        granted_by=cast.chen_jing.account_id,
        now=cast.now,
    )
    session.commit()
    held = (HeldRole(Role.organizer, cast.general_branch),)
    for now, expected in [
        ("2026-06-30T23:59:59+08:00", ()),
        ("2026-07-01T00:00:00+08:00", held),
        ("2026-07-31T23:59:59+08:00", held),
        ("2026-08-01T00:00:00+08:00", ()),
    ]:
        actor = service.authenticate(engine, cast.zhang_min.token, now=datetime.fromisoformat(now))
        assert actor.grants == expected


@pytest.mark.at_the_edges_of_the_day
def test_a_change_by_another_process_is_noticed_within_thirty_seconds_or_at_once_when_asked_fresh(
    engine: Engine, cast: Cast
) -> None:
    service.authenticate(engine, cast.li_wei.token, now=cast.now)
    with engine.begin() as connection:  # another process: this one is told nothing
        connection.execute(Grant.__table__.update().values(until_date=cast.today))  # type: ignore[attr-defined]
    assert service.authenticate(engine, cast.li_wei.token, now=cast.now).grants
    assert not service.authenticate(engine, cast.li_wei.token, now=cast.now, fresh=True).grants
    later = cast.now + timedelta(seconds=30)
    assert not service.authenticate(engine, cast.li_wei.token, now=later).grants


def test_a_change_rolled_back_forgets_nobody_for_long(engine: Engine, session: Session, cast: Cast) -> None:
    service.unbind(session, account_id=cast.li_wei.account_id, now=cast.now)
    session.rollback()
    assert service.authenticate(engine, cast.li_wei.token, now=cast.now) == cast.li_wei.actor


def test_unbinding_detaches_the_identity_and_ends_its_tokens_at_once(
    engine: Engine, session: Session, cast: Cast
) -> None:
    service.authenticate(engine, cast.zhang_min.token, now=cast.now)
    assert service.unbind(session, account_id=cast.zhang_min.account_id, now=cast.now) == 1
    session.commit()
    with pytest.raises(DomainError) as refused:
        service.authenticate(engine, cast.zhang_min.token, now=cast.now)
    assert _code(refused) == "not_signed_in"
    assert service.unbind(session, account_id=cast.zhang_min.account_id, now=cast.now) == 0
    assert not queries.is_bound(session, account_id=cast.zhang_min.account_id)


def test_who_was_unbound_signs_in_as_nobody(engine: Engine, session: Session, cast: Cast) -> None:
    service.unbind(session, account_id=cast.zhang_min.account_id, now=cast.now)
    identity_id = _identity(session, "zhang_min", cast.now)
    token = service.issue_token(session, identity_id=identity_id, now=cast.now, days=1)
    session.commit()
    assert service.authenticate(engine, token, now=cast.now).account_id is None
    assert session.get_one(Account, cast.zhang_min.account_id).member_id == cast.zhang_min.member_id


def test_binding_is_seen_at_once_and_repeating_it_changes_nothing(engine: Engine, session: Session, cast: Cast) -> None:
    service.unbind(session, account_id=cast.zhang_min.account_id, now=cast.now)
    session.commit()
    service.authenticate(engine, cast.stranger.token, now=cast.now)
    for _ in range(2):
        service.bind(
            session,
            identity_id=cast.stranger.actor.identity_id,
            account_id=cast.zhang_min.account_id,
            now=cast.now,
        )
        session.commit()
    assert service.authenticate(engine, cast.stranger.token, now=cast.now).member_id == cast.zhang_min.member_id


def test_a_bound_identity_cannot_become_someone_else(session: Session, cast: Cast) -> None:
    with pytest.raises(DomainError) as refused:
        service.bind(
            session,
            identity_id=cast.zhang_min.actor.identity_id,
            account_id=cast.li_wei.account_id,
            now=cast.now,
        )
    assert _code(refused) == "already_bound"


def test_a_second_phone_cannot_take_a_bound_account(session: Session, cast: Cast) -> None:
    with pytest.raises(DomainError) as refused:
        service.bind(
            session,
            identity_id=cast.stranger.actor.identity_id,
            account_id=cast.zhang_min.account_id,
            now=cast.now,
        )
    assert _code(refused) == "account_taken"


def test_two_phones_binding_one_account_at_once_one_wins(engine: Engine, session: Session, cast: Cast) -> None:
    service.unbind(session, account_id=cast.zhang_min.account_id, now=cast.now)
    ids = [_identity(session, f"phone{number}", cast.now) for number in range(4)]

    def bind_to(identity_id: int) -> Callable[[Session], object]:
        return partial(service.bind, identity_id=identity_id, account_id=cast.zhang_min.account_id, now=cast.now)

    assert race(engine, *map(bind_to, ids)) == ["account_taken"] * 3 + ["done"]


def test_first_sign_ins_at_once_make_one_identity_and_one_account(engine: Engine, cast: Cast) -> None:
    with engine.begin() as connection:
        member_id = cast.he_hua.member_id
        for table in (Token, WechatIdentity, Grant):
            connection.execute(table.__table__.delete())  # type: ignore[attr-defined]
        connection.execute(Account.__table__.delete().where(Account.member_id == member_id))  # type: ignore[attr-defined]

    def sign_in(session: Session) -> tuple[int, int]:
        found = service.find_or_add_identity(session, app_id="sandbox", openid="first", unionid="u1", now=cast.now)
        account = service.ensure_account(session, member_id=member_id, root_id=cast.root, name="何华", now=cast.now)
        return found.id, account.id

    assert len(set(at_once(*[partial(transaction, engine, sign_in)] * 8))) == 1


def test_a_person_without_a_member_gets_an_account_of_his_own(session: Session, cast: Cast) -> None:
    accounts = {
        service.ensure_account(session, member_id=None, root_id=cast.root, name="冯群", now=cast.now).id
        for _ in range(2)
    }
    assert len(accounts) == 2


def _grant(session: Session, cast: Cast, from_date: date, until_date: date | None) -> Grant:
    return service.grant(
        session,
        account_id=cast.zhang_min.account_id,
        role=Role.committee_member,
        organization_id=cast.branch,
        from_date=from_date,
        until_date=until_date,
        granted_by=cast.li_wei.account_id,
        now=cast.now,
    )


def test_the_same_role_is_given_once_for_a_time(session: Session, cast: Cast) -> None:
    _grant(session, cast, date(2026, 3, 1), date(2026, 6, 1))
    for from_date, until_date in [
        (date(2026, 3, 1), date(2026, 6, 1)),
        (date(2026, 5, 31), None),
        (date(2026, 1, 1), date(2026, 3, 2)),
        (date(2026, 1, 1), None),
    ]:
        with pytest.raises(DomainError) as refused:
            _grant(session, cast, from_date, until_date)
        assert _code(refused) == "already_granted"
    _grant(session, cast, date(2026, 6, 1), None)
    _grant(session, cast, date(2026, 1, 1), date(2026, 3, 1))


def test_a_grant_given_twice_at_once_is_given_once(engine: Engine, cast: Cast) -> None:
    def give(session: Session) -> None:
        _grant(session, cast, date(2026, 3, 1), None)

    assert race(engine, *[give] * 4) == ["already_granted"] * 3 + ["done"]


def test_a_grant_that_ends_before_it_begins_is_refused(session: Session, cast: Cast) -> None:
    with pytest.raises(DomainError) as refused:
        _grant(session, cast, date(2026, 6, 1), date(2026, 6, 1))
    assert _code(refused) == "invalid_dates"


def test_a_grant_is_ended_once_and_can_end_sooner_but_not_later(session: Session, cast: Cast) -> None:
    granted = _grant(session, cast, date(2026, 3, 1), None)
    for until_date in (date(2026, 9, 1), date(2026, 7, 1)):
        assert service.end_grant(session, grant_id=granted.id, until_date=until_date, now=cast.now).until_date == (
            until_date
        )
    for until_date in (date(2026, 7, 1), date(2026, 8, 1)):
        with pytest.raises(DomainError) as refused:
            service.end_grant(session, grant_id=granted.id, until_date=until_date, now=cast.now)
        assert _code(refused) == "grant_ended"
    with pytest.raises(DomainError) as refused:
        service.end_grant(session, grant_id=2**62, until_date=cast.today, now=cast.now)
    assert _code(refused) == "not_found"


def test_a_grant_still_to_come_can_be_taken_back(session: Session, cast: Cast) -> None:
    granted = _grant(session, cast, date(2026, 9, 1), None)
    service.end_grant(session, grant_id=granted.id, until_date=cast.today, now=cast.now)
    assert granted.until_date == granted.from_date
    assert queries.grants_of(session, cast.zhang_min.account_id, on=date(2026, 9, 1)) == []


def _try_wrongly(engine: Engine, identity_id: int, subject: str, now: datetime) -> str:
    def work(session: Session) -> None:
        wrong_tries.refuse_if_locked(session, identity_id=identity_id, subject=subject, now=now)
        wrong_tries.count_wrong_try(session, identity_id=identity_id, subject=subject, now=now)

    try:
        transaction(engine, work)
    except DomainError as refused:
        return refused.code
    return "wrong"


def test_five_wrong_tries_lock_the_identity_for_an_hour_whomever_it_claims(engine: Engine, cast: Cast) -> None:
    identity_id = cast.stranger.actor.identity_id
    answers = [_try_wrongly(engine, identity_id, f"A{number}", cast.now) for number in range(6)]
    assert answers == ["wrong"] * 5 + ["too_many_tries"]
    assert _try_wrongly(engine, identity_id, "B", cast.now + HOUR - timedelta(seconds=1)) == "too_many_tries"
    assert _try_wrongly(engine, identity_id, "B", cast.now + HOUR) == "wrong"


def test_five_wrong_tries_lock_the_claimed_entry_whoever_claims_it(
    engine: Engine, session: Session, cast: Cast
) -> None:
    ids = [_identity(session, f"guesser{number}", cast.now) for number in range(6)]
    answers = [_try_wrongly(engine, identity_id, "20260001", cast.now) for identity_id in ids]
    assert answers == ["wrong"] * 5 + ["too_many_tries"]
    assert _try_wrongly(engine, ids[5], "20260002", cast.now) == "wrong"


def test_a_locked_caller_is_told_when_to_come_back(session: Session, cast: Cast) -> None:
    identity_id = cast.stranger.actor.identity_id
    for _ in range(5):
        wrong_tries.count_wrong_try(session, identity_id=identity_id, subject=None, now=cast.now)
    with pytest.raises(DomainError) as refused:
        wrong_tries.refuse_if_locked(session, identity_id=identity_id, now=cast.now + timedelta(minutes=59))
    assert refused.value.detail == {"retry_after_seconds": 61}


@pytest.mark.mariadb_only
def test_tries_sent_at_once_are_counted_one_after_the_other(engine: Engine, cast: Cast) -> None:
    identity_id = cast.stranger.actor.identity_id
    answers = at_once(*[partial(_try_wrongly, engine, identity_id, "20260001", cast.now)] * 12)
    assert sorted(answers) == ["too_many_tries"] * 7 + ["wrong"] * 5


def test_a_right_try_forgives_the_wrong_ones_before_it(session: Session, cast: Cast) -> None:
    identity_id = cast.stranger.actor.identity_id
    service.unbind(session, account_id=cast.zhang_min.account_id, now=cast.now)
    for _ in range(4):
        wrong_tries.count_wrong_try(session, identity_id=identity_id, subject=None, now=cast.now)
    service.bind(session, identity_id=identity_id, account_id=cast.zhang_min.account_id, now=cast.now)
    assert session.scalar(select(func.count()).select_from(BindingAttempt)) == 0


def test_housekeeping_deletes_what_is_over_and_nothing_else(session: Session, cast: Cast) -> None:
    identity_id = cast.stranger.actor.identity_id
    for age in (timedelta(hours=23), timedelta(hours=24)):
        session.add(
            IdempotencyRecord(
                identity_id=identity_id,
                key=str(age),
                route="POST /",
                body_hash="0" * 64,
                status=200,
                body="",
                created_at=cast.now - age,
            )
        )
    for age in (9 * DAY, 7 * DAY):
        service.issue_token(session, identity_id=identity_id, now=cast.now - age, days=1)
    service.revoke(session, token=cast.stranger.token, now=cast.now)
    wrong_tries.count_wrong_try(session, identity_id=identity_id, subject="old", now=cast.now - DAY)
    before = session.scalar(select(func.count()).select_from(Token))
    assert before is not None
    assert upkeep.purge_idempotency_records(session, now=cast.now) == 1
    assert upkeep.purge_tokens(session, now=cast.now) == 1
    assert upkeep.purge_attempts(session, now=cast.now) == 2
    assert session.scalar(select(func.count()).select_from(Token)) == before - 1
    assert session.scalar(select(func.count()).select_from(IdempotencyRecord)) == 1
    assert upkeep.purge_tokens(session, now=cast.now + 7 * DAY) == 2
