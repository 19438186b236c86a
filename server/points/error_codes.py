"""Codes of refusals (server/error_codes.py)."""

from server.error_codes import ErrorCode


class PointsErrorCode(ErrorCode):
    """What postings and decisions about points are refused for."""

    change_waiting = "change_waiting"
    does_not_match = "does_not_match"
    item_not_applicable = "item_not_applicable"
    member_exempt = "member_exempt"
    not_for_decision = "not_for_decision"
    not_reversible = "not_reversible"
    own_decision = "own_decision"
    points_out_of_range = "points_out_of_range"
    reverse_at_source = "reverse_at_source"
    unknown_category = "unknown_category"
    unknown_item = "unknown_item"
