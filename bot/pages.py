"""Where a link in a reply leads: the app's pages. Pure."""

from server.pushes.pages import DUES, HOME, branch_year, claim, meeting, month, notice, objection, score

__all__ = [
    "CLAIMS",
    "CLAIM_FORM",
    "DUES",
    "HOME",
    "MEETINGS",
    "OBJECTIONS",
    "OBJECTION_FORM",
    "SIGN_IN",
    "annual_result",
    "branch_year",
    "claim",
    "meeting",
    "month",
    "notice",
    "objection",
    "publicity",
    "score",
]

CLAIM_FORM = "pages/claim-form/claim-form"
CLAIMS = "pages/claims/claims"
MEETINGS = "pages/meetings/meetings"
OBJECTIONS = "pages/objections/objections"
OBJECTION_FORM = "pages/objection-form/objection-form"
SIGN_IN = "pages/sign-in/sign-in"


def annual_result(year: int) -> str:
    """One's own result of a year."""
    return f"pages/annual-result/annual-result?year={year}"


def publicity(publicity_id: int) -> str:
    return f"pages/publicity/publicity?id={publicity_id}"
