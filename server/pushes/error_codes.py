"""Codes of refusals (server/error_codes.py)."""

from server.error_codes import ErrorCode


class PushErrorCode(ErrorCode):
    """Why a request about subscriptions, robots or undelivered messages is refused."""

    not_in_the_mini_program = "not_in_the_mini_program"
    not_unreached = "not_unreached"
    unknown_template = "unknown_template"
    webhook_invalid = "webhook_invalid"
