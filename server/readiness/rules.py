"""What a database account may do, read from its grants; and how many connections are needed. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

CHANGES = frozenset({"UPDATE", "DELETE", "DELETE HISTORY", "ALTER", "DROP", "INDEX", "TRIGGER"})
"""Rights that let an account change a table's rows, or what guards them. TRUNCATE needs DROP."""

EVERYTHING = "ALL PRIVILEGES"
_ABOVE_GRANTS = frozenset({"SUPER", "SET USER", "CREATE USER", "BINLOG REPLAY", "REPLICATION SLAVE ADMIN"})
"""Rights on the server that let an account act as another one, or let others do so."""

_GRANTS_SCHEMA = "mysql"
_NAME = r"(?:\*|`(?:[^`]|``)*`)"
_GRANT = re.compile(rf"GRANT (?P<rights>.+?) ON (?P<schema>{_NAME})\.(?P<table>{_NAME}) TO ")
_ROLE = re.compile(r"GRANT (?P<role>`(?:[^`]|``)+`(?:@`(?:[^`]|``)*`)?) TO ")
_COLUMNS = re.compile(r"\((?:[^()`]|`(?:[^`]|``)*`)*\)")


@dataclass(frozen=True, slots=True)
class Rights:
    """Rights on `schema`.`table`, as `SHOW GRANTS` says it: '*' means all, a schema's name may hold % and _."""

    names: frozenset[str]
    schema: str
    table: str
    whole: bool
    """Whether they are for all columns."""

    def cover(self, schema: str, table: str) -> bool:
        return self._covers_schema(schema) and self.table in ("*", table)

    def _covers_schema(self, schema: str) -> bool:
        if self.schema in {"*", schema}:
            return True
        return self.table == "*" and re.fullmatch(_pattern(self.schema), schema, re.DOTALL) is not None


def rights_of(line: str) -> Rights | None:
    """Parse a line of `SHOW GRANTS`; None for one that gives no rights on tables."""
    if (found := _GRANT.match(line)) is None:
        return None
    text = _COLUMNS.sub("", found["rights"])
    names = frozenset(name.strip().upper() for name in text.split(","))
    return Rights(names, _unquoted(found["schema"]), _unquoted(found["table"]), whole=text == found["rights"])


def role_of(line: str) -> str | None:
    """Return the role that a line of `SHOW GRANTS` gives, as it is written there; None for other lines."""
    found = _ROLE.match(line)
    return found["role"] if found else None


def dangerous(lines: Iterable[str], schema: str, tables: Collection[str]) -> list[str]:
    """Return the grants by which an account could change what these tables hold, each as `RIGHT ON place`."""
    return sorted(
        {words for line in lines if (rights := rights_of(line)) for words in _dangers(rights, schema, tables)}
    )


def missing(lines: Iterable[str], schema: str, needed: Mapping[str, frozenset[str]]) -> list[str]:
    """Return what an account lacks of the rights that are needed by table, each as `RIGHT ON table`."""
    granted = [rights for line in lines if (rights := rights_of(line)) and rights.whole]
    lacking = []
    for table, names in needed.items():
        held = {name for rights in granted if rights.cover(schema, table) for name in rights.names}
        if EVERYTHING not in held:
            lacking += [f"{name} ON {table}" for name in sorted(names - held)]
    return lacking


def connections_needed(*, workers: int, per_worker: int, schedulers: int, per_scheduler: int) -> int:
    """Return how many connections the processes may open together."""
    return workers * per_worker + schedulers * per_scheduler


def _dangers(rights: Rights, schema: str, tables: Collection[str]) -> list[str]:
    place = f"{rights.schema}.{rights.table}"
    found: frozenset[str] = frozenset()
    if any(rights.cover(schema, table) for table in tables):
        found |= rights.names & (CHANGES | {EVERYTHING})
    if rights.schema == rights.table == "*":
        found |= rights.names & _ABOVE_GRANTS
    elif rights.cover(_GRANTS_SCHEMA, rights.table):
        found |= rights.names & (CHANGES | {EVERYTHING, "INSERT"})
    return [f"{name} ON {place}" for name in found]


def _unquoted(name: str) -> str:
    return name if name == "*" else name[1:-1].replace("``", "`")


def _pattern(name: str) -> str:
    r"""Return the regular expression for a schema's name with the wildcards % and _, which \ escapes."""
    parts = re.findall(r"\\.|.", name, re.DOTALL)
    return "".join({"%": ".*", "_": "."}.get(part, re.escape(part[-1])) for part in parts)
