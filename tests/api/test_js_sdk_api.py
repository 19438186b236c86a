"""A page of ours asks for its signature, and WeChat — the sandbox — accepts it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from server.app import create_app
from server.config import Settings
from server.wechat.sandbox.listener import PREFIX

pytestmark = pytest.mark.sqlite_only
SIGN = "/api/v1/wechat/js-sdk-signature"
VERIFY = f"{PREFIX}/js-sdk/verify"


@pytest.fixture
def browser(settings: Settings, engine: Engine) -> Iterator[FlaskClient]:
    """A caller of the app, whose client reaches its sandbox over a socket."""
    app = create_app(settings, engine)
    yield app.test_client()
    app.extensions["wechat_sandbox"].released.set()
    app.extensions["wechat_listener"].stop()


def verdict(browser: FlaskClient, signed: dict[str, Any], url: str) -> Any:
    page = {"url": url, "noncestr": signed["nonce"], **{name: signed[name] for name in ("timestamp", "signature")}}
    return browser.post(VERIFY, json=page).json


def test_a_page_of_ours_is_signed_without_its_fragment_and_wechat_accepts_it(
    browser: FlaskClient, settings: Settings
) -> None:
    page = f"{settings.base_url}/m/pages/home/home?a=1"
    answer = browser.get(SIGN, query_string={"url": f"{page}#top"})
    assert answer.status_code == 200
    signed = answer.json
    assert signed is not None
    assert signed["app_id"] == "sandbox-official"
    assert verdict(browser, signed, page) == {"ok": True, "fetches": 1}
    assert verdict(browser, signed, f"{page}&b=2")["ok"] is False


def test_each_page_has_a_signature_of_its_own_by_the_same_ticket(browser: FlaskClient, settings: Settings) -> None:
    first, second = (browser.get(SIGN, query_string={"url": f"{settings.base_url}/m/{n}"}).json for n in "ab")
    assert first is not None
    assert second is not None
    assert first["nonce"] != second["nonce"]
    assert verdict(browser, second, f"{settings.base_url}/m/b") == {"ok": True, "fetches": 1}


@pytest.mark.parametrize("url", ["https://elsewhere.example/m/", "//points", "http://[", "m/pages/home/home"])
def test_a_foreign_page_is_not_signed(browser: FlaskClient, url: str) -> None:
    answer = browser.get(SIGN, query_string={"url": url})
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["error"]["code"] == "foreign_page"


def test_without_an_official_account_there_is_nothing_to_sign_with(settings: Settings, engine: Engine) -> None:
    real = replace(settings, wechat_app_id="wx1", wechat_secret="secret")
    answer = create_app(real, engine).test_client().get(SIGN, query_string={"url": f"{real.base_url}/m/"})
    assert answer.status_code == 404
