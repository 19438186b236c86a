"""The hashes of entries, pinned: whoever changes what a version covers breaks every chain that stands."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from server.points.ledger.chain import COVERED, GENESIS, VERSION, broken_link, link
from server.points.models import PointEntry, SourceKind

D = Decimal
NOTHING = dict.fromkeys(PointEntry.__table__.columns.keys())
COMMON: dict[str, Any] = {
    **NOTHING,
    **{"member_id": 7, "root_id": 1, "organization_id": 3, "year": 2026, "standard_id": 2, "revision": 1},
    **{"owed": 0, "attended": 0, "made_up": 0, "excused": 0},
}
ENTRIES: list[dict[str, Any]] = [
    {
        **{"seq": 1, "item_code": "B01", "points": D("12"), "occurred_on": date(2026, 1, 1)},
        **{"posted_at": datetime(2025, 12, 31, 16, 0, tzinfo=UTC), "source_kind": SourceKind.opening},
        **{"source_id": 2, "clause": "《实施方案》二（一）"},
    },
    {
        **{"seq": 2, "item_code": "C01a", "points": D("0.25"), "occurred_on": date(2026, 12, 31)},
        **{"posted_at": datetime(2026, 12, 31, 15, 59, 59, 999999, tzinfo=UTC), "source_kind": SourceKind.claim},
        **{"source_id": 9, "clause": "二（二）", "level": "municipal", "achievement": "论文", "decided_by": 4},
        **{"text_hash": "a" * 64, "evidence_hash": "b" * 64, "owed": 3, "attended": 2, "made_up": 1, "excused": 1},
    },
    {
        **{"seq": 3, "item_code": "C01a", "points": D("-0.25"), "occurred_on": date(2026, 12, 31)},
        **{"posted_at": datetime(2027, 1, 5, 2, 0, tzinfo=UTC), "source_kind": SourceKind.reversal},
        **{"source_id": 2, "revision": 2, "reverses_seq": 2, "clause": "二（二）", "decided_by": 4},
    },
]
HASHES = {
    1: [
        "78e97a1ff09a0471179fa89d2a161e57312104d5ae5c5be26f0960b098e01890",
        "55a30433523de0b64ba68b73cf158adb6f517c33fa995a22183b776717fe9ec0",
        "a5de845235cfc38483d1a00979b08b221ca71e44bb95325d82dab6e49db5133c",
    ],
    2: [
        "db7069a91922e49ecb6db2d9bc03a81847dc5c357f655fd2fe350bbed9e90d8b",
        "38c91587e6c52944b6dea65820b82d5ce74029187ef66fec00f9f147a18dbed3",
        "43fa599a917f6a1eed8393486541eaf4a636f9790bf8833c68cb3503a138d623",
    ],
}


def chain(version: int) -> list[PointEntry]:
    """Return the three entries, linked."""
    entries, last = [], GENESIS
    for says in ENTRIES:
        entry = PointEntry(**{**COMMON, **says, "hash_version": version, "prev_hash": last})
        entry.hash = last = link(last, entry)
        entries.append(entry)
    return entries


@pytest.mark.parametrize("version", COVERED)
def test_what_a_version_covers_stays_as_it_was(version: int) -> None:
    assert [entry.hash for entry in chain(version)] == HASHES[version]


def test_new_entries_cover_every_column_and_how_they_are_hashed() -> None:
    columns = set(PointEntry.__table__.columns.keys())
    assert set(COVERED[VERSION]) == columns - {"prev_hash", "hash"}
    assert set(COVERED[1]) == columns - {"prev_hash", "hash", "hash_version"}


def test_a_chain_may_go_on_under_another_version() -> None:
    first, second, third = chain(1)
    second.hash_version = third.hash_version = 2
    second.hash = third.prev_hash = link(first.hash, second)
    third.hash = link(second.hash, third)
    assert broken_link([first, second, third]) is None


@pytest.mark.parametrize("version", [0, 1, 3])
def test_an_entry_of_another_version_than_it_was_hashed_by_is_found(version: int) -> None:
    entries = chain(2)
    entries[1].hash_version = version
    assert broken_link(entries) == 2
