"""Category and stage by day: what holds on a day, a change from a day on, and a correction. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from server.organizations.models import Category, Stage
from server.organizations.rules import is_within_two_years


@dataclass(frozen=True, slots=True)
class Kinds:
    """人员类别 and 党员类别 of a member on a day."""

    category: Category
    stage: Stage


@dataclass(frozen=True, slots=True)
class FormerPeriod:
    """What a member was until a day, exclusive."""

    until: date
    kinds: Kinds


@dataclass(frozen=True, slots=True)
class KindsHistory:
    """The periods that are over, by their ends, and what holds since the last of them."""

    latest: Kinds
    former: tuple[FormerPeriod, ...] = ()

    def on(self, day: date) -> Kinds:
        """Return what held on a day; before the first period as in it."""
        return next((period.kinds for period in self.former if day < period.until), self.latest)

    def holds_since(self, field: str) -> date:
        """Return the first day since which `category` or `stage` has been what it is now; `date.min` for ever."""
        now = getattr(self.latest, field)
        return next((each.until for each in reversed(self.former) if getattr(each.kinds, field) != now), date.min)

    def changed(self, on: date, **values: Any) -> "KindsHistory":
        """Return the history in which these fields have these values from a day on; before it nothing changes."""
        before = [period for period in self.former if period.until < on]
        after = [period for period in self.former if period.until > on]
        if on > date.min:
            before.append(FormerPeriod(on, next((each.kinds for each in self.former if each.until >= on), self.latest)))
        periods = before + [replace(each, kinds=replace(each.kinds, **values)) for each in after]
        latest = replace(self.latest, **values)
        return KindsHistory(latest, _joined(periods, latest))


def _joined(periods: Sequence[FormerPeriod], latest: Kinds) -> tuple[FormerPeriod, ...]:
    """Leave out the ends at which nothing changes."""
    kinds = [*(period.kinds for period in periods), latest]
    return tuple(period for period, after in zip(periods, kinds[1:], strict=True) if period.kinds != after)


def change_refusal(*, on: date, today: date, since: date) -> str | None:
    """Return why a category that has held `since` a day cannot change on another: not ahead, this year or last."""
    if on > today:
        return "变更日期不能晚于今天"
    if not is_within_two_years(on, today=today):
        return "变更日期应在本年度或上一年度内"
    if on < since:
        return (
            f"该党员自{since.isoformat()}起已登记为现在的人员类别，变更日期不能早于这一天；登记有误的，请上级党组织更正"
        )
    return None
