"""The factory: wires settings, database, features and errors."""

from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Engine

from server import config, db


def create_app(settings: config.Settings | None = None, engine: Engine | None = None) -> OpenAPI:
    raise NotImplementedError
