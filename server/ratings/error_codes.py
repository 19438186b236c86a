"""Codes of refusals (server/error_codes.py)."""

from server.error_codes import ErrorCode


class RatingErrorCode(ErrorCode):
    """Why what belongs to stars is refused."""

    excellent_full = "excellent_full"
    excess_undecided = "excess_undecided"
    inputs_changed = "inputs_changed"
    method_has_problems = "method_has_problems"
    method_in_use = "method_in_use"
    newer_dry_run = "newer_dry_run"
    no_method = "no_method"
    not_in_results = "not_in_results"
    not_the_reviewer = "not_the_reviewer"
    proposal_unfit = "proposal_unfit"
    recusal_unnoted = "recusal_unnoted"
    stars_outdated = "stars_outdated"
    supersession_unfit = "supersession_unfit"
