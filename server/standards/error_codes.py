"""Codes of refusals (server/error_codes.py)."""

from server.error_codes import ErrorCode


class StandardErrorCode(ErrorCode):
    """What drafts and publications of 积分标准 are refused for."""

    audience_fixed = "audience_fixed"
    carried_forward = "carried_forward"
    no_own_standard = "no_own_standard"
    no_standard = "no_standard"
    not_a_draft = "not_a_draft"
    standard_has_problems = "standard_has_problems"
    superseded_meanwhile = "superseded_meanwhile"
    year_in_use = "year_in_use"
