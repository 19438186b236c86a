"""What is opened every day is found by an index: MariaDB explains how it would look things up among 40,000 rows."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import Engine, RowMapping, event

from tests.cast import Cast
from tests.conftest import Call
from tests.filling import fill

CLAIMS = ("claims", "claim_participants", "claim_events", "claim_opinions")
MEETINGS = ("meetings", "meeting_rosters", "meeting_invitations", "attendances", "leaves")
REST = ("notices", "notice_readings", "dues_records", "statements", "pushes", "audit_lines")

CLAIM_LISTS = (
    ("zhang_min", "/members/{me}/claims"),
    ("zhang_min", "/members/{me}/claims?status=submitted&year=2026"),
    ("li_wei", "/members/{me}/claims"),
    ("zhang_min", "/members/{me}/claimable-items?year=2026"),
    ("li_wei", "/organizations/{branch}/review-queue"),
    ("representative", "/organizations/{branch}/claims-under-verification"),
    ("representative", "/me/todos"),
    ("li_wei", "/me/todos"),
    ("organization_department", "/me/todos"),
    ("organization_department", "/organizations/{root}/overview"),
)
MEETING_LISTS = (
    ("zhang_min", "/members/{me}/meetings"),
    ("zhang_min", "/members/{me}/attendance?year=2026"),
    ("li_wei", "/organizations/{branch}/meetings"),
    ("li_wei", "/organizations/{branch}/leaves"),
    ("li_wei", "/me/todos"),
    ("organization_department", "/me/todos"),
    ("chen_jing", "/organizations/{general}/overview"),
    ("organization_department", "/organizations/{root}/overview"),
)
OTHER_LISTS = (
    ("zhang_min", "/members/{me}/notices"),
    ("zhang_min", "/members/{me}/dues?year=2026"),
    ("zhang_min", "/me/inbox/unread"),
    ("li_wei", "/organizations/{branch}/notices"),
    ("li_wei", "/organizations/{branch}/dues/2026-05"),
    ("li_wei", "/organizations/{branch}/statements"),
    ("li_wei", "/organizations/{branch}/unreached-pushes"),
    ("li_wei", "/me/todos"),
    ("organization_department", "/me/todos"),
    ("inspector", "/organizations/{root}/audit-lines"),
)

Asked = list[tuple[str, Any]]


@pytest.mark.mariadb_only
@pytest.mark.parametrize(
    ("tables", "lists"),
    [(CLAIMS, CLAIM_LISTS), (MEETINGS, MEETING_LISTS), (REST, OTHER_LISTS)],
    ids=["claims", "meetings", "others"],
)
def test_no_list_looks_through_a_whole_table(
    engine: Engine, cast: Cast, call: Call, tables: Sequence[str], lists: Sequence[tuple[str, str]]
) -> None:
    with engine.begin() as connection:
        fill(connection, cast, tables)
    ids = {"me": cast.zhang_min.member_id, "branch": cast.branch, "general": cast.general_branch, "root": cast.root}
    asked: Asked = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    explained = set()
    for person, url in lists:
        asked.clear()
        event.listen(engine, "before_cursor_execute", note)
        answer = call(cast.people[person], "GET", url.format(**ids))
        event.remove(engine, "before_cursor_execute", note)
        assert answer.status_code == 200, (url, answer.json)
        for row in _plans(engine, asked):
            assert row["table"] not in tables or row["type"] not in ("ALL", "index"), (person, url, row)
            explained.add(row["table"])
    assert explained >= set(tables)


def _plans(engine: Engine, asked: Asked) -> Iterator[RowMapping]:
    with engine.connect() as connection:
        for statement, parameters in asked:
            yield from connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).mappings()
