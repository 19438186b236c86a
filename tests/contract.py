"""Every API answer in the tests is held against the OpenAPI document."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from flask_openapi3.openapi import OpenAPI
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

_documents: dict[frozenset[str], "_Document"] = {}
"""By the names of an app's views: apps that have the same ones have the same document."""


def check(app: OpenAPI, method: str, url: str, response: TestResponse) -> None:
    """Assert that the status is documented for the route and that a JSON body fits its schema."""
    assert response.status_code < 500, response.get_data(as_text=True)
    document = _document_of(app)
    template = document.template(method.lower(), url.partition("?")[0])
    if template is None:
        assert response.status_code in (404, 405), f"{method} {url} is not in the document"
        return
    status = str(response.status_code)
    content = document.content(template, method.lower(), status)
    assert content is not None, f"{method} {url} answered an undocumented {status}"
    if "application/json" in content and response.is_json:
        validator = document.validator(template, method.lower(), status)
        errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(response.json)]
        assert not errors, f"{method} {url}: {errors}"


def _document_of(app: OpenAPI) -> "_Document":
    views = frozenset(app.view_functions)
    if views not in _documents:
        _documents[views] = _Document(app.api_doc)
    return _documents[views]


class _Document:
    """An OpenAPI document, with a validator for each answer that was asked for."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._validators: dict[tuple[str, str, str], Draft202012Validator] = {}

    def template(self, method: str, path: str) -> str | None:
        """Return the route that a path belongs to, or None."""
        routes = self._document["paths"].items()
        return next((route for route, acts in routes if method in acts and _pattern(route).fullmatch(path)), None)

    def content(self, template: str, method: str, status: str) -> Mapping[str, Any] | None:
        """Return what an answer may hold, by media type; None where the status is not documented."""
        answer = self._document["paths"][template][method]["responses"].get(status)
        return None if answer is None else answer.get("content", {})

    def validator(self, template: str, method: str, status: str) -> Draft202012Validator:
        key = (template, method, status)
        if key not in self._validators:
            schema = (self.content(*key) or {})["application/json"]["schema"]
            self._validators[key] = Draft202012Validator({**schema, "components": self._document["components"]})
        return self._validators[key]


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile("/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in template.split("/")))
