"""What drawing up a branch's results is refused for."""

from server.error_codes import ErrorCode


class ResultErrorCode(ErrorCode):
    figures_missing = "figures_missing"  # a measured item without a figure, in a standard that does not do without
