"""Whatever comes in, nothing answers 5xx: generated requests after the document, and what people try by hand."""

import sys
from io import BytesIO
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import openapi_spec_validator
import pytest
import schemathesis
from flask.testing import FlaskClient
from flask_openapi3.openapi import OpenAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from server import config
from server.app import create_app
from server.requests import MAX_JSON_BYTES, MAX_JSON_PARTS
from tests.cast import Cast
from tests.fuzzing import examples

pytestmark = pytest.mark.sqlite_only
PARTS = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
HUGE_HEADER = b"--x\r\nContent-Disposition: form-data; name=" + b"a" * 9_000_000 + b"\r\n\r\n1\r\n--x--\r\n"
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]


def document() -> dict[str, Any]:
    with TemporaryDirectory() as directory:
        app = create_app(config.load({"XIANFENG_DATA": directory}))
        app.extensions["engine"].dispose()
        return app.api_doc


@schemathesis.python.constants
def modules() -> list[ModuleType]:
    """Name the code whose constants are tried as input. It is read once; that of an app, once for each app."""
    ours = [module for name, module in sys.modules.items() if name.startswith("server.")]
    return [module for module in ours if not hasattr(module, "__path__")]


SCHEMA = schemathesis.openapi.from_dict(document())
OPERATIONS = [(method, path) for path, methods in SCHEMA.raw_schema["paths"].items() for method in methods]
"""Each is a test of its own."""


@pytest.mark.hypothesis
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_generated_request_is_answered_with_a_server_error(app: OpenAPI, cast: Cast, method: str, path: str) -> None:
    operation = SCHEMA[path][method.upper()]

    @settings(
        max_examples=examples(20),
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: Case[Any]) -> None:
        for person in (cast.li_wei, cast.organization_department, None):
            headers = {"Authorization": f"Bearer {person.token}"} if person else {}
            case.validate_response(case.call(headers=headers, app=app), checks=CHECKS)

    send()


@pytest.mark.parametrize(
    "path",
    [
        "/members/9223372036854775808/score",
        "/members/0/score",
        f"/members/{'9' * 5000}/score",
        "/members/-1/score",
        "/members/1%00/score",
        "/%ff%fe",
    ],
)
def test_an_id_that_cannot_exist_is_not_found(client: FlaskClient, cast: Cast, path: str) -> None:
    response = client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {cast.zhang_min.token}"})
    assert response.status_code == 404
    assert response.json is not None
    assert response.json["error"]["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"code": "\\ud800"}',
        b'{"code": NaN}',
        b"\xff\xfe\x00",
        b'{"code": 1e400}',
        b'{"code": ' + b"9" * 10_000 + b"}",
    ],
)
def test_a_body_that_is_no_object_is_refused_in_words(client: FlaskClient, body: bytes) -> None:
    response = client.post("/api/v1/auth/wechat", data=body, content_type="application/json")
    assert response.status_code in (400, 413, 422)
    assert response.json is not None
    assert response.json["error"]["message"]


@pytest.mark.parametrize(
    "media", ["application/json", "application/problem+json", "application/vnd.api+json", "text/plain", "x/y", ""]
)
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_refused_whatever_its_headers_claim(
    client: FlaskClient, media: str, chunked: bool
) -> None:
    body = b'{"code": "' + b" " * MAX_JSON_BYTES + b'"}'
    sent: dict[str, Any] = {"data": body}
    if chunked:
        sent = {"input_stream": BytesIO(body), "environ_overrides": {"wsgi.input_terminated": True}}
        sent["headers"] = {"Transfer-Encoding": "chunked"}
    response = client.post("/api/v1/auth/wechat", content_type=media, **sent)
    assert response.status_code == (413 if "json" in media and not chunked else 422)  # read to the limit, it is no JSON


@pytest.mark.parametrize("piece", [",[]", ",{}", ",0", ',{"a":[{}]}'])
def test_a_body_of_countless_parts_is_refused_before_they_are_made(client: FlaskClient, piece: str) -> None:
    body = f'{{"code": [0{piece * (MAX_JSON_PARTS + 1)}]}}'
    response = client.post("/api/v1/auth/wechat", data=body, content_type="application/json")
    assert response.status_code == 413


def test_input_with_countless_faults_is_refused_without_naming_each(client: FlaskClient) -> None:
    response = client.post("/api/v1/auth/wechat", json={f"field{number}": 0 for number in range(5000)})
    assert response.status_code == 422
    assert response.content_length is not None
    assert response.content_length < 500


@pytest.mark.parametrize("form", [PARTS * 100_000, HUGE_HEADER, PARTS[:40], b""])
def test_a_form_of_countless_or_broken_parts_is_refused(client: FlaskClient, cast: Cast, form: bytes) -> None:
    response = client.post(
        f"/api/v1/members/{cast.zhang_min.member_id}/photos",
        data=form,
        content_type="multipart/form-data; boundary=x",
        headers={"Authorization": f"Bearer {cast.zhang_min.token}"},
    )
    assert response.status_code in (400, 413, 422)
    assert response.json is not None
    assert response.json["error"]["message"]


def test_a_body_over_the_limit_is_refused_before_it_is_read(client: FlaskClient) -> None:
    response = client.post("/api/v1/auth/wechat", data=b"x" * (13 * 1024 * 1024), content_type="application/json")
    assert response.status_code == 413


@pytest.mark.parametrize("header", ["Bearer", "Basic abc", "Bearer  ", "Bearer " + "x" * 5000, "Bearer 令牌", ""])
def test_a_bad_authorization_header_is_a_401(client: FlaskClient, header: str) -> None:
    response = client.get("/api/v1/me", headers={"Authorization": header.encode().decode("latin-1")})
    assert response.status_code == 401


def test_a_refusal_never_repeats_the_input(client: FlaskClient) -> None:
    response = client.post("/api/v1/auth/wechat", json={"code": ["my secret"], "extra": "13800001234"})
    assert response.status_code == 422
    assert "my secret" not in response.get_data(as_text=True)
    assert "13800001234" not in response.get_data(as_text=True)


def test_a_given_request_id_is_kept_and_a_bad_one_replaced(client: FlaskClient) -> None:
    kept = client.get("/healthz", headers={"X-Request-Id": "abcd-1234-efgh"})
    replaced = client.get("/healthz", headers={"X-Request-Id": "<script>"})
    assert kept.headers["X-Request-Id"] == "abcd-1234-efgh"
    assert len(replaced.headers["X-Request-Id"]) == 32


def test_the_document_is_openapi_3_1_and_its_page_uses_local_assets_only(client: FlaskClient) -> None:
    document: Any = client.get("/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.1")
    openapi_spec_validator.validate(document)
    page = client.get("/api/docs").get_data(as_text=True)
    assert "://" not in page
