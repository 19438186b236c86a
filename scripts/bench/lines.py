"""The one shape of a benchmark's result."""

from typing import Any

Line = dict[str, Any]


def measured(
    bench: str,
    metric: str,
    value: float,
    unit: str,
    *,
    database: str | None = None,
    against: str | None = None,
    ratio: float | None = None,
    goal: str | None = None,
    met: bool | None = None,
) -> Line:
    """Return a result. `against` names the yardstick with its figure, `ratio` is value ÷ yardstick; `goal` is words."""
    return {
        "bench": bench,
        "database": database,
        "metric": metric,
        "value": _short(value),
        "unit": unit,
        "against": against,
        "ratio": None if ratio is None else _short(ratio),
        "goal": goal,
        "met": met,
    }


def _short(value: float) -> float:
    """Return four significant digits: more would pretend."""
    return float(f"{value:.4g}")
