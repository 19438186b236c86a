"""Who calls: what proxies write down, and how it counts."""

import pytest
from flask import Flask, request
from structlog.testing import capture_logs

from server import proxies
from server.config import load
from server.proxies import network_of


@pytest.mark.parametrize(
    ("written", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("  203.0.113.7\t", "203.0.113.7"),
        ("203.0.113.7:51324", "203.0.113.7"),
        ('"203.0.113.7"', "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("[::FFFF:203.0.113.7]:443", "203.0.113.7"),
        ("::ffff:cb00:7107", "203.0.113.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2:FFFF::9", "2001:db8:1:2::/64"),
        ("2001:0db8:0001:0002:0:0:0:1", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]", "2001:db8:1:2::/64"),
        ('"[2001:db8:1:2::1]:8443"', "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("", "unknown"),
        ("unknown", "unknown"),
        ("_hidden", "unknown"),
        ("203.0.113.07", "unknown"),
        ("203.0.113.7, 203.0.113.8", "unknown"),
        ("[203.0.113.7", "unknown"),
        ("1" * 5000, "unknown"),
    ],
)
def test_one_caller_is_one_network_however_it_is_written(written: str, network: str) -> None:
    assert network_of(written) == network


def seen(trusted: int, forwarded: str | None, peer: str = "10.0.0.1") -> str:
    """Return the address that a view sees."""
    app = Flask("seen")
    proxies.install(app, load({"XIANFENG_TRUSTED_PROXIES": str(trusted)}))
    app.add_url_rule("/", view_func=lambda: str(request.remote_addr))
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return app.test_client().get("/", headers=headers, environ_base={"REMOTE_ADDR": peer}).get_data(as_text=True)


@pytest.mark.parametrize(
    ("trusted", "forwarded", "address"),
    [
        (0, "203.0.113.7", "10.0.0.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        (1, " 6.6.6.6 ,  203.0.113.7:4711 ", "203.0.113.7"),
        (1, '"6.6.6.6, 203.0.113.7', "203.0.113.7"),
        (2, "6.6.6.6, 203.0.113.7, 10.0.0.9", "203.0.113.7"),
        (2, "203.0.113.7", "10.0.0.1"),
        (1, "made up", "10.0.0.1"),
        (1, "6.6.6.6,", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, None, "10.0.0.1"),
    ],
)
def test_only_what_trusted_proxies_appended_counts(trusted: int, forwarded: str | None, address: str) -> None:
    assert seen(trusted, forwarded) == address


def test_the_peer_itself_is_written_as_one_address_is() -> None:
    assert seen(0, None, peer="::ffff:10.0.0.1") == "10.0.0.1"
    assert seen(0, None, peer="") == ""


def warnings(trusted: int, peer: str, *, times: int, forwarded: bool = True) -> list[str]:
    app = Flask("warned")
    proxies.install(app, load({"XIANFENG_TRUSTED_PROXIES": str(trusted)}))
    headers = {"X-Forwarded-For": "203.0.113.7"} if forwarded else {}
    with capture_logs() as logs:
        for _ in range(times):
            app.test_client().get("/", headers=headers, environ_base={"REMOTE_ADDR": peer})
    return [line["words"] for line in logs if line["log_level"] == "warning"]


@pytest.mark.parametrize("peer", ["127.0.0.1", "10.1.2.3", "172.17.0.1", "::1", "fd00::5", "::ffff:192.168.1.1"])
def test_a_proxy_that_nobody_told_us_of_is_named_once(peer: str) -> None:
    (words,) = warnings(0, peer, times=3)
    assert "XIANFENG_TRUSTED_PROXIES" in words


def test_nothing_is_said_of_a_proxy_that_is_trusted_or_is_none() -> None:
    assert warnings(1, "127.0.0.1", times=1) == []
    assert warnings(0, "8.8.8.8", times=1) == []
    assert warnings(0, "127.0.0.1", times=1, forwarded=False) == []
