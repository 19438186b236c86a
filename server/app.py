"""The factory: wires settings, database, features, events and errors."""

from importlib import import_module

from flask import Response, jsonify
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Engine, text

from server import __version__, config, models, requests
from server.console import views as console
from server.db import make_engine, reading
from server.identity.guard import Api

FEATURES: tuple[str, ...] = ()
"""Modules whose `api` blueprint makes up `/api/v1`."""


def create_app(settings: config.Settings | None = None, engine: Engine | None = None) -> OpenAPI:
    """Return the whole product as one WSGI app; `engine` may be handed in by tests and scripts."""
    settings = settings or config.load()
    app = OpenAPI(
        "server",
        info=Info(title="先锋积分 API", version=__version__),
        security_schemes={"token": {"type": "http", "scheme": "bearer"}},
        validation_error_callback=requests.validation_response,
        doc_ui=False,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["settings"] = settings
    app.extensions["engine"] = engine or make_engine(settings.database_url)
    requests.install(app, settings)
    for feature in FEATURES:
        api = import_module(feature).api
        assert isinstance(api, Api)
        app.register_api(api)
    app.register_blueprint(console.pages)
    _add_health(app)
    return app


def _add_health(app: OpenAPI) -> None:
    def healthz() -> Response:
        return jsonify({"status": "ok", "version": __version__})

    def readyz() -> Response:
        with reading(app.extensions["engine"]) as session:
            session.execute(text("SELECT 1"))
        return jsonify({"status": "ready"})

    app.add_url_rule("/healthz", view_func=healthz)
    app.add_url_rule("/readyz", view_func=readyz)


__all__ = ["FEATURES", "create_app", "models"]
