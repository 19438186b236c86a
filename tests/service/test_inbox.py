"""A person's inbox: everything that was due for him, whatever became of it over WeChat."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.db import transaction
from server.errors import DomainError
from server.pushes import inbox, recipients
from server.pushes.models import Push
from server.pushes.rules import Occasion, PushStatus
from tests.at_once import at_once
from tests.cast import NOW, Cast, Person
from tests.pushed import add_push

SECOND = timedelta(seconds=1)


def names(person: Person) -> tuple[str, ...]:
    return recipients.names(member_id=person.member_id or None, account_id=person.account_id)


def received(session: Session, person: Person, *, unread_only: bool = False) -> list[str]:
    rows = inbox.received(session, names(person), unread_only=unread_only, before=None, limit=50, now=NOW)
    return [push.subject for push in rows]


@pytest.mark.parametrize("status", PushStatus)
def test_whatever_became_of_it_it_stands_there(session: Session, cast: Cast, status: PushStatus) -> None:
    add_push(session, cast, cast.zhang_min, status=status)
    assert received(session, cast.zhang_min) == ["2026-05"]


def test_what_is_due_later_is_not_there_yet(session: Session, cast: Cast) -> None:
    add_push(session, cast, cast.zhang_min, subject="now", due_at=NOW)
    later = add_push(session, cast, cast.zhang_min, subject="later", due_at=NOW + SECOND)
    assert received(session, cast.zhang_min) == ["now"]
    assert inbox.unread(session, names(cast.zhang_min), now=NOW) == 1
    with pytest.raises(DomainError, match="not_found"):
        inbox.read(session, names(cast.zhang_min), later.id, now=NOW)


def test_the_newest_comes_first_and_pages_meet(session: Session, cast: Cast) -> None:
    for number in range(6):
        add_push(session, cast, cast.zhang_min, subject=f"{number}", due_at=NOW - (number // 2) * SECOND)
    mine = names(cast.zhang_min)
    pages, before = [], None
    while page := inbox.received(session, mine, unread_only=False, before=before, limit=2, now=NOW):
        pages += [push.subject for push in page]
        before = page[-1].due_at, page[-1].id
    assert pages == received(session, cast.zhang_min) == ["1", "0", "3", "2", "5", "4"]


def test_an_officer_finds_what_went_to_him_as_a_member_and_as_an_account(session: Session, cast: Cast) -> None:
    add_push(session, cast, cast.li_wei, subject="as a member")
    as_account: dict[str, Any] = {
        "recipient": f"account:{cast.li_wei.account_id}",
        "account_id": cast.li_wei.account_id,
    }
    add_push(session, cast, cast.li_wei, subject="as an account", member_id=None, **as_account)
    assert set(received(session, cast.li_wei)) == {"as a member", "as an account"}


def test_an_account_without_a_member_has_an_inbox(session: Session, cast: Cast) -> None:
    add_push(session, cast, cast.representative, occasion=Occasion.objection_progress)
    assert received(session, cast.representative) == ["2026-05"]


def test_reading_counts_once_and_is_ones_own(session: Session, cast: Cast) -> None:
    push = add_push(session, cast, cast.zhang_min)
    other = add_push(session, cast, cast.li_wei)
    inbox.read(session, names(cast.zhang_min), push.id, now=NOW + SECOND)
    inbox.read(session, names(cast.zhang_min), push.id, now=NOW + 2 * SECOND)
    assert push.read_at == NOW + SECOND
    with pytest.raises(DomainError, match="not_found"):
        inbox.read(session, names(cast.zhang_min), other.id, now=NOW)
    assert received(session, cast.zhang_min, unread_only=True) == []
    assert received(session, cast.li_wei, unread_only=True) == ["2026-05"]


def test_reading_all_leaves_what_comes_later_and_what_was_read_before(session: Session, cast: Cast) -> None:
    early = add_push(session, cast, cast.zhang_min, subject="early", read_at=NOW - SECOND)
    unread = add_push(session, cast, cast.zhang_min, subject="unread")
    later = add_push(session, cast, cast.zhang_min, subject="later", due_at=NOW + SECOND)
    others = add_push(session, cast, cast.li_wei)
    assert [inbox.read_all(session, names(cast.zhang_min), now=NOW) for _ in range(2)] == [1, 0]
    session.expire_all()
    assert [push.read_at for push in (early, unread, later, others)] == [NOW - SECOND, NOW, None, None]


def test_two_phones_reading_at_once_agree_when_it_was(engine: Engine, session: Session, cast: Cast) -> None:
    push_id = add_push(session, cast, cast.zhang_min).id

    def reading_at(now: datetime) -> Callable[[Session], object]:
        return lambda session: inbox.read(session, names(cast.zhang_min), push_id, now=now).read_at

    works = [reading_at(NOW + number * SECOND) for number in range(4)]
    answers = set(at_once(*(partial(transaction, engine, work) for work in works)))
    with Session(engine) as fresh:
        assert answers == {fresh.get_one(Push, push_id).read_at}
