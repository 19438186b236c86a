"""Those who were not reached: on the list until someone tells them or they read it themselves."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.db import transaction
from server.errors import DomainError
from server.pushes import unreachable
from server.pushes.rules import Occasion, PushStatus, UnreachedReason
from server.pushes.wording import outcome, reason
from tests.at_once import at_once
from tests.cast import NOW, Cast
from tests.pushed import add_push

SECOND = timedelta(seconds=1)
REACHED = sorted(set(PushStatus) - set(unreachable.UNREACHED))


def listed(session: Session, organization_id: int, *, with_settled: bool = False) -> list[str]:
    rows = unreachable.unreached(session, organization_id, with_settled=with_settled, before=None, limit=50)
    return [row.name for row in rows]


@pytest.mark.parametrize("status", unreachable.UNREACHED)
def test_who_was_not_reached_is_listed_with_his_branch(session: Session, cast: Cast, status: PushStatus) -> None:
    add_push(session, cast, cast.zhang_min, status=status)
    (row,) = unreachable.unreached(session, cast.branch, with_settled=False, before=None, limit=50)
    assert (row.name, row.organization_title) == ("张敏", "教工第一党支部")


@pytest.mark.parametrize("status", REACHED)
def test_who_was_reached_or_still_may_be_is_not(session: Session, cast: Cast, status: PushStatus) -> None:
    push = add_push(session, cast, cast.zhang_min, status=status)
    assert listed(session, cast.branch) == []
    with pytest.raises(DomainError, match="not_unreached"):
        unreachable.tell(session, push.id, account_id=cast.li_wei.account_id, now=NOW)


def test_each_sees_what_is_at_or_below_him(session: Session, cast: Cast) -> None:
    for person in (cast.zhang_min, cast.zhou_yu, cast.wu_gang, cast.representative):
        add_push(session, cast, person, status=PushStatus.unreachable)
    assert sorted(listed(session, cast.branch)) == ["冯群", "张敏"]
    assert sorted(listed(session, cast.general_branch)) == ["冯群", "周宇", "张敏"]
    assert sorted(listed(session, cast.root)) == ["冯群", "吴刚", "周宇", "张敏"]


def test_the_latest_comes_first_and_pages_meet(session: Session, cast: Cast) -> None:
    for number in range(5):
        due_at = NOW - (number // 2) * SECOND
        add_push(session, cast, cast.zhang_min, subject=f"{number}", status=PushStatus.unknown, due_at=due_at)
    seen, before = [], None
    while page := unreachable.unreached(session, cast.branch, with_settled=False, before=before, limit=2):
        seen += [row.push.subject for row in page]
        before = page[-1].push.due_at, page[-1].push.id
    assert seen == ["1", "0", "3", "2", "4"]


def test_who_is_told_leaves_the_list_and_the_first_officer_stands(session: Session, cast: Cast) -> None:
    push = add_push(session, cast, cast.zhang_min, status=PushStatus.unreachable)
    unreachable.tell(session, push.id, account_id=cast.li_wei.account_id, now=NOW)
    unreachable.tell(session, push.id, account_id=cast.wang_fang.account_id, now=NOW + SECOND)
    session.expire_all()
    assert (push.told_by, push.told_at) == (cast.li_wei.account_id, NOW)
    assert (listed(session, cast.branch), listed(session, cast.branch, with_settled=True)) == ([], ["张敏"])
    line = session.scalars(select(AuditLine).where(AuditLine.action == "push_told")).one()
    assert (line.actor_id, line.subject_id, line.root_id) == (cast.li_wei.account_id, push.id, cast.root)


def test_who_has_read_it_since_needs_no_telling(session: Session, cast: Cast) -> None:
    add_push(session, cast, cast.zhang_min, status=PushStatus.unknown, read_at=NOW)
    assert (listed(session, cast.branch), listed(session, cast.branch, with_settled=True)) == ([], ["张敏"])


def test_what_does_not_exist_cannot_be_told(session: Session, cast: Cast) -> None:
    with pytest.raises(DomainError, match="not_found"):
        unreachable.tell(session, 12345, account_id=cast.li_wei.account_id, now=NOW)


def test_a_general_branch_sees_how_many_by_branch(session: Session, cast: Cast) -> None:
    add_push(session, cast, cast.zhang_min, status=PushStatus.unreachable)
    add_push(session, cast, cast.wang_fang, status=PushStatus.expired)
    add_push(session, cast, cast.li_wei, status=PushStatus.unknown)
    add_push(session, cast, cast.sun_li, status=PushStatus.unreachable, told_at=NOW, told_by=cast.li_wei.account_id)
    add_push(session, cast, cast.sun_li, occasion=Occasion.notice, status=PushStatus.sent)
    add_push(session, cast, cast.zhou_yu, status=PushStatus.unknown)
    add_push(session, cast, cast.wu_gang, status=PushStatus.unknown)
    rows = unreachable.counts(session, cast.general_branch)
    assert [(row.title, row.unreachable, row.unknown, row.settled) for row in rows] == [
        ("教工第一党支部", 2, 1, 1),
        ("学生第一党支部", 0, 1, 0),
    ]
    assert unreachable.counts(session, cast.direct_branch) == []


def test_two_officers_telling_at_once_are_noted_once(engine: Engine, session: Session, cast: Cast) -> None:
    push_id = add_push(session, cast, cast.zhang_min, status=PushStatus.unreachable).id
    officers = [cast.li_wei.account_id, cast.wang_fang.account_id, cast.sun_li.account_id]

    def telling(account_id: int) -> Callable[[Session], int | None]:
        return lambda session: unreachable.tell(session, push_id, account_id=account_id, now=NOW).told_by

    assert len(set(at_once(*(partial(transaction, engine, telling(officer)) for officer in officers)))) == 1
    with Session(engine) as fresh:
        told = select(func.count()).select_from(AuditLine).where(AuditLine.action == "push_told")
        assert fresh.scalar(told) == 1


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (PushStatus.unreachable, UnreachedReason.not_bound, "未绑定微信"),
        (PushStatus.unreachable, UnreachedReason.not_subscribed, "未订阅消息"),
        (PushStatus.unreachable, UnreachedReason.refused, "微信拒收"),
        (PushStatus.unreachable, UnreachedReason.misconfigured, "消息模板配置有误"),
        (PushStatus.unreachable, "of a later version", "原因不明"),
        (PushStatus.unreachable, None, "原因不明"),
        (PushStatus.unknown, None, "结果未知"),
        (PushStatus.expired, UnreachedReason.too_late, "未能在时效内发出"),
        (PushStatus.expired, UnreachedReason.stood_still, "系统停机，已过时效"),
    ],
)
def test_the_reason_is_said_in_plain_words(status: PushStatus, code: str | None, words: str) -> None:
    assert reason(status, code) == words


def test_each_status_has_its_words_in_the_inbox() -> None:
    words = {status: outcome(status, None, UnreachedReason.not_bound, told=False) for status in PushStatus}
    assert words == {
        PushStatus.waiting: "等待发送",
        PushStatus.sending: "正在发送",
        PushStatus.sent: "已送达",
        PushStatus.unknown: "结果未知",
        PushStatus.unreachable: "未能送达（未绑定微信）",
        PushStatus.expired: "未能送达（未能在时效内发出）",
        PushStatus.muted: "仅站内",
    }
