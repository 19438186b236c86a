"""How often one may report, and try query codes: by address, by what it is about, in the app by whoever is signed in.

What is counted under is a keyed hash: the counters say nobody's address or number.
"""

from collections.abc import Callable

from flask import current_app, request

from server.config import Settings
from server.feedback import codes
from server.identity.limits import HOUR, TEN_MINUTES, Limit, caller, calls, failures, network


def _hidden(whose: Callable[[], str | None]) -> Callable[[], str | None]:
    def named() -> str | None:
        settings: Settings = current_app.extensions["settings"]
        found = whose()
        return codes.counted_as(settings.secret_key, found) if found is not None else None

    return named


def _subject() -> str | None:
    return str((request.view_args or {}).get("organization_id"))


from_a_network = calls(Limit("feedback: network", 20, HOUR, _hidden(network)))
"""A campus is behind one address: as many as twenty people in an hour."""

about_one = calls(Limit("feedback: subject", 200, HOUR, _hidden(_subject)))
from_the_app = calls(Limit("feedback: person", 30, HOUR, _hidden(caller)))
"""Whoever is signed in does not count against the form behind the QR, and is not kept out by it."""

looking_up = failures(Limit("feedback code: network", 30, TEN_MINUTES, _hidden(network)))
"""30^8 codes: thirty wrong tries in ten minutes find nothing."""
