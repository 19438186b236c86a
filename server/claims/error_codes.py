"""Codes of refusals (server/error_codes.py)."""

from server.error_codes import ErrorCode


class ClaimErrorCode(ErrorCode):
    """What claims and their review are refused for."""

    above_cap = "above_cap"
    adjusted_upwards = "adjusted_upwards"
    already_counted = "already_counted"
    item_not_claimable = "item_not_claimable"
    level_missing = "level_missing"
    not_opened = "not_opened"
    not_your_claim = "not_your_claim"
    not_your_decision = "not_your_decision"
    nothing_left = "nothing_left"
    nothing_to_share = "nothing_to_share"
    other_reviewer = "other_reviewer"
    own_claim = "own_claim"
    own_entry = "own_entry"
    participant_elsewhere = "participant_elsewhere"
    participant_repeated = "participant_repeated"
    place_beyond_people = "place_beyond_people"
    place_taken = "place_taken"
    quantity_missing = "quantity_missing"
    taken_back_too_late = "taken_back_too_late"
    too_many_participants = "too_many_participants"
    unfinished = "unfinished"
