"""Codes of refusals (server/error_codes.py)."""

from server.error_codes import ErrorCode


class JobErrorCode(ErrorCode):
    """Why a job does not run now."""

    clock_not_trusted = "clock_not_trusted"
    earlier_period_first = "earlier_period_first"
    job_running = "job_running"
    not_a_period = "not_a_period"
    other_job_first = "other_job_first"
