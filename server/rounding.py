"""To how many decimals figures are kept, worked out and shown, and how they round. Pure."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

_FINEST = Decimal("0.0001")
"""As fine as points are kept (design §4.4)."""

_CENT, _TENTH = Decimal("0.01"), Decimal("0.1")


def rounded(points: Decimal) -> Decimal:
    """Round half up to two decimals, as points are scored and shown (design §4.9)."""
    return points.quantize(_CENT, ROUND_HALF_UP)


def finest(points: Decimal) -> Decimal:
    """Round half up to as fine as points are kept."""
    return points.quantize(_FINEST, ROUND_HALF_UP)


def part(points: Decimal) -> Decimal:
    """Round a part of points down to as fine as they are kept: parts never come to more than the whole."""
    return points.quantize(_FINEST, ROUND_DOWN)


def tenths(figure: Decimal) -> Decimal:
    """Round half up to one decimal, as percentages and days are shown."""
    return figure.quantize(_TENTH, ROUND_HALF_UP)
