"""A key of XIANFENG_PHONE_KEYS is lost: what it sealed is named as such, nothing fails and nothing is lost."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server import app
from server.config import Settings
from server.errors import DomainError
from server.export import queries as export
from server.identity import service as identity
from server.organizations import binding, members
from server.organizations.models import Member
from server.organizations.roster.files import import_file
from server.privacy import KeyMissing, PhoneVault, unreadable
from server.pushes.robots import service as robots
from server.pushes.robots.models import Announcement
from server.pushes.robots.rules import KEY_MISSING_FOR
from server.pushes.robots.sending import send_due
from server.start_warnings import start_warnings
from tests.cast import NOW, Cast, Person
from tests.conftest import Call
from tests.refusing import refused
from tests.rosters import person, workbook

pytestmark = pytest.mark.usefixtures("_frozen_time")
assert app.SUBSCRIPTIONS
OLD, OTHER, PRESENT = bytes(range(32)), bytes(32), bytes(range(1, 33))
PHONE, NEW_PHONE = "13800001234", "13900005678"
KEY = "693a91f6-7000-4bc4-97a0-0ec2e1fa5aaa"
LOST = "暂不可读（缺少密钥 old）"
AFTER_THE_LOSS = [{"new": PRESENT}, {"new": PRESENT, "old": OTHER}]
"""The key is gone, or another stands under its id."""


@pytest.fixture(params=AFTER_THE_LOSS, ids=["gone", "replaced"])
def vault(request: pytest.FixtureRequest, session: Session, cast: Cast) -> PhoneVault:
    """What is left after 张敏's number was sealed under the old key."""
    _seal(session, cast.zhang_min, PhoneVault({"old": OLD}))
    return PhoneVault(request.param)


def _seal(session: Session, whom: Person, vault: PhoneVault) -> None:
    member = session.get_one(Member, whom.member_id)
    member.phone_sealed, member.phone_index = vault.seal(PHONE), vault.index(PHONE)
    session.commit()


def _stored(session: Session, whom: Person) -> Member:
    session.expire_all()
    return session.get_one(Member, whom.member_id)


def test_it_is_found_and_counted(session: Session, cast: Cast, vault: PhoneVault) -> None:
    _seal(session, cast.li_wei, PhoneVault({"new": PRESENT}))
    _seal(session, cast.wang_fang, PhoneVault({"old": OLD}))
    assert unreadable(session, vault, Member.phone_sealed) == {"old": 2}
    assert unreadable(session, PhoneVault({"new": PRESENT, "old": OLD}), Member.phone_sealed) == {}


def test_whoever_looks_reads_why(call: Call, cast: Cast, session: Session) -> None:
    _seal(session, cast.zhang_min, PhoneVault({"old": OLD}))
    path = f"/members/{cast.zhang_min.member_id}"
    assert call(cast.li_wei, "GET", path).json["phone"] == LOST
    assert call(cast.zhang_min, "GET", f"{path}/export").status_code == 200
    changed = call(cast.li_wei, "PATCH", path, json={"phone": NEW_PHONE})
    assert changed.json["phone"] == "139****5678"


def test_a_change_of_something_else_leaves_the_number_for_the_day_the_key_returns(
    session: Session, cast: Cast, vault: PhoneVault
) -> None:
    _edit(session, cast, vault, {"duty": "支委"})
    assert PhoneVault({"old": OLD}).open(_stored(session, cast.zhang_min).phone_sealed or "") == PHONE


def test_a_new_number_is_stored_under_the_present_key(session: Session, cast: Cast, vault: PhoneVault) -> None:
    _edit(session, cast, vault, {"phone": NEW_PHONE})
    stored = _stored(session, cast.zhang_min)
    assert (vault.open(stored.phone_sealed or ""), stored.phone_index) == (NEW_PHONE, vault.index(NEW_PHONE))


def _edit(session: Session, cast: Cast, vault: PhoneVault, values: dict[str, Any]) -> None:
    account_id = cast.li_wei.account_id
    members.edit_member(
        session, vault, member_id=cast.zhang_min.member_id, values=values, account_id=account_id, now=NOW
    )
    session.commit()


def test_who_exports_their_data_reads_why(session: Session, cast: Cast, vault: PhoneVault) -> None:
    subject = export.subject_of(session, vault, cast.zhang_min.member_id)
    [row] = next(table for table in export.collect(session, subject) if table.name == "members").rows
    assert LOST in row


def test_who_binds_by_phone_is_told_of_the_code_instead(session: Session, cast: Cast, vault: PhoneVault) -> None:
    told = refused("key_missing", lambda: _bind(session, vault))
    assert (told.status, "缺少密钥 old" in told.message, "激活码" in told.message) == (503, True, True)


def test_who_has_a_readable_number_is_found_as_ever(session: Session, cast: Cast, vault: PhoneVault) -> None:
    _seal(session, cast.wang_fang, vault)
    refused("account_taken", lambda: _bind(session, vault))  # hers has a phone already


def _bind(session: Session, vault: PhoneVault) -> Any:
    found = identity.find_or_add_identity(session, app_id="sandbox", openid="new", unionid=None, now=NOW)
    return binding.bind_by_phone(session, vault, identity_id=found.id, phone=PHONE, now=NOW)


@pytest.fixture
def import_rows(engine: Engine, settings: Settings, cast: Cast, tmp_path: Path) -> Callable[..., list[str]]:
    """Return `import_rows(keys, rows)`, which applies a roster and returns its problems."""

    def import_rows(keys: dict[str, bytes], *rows: dict[str, Any]) -> list[str]:
        path = tmp_path / "roster.xlsx"
        path.write_bytes(workbook(rows).getvalue())
        report = import_file(engine, replace(settings, phone_keys=keys), path, cast.root)
        return [problem.text for problem in report.problems]

    return import_rows


@pytest.mark.parametrize("keys", AFTER_THE_LOSS, ids=["gone", "replaced"])
def test_a_roster_stores_the_numbers_it_names_anew_and_keeps_the_others(
    import_rows: Callable[..., list[str]], keys: dict[str, bytes], session: Session
) -> None:
    assert import_rows({"old": OLD}, person("林秀", "T1", 手机号=PHONE), person("高远", "T2", 手机号=PHONE)) == []
    assert import_rows(keys, person("林秀", "T1", 手机号=PHONE), person("高远", "T2")) == []
    sealed = dict(
        session.execute(select(Member.name, Member.phone_sealed).where(Member.phone_sealed.is_not(None))).all()
    )
    assert PhoneVault(keys).open(sealed["林秀"] or "") == PHONE
    assert PhoneVault({"old": OLD}).open(sealed["高远"] or "") == PHONE


def test_an_officers_number_in_a_roster_is_refused_with_the_reason(
    import_rows: Callable[..., list[str]], session: Session, cast: Cast
) -> None:
    _seal(session, cast.li_wei, PhoneVault({"old": OLD}))
    _stored(session, cast.li_wei).work_number = "T1"
    session.commit()
    [problem] = import_rows({"new": PRESENT}, person("李伟", "T1", 手机号=PHONE))
    assert "原手机号暂不可读（缺少密钥 old）" in problem


def test_a_robot_whose_address_cannot_be_read_waits_for_its_key(
    session: Session, engine: Engine, settings: Settings, cast: Cast
) -> None:
    _robot(session, cast, PhoneVault({"old": OLD}))
    robots.try_out(session, cast.branch, now=NOW)
    session.commit()
    assert send_due(engine, replace(settings, phone_keys={"new": PRESENT})) == 0
    session.expire_all()
    [waiting] = session.scalars(select(Announcement))
    assert (waiting.status, waiting.attempts) == ("waiting", 0)
    assert NOW < waiting.next_at <= NOW + KEY_MISSING_FOR


def _robot(session: Session, cast: Cast, vault: PhoneVault) -> None:
    wishes: dict[str, Any] = {"webhook": KEY, "meeting_tomorrow": True, "month_published": True}
    robots.set_up(session, vault, cast.branch, **wishes, account_id=cast.li_wei.account_id, now=NOW)
    session.commit()


def test_the_start_names_the_key_and_how_much_it_sealed(
    session: Session, engine: Engine, settings: Settings, cast: Cast
) -> None:
    _seal(session, cast.zhang_min, PhoneVault({"old": OLD}))
    _robot(session, cast, PhoneVault({"older": OLD}))
    assert start_warnings(engine, replace(settings, phone_keys={"new": PRESENT})) == [
        "XIANFENG_PHONE_KEYS 缺少密钥 old：1 名党员的手机号暂不可读，补上密钥即恢复",
        "XIANFENG_PHONE_KEYS 缺少密钥 older：1 个群机器人的地址暂不可读，补上密钥即恢复",
    ]
    assert start_warnings(engine, replace(settings, phone_keys={"new": PRESENT, "old": OLD, "older": OLD})) == []


@pytest.mark.sqlite_only
@pytest.mark.parametrize("keys", [{"new": PRESENT}, {"new": PRESENT, "old": OTHER}])
def test_opening_never_fails_in_another_way(keys: dict[str, bytes]) -> None:
    with pytest.raises(KeyMissing) as missing:
        PhoneVault(keys).open(PhoneVault({"old": OLD}).seal(PHONE))
    assert isinstance(missing.value, DomainError)
    assert missing.value.message == LOST
