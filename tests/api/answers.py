"""What an answer of the API says: the body of one that went well, the code of a refusal."""

from http import HTTPStatus
from typing import Any

from werkzeug.test import TestResponse


def body(response: TestResponse) -> Any:
    """Return what a request that went well answered."""
    assert response.status_code in (HTTPStatus.OK, HTTPStatus.CREATED), response.get_data(as_text=True)
    return response.json


def refusal(response: TestResponse) -> tuple[int, str]:
    """Return status and code: (409, "already_published")."""
    assert response.json is not None
    return response.status_code, response.json["error"]["code"]
