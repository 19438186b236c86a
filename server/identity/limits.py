"""How often one caller may knock: sign-in, binding and upload. Counted in the shared storage the settings name."""

import hashlib

from flask import Flask, Response, request
from flask_limiter import Limiter

from server.config import Settings


def install(app: Flask, settings: Settings) -> None:
    """Count in the settings' storage; while that is down, each process counts for itself."""
    app.config["RATELIMIT_STORAGE_URI"] = settings.rate_limit_storage
    limiter.init_app(app)
    app.before_request_funcs[None].remove(limiter._check_request_limit)  # each limit hangs on its route; none on all


def _address() -> str:
    return request.remote_addr or "unknown"


def _caller() -> str:
    """The token's hash, or the address of who has none."""
    token = request.headers.get("Authorization")
    return hashlib.sha256(token.encode()).hexdigest() if token else _address()


def _was_refused(response: Response) -> bool:
    return response.status_code in (401, 403, 422)


limiter = Limiter(_address, strategy="moving-window", headers_enabled=True, in_memory_fallback_enabled=True)

# A campus shares one address, and a members' meeting opens its phones at once: many may come, few may fail.
sign_in = (
    limiter.shared_limit("600/minute", scope="sign-in"),
    limiter.shared_limit("60/minute", scope="failed sign-in", deduct_when=_was_refused),
)
binding = (limiter.shared_limit("20/minute", scope="binding", key_func=_caller),)
export = (limiter.shared_limit("10/hour", scope="export", key_func=_caller),)
upload = (
    limiter.shared_limit("60/minute", scope="upload", key_func=_caller),
    limiter.shared_limit("1200/minute", scope="uploads of an address"),
)
"""Each is a value for the `decorators` of `Api.guarded`."""
