"""What a browser shows if an address leads nowhere or something failed: a sentence, and links to go on."""

from flask import Response, current_app, render_template

from server.config import Settings
from server.console.views import POLICY, page
from server.errors import DomainError


def error_page(refusal: DomainError) -> Response:
    settings: Settings = current_app.extensions["settings"]
    return page(render_template("error.html", refusal=refusal, app=settings.has_app), POLICY)
