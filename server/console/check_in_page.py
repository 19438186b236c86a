"""The page behind the QR, `/c/<public_id>?t=<code>`, for a phone that opens it in a browser."""

from flask import Blueprint, Response, current_app, render_template

from server.config import Settings
from server.console.views import POLICY, page

APP_PAGE = "/m/pages/check-in/check-in"
"""Where a ticket is handed over, so that who has not signed in can do so, and bind. The code is exchanged before."""

pages = Blueprint("check_in_page", __name__, template_folder="templates")


@pages.get("/c/<public_id>")
def check_in_page(public_id: str) -> Response:
    """Look nothing up: the code goes from the address to the API, which says what it is worth."""
    settings: Settings = current_app.extensions["settings"]
    app = APP_PAGE if settings.has_app else None
    return page(render_template("check_in.html", sandbox=settings.sandbox, app=app, public_id=public_id), POLICY)
