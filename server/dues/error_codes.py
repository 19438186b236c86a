"""Codes of refusals (server/error_codes.py)."""

from server.error_codes import ErrorCode


class DuesErrorCode(ErrorCode):
    """What registering dues is refused for."""

    already_paid = "already_paid"
    before_beginning = "before_beginning"
    consent_ended = "consent_ended"
    consent_overlaps = "consent_overlaps"
    invalid_consent = "invalid_consent"
    invalid_payment = "invalid_payment"
    month_not_over = "month_not_over"
    needs_correction = "needs_correction"
    owes_no_dues = "owes_no_dues"
    own_dues = "own_dues"
