"""A person and their account: telephones and activation codes."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server import app
from server.config import Settings
from server.db import transaction
from server.errors import DomainError
from server.identity import service as identity
from server.identity.models import WechatIdentity
from server.organizations import binding, transfers
from server.organizations.models import (
    Member,
)
from server.privacy import PhoneVault
from tests.at_once import race
from tests.cast import NOW, TODAY, Cast
from tests.organizing import newcomer
from tests.refusing import refused

assert app.SUBSCRIPTIONS


def unbound_identity(session: Session, openid: str) -> int:
    return identity.find_or_add_identity(session, app_id="sandbox", openid=openid, unionid=None, now=NOW).id


def test_a_verified_phone_binds_its_one_member(session: Session, settings: Settings, cast: Cast) -> None:
    member = newcomer(session, settings, cast, phone="13800001234")
    account = binding.bind_by_phone(
        session,
        PhoneVault(settings.phone_keys),
        identity_id=unbound_identity(session, "new"),
        phone="+86 138 0000 1234",
        now=NOW,
    )
    assert account.member_id == member.id


def test_a_phone_of_two_members_or_of_none_binds_nobody(session: Session, settings: Settings, cast: Cast) -> None:
    vault = PhoneVault(settings.phone_keys)
    newcomer(session, settings, cast, phone="13800001234", number="N1")
    newcomer(session, settings, cast, phone="13800001234", number="N2")
    identity_id = unbound_identity(session, "new")
    with pytest.raises(DomainError, match="phone_shared"):
        binding.bind_by_phone(session, vault, identity_id=identity_id, phone="13800001234", now=NOW)
    with pytest.raises(DomainError, match="phone_not_on_roster"):
        binding.bind_by_phone(session, vault, identity_id=identity_id, phone="13900000000", now=NOW)


def test_a_phone_binds_nobody_who_has_left(session: Session, settings: Settings, cast: Cast) -> None:
    """Not even on the day they left; who left belongs nowhere from that day on."""
    member = newcomer(session, settings, cast, phone="13800001234")
    bind = partial(binding.bind_by_phone, session, PhoneVault(settings.phone_keys), phone="13800001234")
    by = cast.chen_jing.account_id
    transfers.leave(session, member_id=member.id, on=TODAY, note="调离", account_id=by, now=NOW)
    for now in (NOW, NOW + timedelta(days=30)):
        refused("phone_not_on_roster", lambda: bind(identity_id=unbound_identity(session, "new"), now=now))  # noqa: B023


def test_a_new_code_voids_the_old_one_and_works_once(session: Session, cast: Cast) -> None:
    identity.unbind(session, account_id=cast.zhang_min.account_id, now=NOW)
    issue: dict[str, Any] = {"member_id": cast.zhang_min.member_id, "actor": cast.li_wei.actor, "now": NOW}
    old, _ = binding.issue_for_member(session, **{**issue})
    session.get_one(Member, cast.zhang_min.member_id).work_number = "Z1"
    code, _ = binding.issue_for_member(session, **issue)

    def bind(openid: str, typed: str) -> None:
        binding.bind_by_code(
            session,
            identity_id=unbound_identity(session, openid),
            name=" 张 敏",
            work_number="ｚ1",
            code=typed.lower(),
            now=NOW,
        )

    with pytest.raises(DomainError, match="binding_refused"):
        bind("first", old)
    bind("first", code)
    with pytest.raises(DomainError, match="binding_refused"):
        bind("second", code)


def test_a_code_expires_after_seven_days(session: Session, cast: Cast) -> None:
    session.get_one(Member, cast.zhang_min.member_id).work_number = "Z1"
    identity.unbind(session, account_id=cast.zhang_min.account_id, now=NOW)
    code, expires_at = binding.issue_for_member(
        session, member_id=cast.zhang_min.member_id, actor=cast.li_wei.actor, now=NOW
    )
    with pytest.raises(DomainError, match="binding_refused"):
        binding.bind_by_code(
            session,
            identity_id=unbound_identity(session, "late"),
            name="张敏",
            work_number="Z1",
            code=code,
            now=expires_at,
        )


def test_whoever_guesses_at_one_entry_locks_it_for_everybody_and_no_other(session: Session, cast: Cast) -> None:
    """Five people have one try each: none is locked, but the entry is, even for the right code."""
    session.get_one(Member, cast.zhang_min.member_id).work_number = "Z1"
    identity.unbind(session, account_id=cast.zhang_min.account_id, now=NOW)
    code, _ = binding.issue_for_member(session, member_id=cast.zhang_min.member_id, actor=cast.li_wei.actor, now=NOW)

    def guess(openid: str, number: str = "Z1", typed: str = "ABCDE-FGHJK") -> None:
        who = unbound_identity(session, openid)
        binding.bind_by_code(session, identity_id=who, name="张敏", work_number=number, code=typed, now=NOW)

    for number in range(5):
        refused("binding_refused", partial(guess, f"guesser{number}"))
    refused("too_many_tries", lambda: guess("owner", typed=code))
    refused("binding_refused", lambda: guess("owner", "Z2"))


@pytest.mark.mariadb_only
def test_two_people_racing_for_one_member_bind_once(engine: Engine, cast: Cast) -> None:
    def prepare(session: Session) -> tuple[str, list[int]]:
        session.get_one(Member, cast.zhang_min.member_id).work_number = "Z1"
        identity.unbind(session, account_id=cast.zhang_min.account_id, now=NOW)
        code, _ = binding.issue_for_member(
            session, member_id=cast.zhang_min.member_id, actor=cast.li_wei.actor, now=NOW
        )
        return code, [unbound_identity(session, f"racer {number}") for number in range(2)]

    code, racers = transaction(engine, prepare)

    def bind_as(identity_id: int) -> Callable[[Session], object]:
        return partial(binding.bind_by_code, identity_id=identity_id, name="张敏", work_number="Z1", code=code, now=NOW)

    assert race(engine, *map(bind_as, racers)) == ["binding_refused", "done"]
    with Session(engine) as session:
        holders = session.scalars(
            select(WechatIdentity).where(WechatIdentity.account_id == cast.zhang_min.account_id)
        ).all()
        assert len(holders) == 1
