"""Codes of refusals (server/error_codes.py)."""

from server.error_codes import ErrorCode


class SetupErrorCode(ErrorCode):
    """Why the setup of an installation is refused."""

    already_set_up = "already_set_up"
    another_name = "another_name"
    bad_slips_file = "bad_slips_file"
    bad_title = "bad_title"
    department_appoints = "department_appoints"
    not_an_appointment = "not_an_appointment"
    not_appointed = "not_appointed"
    roster_has_problems = "roster_has_problems"
    shared_title = "shared_title"
    unknown_place = "unknown_place"
