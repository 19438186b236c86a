"""What `run` and `scheduler` check in the database before they start (docs/adr/0022)."""

from collections.abc import Iterator

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from server import models, protection
from server.config import Settings
from server.db import POOL_OVERFLOW, POOL_SIZE
from server.points.protection import TABLE as LEDGER
from server.readiness import rules
from server.triggers import Unprotected

COLLATION = "utf8mb4_bin"
SHOWN = 5
"""How many names one sentence holds."""

_SETTINGS = """
    SELECT @@global.innodb_flush_log_at_trx_commit, @@session.sql_mode, @@session.time_zone,
    @@global.log_bin, @@global.binlog_format, @@global.max_connections, @@session.max_user_connections"""
_OTHER_COLLATIONS = text("""
    SELECT DISTINCT table_name FROM information_schema.columns
    WHERE table_schema = DATABASE() AND collation_name <> :collation ORDER BY table_name""")


def refusals(engine: Engine, settings: Settings) -> list[str]:
    """Return in Chinese what must be put right before this database can be served; nothing if it is fit."""
    with engine.connect() as connection:
        found = [*_unprotected(connection)]
        if connection.dialect.name == "sqlite":
            return found
        found += [*_server(connection, settings), *_collations(connection)]
        if settings.production:
            found += _account(connection)
            connection.detach()  # it has taken on roles
    return found


def _unprotected(connection: Connection) -> Iterator[str]:
    try:
        protection.assert_protected(connection)
    except Unprotected as error:
        yield f"保护触发器缺失（{error}），请运行 xianfeng db upgrade"


def _server(connection: Connection, settings: Settings) -> Iterator[str]:
    row = connection.exec_driver_sql(_SETTINGS).one()
    flush, sql_mode, time_zone, log_bin, binlog_format, most, most_of_user = row
    if int(flush) != 1:
        yield "数据库断电时会丢失刚提交的内容，请设置 innodb_flush_log_at_trx_commit=1"
    if "STRICT_ALL_TABLES" not in sql_mode:
        yield f"数据库连接的 sql_mode 不是严格模式（{sql_mode}），请检查连接代理是否改写了它"
    if time_zone != "+00:00":
        yield f"数据库连接的时区不是 +00:00（{time_zone}），请检查连接代理是否改写了它"
    if (isolation := connection.get_isolation_level()) != "READ COMMITTED":
        yield f"数据库连接的隔离级别不是 READ COMMITTED（{isolation}），请检查连接代理是否改写了它"
    if int(log_bin) and binlog_format == "STATEMENT":
        yield "二进制日志的格式 STATEMENT 不允许 READ COMMITTED 事务写入，请设置 binlog_format=ROW（或 MIXED）"
    yield from _connections(settings, min(filter(None, (int(most), int(most_of_user)))))


def _connections(settings: Settings, most: int) -> Iterator[str]:
    per_worker = settings.threads + POOL_OVERFLOW
    needed = rules.connections_needed(
        workers=settings.workers,
        per_worker=per_worker,
        schedulers=0 if settings.embeds_scheduler else 1,
        per_scheduler=POOL_SIZE + POOL_OVERFLOW,
    )
    if needed > most:
        yield (
            f"数据库最多允许 {most} 个连接，而 {settings.workers} 个进程各 {per_worker} 个，加定时任务共 {needed} 个，"
            "请调高 max_connections，或调低 XIANFENG_WORKERS、XIANFENG_THREADS"
        )


def _collations(connection: Connection) -> Iterator[str]:
    tables = set(connection.scalars(_OTHER_COLLATIONS, {"collation": COLLATION}))
    if ours := sorted(tables & models.Base.metadata.tables.keys()):
        yield f"这些表的字符序不是 {COLLATION}，会把大小写不同的 openid 当成一个人：{_some(ours)}"


def _account(connection: Connection) -> Iterator[str]:
    """Say what the account may do but must not, and what it may not do but must."""
    schema = connection.engine.url.database or ""
    account = connection.exec_driver_sql("SELECT CURRENT_USER()").scalar()
    lines = _grants(connection)
    if dangers := rules.dangerous(lines, schema, {LEDGER}):
        yield (
            f"数据库账号 {account} 能够改动台账（{_some(dangers)}）：生产环境只用无权改动台账的账号运行，"
            "授权语句见 xianfeng db grants；升级（xianfeng db upgrade）另用一个账号"
        )
    elif lacking := rules.missing(lines, schema, protection.rights_of_app(models.Base.metadata.tables)):
        yield f"数据库账号 {account} 缺少权限（{_some(lacking)}），授权语句见 xianfeng db grants"


def _grants(connection: Connection) -> set[str]:
    """Return the account's grants, with those of every role it may take on."""
    lines = set(connection.exec_driver_sql("SHOW GRANTS").scalars())
    for role in filter(None, map(rules.role_of, sorted(lines))):
        try:
            connection.exec_driver_sql(f"SET ROLE {role}")
        except DBAPIError:  # a role of a role: shown with the one that has it
            continue
        lines |= set(connection.exec_driver_sql("SHOW GRANTS").scalars())
    return lines


def _some(names: list[str]) -> str:
    return "、".join(names[:SHOWN]) + (f" 等 {len(names)} 项" if len(names) > SHOWN else "")
