"""Alembic migrations, run by `xianfeng db upgrade` and at every start of `make run`; they run on both databases.

Which revision the code needs is known without Alembic, which would double the time that a command needs to start.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent
STEPS = "migration_steps"
"""The table where an upgrade under way notes what it has done (`resuming.py`)."""


class UpgradeRefused(RuntimeError):
    """The upgrade cannot begin, or cannot go on; the message says in Chinese what to do."""


@cache
def newest() -> str:
    """Return the revision that this code's models are at: migrations are numbered by their files' names."""
    return max(path.name for path in (HERE / "versions").glob("[0-9]*.py")).split("_")[0]


def alembic_config(engine: Engine) -> "Config":
    """Return Alembic's settings for this engine; there is no alembic.ini."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to a revision; go on with what was left half done. Raise UpgradeRefused."""
    from alembic import command

    _refuse_strangers(engine)
    command.upgrade(alembic_config(engine), revision)


def current(connection: Connection) -> str | None:
    """Return the revision that the database is at, or None before the first one is applied."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return revision


def _refuse_strangers(engine: Engine) -> None:
    """Raise UpgradeRefused where our tables are there, but nothing says up to which revision."""
    from server import models

    with engine.connect() as connection:
        tables = set(inspect(connection).get_table_names())
        ours = sorted(tables & models.Base.metadata.tables.keys())
        if ours and STEPS not in tables and current(connection) is None:
            raise UpgradeRefused(
                f"数据库里已有表 {ours[0]} 等，却没有升级记录，无法判断升级到了哪一步。如果这是一次没有完成的首次安装，"
                "请删除并重新建立这个数据库，再运行 xianfeng db upgrade；如果里面有数据，请从备份恢复"
            )
