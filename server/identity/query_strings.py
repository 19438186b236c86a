"""Validate a query string. The library derives the model's JSON schema anew for every request; here it is done once."""

from collections.abc import Callable
from typing import Any

from flask import abort, current_app, request
from pydantic import BaseModel, ValidationError


def query_reader(model: type[BaseModel]) -> Callable[[], BaseModel]:
    """Return a function that reads the request's query as `model`, or aborts with the app's validation answer."""
    lists = _lists(model)

    def read() -> BaseModel:
        given: dict[str, Any] = dict(request.args.items())
        given |= {name: request.args.getlist(name) for name in lists & given.keys()}
        try:
            return model.model_validate(given)
        except ValidationError as error:
            abort(current_app.validation_error_callback(error))  # type: ignore[attr-defined]

    return read


def _lists(model: type[BaseModel]) -> frozenset[str]:
    """The parameters that may be given several times."""
    properties: dict[str, dict[str, Any]] = model.model_json_schema().get("properties", {})
    return frozenset(name for name, schema in properties.items() if _is_list(schema))


def _is_list(schema: dict[str, Any]) -> bool:
    return any(kind.get("type") == "array" for kind in (schema, *schema.get("anyOf", ())))
