"""Where a link in a reply leads: the app's pages. Pure."""

from server.pushes.pages import DUES, HOME, claim, meeting, month, notice, score

__all__ = [
    "CLAIMS",
    "CLAIM_FORM",
    "DUES",
    "HOME",
    "MEETINGS",
    "SIGN_IN",
    "claim",
    "meeting",
    "month",
    "notice",
    "score",
]

CLAIM_FORM = "pages/claim-form/claim-form"
CLAIMS = "pages/claims/claims"
MEETINGS = "pages/meetings/meetings"
SIGN_IN = "pages/sign-in/sign-in"
