"""What many are told of: notices, reminders, bulletins. One row in the request; who it concerns is asked later."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from time import process_time
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select
from sqlalchemy.orm import Session

from server.db import transaction
from server.events import emit
from server.notices import occasions as notices
from server.notices import service
from server.notices.events import NoticePublished
from server.notices.models import Notice
from server.notices.rules import REMIND_EVERY, NoticeAudience
from server.organizations.models import Category, Member, Membership, Stage
from server.pushes import fanouts
from server.pushes.models import Fanout, Push
from server.pushes.occasions import due
from server.pushes.rules import Occasion
from server.statements.events import BulletinPublished
from server.statements.models import Bulletin
from server.statements.rules import BulletinStatus
from tests.at_once import at_once
from tests.cast import NOW, TODAY, YEAR_START, Cast
from tests.killing import SOME, killed_at
from tests.pushing import SECRET_WORDS, all_pushes, prepared, told

MOST_MOMENTS = 200
BRANCH = ["li_wei", "sun_li", "wang_fang", "zhang_min"]


def published(
    session: Session, cast: Cast, *, at: int | None = None, audience: NoticeAudience = NoticeAudience.everyone
) -> Notice:
    notice = service.write(
        session,
        organization_id=at or cast.branch,
        title="关于召开七一党员大会的通知",
        body=SECRET_WORDS,
        audience=audience,
        account_id=cast.li_wei.account_id,
        now=NOW,
    )
    service.publish(session, notice.id, account_id=cast.li_wei.account_id, now=NOW)
    session.commit()
    return notice


def pushes_of(engine: Engine) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(Push)) or 0


def test_a_published_notice_reaches_its_audience_and_nobody_else(session: Session, cast: Cast) -> None:
    notice = published(session, cast)
    assert all_pushes(session) == []
    prepared(session, NOW)
    assert told(session, cast, Occasion.notice) == BRANCH
    push = all_pushes(session)[0]
    assert push.content == {
        "title": "关于召开七一党员大会的通知",
        "organization": "教工第一党支部",
        "date": "2026年6月18日",
        "hint": "请打开小程序阅读",
    }
    assert (push.page, push.organization_id) == (f"pages/notice/notice?id={notice.id}", cast.branch)
    assert SECRET_WORDS not in str([each.content for each in all_pushes(session)])


def test_a_notice_for_officers_passes_members_by(session: Session, cast: Cast) -> None:
    published(session, cast, at=cast.general_branch, audience=NoticeAudience.officers)
    prepared(session, NOW)
    assert told(session, cast, Occasion.notice) == ["chen_jing", "li_wei", "sun_li", "wang_fang", "zhao_qiang"]


def test_turning_out_and_publishing_again_add_nothing(session: Session, cast: Cast) -> None:
    notice = published(session, cast)
    for minutes in range(3):
        prepared(session, NOW + timedelta(minutes=minutes))
        emit(session, NoticePublished(notice.id, NOW + timedelta(minutes=minutes)))
        session.commit()
    assert told(session, cast, Occasion.notice) == BRANCH
    assert session.scalar(select(func.count()).select_from(Fanout)) == 1


def test_a_notice_withdrawn_before_it_is_turned_out_is_dropped(session: Session, cast: Cast) -> None:
    notice = published(session, cast)
    service.withdraw(session, notice.id, reason=SECRET_WORDS, account_id=cast.li_wei.account_id, now=NOW)
    session.commit()
    prepared(session, NOW)
    assert all_pushes(session) == []
    assert session.scalars(select(Fanout)).one().done_at == NOW


def test_a_publication_rolled_back_leaves_no_fan_out(engine: Engine, session: Session, cast: Cast) -> None:
    def fail(session: Session) -> None:
        notice = Notice(
            root_id=cast.root,
            organization_id=cast.branch,
            title="题目",
            body="正文",
            audience=NoticeAudience.everyone,
            status="draft",
            written_by=cast.li_wei.account_id,
            created_at=NOW,
        )
        session.add(notice)
        session.flush()
        service.publish(session, notice.id, account_id=cast.li_wei.account_id, now=NOW)
        raise RuntimeError("the network is gone")

    with pytest.raises(RuntimeError):
        transaction(engine, fail)
    prepared(session, NOW)
    assert all_pushes(session) == []
    assert session.scalars(select(Fanout)).all() == []


def test_the_audience_is_that_of_the_moment_it_is_turned_out(session: Session, cast: Cast) -> None:
    published(session, cast)
    held = select(Membership).where(Membership.member_id == cast.zhang_min.member_id)
    session.scalars(held).one().until_date = TODAY
    session.add(Membership(member_id=cast.wu_gang.member_id, organization_id=cast.branch, from_date=TODAY))
    old = select(Membership).where(Membership.member_id == cast.wu_gang.member_id, Membership.from_date == YEAR_START)
    session.scalars(old).one().until_date = TODAY
    session.commit()
    prepared(session, NOW)
    assert told(session, cast, Occasion.notice) == ["li_wei", "sun_li", "wang_fang", "wu_gang"]
    assert {push.organization_id for push in all_pushes(session, Occasion.notice)} == {cast.branch}


def test_only_the_unread_are_reminded_and_each_time_anew(session: Session, cast: Cast) -> None:
    notice = published(session, cast)
    service.note_read(session, notice.id, member_id=cast.zhang_min.member_id, now=NOW)
    service.remind(session, notice.id, account_id=cast.li_wei.account_id, now=NOW)
    service.note_read(session, notice.id, member_id=cast.sun_li.member_id, now=NOW)
    session.commit()
    prepared(session, NOW)
    assert told(session, cast, Occasion.notice_unread) == ["li_wei", "wang_fang"]
    later = NOW + REMIND_EVERY
    service.remind(session, notice.id, account_id=cast.li_wei.account_id, now=later)
    session.commit()
    prepared(session, later)
    assert told(session, cast, Occasion.notice_unread) == ["li_wei", "li_wei", "wang_fang", "wang_fang"]
    assert all_pushes(session)[-1].content["hint"] == "您还没有阅读，请打开阅读"


def test_a_bulletin_reaches_all_below_and_asks_the_secretaries_to_acknowledge(session: Session, cast: Cast) -> None:
    bulletin = Bulletin(
        root_id=cast.root,
        organization_id=cast.general_branch,
        quarter="2026-Q2",
        content={"averages": [SECRET_WORDS]},
        hash="0" * 64,
        status=BulletinStatus.published,
        frozen_at=NOW,
        published_at=NOW,
        published_by=cast.chen_jing.account_id,
    )
    session.add(bulletin)
    session.flush()
    for _ in range(2):
        emit(session, BulletinPublished(bulletin.id, NOW))
    session.commit()
    prepared(session, NOW)
    below = sorted([*BRANCH, "zhao_qiang", "zhou_yu", "chen_jing"])
    assert told(session, cast, Occasion.bulletin) == below
    found = {push.member_id: push.content for push in all_pushes(session)}
    assert found[cast.zhang_min.member_id] == {
        "title": "2026年第二季度党员积分通报",
        "organization": "计算机科学与技术学院党总支",
        "date": "2026年6月18日",
        "hint": "请打开小程序查看",
    }
    asked = {key for key in below if "签收" in found[cast.people[key].member_id]["hint"]}
    assert asked == {"li_wei", "sun_li", "zhao_qiang"}
    assert SECRET_WORDS not in str(found)


# At once, and cut off


def test_two_machines_at_once_tell_everyone_once(
    engine: Engine, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanouts, "PART", 1)
    for _ in range(3):
        published(session, cast)
    at_once(*[partial(due.prepare, engine, now=NOW)] * 4)
    assert told(session, cast, Occasion.notice) == sorted(BRANCH * 3)


def test_one_that_fails_does_not_hold_up_the_others(
    engine: Engine, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = published(session, cast), published(session, cast)

    def draft(session: Session, fanout: Fanout, limit: int, now: Any) -> fanouts.FanoutPart:
        if fanout.subject_id == bad.id:
            raise RuntimeError("a broken row")
        return notices.draft(session, fanout, limit, now)

    monkeypatch.setitem(fanouts._draftings, Occasion.notice, draft)
    session.commit()
    with pytest.raises(fanouts.NotTurnedOut):
        fanouts.turn_out_due(engine, now=NOW)
    monkeypatch.undo()
    assert {push.subject for push in all_pushes(session)} == {str(good.id)}
    prepared(session, NOW)
    assert {push.subject for push in all_pushes(session)} == {str(good.id), str(bad.id)}


@pytest.mark.thinned
def test_a_fan_out_killed_at_any_moment_is_resumed_and_tells_everyone_once(
    engine: Engine, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanouts, "PART", 1)
    came_so_far = []
    for moment, notice in _notices(session, cast):
        session.commit()
        killed = killed_at(engine, moment, lambda apart: due.prepare(apart, now=NOW), every=SOME)
        found = [push for push in all_pushes(session) if push.subject == str(notice.id)]
        came_so_far.append(len(found))
        prepared(session, NOW)
        found = [push for push in all_pushes(session) if push.subject == str(notice.id)]
        assert len({push.recipient for push in found}) == len(found) == len(BRANCH)
        if not killed:
            break
    else:
        raise AssertionError("the fan-out never came to its end")
    assert set(came_so_far) == {0, 1, 2, 3, 4}  # cut off before, between and after each of the parts
    assert came_so_far == sorted(came_so_far)


def _notices(session: Session, cast: Cast) -> Iterator[tuple[int, Notice]]:
    for moment in range(1, MOST_MOMENTS):
        yield moment, published(session, cast)


# Ten thousand


def test_a_notice_to_ten_thousand_is_published_at_once_and_turned_out_in_parts(
    engine: Engine, session: Session, cast: Cast
) -> None:
    _fill(session, cast, 10_000)
    started = process_time()
    published(session, cast)
    publishing = process_time() - started
    started = process_time()
    prepared(session, NOW)
    turning_out = process_time() - started
    assert pushes_of(engine) == 10_000 + len(BRANCH)
    assert publishing < 1
    assert turning_out < 30


def _fill(session: Session, cast: Cast, count: int) -> None:
    people = [
        {
            "root_id": cast.root,
            "name": "群众",
            "work_number": f"T{number:06}",
            "joined_on": date(2015, 7, 1),
            "category": Category.staff,
            "stage": Stage.full,
            "created_at": NOW,
            "updated_at": NOW,
        }
        for number in range(count)
    ]
    session.execute(insert(Member), people)
    ids = session.scalars(select(Member.id).where(Member.work_number.startswith("T0"))).all()
    held = [{"member_id": each, "organization_id": cast.branch, "from_date": YEAR_START} for each in ids]
    session.execute(insert(Membership), held)
    session.commit()
