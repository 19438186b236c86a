"""The page behind the QR, `/c/<public_id>?t=<code>`, for a phone that opens it in a browser."""

import base64
import hashlib
from pathlib import Path

from flask import Blueprint, Response, current_app, render_template

from server.config import Settings
from server.console.views import POLICY, page
from server.meetings.check_in.wording import for_a_page

APP_PAGE = "/m/pages/check-in/check-in"
"""Where a ticket is handed over, so that someone not signed in can sign in, and bind. The code is exchanged before."""

EXCHANGE_FIRST = (Path(__file__).parent / "templates" / "exchange_first.js").read_text(encoding="utf-8")
_DIGEST = base64.b64encode(hashlib.sha256(EXCHANGE_FIRST.encode()).digest()).decode()
PAGE_POLICY = f"{POLICY}; script-src 'self' 'sha256-{_DIGEST}'"
"""The one script that stands in a page: a code is good for seconds, and a file of its own would be another wait."""

pages = Blueprint("check_in_page", __name__, template_folder="templates")


@pages.get("/c/<public_id>")
@pages.get("/c/<public_id>/")
def check_in_page(public_id: str) -> Response:
    """Look nothing up: the code goes from the address to the API, which checks it."""
    settings: Settings = current_app.extensions["settings"]
    app = APP_PAGE if settings.has_app else None
    values = {"sandbox": settings.sandbox, "app": app, "public_id": public_id, "exchange_first": EXCHANGE_FIRST}
    values["answers"] = for_a_page()
    response = page(render_template("check_in.html", **values), PAGE_POLICY)
    response.headers["Cache-Control"] = "no-store"
    return response
