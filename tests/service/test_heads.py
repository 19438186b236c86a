"""Daily heads: made once a day, kept beside the database, and recomputed long after, whatever was posted since."""

import os
import stat
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select, text
from sqlalchemy.orm import Session

from server import verifications
from server.audit import sealing
from server.audit.models import AuditLine
from server.config import ConfigurationError, Settings
from server.db import make_engine, snapshot
from server.heads import file, upkeep
from server.heads.jobs import JOBS
from server.heads.models import DailyHead, HeadPosition
from server.heads.queries import HeadVerdict, check
from server.heads.rules import issue, read
from server.heads.service import make
from server.organizations.models import Organization
from server.points import service as points
from server.points.models import SourceKind
from server.points.service import Posting
from server.points.verification import recompute
from server.pushes.models import Push
from server.pushes.rules import Occasion
from server.start_warnings import start_warnings
from server.statements.freezing.service import freeze
from server.statements.models import Statement, StatementBackdated, StatementLine, StatementSection
from server.statements.rules import month_before
from tests.at_once import at_once
from tests.books import Books
from tests.cast import NOW, Cast
from tests.claiming import approved, submitted
from tests.days import at
from tests.forging import chain_anew, edit_by_hand, without_triggers
from tests.killing import killed_at
from tests.service.test_cli import upgraded, xianfeng

JUNE, JULY = date(2026, 6, 19), date(2026, 7, 4)
FROZEN = datetime(2026, 7, 2, 18, tzinfo=UTC)


def made(engine: Engine, settings: Settings, day: date, *, now: datetime | None = None) -> int:
    now = now or datetime(day.year, day.month, day.day, tzinfo=UTC)
    sealing.seal_due(engine, now=now)
    return upkeep.make_heads(engine, settings, day=day, now=now)


def test_the_job_makes_the_heads_of_shanghais_day(engine: Engine, settings: Settings, books: Books) -> None:
    (job,) = JOBS
    at_five = at(JUNE, "05:00")
    job.function(engine, settings, at_five, at_five)
    with Session(engine) as session:
        assert session.scalars(select(DailyHead.day)).all() == [JUNE]


def head_of(session: Session, day: date) -> str:
    session.rollback()
    return session.scalars(select(DailyHead.head).where(DailyHead.day == day)).one()


def verdict(engine: Engine, settings: Settings, text: str) -> HeadVerdict:
    head = read(text)
    assert head is not None
    with snapshot(engine) as session:
        return check(session, head, settings.head_keys).verdict


def faults(engine: Engine, settings: Settings, *names: str) -> dict[str, list[str]]:
    verified = verifications.verify(engine, settings, *names)
    return {each.verification.name: list(each.found) for each in verified if each.found}


def go_on(session: Session, cast: Cast) -> None:
    """Let life go on after a head: claims of another day, for the same people."""
    later = NOW + timedelta(days=20)
    approved(
        session, submitted(session, cast.zhang_min, occurred_on=date(2026, 6, 20), now=later), cast.li_wei, now=later
    )
    session.commit()


def test_a_head_of_june_is_recomputed_although_much_came_later(
    engine: Engine, session: Session, settings: Settings, books: Books, cast: Cast
) -> None:
    assert made(engine, settings, JUNE) == 1
    freeze(engine, month_before(FROZEN), now=FROZEN)
    go_on(session, cast)
    assert made(engine, settings, JULY) == 1
    june, july = head_of(session, JUNE), head_of(session, JULY)
    assert june != july
    assert [verdict(engine, settings, each) for each in (june, july)] == [HeadVerdict.leads] * 2
    assert faults(engine, settings) == {}


def test_a_day_has_one_head_and_the_file_one_line(
    engine: Engine, session: Session, settings: Settings, books: Books
) -> None:
    assert [made(engine, settings, JUNE) for _ in range(2)] == [1, 0]
    path = settings.heads_dir / file.NAME
    assert path.read_text().splitlines() == [f"2026-06-19 1 1 {head_of(session, JUNE)}"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.mariadb_only
def test_what_was_open_at_the_moment_of_the_head_is_not_part_of_it(
    engine: Engine, session: Session, settings: Settings, books: Books, cast: Cast
) -> None:
    """An entry is posted before the head by its time, and committed after it."""
    posting = Posting(cast.sun_li.member_id, "C04", date(2026, 6, 17), SourceKind.claim, 99, points=Decimal("0.0001"))
    with Session(engine) as slow:
        points.post(slow, [posting], now=NOW)
        slow.add(AuditLine(root_id=cast.root, at=NOW, action="slow", subject_kind="x", subject_id=1, detail={}))
        slow.flush()
        assert made(engine, settings, JUNE) == 1
        slow.commit()
    assert verdict(engine, settings, head_of(session, JUNE)) is HeadVerdict.leads
    assert made(engine, settings, JULY) == 1
    assert verdict(engine, settings, head_of(session, JULY)) is HeadVerdict.leads


def forge(engine: Engine, session: Session, books: Books) -> None:
    """Give 张敏 two points more in June: claim, entry, chain, scores and the frozen month, all of it consistent."""
    edit_by_hand(
        engine,
        f"UPDATE claims SET approved_points = 30000, proposed_points = 30000 WHERE id = {books.claim};"
        f"UPDATE point_entries SET points = 30000 WHERE source_kind = 'claim' AND source_id = {books.claim}",
    )
    chain_anew(session)
    session.commit()
    list(recompute(engine, now=NOW))
    for table in (StatementBackdated, StatementSection, StatementLine, Statement):
        session.execute(delete(table))
    session.commit()
    if engine.dialect.name != "sqlite":
        session.execute(text("ALTER TABLE statements AUTO_INCREMENT = 1"))
        session.commit()
    freeze(engine, month_before(FROZEN), now=FROZEN)


def test_who_rewrites_june_and_everything_that_follows_from_it_is_convicted_by_its_head(
    engine: Engine, session: Session, settings: Settings, books: Books
) -> None:
    made(engine, settings, JUNE)
    freeze(engine, month_before(FROZEN), now=FROZEN)
    made(engine, settings, JULY)
    june, july = head_of(session, JUNE), head_of(session, JULY)
    with without_triggers(session):
        forge(engine, session, books)
        others = [each.name for each in verifications.VERIFICATIONS if each.name != "heads"]
        assert faults(engine, settings, *others) == {}
        assert [verdict(engine, settings, each) for each in (june, july)] == [HeadVerdict.differs] * 2
        assert len(faults(engine, settings)["heads"]) == 2
        for table in (HeadPosition, DailyHead):
            session.execute(delete(table))
        session.commit()
        (settings.heads_dir / file.NAME).unlink()
        assert faults(engine, settings) == {}
        assert [verdict(engine, settings, each) for each in (june, july)] == [HeadVerdict.gone] * 2
        made(engine, settings, JUNE)
        assert verdict(engine, settings, june) is HeadVerdict.differs


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE audit_lines SET actor_id = 99 WHERE id = 1",
        "DELETE FROM audit_lines WHERE id = 1",
        "UPDATE audit_seals SET marks = '' WHERE number = 1",
        "UPDATE point_entries SET clause = '另一条' WHERE member_id = 1 AND seq = 1",
        "DELETE FROM head_positions WHERE kind = 'ledger' AND subject_id = 1",
        "UPDATE statements SET average = 1",
        "UPDATE statement_lines SET total = 1",
    ],
)
def test_a_single_edit_of_what_a_head_covers_convicts(
    engine: Engine, session: Session, settings: Settings, books: Books, edit: str
) -> None:
    freeze(engine, month_before(FROZEN), now=FROZEN)
    made(engine, settings, JULY)
    with without_triggers(session):
        edit_by_hand(engine, edit)
        assert verdict(engine, settings, head_of(session, JULY)) is HeadVerdict.differs


def test_a_wrong_or_foreign_head_gets_its_own_answer(
    engine: Engine, session: Session, settings: Settings, books: Books
) -> None:
    made(engine, settings, JUNE)
    text = head_of(session, JUNE)
    misspelt = text[:-1] + ("7" if text[-1] != "7" else "8")
    assert verdict(engine, settings, misspelt) is HeadVerdict.foreign
    foreign = issue(b"x" * 32, 1, JUNE, text.replace("-", "")[6:22])
    assert verdict(engine, settings, str(foreign)) is HeadVerdict.foreign
    renewed = replace(settings, head_keys=(b"n" * 32, *settings.head_keys))
    assert verdict(engine, renewed, text) is HeadVerdict.leads


def test_two_schedulers_at_once_make_one_head_and_one_line(
    engine: Engine, session: Session, settings: Settings, books: Books
) -> None:
    at_once(*[lambda: upkeep.make_heads(engine, settings, day=JUNE, now=NOW)] * 2)
    assert len(file.lines(settings.heads_dir)) == 1
    assert verdict(engine, settings, head_of(session, JUNE)) is HeadVerdict.leads
    told = session.scalars(select(Push).where(Push.occasion == Occasion.daily_head)).all()
    assert len({push.recipient for push in told}) == len(told)


@pytest.mark.sqlite_only
def test_killed_anywhere_the_next_run_brings_database_file_and_messages_together(
    engine: Engine, session: Session, settings: Settings, books: Books
) -> None:
    killed, moment = True, 0
    while killed:
        moment += 1
        day = JUNE + timedelta(days=moment)
        killed = killed_at(engine, moment, partial(upkeep.make_heads, settings=settings, day=day, now=NOW))
        upkeep.make_heads(engine, settings, day=day, now=NOW)
        session.rollback()
        heads = session.scalars(select(DailyHead)).all()
        assert {file.line_of(head) for head in heads} == file.lines(settings.heads_dir)
        subjects = set(session.scalars(select(Push.subject).where(Push.occasion == Occasion.daily_head)))
        assert len(heads) == len(subjects) == moment
        session.rollback()
    assert moment > 10
    assert faults(engine, settings, "heads") == {}


def test_a_line_that_was_cut_off_is_written_again(
    engine: Engine, session: Session, settings: Settings, books: Books
) -> None:
    made(engine, settings, JUNE)
    path = settings.heads_dir / file.NAME
    os.truncate(path, 20)
    made(engine, settings, JUNE)
    assert f"2026-06-19 1 1 {head_of(session, JUNE)}" in file.lines(settings.heads_dir)


def test_two_weeks_without_a_run_leave_days_without_a_head_and_the_next_covers_them(
    engine: Engine, session: Session, settings: Settings, books: Books, cast: Cast
) -> None:
    made(engine, settings, JUNE)
    go_on(session, cast)
    made(engine, settings, JUNE + timedelta(days=14))
    assert session.scalars(select(DailyHead.number).order_by(DailyHead.number)).all() == [1, 2]
    with without_triggers(session):
        edit_by_hand(engine, "UPDATE point_entries SET clause = 'x' WHERE occurred_on = '2026-06-20'")
        assert verdict(engine, settings, head_of(session, JUNE)) is HeadVerdict.leads
        assert verdict(engine, settings, head_of(session, JUNE + timedelta(days=14))) is HeadVerdict.differs


def test_a_head_made_by_a_clock_far_ahead_stays_true_and_others_follow_it(
    engine: Engine, session: Session, settings: Settings, books: Books, cast: Cast
) -> None:
    made(engine, settings, date(2027, 6, 19))
    go_on(session, cast)
    made(engine, settings, JULY)
    heads = [head_of(session, day) for day in (date(2027, 6, 19), JULY)]
    assert [verdict(engine, settings, each) for each in heads] == [HeadVerdict.leads] * 2
    assert faults(engine, settings, "heads") == {}


def test_what_the_file_and_the_database_do_not_share_is_named(
    engine: Engine, session: Session, settings: Settings, books: Books
) -> None:
    for day in (JUNE, JULY):
        made(engine, settings, day)
    path = settings.heads_dir / file.NAME
    whole = path.read_text()
    path.write_text(whole.splitlines()[1] + "\n")
    assert "里没有（共缺 1 条）" in faults(engine, settings, "heads")["heads"][0]
    path.write_text(whole)
    with without_triggers(session):
        session.execute(delete(DailyHead).where(DailyHead.number == 1))
        session.commit()
        named = faults(engine, settings, "heads")["heads"]
    assert any("校验码文件中有、数据库里没有：2026-06-19 1 1 " in words for words in named)
    assert any("之前有校验码缺失" in words for words in named)


def test_the_two_officers_are_told_and_until_they_are_named_the_office(
    engine: Engine, session: Session, settings: Settings, books: Books, cast: Cast
) -> None:
    made(engine, settings, JUNE)
    session.get_one(Organization, cast.root).settings = {
        "head_officers": [cast.inspector.account_id, cast.chen_jing.account_id]
    }
    session.commit()
    made(engine, settings, JULY)
    told = session.scalars(
        select(Push).where(Push.occasion == Occasion.daily_head).order_by(Push.subject, Push.account_id)
    ).all()
    assert [(push.account_id, push.content["head"], push.content["hint"]) for push in told] == [
        (cast.organization_department.account_id, head_of(session, JUNE), "请组织部指定两名接收人"),
        *(
            (each.account_id, head_of(session, JULY), "请抄存，核对账目时使用")
            for each in sorted((cast.inspector, cast.chen_jing), key=lambda person: person.account_id)
        ),
    ]


def test_without_a_key_none_is_made_and_start_and_job_say_so(
    engine: Engine, session: Session, settings: Settings, books: Books
) -> None:
    without = replace(settings, head_keys=())
    with pytest.raises(ConfigurationError, match="XIANFENG_HEAD_KEYS"):
        made(engine, without, JUNE)
    assert session.scalars(select(DailyHead)).all() == []
    session.rollback()
    assert upkeep.NO_KEY in start_warnings(engine, without)
    assert upkeep.NO_KEY not in start_warnings(engine, settings)
    made(engine, settings, JUNE)
    assert faults(engine, without, "heads") == {"heads": ["每日校验码：没有设置 XIANFENG_HEAD_KEYS，无法核对"]}


def test_a_root_without_books_has_a_head_too(engine: Engine, session: Session, settings: Settings, cast: Cast) -> None:
    with Session(engine) as writing:
        assert make(writing, root_id=cast.root, day=JUNE, key=settings.head_keys[0], now=NOW)
        writing.commit()
    assert verdict(engine, settings, head_of(session, JUNE)) is HeadVerdict.leads


def test_the_file_may_lie_elsewhere(engine: Engine, settings: Settings, books: Books, tmp_path: Path) -> None:
    there = replace(settings, heads_dir=tmp_path / "elsewhere")
    made(engine, there, JUNE)
    assert len(file.lines(there.heads_dir)) == 1
    assert file.lines(settings.heads_dir) == frozenset()


@pytest.mark.sqlite_only
def test_the_command_says_in_chinese_what_becomes_of_a_printed_head(tmp_path: Path) -> None:
    upgraded(tmp_path)
    assert xianfeng(tmp_path, "jobs", "run", "make_daily_heads").exit_code == 0
    day, _, _, head = (tmp_path / "heads" / file.NAME).read_text().split()
    same = xianfeng(tmp_path, "verify", "printed", head.lower().replace("-", " "))
    assert (same.exit_code, same.output.startswith("一致：现在的账目")) == (0, True)
    nothing = xianfeng(tmp_path, "verify", "printed", "260612")
    assert (nothing.exit_code, "这不是一个每日校验码" in nothing.output) == (1, True)
    misspelt = xianfeng(tmp_path, "verify", "printed", head[:-1] + ("7" if head[-1] != "7" else "8"))
    assert (misspelt.exit_code, "请先核对有无抄错" in misspelt.output) == (1, True)
    engine = make_engine(f"sqlite:///{tmp_path / 'xianfeng.db'}")
    with Session(engine) as session, without_triggers(session):
        session.execute(delete(HeadPosition))
        session.execute(delete(DailyHead))
        session.commit()
    engine.dispose()
    gone = xianfeng(tmp_path, "verify", "printed", head)
    assert (gone.exit_code, gone.output.startswith("不一致：")) == (1, True)
    assert f"数据库里没有：{day} 1 1 {head}" in xianfeng(tmp_path, "verify", "heads").output
    assert "没有设置 XIANFENG_HEAD_KEYS" in xianfeng(tmp_path, "verify", "printed", head, **REAL_WECHAT).output


REAL_WECHAT = {
    "WECHAT_APP_ID": "wx1",
    "WECHAT_SECRET": "s",
    "XIANFENG_SECRET_KEY": "k" * 32,
    "XIANFENG_PHONE_KEYS": "one:" + "ab" * 32,
}
