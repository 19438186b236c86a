"""Codes of refusals (server/error_codes.py)."""

from server.error_codes import ErrorCode


class StatementErrorCode(ErrorCode):
    """What statements, boards and bulletins are refused for."""

    already_confirmed = "already_confirmed"
    board_closed = "board_closed"
    document_number_taken = "document_number_taken"
    nothing_confirmed = "nothing_confirmed"
