"""What this feature refuses."""

from server.error_codes import ErrorCode


class FeedbackErrorCode(ErrorCode):
    """Why a feedback is not taken, not found by its code, or not handled in this way."""

    form_used = "form_used"
    wrong_query_code = "wrong_query_code"
    identity_sealed = "identity_sealed"
    not_on_the_list = "not_on_the_list"
