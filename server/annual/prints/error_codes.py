"""Codes of refusals (server/error_codes.py)."""

from server.error_codes import ErrorCode


class PrintErrorCode(ErrorCode):
    """Why forms of a year are not printed."""

    nothing_drafted = "nothing_drafted"  # no results to print
    print_not_ready = "print_not_ready"
    too_many_papers = "too_many_papers"
