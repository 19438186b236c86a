"""A link that signs a person in once: who gets one, who gets in by it, and how often."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.db import transaction
from server.identity import login_links, service, upkeep
from server.identity.login_links import LIFETIME, IssuedLink
from server.identity.models import Account, LoginLink
from server.organizations import binding
from server.organizations.models import Member
from tests.at_once import race
from tests.cast import NOW, Cast
from tests.refusing import refused


@pytest.fixture(autouse=True)
def _numbered(engine: Engine, cast: Cast) -> None:
    """Give 张敏 a number as a roster writes it."""
    with engine.begin() as connection:
        connection.execute(update(Member).where(Member.id == cast.zhang_min.member_id).values(work_number="T002"))


def issued(session: Session, work_number: str = "t002") -> IssuedLink:
    link = login_links.issue(session, account=binding.account_numbered(session, work_number), now=NOW)
    session.commit()
    return link


def test_it_signs_in_whom_it_was_made_for_and_leaves_its_trace(session: Session, cast: Cast) -> None:
    link = issued(session)
    known = login_links.use(session, secret=link.secret, now=NOW + LIFETIME - timedelta(seconds=1))
    assert known.account_id == cast.zhang_min.account_id
    written = select(AuditLine.action, AuditLine.actor_id).where(AuditLine.action.contains("link"))
    lines = session.execute(written.order_by(AuditLine.id)).all()
    assert lines == [("login_link", None), ("login_by_link", cast.zhang_min.account_id)]


def test_only_the_hash_of_its_secret_is_kept(session: Session) -> None:
    link = issued(session)
    stored = session.scalars(select(LoginLink)).one()
    assert stored.secret_hash == hashlib.sha256(link.secret.encode()).hexdigest()
    assert link.address("https://x.example").endswith(f"/m/pages/sign-in/sign-in?link={stored.id}#{link.secret}")


def test_it_is_good_once_and_for_ten_minutes(session: Session) -> None:
    used, late = issued(session), issued(session)
    login_links.use(session, secret=used.secret, now=NOW)
    refused("link_spent", lambda: login_links.use(session, secret=used.secret, now=NOW))
    refused("link_spent", lambda: login_links.use(session, secret=late.secret, now=NOW + LIFETIME))
    refused("link_spent", lambda: login_links.use(session, secret="made up", now=NOW))


def test_of_two_who_open_it_at_once_one_gets_in(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        link = issued(session)

    def use(session: Session) -> None:
        login_links.use(session, secret=link.secret, now=NOW)

    assert race(engine, use, use) == ["done", "link_spent"]


def test_it_ends_with_the_binding(session: Session, cast: Cast) -> None:
    link = issued(session)
    service.unbind(session, account_id=cast.zhang_min.account_id, now=NOW)
    refused("link_spent", lambda: login_links.use(session, secret=link.secret, now=NOW))


def test_whoever_holds_the_phone_now_is_not_let_in(session: Session, cast: Cast) -> None:
    """The identity was 张敏's when her link was made; it is 王芳's second phone when the link is opened."""
    link = issued(session)
    service.unbind(session, account_id=cast.zhang_min.account_id, now=NOW)
    service.unbind(session, account_id=cast.wang_fang.account_id, now=NOW)
    service.bind(session, identity_id=cast.zhang_min.actor.identity_id, account_id=cast.wang_fang.account_id, now=NOW)
    refused("link_spent", lambda: login_links.use(session, secret=link.secret, now=NOW))


def test_who_is_unknown_or_not_bound_gets_none(session: Session, cast: Cast) -> None:
    assert "名册中没有" in refused("not_on_roster", lambda: issued(session, "nobody")).message
    service.unbind(session, account_id=cast.zhang_min.account_id, now=NOW)
    assert "张敏还没有绑定微信" in refused("not_bound_yet", lambda: issued(session)).message
    account = session.get_one(Account, cast.zhang_min.account_id)
    account.member_id = None
    session.flush()
    assert "张敏还没有绑定微信" in refused("not_bound_yet", lambda: issued(session)).message


def test_who_is_on_no_roster_is_found_by_the_number_of_their_code(engine: Engine, cast: Cast) -> None:
    def invite(session: Session) -> int:
        account, code, _ = binding.invite_representative(
            session,
            actor=cast.li_wei.actor,
            organization_id=cast.branch,
            name="冯群",
            work_number="Q1",
            now=NOW,
        )
        known = service.find_or_add_identity(session, app_id="sandbox", openid="feng", unionid=None, now=NOW)
        binding.bind_by_code(session, identity_id=known.id, name="冯群", work_number="Q1", code=code, now=NOW)
        return account.id

    account_id = transaction(engine, invite)
    with Session(engine, expire_on_commit=False) as session:
        link = issued(session, "q1")
        assert login_links.use(session, secret=link.secret, now=NOW).account_id == account_id


def test_links_are_swept_a_week_after_their_end(session: Session) -> None:
    issued(session)
    week_after = NOW + LIFETIME + upkeep.DEAD_TOKEN_LIFETIME
    assert upkeep.purge_login_links(session, now=week_after - timedelta(seconds=1)) == 0
    assert upkeep.purge_login_links(session, now=week_after) == 1
