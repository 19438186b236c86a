"""`xianfeng verify`: goes through everything, finds each kind of change, says how much it saw, and never writes."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server import models, verifications
from server.audit import sealing
from server.config import Settings
from server.db import snapshot
from server.heads.upkeep import make_heads
from server.photos import service as photos
from server.photos.models import Photo
from server.photos.processing import process_trusted
from server.photos.rules import Variant
from server.photos.storage import DiskStorage
from server.points import service as points
from server.points.models import Score, SourceKind
from server.points.service import Posting
from server.statements.freezing.service import freeze
from server.statements.models import Bulletin, StatementLine
from server.statements.rules import month_before
from server.verifications import VERIFICATIONS, Verified
from tests.books import Books
from tests.bulletins import DUE, drawn
from tests.cast import NOW, Cast
from tests.forging import without_triggers
from tests.pictures import jpeg
from tests.results import draft
from tests.service.test_cli import upgraded, xianfeng

NAMES = {verification.name for verification in VERIFICATIONS}


@pytest.fixture
def year(session: Session, engine: Engine, settings: Settings, cast: Cast, books: Books) -> Cast:
    """A branch with books of every kind, June frozen, a bulletin drawn up, another branch's results, a photo, audit
    lines sealed and a head."""
    _photograph(session, settings, cast)
    session.commit()
    freeze(engine, month_before(DUE - timedelta(days=4)), now=DUE - timedelta(days=4))
    drawn(session, cast)
    session.commit()
    draft(session, cast, cast.foreign_branch)
    sealing.seal_due(engine, now=DUE)
    make_heads(engine, settings, day=DUE.date(), now=DUE)
    return cast


def _photograph(session: Session, settings: Settings, cast: Cast) -> None:
    photos.upload(
        session,
        DiskStorage(settings.photo_dir),
        member_id=cast.zhang_min.member_id,
        original=jpeg(),
        uploaded_by=cast.zhang_min.account_id,
        now=NOW,
        decode=process_trusted,
    )


def verify(engine: Engine, settings: Settings, *names: str) -> dict[str, Verified]:
    return {each.verification.name: each for each in verifications.verify(engine, settings, *names)}


def every_row(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in models.Base.metadata.sorted_tables
        }


def test_all_is_gone_through_and_no_row_changes(engine: Engine, settings: Settings, year: Cast) -> None:
    before = every_row(engine)
    verified = verify(engine, settings)
    assert {name: list(each.found) for name, each in verified.items()} == {name: [] for name in NAMES}
    assert [name for name, each in verified.items() if not each.looked] == ["stars"]  # service/ratings has them
    assert every_row(engine) == before


def test_the_database_itself_refuses_to_write_meanwhile(engine: Engine, session: Session, year: Cast) -> None:
    session.rollback()
    with snapshot(engine) as looking, pytest.raises(DBAPIError, match=r"readonly|READ ONLY"):
        looking.execute(update(Score).values(points=0))
    session.execute(update(Score).values(points=0))  # and lets others, also over the same connection
    session.rollback()
    with Session(engine) as after:
        after.execute(update(Score).values(points=1))
        after.commit()


def test_what_is_posted_meanwhile_is_no_finding(
    engine: Engine, session: Session, settings: Settings, year: Cast
) -> None:
    with snapshot(engine) as looking:
        looking.scalars(select(Score)).all()
        posting = Posting(year.zhang_min.member_id, "C04", date(2026, 6, 16), SourceKind.claim, 99, points=Decimal(1))
        points.post(session, [posting], now=NOW)
        session.commit()
        [scores] = (each for each in VERIFICATIONS if each.name == "scores")
        assert list(scores.findings(looking, settings)) == []


@pytest.fixture
def unprotected(session: Session) -> Iterator[Session]:
    with without_triggers(session):
        yield session


def change_the_ledger(session: Session, _settings: Settings) -> None:
    session.execute(text("UPDATE point_entries SET points = points + 10000 WHERE source_kind = 'claim'"))


def change_a_score(session: Session, _settings: Settings) -> None:
    session.execute(update(Score).where(Score.section == "").values(points=Score.points + 1))


def change_a_statement(session: Session, _settings: Settings) -> None:
    session.execute(update(StatementLine).values(total=StatementLine.total + 1))


def change_a_result(session: Session, _settings: Settings) -> None:
    session.execute(text("UPDATE annual_results SET total = total + 10000"))


def change_a_bulletin(session: Session, _settings: Settings) -> None:
    session.execute(update(Bulletin).values(hash="0" * 64))


def change_a_standard(session: Session, _settings: Settings) -> None:
    session.execute(text("UPDATE standards SET content_hash = 'changed'"))


def lose_a_photo(session: Session, settings: Settings) -> None:
    (settings.photo_dir / session.scalars(select(Photo)).one().key(Variant.thumb)).unlink()


def change_a_photo(session: Session, settings: Settings) -> None:
    (settings.photo_dir / session.scalars(select(Photo)).one().key(Variant.full)).write_bytes(jpeg(seed=2))


CHANGES: dict[str, tuple[Callable[[Session, Settings], None], set[str]]] = {
    "an entry": (change_the_ledger, {"ledger", "scores", "postings", "claims", "statements", "heads"}),
    "a score": (change_a_score, {"scores", "results"}),
    "a statement": (change_a_statement, {"statements", "bulletins", "heads", "results"}),
    "a result": (change_a_result, {"results"}),
    "a bulletin": (change_a_bulletin, {"bulletins"}),
    "a standard": (change_a_standard, {"standards"}),
    "no thumbnail": (lose_a_photo, {"photos"}),
    "a picture": (change_a_photo, {"photos"}),
}


@pytest.mark.parametrize("changed", CHANGES)
def test_each_change_is_found_by_whose_it_is(
    changed: str, unprotected: Session, engine: Engine, settings: Settings, year: Cast
) -> None:
    change, finds = CHANGES[changed]
    change(unprotected, settings)
    unprotected.commit()
    verified = verify(engine, settings)
    assert {name for name, each in verified.items() if each.found} == finds
    only = max(finds)
    assert list(verify(engine, settings, only)) == [only]


@pytest.mark.sqlite_only
def test_the_command_says_in_a_line_each_how_much_it_looked_at(tmp_path: Path) -> None:
    upgraded(tmp_path)
    done = xianfeng(tmp_path, "verify")
    assert done.exit_code == 0
    assert len(done.output.splitlines()) == len(VERIFICATIONS)
    assert "积分标准：核对 1 个已发布版本，内容都与发布时相同" in done.output
    assert "月汇总：还没有可核对的内容" in done.output


@pytest.mark.sqlite_only
def test_the_command_ends_with_1_and_names_what_it_found(tmp_path: Path) -> None:
    upgraded(tmp_path)
    photo_dir = tmp_path / "photos"
    assert xianfeng(tmp_path, "verify", "photos").output.strip() == "照片：还没有可核对的内容"
    assert not photo_dir.exists()
    unknown = xianfeng(tmp_path, "verify", "everything")
    assert (unknown.exit_code, "没有 everything 这项核对；有 standards、ledger" in unknown.output) == (1, True)


@pytest.mark.sqlite_only
def test_results_are_gone_through_by_year(tmp_path: Path) -> None:
    upgraded(tmp_path)
    done = xianfeng(tmp_path, "verify", "results", "--year", "2026")
    assert (done.exit_code, done.output.strip()) == (0, "年度积分：还没有可核对的内容")
    other = xianfeng(tmp_path, "verify", "ledger", "--year", "2026")
    assert (other.exit_code, "--year 只用于年度积分" in other.output) == (1, True)


@pytest.mark.sqlite_only
def test_without_tables_the_command_says_so(tmp_path: Path) -> None:
    done = xianfeng(tmp_path, "verify")
    assert (done.exit_code, "Traceback" in done.output) == (1, False)
    assert "xianfeng db upgrade" in done.output
