"""Notices: written, published, read, reminded, withdrawn."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.identity.models import Grant
from server.identity.rules import Role
from server.notices import files, recipients, service
from server.notices.models import Notice, NoticeReading
from server.notices.rules import REMIND_EVERY, NoticeAudience, NoticeStatus
from server.photos.storage import DiskStorage
from tests.at_once import race
from tests.cast import Cast, Person

PDF = b"%PDF-1.7\n1 0 obj\n"


def written(session: Session, cast: Cast, *, at: int | None = None, officers: bool = False) -> Notice:
    return service.write(
        session,
        organization_id=at or cast.branch,
        title="七一党员大会的通知",
        body="6 月 30 日下午三点，明德楼 305。",
        audience=NoticeAudience.officers if officers else NoticeAudience.everyone,
        account_id=cast.li_wei.account_id,
        now=cast.now,
    )


def published(session: Session, cast: Cast, *, at: int | None = None, officers: bool = False) -> Notice:
    notice = written(session, cast, at=at, officers=officers)
    return service.publish(session, notice.id, account_id=cast.li_wei.account_id, now=cast.now)


def titles(session: Session, cast: Cast, person: Person, *, unread_only: bool = False) -> list[str]:
    rows = recipients.inbox(
        session, member_id=person.member_id, unread_only=unread_only, before_id=None, limit=10, now=cast.now
    )
    return [notice.title for notice, _ in rows]


def people(session: Session, cast: Cast, notice: Notice) -> dict[str, bool]:
    rows = recipients.readers(session, notice, has_read=None, after_id=None, limit=100, now=cast.now)
    return {row.name: row.read_at is not None for row in rows}


def test_a_draft_reaches_nobody_until_it_is_published(session: Session, cast: Cast) -> None:
    notice = written(session, cast)
    assert titles(session, cast, cast.zhang_min) == []
    service.publish(session, notice.id, account_id=cast.li_wei.account_id, now=cast.now)
    assert titles(session, cast, cast.zhang_min) == ["七一党员大会的通知"]
    assert titles(session, cast, cast.zhao_qiang) == []


def test_a_general_branch_speaks_to_all_its_branches(session: Session, cast: Cast) -> None:
    notice = published(session, cast, at=cast.general_branch)
    assert people(session, cast, notice).keys() == {"张敏", "王芳", "李伟", "孙丽", "赵强", "周宇", "陈静"}
    assert titles(session, cast, cast.zhou_yu)
    assert not titles(session, cast, cast.wu_gang)


def test_a_notice_for_officers_passes_the_members_by(session: Session, cast: Cast) -> None:
    notice = published(session, cast, at=cast.general_branch, officers=True)
    assert people(session, cast, notice).keys() == {"王芳", "李伟", "孙丽", "赵强", "陈静"}
    assert titles(session, cast, cast.wang_fang)
    assert not titles(session, cast, cast.zhang_min)


def test_officers_are_those_who_hold_an_office_there_today(session: Session, cast: Cast) -> None:
    """Neither who begins tomorrow nor whose office is in another branch is told as an officer of this one."""
    notice = published(session, cast, officers=True)
    tomorrow = cast.now + timedelta(days=1)
    for role, place, begin in (
        (Role.group_leader, cast.group, cast.today + timedelta(days=1)),
        (Role.committee_member, cast.other_branch, cast.today),
    ):
        session.add(
            Grant(
                account_id=cast.zhang_min.account_id,
                role=role,
                organization_id=place,
                from_date=begin,
                created_at=cast.now,
            )
        )
    session.flush()
    who = cast.zhang_min.member_id
    assert not recipients.is_for(session, notice, member_id=who, now=cast.now)
    assert not titles(session, cast, cast.zhang_min)
    assert recipients.is_for(session, notice, member_id=who, now=tomorrow)


def test_the_first_reading_stays(session: Session, cast: Cast) -> None:
    notice = published(session, cast)
    for minutes in (5, 50):
        at = cast.now + timedelta(minutes=minutes)
        service.note_read(session, notice.id, member_id=cast.zhang_min.member_id, now=at)
    reading = session.get_one(NoticeReading, (notice.id, cast.zhang_min.member_id))
    assert reading.read_at == cast.now + timedelta(minutes=5)
    assert people(session, cast, notice)["张敏"]
    assert not people(session, cast, notice)["王芳"]
    assert titles(session, cast, cast.zhang_min, unread_only=True) == []


def test_two_readings_at_once_are_one(engine: Engine, session: Session, cast: Cast) -> None:
    notice = published(session, cast)
    session.commit()

    def read(own: Session) -> None:
        service.note_read(own, notice.id, member_id=cast.zhang_min.member_id, now=cast.now)

    assert race(engine, *[read] * 4) == ["done"] * 4
    assert session.scalar(select(func.count()).select_from(NoticeReading)) == 1


def test_who_was_told_in_person_has_been_reached(session: Session, cast: Cast) -> None:
    notice = published(session, cast)
    member_id = cast.zhang_min.member_id
    service.note_read(session, notice.id, member_id=member_id, now=cast.now, told_by=cast.li_wei.account_id)
    assert session.get_one(NoticeReading, (notice.id, member_id)).told_by == cast.li_wei.account_id


def test_nobody_reads_what_is_not_for_him(session: Session, cast: Cast) -> None:
    notice = published(session, cast)
    with pytest.raises(DomainError, match="not_found"):
        service.note_read(session, notice.id, member_id=cast.wu_gang.member_id, now=cast.now)


def test_only_the_unread_are_reminded_and_not_too_often(session: Session, cast: Cast) -> None:
    notice = published(session, cast)
    service.note_read(session, notice.id, member_id=cast.zhang_min.member_id, now=cast.now)
    account_id = cast.li_wei.account_id
    assert service.remind(session, notice.id, account_id=account_id, now=cast.now) == 3
    with pytest.raises(DomainError, match="reminded_recently"):
        service.remind(session, notice.id, account_id=account_id, now=cast.now + REMIND_EVERY - timedelta(seconds=1))
    assert service.remind(session, notice.id, account_id=account_id, now=cast.now + REMIND_EVERY) == 3


def test_when_all_have_read_there_is_nobody_to_remind(session: Session, cast: Cast) -> None:
    notice = published(session, cast)
    for person in (cast.zhang_min, cast.wang_fang, cast.li_wei, cast.sun_li):
        service.note_read(session, notice.id, member_id=person.member_id, now=cast.now)
    with pytest.raises(DomainError, match="all_have_read"):
        service.remind(session, notice.id, account_id=cast.li_wei.account_id, now=cast.now)


def test_what_is_published_is_withdrawn_not_rewritten(session: Session, cast: Cast) -> None:
    notice = published(session, cast)
    with pytest.raises(DomainError, match="already_published"):
        service.change(
            session,
            notice.id,
            version=1,
            title="另一个题目",
            body="另一段话",
            audience=NoticeAudience.everyone,
            account_id=cast.li_wei.account_id,
            now=cast.now,
        )
    for _ in range(2):
        service.withdraw(session, notice.id, reason="时间有误", account_id=cast.li_wei.account_id, now=cast.now)
    assert notice.status == NoticeStatus.withdrawn
    assert titles(session, cast, cast.zhang_min) == ["七一党员大会的通知"]
    assert titles(session, cast, cast.zhang_min, unread_only=True) == []
    with pytest.raises(DomainError, match="wrong_status"):
        service.publish(session, notice.id, account_id=cast.li_wei.account_id, now=cast.now)


def test_a_draft_changed_meanwhile_is_not_overwritten(session: Session, cast: Cast) -> None:
    notice = written(session, cast)

    def change() -> None:
        service.change(
            session,
            notice.id,
            version=1,
            title="改过的题目",
            body="改过的话",
            audience=NoticeAudience.everyone,
            account_id=cast.li_wei.account_id,
            now=cast.now,
        )

    change()
    with pytest.raises(DomainError, match="stale_version"):
        change()


def test_a_group_does_not_publish(session: Session, cast: Cast) -> None:
    with pytest.raises(DomainError, match="not_by_a_group"):
        written(session, cast, at=cast.group)


def test_a_file_is_attached_once_and_taken_off_again(session: Session, cast: Cast, tmp_path: Path) -> None:
    notice, storage = written(session, cast), DiskStorage(tmp_path)
    account_id = cast.li_wei.account_id
    one, same = (
        files.attach(
            session,
            storage,
            notice_id=notice.id,
            name="议程.pdf",
            content=PDF,
            account_id=account_id,
            now=cast.now,
        )
        for _ in range(2)
    )
    assert one is same
    assert storage.open(one.key).read() == PDF
    files.remove(session, storage, notice_id=notice.id, file_id=one.id, account_id=account_id, now=cast.now)
    session.commit()
    assert files.of_notice(session, notice.id) == []
    assert list(storage.stored()) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("议程.exe", b"MZ"),
        ("议程.pdf", b"MZ\x90"),
        ("议程.pdf", b"PK\x03\x04"),
        ("议程", PDF),
        ("页面.html", b"<html>"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(
    session: Session, cast: Cast, tmp_path: Path, name: str, content: bytes
) -> None:
    notice = written(session, cast)
    with pytest.raises(DomainError, match="file_not_allowed"):
        files.attach(
            session,
            DiskStorage(tmp_path),
            notice_id=notice.id,
            name=name,
            content=content,
            account_id=cast.li_wei.account_id,
            now=cast.now,
        )
