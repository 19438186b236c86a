"""A browser that went astray reads a page in Chinese; whoever asks for JSON, or below the API, gets JSON."""

import pytest
from flask.testing import FlaskClient

from tests.cast import Cast

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
WECHAT = "text/html,application/xhtml+xml,application/xml;q=0.9,image/wxpic,image/tpg,image/webp,*/*;q=0.8"


@pytest.mark.parametrize("accept", [BROWSER, WECHAT, "text/html"])
@pytest.mark.parametrize(
    "path", ["/console", "/console/", "/admin", "/index.php", "/static/console/x.js", "/c/a/b", "/screen/x"]
)
def test_a_browser_at_an_unknown_address_reads_a_page(client: FlaskClient, cast: Cast, path: str, accept: str) -> None:
    answer = client.get(path, headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "没有找到这个页面" in answer.text
    assert 'href="/"' in answer.text
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "Accept" in answer.headers["Vary"]


def test_other_errors_say_what_it_was_and_keep_their_headers(client: FlaskClient, cast: Cast) -> None:
    answer = client.post("/", headers={"Accept": BROWSER})
    assert (answer.status_code, answer.mimetype) == (405, "text/html")
    assert "该地址不支持这种操作。" in answer.text
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/api/v1/nothing", BROWSER),
        ("/api/v2/members", BROWSER),
        ("/wechat/nothing", BROWSER),
        ("/console", "application/json"),
        ("/console", "application/json, text/html"),
        ("/console", "*/*"),
        ("/console", "application/json;q=0.9, text/html;q=0.1"),
        ("/console", None),
    ],
)
def test_everybody_else_gets_json(client: FlaskClient, cast: Cast, path: str, accept: str | None) -> None:
    answer = client.get(path, headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer.mimetype) == (404, "application/json")
    assert answer.get_json()["error"]["code"] == "not_found"
