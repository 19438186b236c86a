"""民主评议党员 by grades, and how many may be 优秀 (year.md §6). Pure."""

from enum import StrEnum

EXCELLENT_OF = 3
"""优秀 are at most one in so many full members."""


class AppraisalGrade(StrEnum):
    """What an appraisal came to. Who has none yet has no row: that never holds anything up."""

    excellent = "excellent"
    qualified = "qualified"
    basic = "basic"
    unqualified = "unqualified"


APPRAISAL_TITLES = {
    AppraisalGrade.excellent: "优秀",
    AppraisalGrade.qualified: "合格",
    AppraisalGrade.basic: "基本合格",
    AppraisalGrade.unqualified: "不合格",
}


def most_excellent(full_members: int) -> int:
    """Return how many of a branch's full members may be 优秀: a third, rounded down."""
    return full_members // EXCELLENT_OF
