"""Every API answer in the tests is held against the OpenAPI document."""

import re
from typing import Any

from flask_openapi3.openapi import OpenAPI
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse


def check(app: OpenAPI, method: str, url: str, response: TestResponse) -> None:
    """Assert that the status is documented for the route and that a JSON body fits its schema."""
    assert response.status_code < 500, response.get_data(as_text=True)
    operation = _operation(app.api_doc, method, url.partition("?")[0])
    if operation is None:
        assert response.status_code in (404, 405), f"{method} {url} is not in the document"
        return
    status = str(response.status_code)
    assert status in operation["responses"], f"{method} {url} answered an undocumented {status}"
    content = operation["responses"][status].get("content", {})
    if "application/json" in content and response.is_json:
        validator = Draft202012Validator({**content["application/json"]["schema"], "components": _components(app)})
        errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(response.json)]
        assert not errors, f"{method} {url}: {errors}"


def _operation(document: dict[str, Any], method: str, path: str) -> dict[str, Any] | None:
    for template, operations in document["paths"].items():
        pattern = "/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in template.split("/"))
        if method.lower() in operations and re.fullmatch(pattern, path):
            found: dict[str, Any] = operations[method.lower()]
            return found
    return None


def _components(app: OpenAPI) -> dict[str, Any]:
    components: dict[str, Any] = app.api_doc["components"]
    return components
