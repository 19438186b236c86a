"""The start page `/` and the readable API document `/api/docs`; both from local assets only."""

from pathlib import Path
from typing import cast

import flask_openapi3_swagger
from flask import Blueprint, Response, current_app, jsonify, render_template, send_from_directory
from flask_openapi3.openapi import OpenAPI

from server.config import Settings

pages = Blueprint(
    "console", __name__, template_folder="templates", static_folder="static", static_url_path="/static/console"
)
SWAGGER = Path(flask_openapi3_swagger.__file__).parent / "templates" / "swagger"
POLICY = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
DOCS_POLICY = f"{POLICY}; style-src 'self' 'unsafe-inline'"


@pages.get("/")
def start() -> Response:
    settings: Settings = current_app.extensions["settings"]
    return page(render_template("start.html", sandbox=settings.sandbox, app=settings.has_app), POLICY)


@pages.get("/api/docs")
def api_docs() -> Response:
    return page(render_template("api_docs.html"), DOCS_POLICY)


@pages.get("/api/docs/assets/<path:name>")
def api_docs_assets(name: str) -> Response:
    return send_from_directory(SWAGGER, name, max_age=86_400)


@pages.get("/api/v1/openapi.json")
def openapi_document() -> Response:
    return jsonify(cast(OpenAPI, current_app).api_doc)


def page(html: str, policy: str) -> Response:
    """Return a page that loads and runs only what the policy lets it."""
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = policy
    return response
