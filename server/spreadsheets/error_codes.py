"""Codes of refusals (server/error_codes.py)."""

from server.error_codes import ErrorCode


class SpreadsheetErrorCode(ErrorCode):
    """Why a file of a spreadsheet cannot be read."""

    file_has_password = "file_has_password"
    file_too_large = "file_too_large"
    too_many_rows = "too_many_rows"
    unreadable_file = "unreadable_file"
