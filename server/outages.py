"""What keeps a database from serving, in one vocabulary for answers, `/readyz`, commands and the log."""

from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from server.error_codes import ErrorCode


class Outage(ErrorCode):
    unreachable = "database_unreachable"
    slow = "database_slow"
    locked = "database_locked"
    read_only = "database_read_only"
    refused = "database_refused"
    connections_exhausted = "connections_exhausted"
    disk_full = "disk_full"
    directory_missing = "data_directory_missing"
    unprotected = "triggers_missing"
    schema_missing = "schema_missing"
    schema_older = "schema_older"
    schema_newer = "schema_newer"


WORDS = {
    Outage.unreachable: "连接不上数据库",
    Outage.slow: "数据库没有及时响应",
    Outage.locked: "数据库长时间被其他操作锁定",
    Outage.read_only: "数据库是只读的，不能保存",
    Outage.refused: "数据库拒绝了这个账号，请检查密码和授权（xianfeng db grants）",
    Outage.connections_exhausted: "数据库连接已全部占用",
    Outage.disk_full: "磁盘空间不足，不能保存",
    Outage.directory_missing: "数据目录不存在或无法访问，请检查挂载",
    Outage.unprotected: "台账或标准的保护触发器缺失，请运行 xianfeng db upgrade",
    Outage.schema_missing: "数据库还没有表结构，请先运行 xianfeng db upgrade",
    Outage.schema_older: "数据库的表结构比程序旧，请先运行 xianfeng db upgrade",
    Outage.schema_newer: "数据库的表结构比程序新，请使用与数据库相符的程序版本",
}

_OF_MYSQL = {
    **dict.fromkeys((1040, 1203, 1226), Outage.connections_exhausted),
    **dict.fromkeys((1044, 1045, 1049, 1142, 1143, 1698), Outage.refused),
    **dict.fromkeys((1792, 1836), Outage.read_only),
    **dict.fromkeys((3, 1021, 1114), Outage.disk_full),
    **dict.fromkeys((1047, 1053, 1152, 1158, 1159, 1160, 1161, 1927, 2002, 2003, 2006, 2013), Outage.unreachable),
}
_BY_WORDS = {(1030, "error 28"): Outage.disk_full, (1290, "read-only"): Outage.read_only}
"""Numbers that mean several things."""

_OF_SQLITE = {
    "READONLY": Outage.read_only,
    "FULL": Outage.disk_full,
    "BUSY": Outage.locked,
    "CANTOPEN": Outage.unreachable,
}


def outage_of(error: BaseException) -> Outage | None:
    """Return what an error says about the database, or None where the statement itself was at fault."""
    if isinstance(error, NoConnectionFree):
        return Outage.connections_exhausted
    if not isinstance(error, DBAPIError):
        return None
    if name := getattr(error.orig, "sqlite_errorname", ""):
        return _OF_SQLITE.get(name.split("_")[1])
    number, *_ = getattr(error.orig, "args", ()) or (None,)
    for (meant, words), outage in _BY_WORDS.items():
        if number == meant and words in str(error.orig):
            return outage
    if error.connection_invalidated or isinstance(error, InterfaceError):
        return Outage.unreachable
    return _OF_MYSQL.get(number) if isinstance(number, int) else None
