"""Codes of refusals (server/error_codes.py)."""

from server.error_codes import ErrorCode


class PhotoErrorCode(ErrorCode):
    """What photos are refused for."""

    photo_attached = "photo_attached"
    photo_busy = "photo_busy"
    photo_interrupted = "photo_interrupted"
    photo_one_at_a_time = "photo_one_at_a_time"
    photo_repeated = "photo_repeated"
    photo_storage_unavailable = "photo_storage_unavailable"
    photo_too_heavy = "photo_too_heavy"
    photo_too_large = "photo_too_large"
    photo_too_many = "photo_too_many"
    photo_too_many_pixels = "photo_too_many_pixels"
    photo_too_many_waiting = "photo_too_many_waiting"
    photo_type = "photo_type"
    photo_unavailable = "photo_unavailable"
    photo_unreadable = "photo_unreadable"
    too_many_unknown = "too_many_unknown"
