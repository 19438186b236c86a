"""How many examples the tests with generated input try: an eighth in `make test`, all of them in `make fuzz`."""

import os

WHOLE = os.environ.get("XIANFENG_FUZZ") == "1"


def examples(whole: int) -> int:
    """Return how many of them this run tries."""
    return whole if WHOLE else whole // 8
