"""What we rely on of flask-openapi3 beneath its public parts; an upgrade that changes it fails here first."""

import re
from collections.abc import Iterator
from inspect import signature
from pathlib import Path as File

import pytest
from flask_openapi3 import request as library
from flask_openapi3.openapi import OpenAPI
from flask_openapi3.utils import parse_parameters
from pydantic import BaseModel
from werkzeug.exceptions import HTTPException

from server import requests
from server.identity.request_shapes import inputs_of

SERVER = File(requests.__file__).parent


class Path(BaseModel):
    claim_id: int


class Body(BaseModel):
    points: int


def view(path: Path, body: Body) -> None:
    """What is validated for."""


@pytest.fixture
def app() -> Iterator[OpenAPI]:
    made = OpenAPI(__name__, validation_error_callback=requests.validation_response, doc_ui=False)
    with made.app_context():
        yield made


def test_the_parts_are_those_that_a_view_is_read_by() -> None:
    parts = list(signature(library._validate_request).parameters)
    assert parts == ["header", "cookie", "path", "query", "form", "body", "raw", "path_kwargs"]
    assert parse_parameters(view, doc_ui=False) == (None, None, Path, None, None, Body, None)


def test_a_request_that_fits_becomes_the_views_arguments(app: OpenAPI) -> None:
    with app.test_request_context(method="POST", json={"points": 3}):
        inputs = inputs_of(parse_parameters(view, doc_ui=False), {"claim_id": 7})
    assert inputs == {"path": Path(claim_id=7), "body": Body(points=3)}


def test_one_that_does_not_is_answered_by_our_own_refusal(app: OpenAPI) -> None:
    with app.test_request_context(method="POST", json={"points": "很多"}), pytest.raises(HTTPException) as aborted:
        inputs_of(parse_parameters(view, doc_ui=False), {"claim_id": 7})
    response = aborted.value.get_response()
    assert (response.status_code, b"invalid_input" in response.get_data()) == (422, True)


def test_one_file_alone_leans_on_what_the_libraries_keep_to_themselves() -> None:
    private = re.compile(r"(?:from|import) (?:flask_openapi3\.request|apscheduler\.executors)|\b_do_submit_job\b")
    leaning = [path for path in SERVER.rglob("*.py") if private.search(path.read_text(encoding="utf-8"))]
    assert [path.name for path in leaning] == ["request_shapes.py"]
