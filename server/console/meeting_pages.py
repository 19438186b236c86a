"""A meeting's screen for the projector: `/screen` for anyone with the digits, `/screen/<id>` behind a link."""

from flask import Blueprint, Response, render_template

from server.console.views import POLICY, page

pages = Blueprint("meeting_pages", __name__, template_folder="templates")


@pages.get("/screen")
def screen_by_digits() -> Response:
    return _screen(None)


@pages.get("/screen/<int:meeting_id>")
def screen(meeting_id: int) -> Response:
    return _screen(meeting_id)


def _screen(meeting_id: int | None) -> Response:
    """Nothing is looked up: the page asks the API with what the officer gave it. No cache keeps it."""
    response = page(render_template("screen.html", meeting_id=meeting_id), POLICY)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
