"""Codes of refusals (server/error_codes.py)."""

from server.error_codes import ErrorCode


class DeadlineErrorCode(ErrorCode):
    """Why a vacation cannot be entered."""

    no_vacation = "no_vacation"  # the retired have none
    vacations_overlap = "vacations_overlap"
    vacation_too_long = "vacation_too_long"
