"""Codes of refusals (server/error_codes.py)."""

from server.error_codes import ErrorCode


class DocumentErrorCode(ErrorCode):
    """Why a document cannot be made on this machine now."""

    file_not_made = "file_not_made"
    no_chinese_font = "no_chinese_font"
