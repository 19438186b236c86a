"""When a person is asked for subscription messages, and for which: `data/moments.json`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Moment(StrEnum):
    """When asking makes sense; WeChat allows it only after a tap."""

    check_in = "check_in"  # after check-in
    claim_submitted = "claim_submitted"  # after submitting a claim
    month_opened = "month_opened"  # on opening the month


@dataclass(frozen=True, slots=True)
class Asking:
    """The templates to ask everyone for, and those that only officers get; the most useful first."""

    everyone: tuple[str, ...]
    officers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moments:
    """`enough`: a template with this many messages left is not asked for."""

    enough: int
    askings: Mapping[Moment, Asking]

    def worth_asking(self, moment: Moment, balances: Mapping[str, int], *, officer: bool, at_most: int) -> list[str]:
        """Return the templates to ask for, those with the lowest balance first."""
        asking = self.askings[moment]
        wanted = asking.everyone + (asking.officers if officer else ())
        scarce = [template for template in wanted if balances.get(template, 0) < self.enough]
        return sorted(scarce, key=lambda template: balances.get(template, 0))[:at_most]


def _load() -> Moments:
    raw = json.loads((Path(__file__).parent / "data" / "moments.json").read_text(encoding="utf-8"))
    askings = {
        Moment(name): Asking(tuple(asking["everyone"]), tuple(asking["officers"]))
        for name, asking in raw["moments"].items()
    }
    return Moments(raw["enough"], askings)


MOMENTS = _load()
