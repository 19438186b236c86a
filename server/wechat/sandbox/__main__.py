"""`python -m server.wechat.sandbox --port 8400`: the sandbox as a process of its own, for several servers at once.

It prints its address; servers and schedulers that are given it as XIANFENG_SANDBOX_URL use it instead of their own.
"""

import argparse
import signal
from threading import Event

from server.wechat.sandbox.listener import Listener
from server.wechat.sandbox.state import SandboxState


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m server.wechat.sandbox",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=8400)
    parser.add_argument("--unbounded", action="store_true", help="keep every message, for simulations")
    parser.add_argument("--product", default="http://127.0.0.1:8000", help="whose callbacks are posted to")
    options = parser.parse_args()
    serve(options.port, unbounded=options.unbounded, product=options.product)


def serve(port: int, *, unbounded: bool, product: str = "") -> None:
    """Serve until stopped; prints the address once it listens."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    state = SandboxState(product_url=product.rstrip("/"))
    state.record.unbounded = unbounded
    listener = Listener(lambda: state, port=port)
    print(listener.base_url(), flush=True)
    stop.wait()
    state.released.set()
    listener.stop()


if __name__ == "__main__":
    main()
