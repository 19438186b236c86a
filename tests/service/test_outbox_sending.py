"""The outbox: one push per person, occasion and subject, written with its cause."""

from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.pushes import outbox, preferences
from server.pushes.models import Push
from server.pushes.outbox import Draft
from server.pushes.preferences import Preferences
from server.pushes.rules import Occasion, PushStatus, QuietHours
from tests.at_once import race
from tests.cast import MORNING as NOW
from tests.cast import Cast, Person

NINE_IN_THE_EVENING = NOW + timedelta(hours=11)
ELEVEN_AT_NIGHT = NOW + timedelta(hours=13)
EIGHT_NEXT_MORNING = NOW + timedelta(hours=22)


def draft(cast: Cast, to: Person, **others: Any) -> Draft:
    values: dict[str, Any] = {
        "root_id": cast.root,
        "organization_id": cast.branch,
        "occasion": Occasion.month_score,
        "subject": "2026-05",
        "title": "您的月度积分",
        "content": {"month": "2026 年 5 月", "points": "62.50"},
        "page": "/pages/score/month",
        "due_at": NOW,
        "member_id": to.member_id or None,
        "account_id": None if to.member_id else to.account_id,
    }
    return Draft(**(values | others))


def enqueued(session: Session, *drafts: Draft) -> list[Push]:
    outbox.enqueue(session, drafts, now=NOW)
    session.commit()
    return list(session.scalars(select(Push).order_by(Push.id)))


def test_a_draft_becomes_a_push_that_waits(session: Session, cast: Cast) -> None:
    (push,) = enqueued(session, draft(cast, cast.zhang_min))
    assert (push.recipient, push.member_id, push.account_id) == (
        f"member:{cast.zhang_min.member_id}",
        cast.zhang_min.member_id,
        None,
    )
    assert (push.status, push.next_at, push.attempts, push.finished_at) == (PushStatus.waiting, NOW, 0, None)
    assert push.content == {"month": "2026 年 5 月", "points": "62.50"}


def test_who_is_no_member_is_written_to_as_an_account(session: Session, cast: Cast) -> None:
    (push,) = enqueued(session, draft(cast, cast.administrator))
    assert (push.recipient, push.member_id) == (f"account:{cast.administrator.account_id}", None)


def test_the_same_drafts_again_add_nothing_and_change_nothing(session: Session, cast: Cast) -> None:
    drafts = [draft(cast, cast.zhang_min), draft(cast, cast.wang_fang), draft(cast, cast.zhang_min)]
    assert outbox.enqueue(session, drafts, now=NOW) == 2
    session.commit()
    again = [draft(cast, cast.zhang_min, title="别的标题", due_at=NOW + timedelta(days=1)), *drafts]
    assert outbox.enqueue(session, again, now=NOW) == 0
    session.commit()
    assert {push.title for push in session.scalars(select(Push))} == {"您的月度积分"}


def test_another_subject_or_occasion_is_another_push(session: Session, cast: Cast) -> None:
    ours = draft(cast, cast.zhang_min)
    later = draft(cast, cast.zhang_min, subject="2026-06")
    other = draft(cast, cast.zhang_min, occasion=Occasion.at_risk)
    assert len(enqueued(session, ours, later, other)) == 3


def test_more_than_a_batch_is_added_whole(session: Session, cast: Cast) -> None:
    many = [draft(cast, cast.zhang_min, subject=f"claim:{number}") for number in range(outbox.BATCH + 5)]
    assert outbox.enqueue(session, many, now=NOW) == outbox.BATCH + 5


def test_nothing_stays_when_the_cause_is_rolled_back(session: Session, cast: Cast) -> None:
    outbox.enqueue(session, [draft(cast, cast.zhang_min)], now=NOW)
    session.rollback()
    assert session.scalars(select(Push)).all() == []


@pytest.mark.parametrize(
    ("due_at", "next_at"),
    [(NINE_IN_THE_EVENING, NINE_IN_THE_EVENING), (ELEVEN_AT_NIGHT, EIGHT_NEXT_MORNING)],
)
def test_a_push_due_at_night_waits_for_the_morning(
    session: Session, cast: Cast, due_at: datetime, next_at: datetime
) -> None:
    (push,) = enqueued(session, draft(cast, cast.zhang_min, due_at=due_at))
    assert (push.due_at, push.next_at) == (due_at, next_at)


def test_what_a_person_muted_is_there_but_never_waits(session: Session, cast: Cast) -> None:
    recipient = f"member:{cast.zhang_min.member_id}"
    chosen = Preferences(quiet=QuietHours(time(12), time(12)), muted=frozenset({Occasion.month_score}))
    preferences.choose(session, [recipient], chosen, now=NOW)
    risk, month = enqueued(
        session,
        draft(cast, cast.zhang_min),
        draft(cast, cast.zhang_min, occasion=Occasion.at_risk, due_at=ELEVEN_AT_NIGHT),
    )
    assert (month.status, month.finished_at) == (PushStatus.muted, NOW)
    assert (risk.status, risk.next_at) == (PushStatus.waiting, ELEVEN_AT_NIGHT)


def test_a_draft_for_nobody_or_for_two_is_refused(session: Session, cast: Cast) -> None:
    for wrong in ({"member_id": None}, {"account_id": cast.zhang_min.account_id}):
        with pytest.raises(ValueError, match="for a member or for an account"):
            outbox.enqueue(session, [draft(cast, cast.zhang_min, **wrong)], now=NOW)


@pytest.mark.mariadb_only
def test_two_that_enqueue_the_same_at_once_add_it_once(engine: Engine, cast: Cast) -> None:
    people = [cast.zhang_min, cast.wang_fang, cast.li_wei, cast.sun_li]
    ordered = [draft(cast, person) for person in people]
    race(engine, *(partial(outbox.enqueue, drafts=drafts, now=NOW) for drafts in (ordered, ordered[::-1])))
    with Session(engine) as session:
        assert len(session.scalars(select(Push)).all()) == len(people)
