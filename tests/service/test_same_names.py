"""A name finds its person however it was written: in search, in binding, in pasted dues, at the beginning."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.dues.bulk import RowOutcome, register_pasted
from server.errors import DomainError
from server.identity import service as identity
from server.identity.models import Account, BindingAttempt
from server.organizations import binding, members
from server.organizations.models import Member, Organization
from tests.cast import NOW, Cast

SPELLINGS = [
    ("方敏", "⽅敏"),
    ("⽅敏", "方 敏"),
    ("凉山", "\uf979山"),
    ("贾长青", "贾⻓青"),
    ("阿依努尔·买买提", "阿依努尔・买买提"),
    ("阿依努尔.买买提", "阿依努尔买买提"),
    ("Li Wei", "ｌｉ　ＷＥＩ"),
    ("𠮷田", "𠮷\u200b田"),
    ("葛飾", "葛\U000e0100飾"),
    ("刘〇", "刘○"),
]


def renamed(session: Session, cast: Cast, name: str) -> Member:
    """Give 张敏 another name as an old row may hold it, and let nobody be bound to her."""
    identity.unbind(session, account_id=cast.zhang_min.account_id, now=NOW)
    member = session.get_one(Member, cast.zhang_min.member_id)
    member.name, member.work_number = name, "Z-1"
    session.flush()
    return member


def found(session: Session, cast: Cast, search: str, *, after_id: int | None = None, limit: int = 5) -> list[int]:
    rows = members.list_members(
        session,
        organization=session.get_one(Organization, cast.root),
        on=cast.today,
        search=search,
        stage=None,
        category=None,
        bound=None,
        after_id=after_id,
        limit=limit,
    )
    return [row.member.id for row in rows]


@pytest.mark.parametrize(("stored", "typed"), SPELLINGS)
def test_search_binding_and_dues_find_it(session: Session, cast: Cast, stored: str, typed: str) -> None:
    member = renamed(session, cast, stored)
    assert found(session, cast, typed) == [member.id]
    assert found(session, cast, typed[:2]) == [member.id]
    pasted = f"{typed}\t2026-05\t20\t20\t2026-05-10"
    (row,) = register_pasted(
        session, organization_id=cast.branch, text=pasted, apply=True, account_id=cast.li_wei.account_id, now=NOW
    )
    assert (row.outcome, row.member) == (RowOutcome.registered, member)
    code, _ = binding.issue_for_member(session, actor=cast.li_wei.actor, member_id=member.id, now=NOW)
    newcomer = identity.find_or_add_identity(session, app_id="sandbox", openid="new", unionid=None, now=NOW)
    account = binding.bind_by_code(
        session, identity_id=newcomer.id, name=typed, work_number="ｚ—1", code=code.replace("-", " － "), now=NOW
    )
    assert account.member_id == member.id


def test_pages_of_a_search_follow_each_other(session: Session, cast: Cast) -> None:
    everybody = found(session, cast, "", limit=100)
    for member in session.scalars(select(Member).where(Member.id.in_(everybody))):
        member.name = f"⽅{member.id}"
    session.flush()
    first = found(session, cast, "方", limit=3)
    rest = found(session, cast, "方", after_id=first[-1], limit=100)
    assert first + rest == everybody
    assert found(session, cast, "方%") == found(session, cast, "方")
    assert found(session, cast, "民") == []


@pytest.mark.parametrize(("stored", "typed"), SPELLINGS[:5])
def test_a_representative_invited_again_is_the_same(session: Session, cast: Cast, stored: str, typed: str) -> None:
    def invited(name: str) -> Account:
        account, _, _ = binding.invite_representative(
            session,
            actor=cast.li_wei.actor,
            organization_id=cast.branch,
            name=name,
            work_number="Q-1",
            now=NOW,
        )
        return account

    account = invited(stored)
    assert invited(typed) is account
    binding.issue(session, account, "Q-1", None, NOW)
    assert binding.invited_account(session, root_id=cast.root, name=typed, work_number="Q-1") is account
    assert binding.invited_account(session, root_id=cast.root, name="别人", work_number="Q-1") is None


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("Z-1", "ABCDE"),
        ("Z-1", "ABCDE-FGHJ0"),
        ("Z-1", "激活码"),
        ("王芳", "ABCDE-FGHJK"),
        ("\ufdfa" * 32, "ABCDE-FGHJK"),
    ],
)
def test_what_cannot_be_a_try_is_not_counted(session: Session, cast: Cast, number: str, code: str) -> None:
    stranger = identity.find_or_add_identity(session, app_id="sandbox", openid="new", unionid=None, now=NOW)
    for _ in range(20):
        with pytest.raises(DomainError, match="请核对") as refused:
            binding.bind_by_code(
                session,
                identity_id=stranger.id,
                name="张敏",
                work_number=number,
                code=code,
                now=NOW + timedelta(hours=1),
            )
        assert not refused.value.keep
    assert session.scalars(select(BindingAttempt)).all() == []
