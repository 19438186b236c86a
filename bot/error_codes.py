"""Codes of refusals (server/error_codes.py)."""

from server.error_codes import ErrorCode


class BotErrorCode(ErrorCode):
    """Why a conversation is refused, besides the services' own refusals."""

    no_member = "no_member"
    only_in_sandbox = "only_in_sandbox"
