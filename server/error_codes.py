"""The codes by which programs tell refusals apart: one word, one meaning.

Each feature has its own in its `error_codes.py`; codes that several features share are here. The app and the
pages get them as `src/api/error-codes.ts` and `static/error_codes.js` (`make types`). See docs/adr/0042.
"""

from enum import StrEnum


class ErrorCode(StrEnum):
    """Base of every enum of codes, so that no DomainError is raised with a code that is in no enum."""


class CoreErrorCode(ErrorCode):
    """What the core refuses, and refusals that several features share."""

    already_decided = "already_decided"  # somebody else was faster
    already_published = "already_published"
    already_recorded = "already_recorded"
    bad_request = "bad_request"
    busy = "busy"
    conflict = "conflict"  # the database refused what had looked free
    data_of_another_database = "data_of_another_database"
    database_unavailable = "database_unavailable"
    document_number_missing = "document_number_missing"
    forbidden = "forbidden"
    http_error = "http_error"
    in_the_future = "in_the_future"
    internal = "internal"
    invalid_cursor = "invalid_cursor"
    invalid_dates = "invalid_dates"
    invalid_input = "invalid_input"
    key_missing = "key_missing"  # for sealed values
    link_expired = "link_expired"
    link_invalid = "link_invalid"
    method_not_allowed = "method_not_allowed"
    moved_on = "moved_on"  # its status has changed since
    not_found = "not_found"
    not_published = "not_published"
    not_started = "not_started"
    port_taken = "port_taken"
    port_unusable = "port_unusable"
    reason_missing = "reason_missing"
    stale_version = "stale_version"  # it was changed since it was read
    too_large = "too_large"
    too_many_requests = "too_many_requests"
    too_slow = "too_slow"
    unsupported_media_type = "unsupported_media_type"
    wrong_status = "wrong_status"  # not possible in the status it has
