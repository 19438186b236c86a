"""Codes of refusals (server/error_codes.py)."""

from server.error_codes import ErrorCode


class BotErrorCode(ErrorCode):
    """What a conversation is refused for besides what the services refuse."""

    no_member = "no_member"
    only_in_sandbox = "only_in_sandbox"
