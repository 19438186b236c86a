"""Where a tap on a message leads: the mini-program's pages, in one place. Pure."""

HOME = "pages/home/home"
"""It also shows what waits for an officer."""

DUES = "pages/dues/dues"


def claim(claim_id: int) -> str:
    return f"pages/claim/claim?id={claim_id}"


def meeting(meeting_id: int) -> str:
    return f"pages/meeting/meeting?id={meeting_id}"


def notice(notice_id: int) -> str:
    return f"pages/notice/notice?id={notice_id}"


def objection(objection_id: int) -> str:
    """An objection of one's own, step by step."""
    return f"pages/objection/objection?id={objection_id}"


def feedback(feedback_id: int) -> str:
    """A feedback, for whoever looks into it."""
    return f"pages/feedback-case/feedback-case?id={feedback_id}"


def score(year: int) -> str:
    return f"pages/score/score?year={year}"


def month(period: str) -> str:
    """A member's month as it was summed up; `period` is that of a statement: 2026-06."""
    return f"pages/score/score?month={period}"


def statement(organization_id: int, statement_id: int) -> str:
    """A branch's month, for those who confirm it."""
    return f"pages/month/month?organization={organization_id}&statement={statement_id}"


def bulletin(bulletin_id: int) -> str:
    return f"pages/bulletin/bulletin?id={bulletin_id}"


def key_reset(member_id: int) -> str:
    """The page on which two officers reset the keys of a member's account."""
    return f"pages/key-reset/key-reset?member={member_id}"


def claim_for(year: int) -> str:
    """The form for a claim with a day in that year."""
    return f"pages/claim-form/claim-form?year={year}"


def year(number: int) -> str:
    """A member's year, month by month, down to the score it closed with."""
    return f"pages/history/history?year={number}"


INBOX = "pages/inbox/inbox"
"""Where a push is shown in full: for an occasion whose message says all there is to know."""


def of_branch(page: str, organization_id: int) -> str:
    """A page on which officers see to a branch: review, leaves, hosting, dues."""
    return f"pages/{page}/{page}?organization={organization_id}"


def branch_year(organization_id: int, number: int) -> str:
    """A branch's year: what is left, and its next step."""
    return f"pages/branch-year/branch-year?organization={organization_id}&year={number}"
