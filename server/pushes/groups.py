"""The groups in which people choose among occasions: `data/groups.json`."""

import json
from dataclasses import dataclass
from pathlib import Path

from server.pushes.rules import Occasion


@dataclass(frozen=True, slots=True)
class OccasionGroup:
    title: str
    occasions: tuple[Occasion, ...]


def _load() -> tuple[OccasionGroup, ...]:
    raw = json.loads((Path(__file__).parent / "data" / "groups.json").read_text(encoding="utf-8"))
    return tuple(OccasionGroup(group["title"], tuple(map(Occasion, group["occasions"]))) for group in raw)


GROUPS = _load()
