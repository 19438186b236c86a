"""The pages of a meeting: its screen for the projector, and the check-in page behind the QR."""

from flask import Blueprint, Response, current_app, render_template

from server.config import Settings
from server.console.views import POLICY

pages = Blueprint("meeting_pages", __name__, template_folder="templates")


@pages.get("/screen")
def screen_by_digits() -> Response:
    return _page(render_template("screen.html", meeting_id=None))


@pages.get("/screen/<int:meeting_id>")
def screen(meeting_id: int) -> Response:
    return _page(render_template("screen.html", meeting_id=meeting_id))


@pages.get("/c/<string:public_id>")
def check_in(public_id: str) -> Response:
    """The page exchanges the code at once, before anyone signs in, and takes it out of the address."""
    settings: Settings = current_app.extensions["settings"]
    return _page(render_template("check_in.html", public_id=public_id, sandbox=settings.sandbox))


def _page(html: str) -> Response:
    """Answer a page that no cache keeps, and whose address is told to nobody: a code or a key may stand in it."""
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
