"""The page behind the QR, `/c/<public_id>?t=<code>`, for a phone that opens it in a browser."""

from flask import Blueprint, Response, current_app, render_template

from server.config import Settings
from server.console.views import POLICY, page

pages = Blueprint("check_in_page", __name__, template_folder="templates")


@pages.get("/c/<public_id>")
def check_in_page(public_id: str) -> Response:
    """Look nothing up: the code goes from the address to the API, which says what it is worth."""
    settings: Settings = current_app.extensions["settings"]
    return page(render_template("check_in.html", sandbox=settings.sandbox, public_id=public_id), POLICY)
