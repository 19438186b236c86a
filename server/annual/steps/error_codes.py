"""What the steps of a year are refused for."""

from server.error_codes import ErrorCode


class AnnualErrorCode(ErrorCode):
    """Why a step of a year, or what belongs to one, is refused."""

    absentees_untold = "absentees_untold"
    cannot_stand_in = "cannot_stand_in"
    meeting_unfit = "meeting_unfit"
    no_correction_owed = "no_correction_owed"
    not_below = "not_below"
    not_in_charge = "not_in_charge"
    not_late = "not_late"
    step_incomplete = "step_incomplete"
    told_unfit = "told_unfit"
