"""What this feature refuses."""

from server.error_codes import ErrorCode


class ObjectionErrorCode(ErrorCode):
    """Why an objection is not taken, or not handled in this way."""

    objection_open = "objection_open"
    late_without_reason = "late_without_reason"
    not_objectionable = "not_objectionable"
    takes_part = "takes_part"
    extended_before = "extended_before"
    correction_missing = "correction_missing"
    another_handles_it = "another_handles_it"
    nothing_to_correct = "nothing_to_correct"
    no_such_letter = "no_such_letter"
