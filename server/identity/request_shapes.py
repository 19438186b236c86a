"""A request's parts as a view wants them: the one place that relies on private parts of flask-openapi3.

Its public decorator validates too, but works out the view's shapes again at every request.
`tests/unit/test_request_shapes.py` fails if an upgrade changes what is relied upon here.
"""

from collections.abc import Mapping
from typing import Any

from flask_openapi3.request import _validate_request


def inputs_of(shapes: tuple[Any, ...], path: Mapping[str, Any]) -> dict[str, Any]:
    """Return the current request as keyword arguments of the view, by part: `path`, `body` …

    `shapes` are what `parse_parameters` returns for the view, in its order. A request that does not fit is aborted with
    the answer of the app's `validation_error_callback`.
    """
    inputs: dict[str, Any] = _validate_request(*shapes, path_kwargs=dict(path))  # type: ignore[misc]
    return inputs
