"""Which database this is: its data directory carries the same id, and no other's (docs/adr/0018)."""

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import CheckConstraint, Engine, String, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from server import clock
from server.config import drawn_once
from server.db import Base, UtcDateTime, reading, transaction
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict

MARK = "database_id"
DRAFT = "database_id.new"
"""The mark before the database is known to carry the id too: a start that is killed in between is taken up again."""


class Installation(Base):
    """The one row that names this database."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="one"), Base.__table_args__)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    database_id: Mapped[str] = mapped_column(String(64))
    named_at: Mapped[datetime] = mapped_column(UtcDateTime)


def id_of(engine: Engine) -> str | None:
    """Return the database's id; None as long as it has none."""
    if not inspect(engine).has_table(Installation.__tablename__):
        return None
    with reading(engine) as session:
        return session.scalar(select(Installation.database_id))


def name(engine: Engine, database_id: str) -> None:
    """Give a database without an id this one."""

    def work(session: Session) -> None:
        session.add(Installation(id=1, database_id=database_id, named_at=clock.now()))

    transaction(engine, work)


def assert_own(engine: Engine, data_dir: Path) -> None:
    """Raise DomainError `data_of_another_database` unless the directory is this database's or neither has an id."""
    ours, draft = id_of(engine), _read(data_dir / DRAFT)
    mark = _read(data_dir / MARK)  # after the draft: another process may just be renaming it
    if mark == ours:
        return
    if mark is not None:
        raise _foreign(f"数据目录 {data_dir} 属于另一个数据库，或者当前数据库是新建的")
    if draft != ours:
        raise _foreign(f"数据目录 {data_dir} 里没有当前数据库的标识，目录可能没有挂载")
    with suppress(FileNotFoundError):
        (data_dir / DRAFT).rename(data_dir / MARK)


def pair(engine: Engine, data_dir: Path) -> None:
    """Let a database and a directory that both have no id belong together; else as `assert_own`."""
    if id_of(engine) is None and not (data_dir / MARK).exists():
        with suppress(IntegrityError, FileNotFoundError):  # another process has just done it
            database_id = drawn_once(data_dir / DRAFT)
            (data_dir / DRAFT).chmod(0o644)  # no secret: the user who upgrades may not be the user who serves
            name(engine, database_id)
    assert_own(engine, data_dir)


def adopt(engine: Engine, data_dir: Path) -> None:
    """Let the directory belong to this database, whosever it was; a database without an id gets one when upgraded."""
    (data_dir / MARK).unlink(missing_ok=True)
    if (ours := id_of(engine)) is not None:
        (data_dir / MARK).write_text(ours, encoding="ascii")


def keep_private(data_dir: Path) -> None:
    """Let no other user of this machine into the directory, nor read what this process writes anywhere.

    What lies deeper is behind the directories here, so that a million photos need no visit at every start.
    """
    os.umask(0o077)
    data_dir.mkdir(parents=True, exist_ok=True)
    for path in (data_dir, *data_dir.iterdir()):
        with suppress(FileNotFoundError, PermissionError):  # just gone, or owned by the user who upgraded
            if path.stat().st_mode & 0o077 and path.name not in (MARK, DRAFT):
                path.chmod(0o700 if path.is_dir() else 0o600)


def _foreign(what: str) -> DomainError:
    advice = (
        "为了不误删照片和附件，没有启动。请核对 XIANFENG_DATA 和 XIANFENG_DATABASE_URL；"
        "如果确实恢复或更换过其中之一，请运行 xianfeng db adopt，再用 xianfeng photos 核对"
    )
    return conflict(CoreErrorCode.data_of_another_database, f"{what}。{advice}")


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
