"""What the year's state refuses."""

from server.error_codes import ErrorCode


class YearErrorCode(ErrorCode):
    """Why a fact of a year may not be entered any more, or why a year does not take a step."""

    past_cut_off = "past_cut_off"
    year_drafted = "year_drafted"
    year_not_over = "year_not_over"
