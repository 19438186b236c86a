"""Codes of refusals (server/error_codes.py)."""

from server.error_codes import ErrorCode


class PublicityErrorCode(ErrorCode):
    """Why something cannot be publicized, or is not shown."""

    already_proposed = "already_proposed"
    content_changed = "content_changed"  # other than what was proposed
    first_day_over = "first_day_over"
    not_a_workday = "not_a_workday"
    not_within_term = "not_within_term"
    publicity_over = "publicity_over"
    secretary_approves = "secretary_approves"
    text_refused = "text_refused"
    too_few_workdays = "too_few_workdays"
