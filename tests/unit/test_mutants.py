"""What `make mutants` says: read from mutmut's words, added up by module."""

from scripts.mutants import scores, statuses

SAID = """
    server.names.x_name_key__mutmut_1: killed
    server.names.x_name_key__mutmut_2: survived
    server.claims.rules.x_share__mutmut_1: timeout
    server.claims.rules.x_share__mutmut_2: no tests
    server.claims.rules.xǁItemǁfits__mutmut_1: not checked
"""


def test_a_module_is_scored_by_what_was_tried_of_it() -> None:
    assert scores(statuses(SAID)) == [
        "1/2  server.names",
        "1/2  server.claims.rules (1 not tried)",
        "2/4  all (1 not tried)",
    ]
