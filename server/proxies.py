"""The caller's address, behind the proxies that we trust; the same address is always written the same way.

A header can claim any address; only what the trusted proxies appended counts, read from the end.
"""

import re
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

import structlog
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from server.config import Settings

log = structlog.get_logger()
Address = IPv4Address | IPv6Address
FORWARDED = "HTTP_X_FORWARDED_FOR"
_WITH_PORT = re.compile(r"\[(?P<six>[^\]]*)\](?::\d*)?|(?P<four>[\d.]+):\d*")


def install(app: Flask, settings: Settings) -> None:
    """Set `request.remote_addr` to the caller's address; scheme and host are what the trusted proxies were asked."""
    hops = settings.trusted_proxies
    proxied = ProxyFix(app.wsgi_app, x_for=0, x_proto=hops, x_host=hops) if hops else app.wsgi_app
    app.wsgi_app = _Callers(proxied, hops)  # type: ignore[method-assign]


def address_of(text: str) -> Address | None:
    """Return the address in what a proxy wrote down: spaces, a port, brackets and a zone are no part of it."""
    plain = text.strip(' \t"')
    if found := _WITH_PORT.fullmatch(plain):
        plain = found["six"] or found["four"] or ""
    try:
        address = ip_address(plain.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def network_of(text: str | None) -> str:
    """Return what counts as one caller: an IPv4 address, or the /64 of which a household or phone has all of IPv6."""
    address = address_of(text or "")
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 64), strict=False))
    return str(address or "unknown")


class _Callers:
    """WSGI: set REMOTE_ADDR, and warn once if an unconfigured proxy seems to stand before us."""

    def __init__(self, app: Callable[..., Iterable[bytes]], trusted: int) -> None:
        self.app = app
        self.trusted = trusted
        self.warned = False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        peer = address_of(environ.get("REMOTE_ADDR", ""))
        hops = environ[FORWARDED].split(",") if FORWARDED in environ else []
        caller = address_of(hops[-self.trusted]) if 0 < self.trusted <= len(hops) else None
        if hops and not self.trusted and not self.warned and peer is not None and not peer.is_global:
            self.warned = True
            log.warning("proxy_not_trusted", words=untrusted(f"请求由 {peer} 转来并带有 X-Forwarded-For"))
        environ["REMOTE_ADDR"] = str(caller or peer or "")
        return self.app(environ, start_response)


def untrusted(sign: str) -> str:
    """Return the warning for the operator; `sign`: what tells of a proxy."""
    return (
        f"{sign}，前面应有反向代理，而 XIANFENG_TRUSTED_PROXIES 为 0：所有人都按代理的同一个地址计失败次数，"
        "一人失败过多会使其他人暂时不能登录。请把它设为代理的层数"
    )
