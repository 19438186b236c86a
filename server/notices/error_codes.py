"""Codes of refusals (server/error_codes.py)."""

from server.error_codes import ErrorCode


class NoticeErrorCode(ErrorCode):
    """Why a request about notices or their files is refused."""

    all_have_read = "all_have_read"
    file_not_allowed = "file_not_allowed"
    not_by_a_group = "not_by_a_group"
    reminded_recently = "reminded_recently"
    too_many_files = "too_many_files"
