"""The app in a browser, `/m/`: what `make app` built from miniprogram/, or a page that says how to build it."""

import mimetypes
from pathlib import Path

from flask import Blueprint, Response, current_app, redirect, render_template, request, send_from_directory

from server.config import Settings
from server.console.views import POLICY, page

pages = Blueprint("app_page", __name__, template_folder="templates")
APP_POLICY = "; ".join(
    (
        "default-src 'self'; img-src 'self' data: blob:; connect-src 'self' blob:; style-src 'self' 'unsafe-inline'",
        "base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
    )
)
"""Scripts come from files only. uni-app writes style elements; a chosen photo is a blob: until it is uploaded."""

PACKINGS = {"br": ".br", "gzip": ".gz"}
"""How a built file may be packed and what its name then ends in, the smallest first."""

FOREVER = "public, max-age=31536000, immutable"
"""For names that carry a hash of their content."""


@pages.get("/m")
def app_without_slash() -> Response:
    return redirect("/m/", 308)  # type: ignore[return-value]


@pages.get("/m/")
@pages.get("/m/<path:place>")
def app_in_browser(place: str = "") -> Response:
    """Serve a file, or else the app, which reads the address itself."""
    if place.startswith("assets/"):
        return _file(place, FOREVER)
    if place.startswith("static/"):
        return _file(place, "no-cache")
    if not _settings().has_app:
        response = page(render_template("app_missing.html"), POLICY)
        response.status_code = 503
        return response
    response = _file("index.html", "no-cache")
    response.headers["Content-Security-Policy"] = APP_POLICY
    return response


def _file(name: str, caching: str) -> Response:
    """Send a built file, packed if the browser takes it and the build has it. Raises NotFound."""
    built = _settings().app_dir
    packed = next((packing for packing in PACKINGS if _is_packed(built / name, packing)), None)
    response = send_from_directory(built, name + PACKINGS[packed] if packed else name)
    if packed:
        response.headers["Content-Encoding"] = packed
        response.mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response.headers["Cache-Control"] = caching
    response.headers["Vary"] = "Accept-Encoding"
    return response


def _is_packed(file: Path, packing: str) -> bool:
    return request.accept_encodings.quality(packing) > 0 and file.with_name(file.name + PACKINGS[packing]).is_file()


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
