"""What `SHOW GRANTS` lets an account do, and how many connections the processes may open."""

import pytest

from server.readiness.rules import connections_needed, dangerous, missing, rights_of, role_of

LEDGER = {"point_entries"}
TO = "TO `app`@`%`"


def dangers(*lines: str) -> list[str]:
    return dangerous(lines, "xian_feng", LEDGER)


@pytest.mark.parametrize(
    ("grant", "danger"),
    [
        ("UPDATE ON `xian_feng`.`point_entries`", "UPDATE ON xian_feng.point_entries"),
        ("SELECT, INSERT, DELETE ON `xian_feng`.`point_entries`", "DELETE ON xian_feng.point_entries"),
        ("SELECT (`id`), UPDATE (`points`, `id`) ON `xian_feng`.`point_entries`", "UPDATE ON xian_feng.point_entries"),
        ("ALTER ON `xian_feng`.*", "ALTER ON xian_feng.*"),
        ("DROP ON `xian\\_feng`.*", "DROP ON xian\\_feng.*"),
        ("TRIGGER ON `xian%`.*", "TRIGGER ON xian%.*"),
        ("INDEX ON `x_an_feng`.*", "INDEX ON x_an_feng.*"),
        ("DELETE HISTORY ON *.*", "DELETE HISTORY ON *.*"),
        ("ALL PRIVILEGES ON *.*", "ALL PRIVILEGES ON *.*"),
        ("ALL PRIVILEGES ON `xian_feng`.*", "ALL PRIVILEGES ON xian_feng.*"),
        ("SUPER ON *.*", "SUPER ON *.*"),
        ("CREATE USER ON *.*", "CREATE USER ON *.*"),
        ("INSERT ON `mysql`.*", "INSERT ON mysql.*"),
        ("UPDATE ON `mysql`.`global_priv`", "UPDATE ON mysql.global_priv"),
    ],
)
def test_what_could_change_the_ledger_is_seen(grant: str, danger: str) -> None:
    assert dangers(f"GRANT {grant} {TO}") == [danger]
    assert dangers(f"GRANT {grant} TO PUBLIC") == [danger]
    assert dangers(f"GRANT {grant} {TO} WITH GRANT OPTION") == [danger]


@pytest.mark.parametrize(
    "line",
    [
        f"GRANT USAGE ON *.* {TO} IDENTIFIED BY PASSWORD '*UPDATE ON *.*'",
        f"GRANT SELECT, INSERT ON `xian_feng`.`point_entries` {TO}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON `xian_feng`.`members` {TO}",
        f"GRANT SELECT, INSERT, CREATE, REFERENCES ON *.* {TO}",
        f"GRANT ALL PRIVILEGES ON `xian\\_fang`.* {TO}",
        f"GRANT ALL PRIVILEGES ON `xianXfeng`.* {TO}",
        f"GRANT UPDATE ON `xian%`.`point_entries` {TO}",
        f"GRANT EXECUTE ON PROCEDURE `xian_feng`.`point_entries` {TO}",
        f"GRANT `role` {TO}",
        f"GRANT PROXY ON ``@`%` {TO} WITH GRANT OPTION",
        "SET DEFAULT ROLE `role` FOR `app`@`%`",
        "",
    ],
)
def test_what_could_not_is_let_through(line: str) -> None:
    assert dangers(line) == []


def test_a_name_may_hold_a_backtick() -> None:
    rights = rights_of(f"GRANT SELECT ON `a``b`.`c` {TO}")
    assert rights is not None
    assert (rights.schema, rights.table) == ("a`b", "c")


def test_roles_are_read_as_they_are_written() -> None:
    assert role_of(f"GRANT `we``ird` {TO}") == "`we``ird`"
    assert role_of("GRANT `reader`@`%` TO `app`@`%` WITH ADMIN OPTION") == "`reader`@`%`"
    assert role_of(f"GRANT SELECT ON *.* {TO}") is None


def test_what_is_needed_and_not_given_is_named() -> None:
    needed = {"members": frozenset({"SELECT", "UPDATE"}), "point_entries": frozenset({"INSERT"})}
    lines = [f"GRANT SELECT, UPDATE (`name`) ON `x`.`members` {TO}", f"GRANT SELECT ON `x`.* {TO}"]
    assert missing(lines, "x", needed) == ["UPDATE ON members", "INSERT ON point_entries"]
    assert missing([f"GRANT ALL PRIVILEGES ON *.* {TO}"], "x", needed) == []


def test_every_process_counts_with_all_it_may_open() -> None:
    assert connections_needed(workers=4, per_worker=40, schedulers=1, per_scheduler=40) == 200
    assert connections_needed(workers=1, per_worker=12, schedulers=0, per_scheduler=40) == 12
