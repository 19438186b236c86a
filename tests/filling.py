"""A university that has been at it for years: 40,000 rows in whatever is listed, written by MariaDB itself.

Row `seq` is of branch `seq % 400` and of one of its ten people, `seq % 4000`; 0 is 教工第一党支部, and 张敏. One row in
forty still waits for somebody.
"""

from collections.abc import Collection

from sqlalchemy import JSON, Column, Connection, Date, String, Table

from server.db import UtcDateTime
from server.models import Base
from tests.cast import Cast

ROWS, PEOPLE, BRANCHES, UNITS = 40_000, 4_000, 400, 40
ROW, UNIT, BRANCH, PERSON = "100000 + seq", "1000 + seq % 40", "2000 + seq % 400", "10000 + seq % 4000"
TREE = ("organizations", "members", "memberships", "accounts", "scores")
AGO = f"'2026-06-18 02:00:00' - INTERVAL {ROWS} - seq HOUR"
MONTH = "'2026-05-31' - INTERVAL seq DIV {} MONTH"


def fill(connection: Connection, cast: Cast, names: Collection[str]) -> None:
    """Fill tables beside the cast, and the tree with its people. Foreign keys hold as far as a list follows them."""
    at = f"IF(seq % {BRANCHES}, {BRANCH}, {cast.branch})"
    who = f"IF(seq % {PEOPLE}, {PERSON}, {cast.zhang_min.member_id})"
    account = f"IF(seq % {PEOPLE}, {PERSON}, {cast.zhang_min.account_id})"
    own = {"id": ROW, "organization_id": at, "member_id": who}
    top = f"'/{cast.root}/', {UNIT}, '/'"
    branch_path = f"CONCAT({top}, {BRANCH}, '/')"
    month, of_branch = MONTH.format(PEOPLE), MONTH.format(BRANCHES)
    tables: tuple[tuple[str, int, dict[str, str]], ...] = (
        ("organizations", UNITS, {"id": UNIT, "kind": "'general_branch'", "path": f"CONCAT({top})", "title": "seq"}),
        (
            "organizations",
            BRANCHES,
            {"id": BRANCH, "parent_id": UNIT, "kind": "'branch'", "path": branch_path, "title": "seq"},
        ),
        ("members", PEOPLE, {"id": PERSON, "category": "'staff'", "stage": "'full'", "work_number": "seq"}),
        ("memberships", PEOPLE, {"id": ROW, "member_id": PERSON, "organization_id": at, "from_date": "'2026-01-01'"}),
        ("accounts", PEOPLE, {"id": PERSON, "member_id": PERSON}),
        ("claims", ROWS, own | {"status": waiting("approved", "submitted"), "submitted_at": AGO, "decided_at": AGO}),
        ("claim_participants", ROWS, {"claim_id": ROW, "member_id": "10000 + seq * 7 % 4000"}),
        ("claim_events", ROWS, {"id": ROW, "claim_id": ROW, "kind": "'submitted'", "actor_id": account}),
        ("claim_opinions", ROWS, {"id": ROW, "claim_id": ROW, "account_id": account}),
        (
            "meetings",
            ROWS,
            {"id": ROW, "public_id": "seq", "organization_id": at, "status": "'settled'"}
            | {"kind": "'members_meeting'"},
        ),
        ("meeting_rosters", ROWS, own | {"meeting_id": ROW, "status": waiting("confirmed", "open")}),
        ("meeting_invitations", ROWS, own | {"meeting_id": ROW, "roster_id": ROW, "part": "'invited'"}),
        ("attendances", ROWS, own | {"meeting_id": ROW, "state": "'present'", "via": "'qr'"}),
        (
            "leaves",
            ROWS,
            own | {"meeting_id": ROW, "roster_id": ROW, "status": waiting("granted", "asked")} | {"kind": "'official'"},
        ),
        ("notices", ROWS, own | {"status": "'published'", "published_at": AGO, "audience": "'everyone'"}),
        ("notice_readings", ROWS, own | {"notice_id": ROW}),
        ("dues_records", ROWS, own | {"month": f"DATE_FORMAT({month}, '%Y-%m')", "state": "'paid'"}),
        (
            "statements",
            ROWS,
            own
            | {"period": f"DATE_FORMAT({of_branch}, '%Y-%m')", "until": of_branch, "year": f"YEAR({of_branch})"}
            | {"status": waiting("confirmed", "frozen")},
        ),
        ("scores", PEOPLE, own | {"year": "2026", "section": "''"}),
        (
            "pushes",
            ROWS,
            own
            | {"account_id": "NULL", "recipient": f"CONCAT('member:', {who})", "subject": "seq"}
            | {"status": waiting("sent", "unreachable"), "due_at": AGO, "occasion": "'claim_reviewed'"},
        ),
        (
            "audit_lines",
            ROWS,
            own | {"subject_kind": "'member'", "subject_id": who, "actor_id": account, "detail": "'{}'"},
        ),
    )
    connection.exec_driver_sql("SET SESSION foreign_key_checks = 0, SESSION unique_checks = 0")
    written = [each for each in tables if each[0] in {*names, *TREE}]
    for name, rows, given in written:
        _write(connection, cast, Base.metadata.tables[name], rows, given)
    connection.exec_driver_sql("SET SESSION foreign_key_checks = 1, SESSION unique_checks = 1")
    connection.exec_driver_sql("ANALYZE TABLE " + ", ".join({name for name, _, _ in written}))


def waiting(done: str, waits: str) -> str:
    return f"IF(seq DIV {BRANCHES} % 40, '{done}', '{waits}')"


def _write(connection: Connection, cast: Cast, table: Table, rows: int, given: dict[str, str]) -> None:
    columns = {column.name: given.get(column.name) or _plainest(column, cast) for column in table.columns}
    written = {name: expression for name, expression in columns.items() if expression is not None}
    names = ", ".join(f"`{name}`" for name in written)
    statement = f"INSERT INTO {table.name} ({names}) SELECT {', '.join(written.values())} FROM seq_1_to_{rows}"
    connection.exec_driver_sql(statement.replace("%", "%%"))


def _plainest(column: Column[object], cast: Cast) -> str | None:
    """The plainest value of a column's type; None for what may stay empty."""
    if column.name in ("root_id", "parent_id"):
        return str(cast.root)
    if column.name == "standard_id":
        return str(cast.standard_id)
    if column.nullable:
        return None
    plainest = {UtcDateTime: AGO, Date: f"DATE({AGO})", JSON: "'[]'", String: "''"}
    return next((value for kind, value in plainest.items() if isinstance(column.type, kind)), "1")
