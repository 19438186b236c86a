"""Codes of refusals (server/error_codes.py)."""

from server.error_codes import ErrorCode


class IdentityErrorCode(ErrorCode):
    """Why sign-in, binding, a role or a repeated request is refused."""

    account_taken = "account_taken"  # the person is bound to another WeChat
    already_bound = "already_bound"  # the WeChat is bound to another person
    already_granted = "already_granted"
    foreign_page = "foreign_page"
    grant_ended = "grant_ended"
    idempotency_mismatch = "idempotency_mismatch"  # the key came with another request before
    idempotency_running = "idempotency_running"
    invalid_idempotency_key = "invalid_idempotency_key"
    link_spent = "link_spent"  # a sign-in link was used or has expired
    not_bound = "not_bound"  # the caller has no account yet
    not_bound_yet = "not_bound_yet"  # the person has no WeChat yet
    not_signed_in = "not_signed_in"
    privacy_notice_changed = "privacy_notice_changed"
    token_expired = "token_expired"
    too_many_tries = "too_many_tries"  # of a secret; the tries are counted
